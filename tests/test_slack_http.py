"""Deliveries over HTTP: signed, readable, answered."""

import json
import time
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from tests import slack_rig
from tests.fake_slack import Failure, FakeSlack, serving
from tests.fakes import make_bot
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_rig import http_settings, read
from tests.slack_rules import button

Payload = dict[str, Any]

slack, make, url = slack_rig.slack, slack_rig.make, slack_rig.url  # fixtures


async def test_a_wrong_or_stale_signature_is_401(slack: FakeSlack, make: Deliveries, url: str) -> None:
    event, now = make.mention("red notice"), int(time.time())
    tries: list[Payload] = [
        {"secret": "wrong"},
        {"timestamp": str(now - 301)},
        {"timestamp": str(now + 301)},
        {"timestamp": "no-number"},
        {"headers": {"X-Slack-Signature": "v0="}},
        {"headers": {"X-Slack-Signature": ""}},
    ]
    statuses = [(await slack.post_event(url, event, **how))[0] for how in tries]
    assert statuses == [401] * len(tries)
    assert slack.sent() == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "application/json"),
        ("[1]", "application/json"),
        ('"text"', "application/json"),
        ('{"event": "odd"}', "application/json"),
        ('{"authorizations": 7}', "application/json"),
        ("payload={", "application/x-www-form-urlencoded"),
        ("payload=[]", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/json"),
    ],
)
async def test_a_malformed_body_is_400(slack: FakeSlack, url: str, body: str | bytes, kind: str) -> None:
    assert (await slack.post(url, body, kind))[0] == 400


async def test_a_body_beyond_all_measure_is_413(slack: FakeSlack, url: str) -> None:
    assert (await slack.post(url, "x" * 1_000_001, "application/json"))[0] == 413


async def test_the_address_is_verified_as_slack_asks(slack: FakeSlack, url: str) -> None:
    status, body = await slack.post_event(url, {"type": "url_verification", "challenge": "made-up"})
    assert (status, json.loads(body)) == (200, {"challenge": "made-up"})


async def test_a_delivery_before_the_connection_stands_is_503(slack: FakeSlack, make: Deliveries) -> None:
    adapter = SlackAdapter(make_bot(), http_settings(slack))
    async with serving(adapter.routes()) as address:
        assert (await slack.post_event(f"{address}/slack/events", make.mention("red notice")))[0] == 503


@pytest.mark.parametrize("payload", [{"type": "something_new"}, {"type": "event_callback", "event": {"type": "odd"}}])
async def test_an_unknown_http_delivery_is_200(slack: FakeSlack, url: str, payload: Payload) -> None:
    assert (await slack.post_event(url, payload))[0] == 200


async def test_a_failed_http_delivery_is_500_and_its_retry_is_answered(
    slack: FakeSlack, make: Deliveries, url: str
) -> None:
    event = make.mention("red notice")
    slack.fail("chat.postMessage", Failure(error="fatal_error"))
    assert (await slack.post_event(url, event))[0] == 500
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    assert (await slack.post_event(url, event, headers=retry))[0] == 200
    assert (await slack.post_event(url, event, headers=retry | {"X-Slack-Retry-Num": "2"}))[0] == 200
    assert len(slack.sent()) == 1


async def test_buttons_work_over_http(slack: FakeSlack, make: Deliveries, url: str) -> None:
    _, body = await slack.post_command(url, make.command("unsure"))
    press = make.press(button(json.loads(body)["blocks"], "choose:0"), private=True)
    assert await slack.post_interaction(url, press) == (200, "")
    assert "Entry red-notice-definition" in read(slack.sent("response_url")[0].params).text


async def test_the_modal_is_answered_in_the_reply_itself(slack: FakeSlack, make: Deliveries, url: str) -> None:
    status, body = await slack.post_interaction(url, make.submission("red notice"))
    reply = json.loads(body)
    assert (status, reply["response_action"]) == (200, "update")
    assert "find and provisionally arrest" in json.dumps(reply["view"])


async def test_shortcuts_the_home_and_steps_work_over_http(slack: FakeSlack, make: Deliveries, url: str) -> None:
    assert await slack.post_interaction(url, make.shortcut()) == (200, "")
    for event in ("app_home_opened", "function_executed", "assistant_thread_started"):
        assert (await slack.post_event(url, recorded(event)))[0] == 200
    done = [call.method for call in slack.calls if not call.refused]
    assert done[1:] == [
        "views.open",
        "views.publish",
        "functions.completeSuccess",
        "assistant.threads.setSuggestedPrompts",
    ]
