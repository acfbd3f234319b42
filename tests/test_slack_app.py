"""The adapter on a fake Slack: connecting, acknowledging, failing well, stopping."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from adapters.slack import app as slack_app
from adapters.slack.app import SlackAdapter
from bot.errors import ConnectError
from bot.service import Bot
from bot.settings import Settings
from tests import slack_rig
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, serving
from tests.fakes import make_bot
from tests.slack_deliveries import Deliveries
from tests.slack_rig import SlowEngine, ask, http_settings, read, socket_settings

Payload = dict[str, Any]

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures


# connecting


async def test_start_says_what_is_connected(slack: FakeSlack) -> None:
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    assert await adapter.start() == "Slack: connected as @interpol-bot in Example (Socket Mode)."
    await adapter.stop()
    adapter = SlackAdapter(make_bot(), http_settings(slack))
    assert (
        await adapter.start()
        == "Slack: connected as @interpol-bot in Example (HTTP, waiting for Slack at /slack/events)."
    )
    await adapter.stop()


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"slack_bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN is wrong"),
        ({"slack_app_token": "xapp-wrong"}, "SLACK_APP_TOKEN is wrong"),
        ({"slack_bot_token": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"slack_app_token": ""}, "SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET"),
        ({"slack_api_base_url": "http://127.0.0.1:1/api/"}, "can't be reached"),
    ],
)
async def test_a_refused_connection_says_what_to_do(
    slack: FakeSlack, changes: dict[str, str], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_app, "retries", list)
    adapter = SlackAdapter(make_bot(), socket_settings(slack, **changes))
    with pytest.raises(ConnectError, match=hint):
        await adapter.start()


async def test_oauth_settings_of_another_program_do_not_matter(
    slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "made-up")
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    await adapter.start()
    assert "find and provisionally arrest" in read(await ask(slack, make, "red notice")).text
    await adapter.stop()


@pytest.mark.parametrize("settings", [socket_settings, http_settings])
async def test_a_token_in_the_environment_is_no_reason_to_warn(
    slack: FakeSlack,
    settings: Callable[[FakeSlack], Settings],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    adapter = SlackAdapter(make_bot(), settings(slack))
    await adapter.start()
    await adapter.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_second_connection_to_the_same_app_is_told_to_the_operator(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.num_connections = 2
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", {"type": "event_callback", "event": {"type": "odd"}})
    assert "2 connections" in caplog.text
    await adapter.stop()


async def test_socket_mode_serves_no_routes(slack: FakeSlack) -> None:
    assert SlackAdapter(make_bot(), socket_settings(slack, slack_signing_secret="x")).routes() == []


# the socket


async def test_a_question_after_a_refreshed_socket_is_answered(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.refresh()
    assert "find and provisionally arrest" in read(await ask(slack, make, "red notice")).text


async def test_a_question_after_a_dropped_socket_is_answered(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.drop()
    assert "find and provisionally arrest" in read(await ask(slack, make, "red notice")).text


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {"type": "event_callback", "event": {"type": "reaction_added"}}),
        ("events_api", {"type": "event_callback", "event": {"type": "message", "subtype": "channel_join"}}),
        ("events_api", {"type": "event_callback", "event": {"type": "app_mention"}}),
        ("interactive", {"type": "block_actions", "actions": [{"action_id": "unknown"}]}),
        ("interactive", {"type": "view_submission", "view": {"callback_id": "x"}}),
        ("interactive", {"type": "view_closed", "view": {"callback_id": "x"}}),
        ("interactive", {"type": "shortcut", "callback_id": "x"}),
        ("interactive", {"type": "message_action", "callback_id": "x"}),
        ("interactive", {"type": "block_suggestion", "action_id": "x"}),
        ("interactive", {}),
        ("something_new", {"type": "something_new"}),
        ("something_new", {}),
        ("something_new", None),
    ],
)
async def test_whatever_comes_is_acknowledged(
    slack: FakeSlack, adapter: SlackAdapter, kind: str, payload: Payload | None
) -> None:
    assert await slack.deliver(kind, payload) == {}
    assert slack.sent() == []


async def test_stopping_lets_an_answer_under_way_go_out(slack: FakeSlack, make: Deliveries) -> None:
    engine = SlowEngine()
    adapter = SlackAdapter(Bot(engine), socket_settings(slack))
    await adapter.start()
    await slack.send_envelope("events_api", make.mention("red notice"), "last")
    await asyncio.to_thread(engine.asked.wait, 10)
    stopping = asyncio.create_task(adapter.stop())
    engine.let.set()
    await stopping
    assert len(slack.sent()) == 1


# failures


async def test_what_could_not_be_sent_is_not_acknowledged_and_its_retry_is_answered(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    event = make.mention("a secret red notice")
    slack.fail("chat.postMessage", Failure(error="fatal_error"))
    await slack.send_envelope("events_api", event, "first")
    await slack.until(lambda: any(call.refused for call in slack.calls), "the failure")
    await slack.deliver("events_api", event, retry_attempt=1, retry_reason="timeout")
    assert "first" not in slack.envelope_acks
    assert len(slack.sent()) == 1
    assert "fatal_error" in caplog.text
    assert "reference=" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_refused_blocks_go_out_as_plain_text(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, error: str
) -> None:
    slack.fail("chat.postMessage", Failure(error=error))
    await slack.deliver("events_api", make.mention("red notice"))
    (call,) = slack.sent()
    assert "blocks" not in call.params
    assert "find and provisionally arrest" in call.params["text"]


async def test_a_rate_limit_is_waited_for(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    slack.fail("chat.postMessage", Failure(429, "ratelimited", {"Retry-After": "1"}))
    started = time.monotonic()
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")
    assert time.monotonic() - started >= 1


async def test_a_server_error_is_tried_again(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    slack.fail("chat.postMessage", Failure(503))
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")
    assert [call.method for call in slack.calls].count("chat.postMessage") == 2


async def test_question_texts_stay_out_of_the_logs(
    slack: FakeSlack, make: Deliveries, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("adapters.slack", "bot"):
        caplog.set_level(logging.DEBUG, name)
    adapter = SlackAdapter(make_bot(), http_settings(slack))
    await adapter.start()
    async with serving(adapter.routes()) as address:
        await slack.post_event(f"{address}/slack/events", make.mention("a secret red notice"))
        await slack.post_event(f"{address}/slack/events", make.mention("a secret red notice"), secret="wrong")
        await slack.post_command(f"{address}/slack/events", make.command("a secret explode"))
    await adapter.stop()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("asyncio", "aiohttp"))]
    assert any("reference=" in text for text in ours)
    assert not any("secret" in text or BOT_TOKEN in text for text in ours)
