"""What people ask in Slack is answered where they asked, once."""

import asyncio
import json

import pytest

from adapters.slack import app as slack_app
from adapters.slack.app import SlackAdapter
from bot.service import Bot
from bot.store.records import Asked
from tests import slack_rig
from tests.fake_slack import BOT_USER, CHANNEL, DIRECT, Failure, FakeSlack
from tests.fakes import FakeEngine
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_rig import SlowEngine, ask, read, socket_settings
from tests.slack_rules import alive, button, faults

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


# edits and deletions


async def test_an_edited_question_has_its_answer_changed_in_place(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.mention("what is a red notice?")
    await slack.deliver("events_api", event)
    edit = make.edit(event, f"<@{BOT_USER}> my case")
    for _ in range(2):
        await slack.deliver("events_api", edit)
    ((place, shown),) = slack.messages.items()
    (update,) = slack.sent("chat.update")
    assert (update.params["channel"], update.params["ts"]) == place
    assert "Jane Example" in read(shown).text
    assert "find and provisionally arrest" in json.dumps(shown["blocks"])
    assert len(slack.sent("chat.postMessage")) == 1


async def test_a_direct_question_can_be_edited_too(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    event = make.direct("red notice")
    await slack.deliver("events_api", event)
    await slack.deliver("events_api", make.edit(event, "danger"))
    assert "Call your emergency number now." in read(*slack.messages.values()).text


@pytest.mark.parametrize(
    ("text", "changes"), [("my case", {"bot_id": "B0OTHER"}), ("my case", {"user": BOT_USER}), ("red notice", {})]
)
async def test_what_is_no_person_s_edit_changes_nothing(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, text: str, changes: dict[str, str]
) -> None:
    event = make.direct("red notice")
    await slack.deliver("events_api", event)
    await slack.deliver("events_api", make.edit(event, text, **changes))
    assert slack.sent("chat.update") == []


async def test_an_edit_of_what_was_never_answered_is_ignored(slack: FakeSlack, adapter: SlackAdapter) -> None:
    assert await slack.deliver("events_api", recorded("message_changed")) == {}
    assert slack.sent("chat.postMessage", "chat.update") == []


async def test_an_edit_whose_answer_an_admin_deleted_is_ignored(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.direct("red notice")
    await slack.deliver("events_api", event)
    slack.messages.clear()
    await slack.deliver("events_api", make.edit(event, "my case"))
    assert slack.messages == {}


async def test_an_edit_that_could_not_be_sent_is_made_when_it_is_delivered_again(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.direct("red notice")
    await slack.deliver("events_api", event)
    slack.fail("chat.update", Failure(error="fatal_error"))
    edit = make.edit(event, "my case")
    await slack.send_envelope("events_api", edit, "first")
    await slack.until(lambda: any(call.refused for call in slack.calls), "the failure")
    await slack.deliver("events_api", edit)
    assert "Jane Example" in read(*slack.messages.values()).text
    assert "first" not in slack.envelope_acks


async def test_a_deleted_question_takes_its_answer_with_it(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.mention("red notice")
    await slack.deliver("events_api", event)
    for _ in range(2):
        await slack.deliver("events_api", make.deletion(event))
    assert slack.messages == {}


async def test_the_first_message_of_a_thread_leaves_a_tombstone_and_is_deleted_all_the_same(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.mention("red notice")
    await slack.deliver("events_api", event)
    await slack.deliver("events_api", make.edit(event, "This message was deleted.", subtype="tombstone"))
    assert slack.messages == {}


async def test_a_question_that_is_deleted_while_it_is_answered_keeps_no_answer(
    slack: FakeSlack, make: Deliveries
) -> None:
    engine = SlowEngine()
    adapter = SlackAdapter(Bot(engine), socket_settings(slack))
    await adapter.start()
    event = make.mention("red notice")
    await slack.send_envelope("events_api", event, "question")
    await asyncio.to_thread(engine.asked.wait, 10)
    await slack.send_envelope("events_api", make.deletion(event), "deletion")
    engine.let.set()
    await slack.until(lambda: {"question", "deletion"} <= slack.envelope_acks.keys(), "both acknowledgements")
    assert slack.messages == {}
    await adapter.stop()


# following a thread


async def called_into(slack: FakeSlack, make: Deliveries) -> str:
    """Call the bot into a thread; return the thread."""
    event = make.mention("unsure")
    await slack.deliver("events_api", event)
    return str(event["event"]["ts"])


async def test_a_sure_question_in_a_thread_it_was_called_into_is_answered_there_once(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    thread = await called_into(slack, make)
    line = make.line("and what is a red notice?", thread)
    for _ in range(2):
        await slack.deliver("events_api", line)
    _, answer = slack.sent()
    assert (answer.params["channel"], answer.params["thread_ts"]) == (CHANNEL, thread)
    assert "find and provisionally arrest" in read(answer.params).text


@pytest.mark.parametrize(
    "text",
    [
        "I read about the red notice",  # no question
        "unsure?",  # not sure
        "my case?",
        "what is the weather like?",
        "explode?",
        "what is a red notice, <@U0SECOND>?",
        "<!subteam^S0LAWYERS> what is a red notice?",
        "<!here> what is a red notice?",
        "",
    ],
)
async def test_it_stays_silent_unless_the_line_is_a_sure_question_to_nobody_else(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, text: str
) -> None:
    thread = await called_into(slack, make)
    assert await slack.deliver("events_api", make.line(text, thread)) == {}
    assert len(slack.sent()) == 1


@pytest.mark.parametrize("changes", [{"thread_ts": "1.2"}, {"thread_ts": None}, {"user": BOT_USER}, {"bot_id": "B1"}])
async def test_it_follows_no_other_thread_and_no_machine(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, changes: dict[str, str | None]
) -> None:
    thread = await called_into(slack, make)
    await slack.deliver("events_api", make.line("what is a red notice?", thread, **changes))
    assert len(slack.sent()) == 1


async def test_what_it_does_not_answer_in_a_thread_is_not_kept(slack: FakeSlack, make: Deliveries) -> None:
    bot = Bot(FakeEngine())
    kept: list[object] = []
    bot._record = kept.append  # type: ignore[method-assign,assignment]
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    thread = await called_into(slack, make)
    before = [one for one in kept if isinstance(one, Asked)]
    await slack.deliver("events_api", make.line("do you like my secret plan?", thread))
    assert [one for one in kept if isinstance(one, Asked)] == before
    await adapter.stop()


@pytest.mark.parametrize("by_mention", [True, False])
async def test_stop_mutes_a_thread_and_a_mention_is_still_answered(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, by_mention: bool
) -> None:
    thread = await called_into(slack, make)
    stop = make.mention("Stop.", thread_ts=thread) if by_mention else make.line("stop", thread)
    await slack.deliver("events_api", stop)
    assert "silent" in read(slack.sent()[1].params).text
    await slack.deliver("events_api", make.line("what is a red notice?", thread))
    assert len(slack.sent()) == 2
    await slack.deliver("events_api", make.mention("what is a red notice?", thread_ts=thread))
    await slack.deliver("events_api", make.line("what is a red notice?", thread))
    assert len(slack.sent()) == 3


async def test_a_followed_line_that_is_edited_into_no_question_loses_its_answer(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    thread = await called_into(slack, make)
    line = make.line("what is a red notice?", thread)
    await slack.deliver("events_api", line)
    await slack.deliver("events_api", make.edit(line, "never mind"))
    assert len(slack.messages) == 1


# the same question again


async def test_the_same_question_again_nearby_gets_a_short_answer_with_a_link(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    first = make.mention("what is a red notice?")
    await slack.deliver("events_api", first)
    await slack.deliver("events_api", make.mention("red notice, anybody?"))
    ((_, answered), *_) = slack.messages
    again = slack.sent()[1].params
    thread = first["event"]["ts"]
    link = f"{CHANNEL}/p{answered.replace('.', '')}?thread_ts={thread}&cid={CHANNEL}"
    assert f"https://example.slack.invalid/archives/{link}" in json.dumps(again["blocks"])
    assert "find and provisionally arrest" in read(again).text
    assert "Sources" not in json.dumps(again["blocks"])
    assert faults(again) + alive(again) == []


async def test_the_whole_answer_is_shown_here_all_the_same_to_who_asks_for_it(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    for _ in range(2):
        await slack.deliver("events_api", make.mention("red notice"))
    press = make.press(button(slack.sent()[1].params["blocks"], "choose:0"), private=False)
    await slack.deliver("interactive", press)
    assert "Sources" in read(slack.sent()[2].params).text


async def test_elsewhere_later_or_when_the_first_is_gone_the_answer_is_whole(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    slack.channels.add("C0OTHER")
    first = make.mention("red notice")
    await slack.deliver("events_api", first)
    await slack.deliver("events_api", make.mention("red notice", channel="C0OTHER"))
    await slack.deliver("events_api", make.deletion(first))
    await slack.deliver("events_api", make.mention("red notice"))
    assert all("Sources" in read(call.params).text for call in slack.sent())


async def test_a_hand_off_and_an_emergency_are_always_whole(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    for text in ("my case", "my case", "danger", "danger"):
        await slack.deliver("events_api", make.mention(text))
    assert not any("answered here" in read(call.params).text for call in slack.sent())
