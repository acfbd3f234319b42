"""Sending: a channel at a time in order, at Slack's pace, and again where it failed on the way."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.app import SlackAdapter
from adapters.slack.pacing import BURST, SECONDS, Pace
from tests import slack_rig
from tests.fake_slack import CHANNEL, DIRECT, Failure, FakeSlack
from tests.fakes import make_bot
from tests.slack_deliveries import Deliveries
from tests.slack_rig import socket_settings

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures


class Time:
    """Passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def tell(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40))
async def test_no_channel_gets_more_than_a_burst_and_one_a_second(pauses: list[float]) -> None:
    time, sent = Time(), list[float]()
    pace = Pace(time.tell, time.sleep)
    for pause in pauses:
        time.now += pause
        async with pace.turn("C1"):
            sent.append(time.now)
    for first, start in enumerate(sent):
        for last in range(first, len(sent)):
            assert last - first + 1 <= BURST + (sent[last] - start) / SECONDS + 1e-6


async def test_a_busy_channel_does_not_hold_up_another() -> None:
    time = Time()
    pace = Pace(time.tell, time.sleep)
    for _ in range(BURST):
        async with pace.turn("C1"):
            pass
    async with pace.turn("C2"):
        assert time.now == 100.0
    async with pace.turn("C1"):
        assert time.now == 101.0


async def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    pace, order = Pace(), list[int]()
    hold = asyncio.Event()

    async def take(number: int) -> None:
        async with pace.turn("C1"):
            order.append(number)
            await hold.wait()

    tasks = [asyncio.create_task(take(number)) for number in range(BURST)]
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(*tasks)
    assert order == [*range(BURST)]


async def test_a_message_that_waits_for_a_rate_limit_is_not_overtaken_in_its_channel(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    slack.fail("chat.postMessage", Failure(429, "ratelimited", {"Retry-After": "1"}))
    first, second, elsewhere = make.mention("red notice"), make.mention("unsure"), make.direct("red notice")
    await slack.send_envelope("events_api", first, "first")
    await slack.until(lambda: any(call.refused for call in slack.calls), "the rate limit")
    await slack.send_envelope("events_api", second, "second")
    await slack.send_envelope("events_api", elsewhere, "elsewhere")
    await slack.until(lambda: len(slack.sent()) == 3, "all answers")
    sent = [(call.params["channel"], call.params.get("thread_ts")) for call in slack.sent()]
    assert sent == [(DIRECT, None), (CHANNEL, first["event"]["ts"]), (CHANNEL, second["event"]["ts"])]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_any_server_error_is_tried_again(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, status: int
) -> None:
    slack.fail("chat.postMessage", Failure(status))
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")


async def test_a_time_out_is_tried_again(slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.app.REQUEST_SECONDS", 0.3)
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    await adapter.start()
    slack.stall("chat.postMessage")
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")
    await adapter.stop()


async def test_a_dropped_connection_is_tried_again(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    slack.fail("chat.postMessage", Failure(status=0))
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")


async def test_a_retried_delivery_is_dropped_only_because_it_is_done(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event: dict[str, Any] = make.mention("red notice")
    await slack.deliver("events_api", event, retry_attempt=3, retry_reason="timeout")
    assert len(slack.sent()) == 1
    await slack.deliver("events_api", event, retry_attempt=1, retry_reason="timeout")
    assert len(slack.sent()) == 1
