"""`interpol-bot slack doctor` and the self-test: everything is looked at, what is amiss has a sentence."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from adapters import cli
from adapters.slack.app import SlackAdapter
from adapters.slack.doctor import SELF_TEST, Finding, examine
from adapters.slack.selftest import SelfTest
from bot.settings import Settings
from tests import slack_rig
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, CHANNEL, SIGNING_SECRET, Failure, FakeSlack
from tests.fakes import make_bot
from tests.slack_rig import http_settings, socket_settings

slack = slack_rig.slack  # fixture


@asynccontextmanager
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as one:
        yield one


async def found(settings: Settings) -> dict[str, Finding]:
    async with session() as one:
        web = AsyncWebClient(settings.slack_bot_token, settings.slack_api_base_url, session=one)
        return {finding.subject: finding for finding in await examine(web, settings)}


def amiss(findings: dict[str, Finding]) -> dict[str, str]:
    return {name: one.sentence for name, one in findings.items() if one.mend}


async def test_a_whole_app_is_found_whole_by_socket_and_by_http(slack: FakeSlack) -> None:
    by_socket = await found(socket_settings(slack, slack_expert_channel=CHANNEL))
    assert amiss(by_socket) == {}
    assert list(by_socket) == ["Bot token", "Scopes", "App token", "Socket Mode", "Experts' channel"]
    by_http = await found(http_settings(slack))
    assert amiss(by_http) == {}
    assert list(by_http) == ["Bot token", "Scopes", "Signing secret"]


@pytest.mark.parametrize(
    ("changes", "subject", "hint"),
    [
        ({"slack_bot_token": ""}, "Settings", "SLACK_BOT_TOKEN is missing"),
        ({"slack_app_token": ""}, "Settings", "SLACK_APP_TOKEN"),
        ({"slack_bot_token": "xoxb-wrong"}, "Bot token", "SLACK_BOT_TOKEN is wrong"),
        ({"slack_app_token": "xapp-wrong"}, "App token", "SLACK_APP_TOKEN is wrong"),
        ({"slack_app_token": "", "slack_signing_secret": "xoxb-1"}, "Signing secret", "holds a token"),
        ({"slack_features": "agent, threads"}, "Scopes", "assistant:write, channels:history missing"),
        ({"slack_features": "agent"}, "Scopes", "interpol-bot slack manifest agent"),
        ({"slack_expert_channel": "C0ELSEWHERE"}, "Experts' channel", "SLACK_EXPERT_CHANNEL"),
        ({"slack_api_base_url": "http://127.0.0.1:1/api/"}, "Bot token", "can't be reached"),
    ],
)
async def test_what_is_amiss_is_named_with_what_to_do(
    slack: FakeSlack, changes: dict[str, str], subject: str, hint: str
) -> None:
    assert hint in amiss(await found(socket_settings(slack, **changes)))[subject]


async def test_a_missing_scope_is_named_and_one_too_many_is_no_fault(slack: FakeSlack) -> None:
    slack.scopes = ["commands", "app_mentions:read", "im:history", "users:read", "files:read"]
    assert "chat:write missing" in amiss(await found(socket_settings(slack)))["Scopes"]
    slack.scopes.append("chat:write")
    whole = await found(socket_settings(slack))
    assert amiss(whole) == {}
    assert "without files:read" in whole["Scopes"].sentence
    assert "what settings needs" in whole["Features"].sentence


@pytest.mark.parametrize("error", ["not_in_channel", "is_archived", "restricted_action"])
async def test_a_channel_where_the_bot_may_not_write_is_told(slack: FakeSlack, error: str) -> None:
    slack.fail("chat.scheduleMessage", Failure(error=error))
    assert CHANNEL in amiss(await found(socket_settings(slack, slack_expert_channel=CHANNEL)))["Experts' channel"]


async def test_nothing_is_shown_in_the_channel_that_is_tried(slack: FakeSlack) -> None:
    await found(socket_settings(slack, slack_expert_channel=CHANNEL))
    laid, back = [call for call in slack.calls if call.method.startswith(("chat.schedule", "chat.deleteScheduled"))]
    assert laid.params["text"] == SELF_TEST
    assert back.params["scheduled_message_id"]
    assert slack.sent() == []


async def test_a_connection_on_which_slack_says_nothing_is_told(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.doctor.HELLO_SECONDS", 0.1)
    slack.greets = False
    assert "can't be opened" in amiss(await found(socket_settings(slack)))["Socket Mode"]


async def test_a_running_bot_beside_it_is_no_fault(slack: FakeSlack) -> None:
    slack.num_connections = 2
    whole = await found(socket_settings(slack))
    assert amiss(whole) == {}
    assert "1 are open" in whole["Socket Mode"].sentence


@pytest.mark.parametrize("scopes", [["commands", "app_mentions:read", "im:history", "chat:write"], []])
async def test_the_command_prints_a_line_each_exits_with_2_for_faults_and_shows_no_secret(
    slack: FakeSlack, scopes: list[str], monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    slack.scopes = scopes
    values = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    for name, value in (values | {"SLACK_API_BASE_URL": slack.api_base_url}).items():
        monkeypatch.setenv(name, value)
    code = await asyncio.to_thread(cli.main, ["slack", "doctor"])
    printed = capsysbinary.readouterr()
    lines = printed.out.decode().splitlines()
    assert code == (0 if scopes else 2)
    assert [line.split()[0] for line in lines] == ["ok", "ok" if scopes else "mend", "ok", "ok"]
    assert not any(secret in (printed.out + printed.err).decode() for secret in values.values())


async def test_the_log_tells_only_what_changed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "adapters.slack.selftest")
    fault, other = Finding("Scopes", "chat:write missing.", mend=True), Finding("Bot token", "wrong.", mend=True)
    results: list[Sequence[Finding]] = [[fault], [fault], [fault, other], [other, Finding("Scopes", "all there.")]]
    looks, over = iter(results), asyncio.Event()

    async def look() -> Sequence[Finding]:
        if (result := next(looks, None)) is None:
            over.set()
            await asyncio.Event().wait()
        return result or []

    test = SelfTest(look, seconds=0)
    test.start()
    await over.wait()
    assert test.to_mend == (str(other),)
    await test.stop()
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"To mend in Slack. {fault}", f"To mend in Slack. {other}", f"Mended in Slack. {fault}"]


async def test_a_running_bot_looks_at_its_start_and_opens_no_second_connection(slack: FakeSlack) -> None:
    slack.scopes = []
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", {"type": "event_callback", "event": {"type": "odd"}})
    assert adapter.state().live
    assert "chat:write" in adapter.state().to_mend[0]
    assert [call.method for call in slack.calls] == ["auth.test", "apps.connections.open"]
    await adapter.stop()
