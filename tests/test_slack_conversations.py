"""What people ask in Slack is answered where they asked, once."""

import asyncio

import pytest

from adapters.slack import app as slack_app
from adapters.slack.app import SlackAdapter
from bot.service import Bot
from tests import slack_rig
from tests.fake_slack import CHANNEL, DIRECT, Deliveries, FakeSlack, recorded
from tests.slack_rig import SlowEngine, ask, read, socket_settings
from tests.slack_rules import button

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures


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
