"""The adapter on a fake Slack: connecting, acknowledging, answering once, sharing, failing well."""

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.slack import app as slack_app
from adapters.slack import parse
from adapters.slack.app import SlackAdapter
from bot.errors import ConnectError
from bot.messages import Answer, Feedback, Question
from bot.service import Bot
from bot.settings import Settings
from tests.fake_slack import (
    APP_TOKEN,
    BOT_TOKEN,
    CHANNEL,
    DIRECT,
    SIGNING_SECRET,
    Deliveries,
    Failure,
    FakeSlack,
    recorded,
    serving,
)
from tests.fakes import FakeEngine, make_bot
from tests.slack_rules import button
from tests.test_slack_contract import read, without_proxies

Payload = dict[str, Any]
MANIFEST = Path(slack_app.__file__).with_name("manifest.yaml")


class SlowEngine(FakeEngine):
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def answer(self, question: Question) -> Answer:
        self.asked.set()
        self.let.wait(10)
        return super().answer(question)


class NotingBot(Bot):
    """Keeps the feedback it gets."""

    def __init__(self) -> None:
        super().__init__(FakeEngine())
        self.noted: list[Feedback] = []

    async def feedback(self, feedback: Feedback) -> None:
        self.noted.append(feedback)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    without_proxies(monkeypatch)
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def make(slack: FakeSlack) -> Deliveries:
    return Deliveries(slack)


@pytest.fixture
async def bot() -> Bot:
    return make_bot()


@pytest.fixture
async def adapter(slack: FakeSlack, bot: Bot) -> AsyncIterator[SlackAdapter]:
    """Connected by Socket Mode."""
    adapter = SlackAdapter(bot, socket_settings(slack), ping_seconds=0.2)
    await adapter.start()
    yield adapter
    await adapter.stop()


@pytest.fixture
async def url(slack: FakeSlack, bot: Bot) -> AsyncIterator[str]:
    """The address of an adapter connected by HTTP."""
    adapter = SlackAdapter(bot, http_settings(slack))
    await adapter.start()
    async with serving(adapter.routes()) as address:
        yield f"{address}/slack/events"
    await adapter.stop()


def socket_settings(slack: FakeSlack, **changes: str) -> Settings:
    values = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_api_base_url": slack.api_base_url}
    return Settings(**(values | changes))  # type: ignore[arg-type]


def http_settings(slack: FakeSlack, **changes: str) -> Settings:
    return socket_settings(slack, **{"slack_app_token": "", "slack_signing_secret": SIGNING_SECRET} | changes)


async def ask(slack: FakeSlack, make: Deliveries, text: str) -> Payload:
    return await slack.deliver("slash_commands", make.command(text))


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
    monkeypatch.setattr(slack_app, "_retries", list)
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


# the slash command


async def test_a_slash_command_is_answered_in_the_acknowledgement(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    calls = len(slack.calls)
    reply = await ask(slack, make, "what is a red notice?")
    assert reply["response_type"] == "ephemeral"
    assert "find and provisionally arrest" in read(reply).text
    assert button(reply["blocks"], "share")
    assert len(slack.calls) == calls  # nothing but the acknowledgement was sent


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP"])
async def test_nothing_asked_shows_the_help_with_questions_to_press(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, text: str
) -> None:
    reply = await ask(slack, make, text)
    assert "Ask me about INTERPOL" in read(reply).text
    press = make.press(button(reply["blocks"], "choose:0"), private=True)
    await slack.deliver("interactive", press)
    assert "find and provisionally arrest" in read(slack.sent("response_url")[0].params).text


async def test_an_unknown_command_gets_the_help(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    reply = await slack.deliver("slash_commands", make.command("red notice", command="/other"))
    assert "Ask me about INTERPOL" in read(reply).text
    assert reply["response_type"] == "ephemeral"


async def test_a_slow_answer_is_acknowledged_in_time_and_follows(
    slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_app, "ACK_SECONDS", 0.05)
    engine = SlowEngine()
    adapter = SlackAdapter(Bot(engine), socket_settings(slack))
    await adapter.start()
    assert await ask(slack, make, "red notice") == {}
    await slack.deliver("events_api", make.mention("red notice"))
    assert slack.sent() == []
    engine.let.set()
    await slack.until(lambda: len(slack.sent()) == 2, "both late answers")
    late = slack.sent("response_url")[0].params
    assert (late["response_type"], "find and provisionally arrest" in read(late).text) == ("ephemeral", True)
    await adapter.stop()


# mentions and direct messages


async def test_a_mention_is_answered_in_its_thread(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    event = make.mention("what is a red notice?")
    await slack.deliver("events_api", event)
    (call,) = slack.sent()
    assert (call.params["channel"], call.params["thread_ts"]) == (CHANNEL, event["event"]["ts"])
    assert call.params["unfurl_links"] in {False, "0", "false", "False"}


async def test_a_direct_message_is_answered_there(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    await slack.deliver("events_api", make.direct("what is a red notice?"))
    (call,) = slack.sent()
    assert call.params["channel"] == DIRECT
    assert "thread_ts" not in call.params


async def test_two_events_of_one_post_get_one_answer(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    direct = make.direct("red notice")
    ts = direct["event"]["ts"]
    mention = make.mention("red notice", channel=DIRECT, ts=ts, event_ts=ts)
    await asyncio.gather(*(slack.deliver("events_api", one) for one in (direct, mention)))
    assert len(slack.sent()) == 1


@pytest.mark.parametrize("name", ["message_changed"])
async def test_edits_are_acknowledged_and_ignored(slack: FakeSlack, adapter: SlackAdapter, name: str) -> None:
    assert await slack.deliver("events_api", recorded(name)) == {}
    assert slack.sent() == []


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


# HTTP


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


# buttons


async def test_share_posts_once_into_the_channel_and_takes_the_button_away(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "red notice")
    presses = [make.press(button(reply["blocks"], "share"), private=True, message_ts="1.1") for _ in range(2)]
    await asyncio.gather(*(slack.deliver("interactive", press) for press in presses))
    posted, confirmed = (call.params for call in slack.sent())
    assert (posted["response_type"], posted["replace_original"]) == ("in_channel", False)
    assert "jane shared this answer" in read(posted).text
    assert (confirmed["response_type"], confirmed["replace_original"]) == ("ephemeral", True)
    assert "Shared in the channel." in read(confirmed).text
    assert '"share"' not in json.dumps(confirmed)


async def test_a_failed_share_is_told_and_can_be_tried_again(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    share = button((await ask(slack, make, "red notice"))["blocks"], "share")
    slack.fail("response_url", Failure(404))
    await slack.deliver("interactive", make.press(share, private=True, message_ts="1.1"))
    (told,) = (call.params for call in slack.sent())
    assert "I could not share it" in read(told).text
    await slack.deliver("interactive", make.press(share, private=True, message_ts="1.1"))
    assert slack.sent()[1].params["response_type"] == "in_channel"


async def test_a_confirmation_that_fails_does_not_share_twice(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    press = make.press(
        button((await ask(slack, make, "red notice"))["blocks"], "share"), private=True, message_ts="1.1"
    )
    slack.channels.clear()
    await slack.deliver("interactive", press)
    await slack.deliver("interactive", press)
    assert [call.params["response_type"] for call in slack.sent()].count("in_channel") == 1


async def test_a_suggestion_in_a_thread_is_answered_there_once(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("events_api", make.mention("unsure"))
    press = make.press(button(slack.sent()[0].params["blocks"], "choose:1"), private=False, message_ts="1.1")
    for _ in range(2):
        await slack.deliver("interactive", press | {"trigger_id": slack.new_ts()})
    _, answer = slack.sent("chat.postMessage")
    assert "Entry mission" in read(answer.params).text
    assert answer.params["thread_ts"] == recorded("block_actions_thread")["container"]["thread_ts"]


async def test_a_suggestion_in_private_is_answered_in_private(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "unsure")
    await slack.deliver("interactive", make.press(button(reply["blocks"], "choose:1"), private=True))
    (call,) = slack.sent()
    assert (call.method, call.params["response_type"]) == ("response_url", "ephemeral")
    assert "Entry mission" in read(call.params).text
    assert button(call.params["blocks"], "share")


@pytest.mark.parametrize(("action_id", "helpful"), [("helpful", True), ("unhelpful", False)])
async def test_feedback_reaches_the_bot_and_is_thanked_for_in_private(
    slack: FakeSlack, make: Deliveries, action_id: str, helpful: bool
) -> None:
    bot = NotingBot()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.deliver("interactive", make.press(button(slack.sent()[0].params["blocks"], action_id), private=False))
    (noted,) = bot.noted
    assert (noted.asker, noted.helpful, len(noted.reference)) == ("slack:T0EXAMPLE:U0ASKER", helpful, 8)
    thanks = slack.sent("response_url")[0].params
    assert (thanks["response_type"], thanks["replace_original"]) == ("ephemeral", False)
    assert "Thank you" in thanks["text"]
    await adapter.stop()


async def test_buttons_work_over_http(slack: FakeSlack, make: Deliveries, url: str) -> None:
    _, body = await slack.post_command(url, make.command("unsure"))
    press = make.press(button(json.loads(body)["blocks"], "choose:0"), private=True)
    assert await slack.post_interaction(url, press) == (200, "")
    assert "Entry red-notice-definition" in read(slack.sent("response_url")[0].params).text


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


# the manifest


def manifest() -> Payload:
    loaded: Payload = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return loaded


def test_the_manifest_asks_for_what_the_events_need_and_nothing_more() -> None:
    needs = {"app_mention": "app_mentions:read", "message.im": "im:history"}
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    scopes = manifest()["oauth_config"]["scopes"]["bot"]
    assert set(events) == set(needs)
    assert set(scopes) == {needs[event] for event in events} | {"commands", "chat:write"}


def test_the_manifest_switches_on_what_the_adapter_uses() -> None:
    features, settings = manifest()["features"], manifest()["settings"]
    assert [one["command"] for one in features["slash_commands"]] == [parse.COMMAND]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]


def test_the_manifest_is_of_slacks_form() -> None:
    assert form_faults(manifest(), schema(), schema()["definitions"], "manifest") == []


def schema() -> Payload:
    """Return Slack's manifest schema where it lies beside the project, else the part of it that we use."""
    parents = [Path(os.environ[name]) for name in ("SHARED_DIR",) if name in os.environ]
    parents += [parent / "shared" for parent in Path(__file__).resolve().parents]
    for parent in parents:
        file = parent / "specs" / "slack-manifest.schema.1.0.0.json"
        if file.is_file():
            loaded: Payload = json.loads(file.read_text(encoding="utf-8"))
            return loaded
    names = ("display_information", "features", "oauth_config", "settings", "_metadata")
    properties = {name: {"type": "object"} for name in names}
    return {"additionalProperties": False, "required": names[:1], "properties": properties, "definitions": {}}


def form_faults(value: Any, rule: Payload, definitions: Payload, where: str) -> list[str]:
    """Check required and unknown keys, types and lengths; enough of JSON Schema for this one."""
    rule = definitions[rule["$ref"].removeprefix("#/definitions/")] if "$ref" in rule else rule
    if isinstance(value, dict):
        known = rule.get("properties", {})
        faults = [f"{where}: {key} is missing" for key in rule.get("required", ()) if key not in value]
        if rule.get("additionalProperties") is False:
            faults += [f"{where}: {key} is unknown" for key in value if key not in known]
        pairs = [(f"{where}.{key}", item, known[key]) for key, item in value.items() if key in known]
    elif isinstance(value, list):
        faults = [f"{where}: too many"] if len(value) > rule.get("maxItems", len(value)) else []
        pairs = [(f"{where}[{n}]", item, rule.get("items", {})) for n, item in enumerate(value)]
    else:
        kinds = {"string": str, "boolean": bool, "integer": int}
        faults = (
            [] if isinstance(value, kinds.get(rule.get("type", ""), object)) else [f"{where}: not a {rule['type']}"]
        )
        length = len(value) if isinstance(value, str) else 1
        if not rule.get("minLength", 0) <= length <= rule.get("maxLength", length):
            faults.append(f"{where}: of {length} characters")
        pairs = []
    return faults + [fault for path, item, inner in pairs for fault in form_faults(item, inner, definitions, path)]


def test_the_check_of_the_form_finds_faults() -> None:
    rule = {"required": ["a"], "additionalProperties": False, "properties": {"b": {"type": "string", "maxLength": 1}}}
    assert len(form_faults({"b": "xx", "c": 1}, rule, {}, "x")) == 3
