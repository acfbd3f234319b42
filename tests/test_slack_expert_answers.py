"""Ask a person, in Slack, the way back: who took it up, the answer, reminders, drafts."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack import parse_experts
from bot.handoff.states import ANSWER_LIMIT, Expert
from tests import slack_experts_rig, slack_rig
from tests.databases import fresh_database, wired
from tests.fake_slack import ASKER, BOT_USER, CHANNEL, TEAM, Failure, FakeSlack
from tests.fakes import CONTACT, HOSTILE, WORDS
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_experts_rig import (
    ANN,
    BEN,
    EXPERTS,
    asked_in_channel,
    asked_privately,
    card,
    card_ts,
    drafts,
    form,
    line,
    pressed,
    running,
    sent_off,
    to,
    whispers,
)
from tests.slack_rig import ask, read
from tests.slack_rules import alive, button, faults
from tests.test_handoff_desk import Clock
from tests.test_handoff_states import NOON

slack, make = slack_rig.slack, slack_rig.make  # fixtures
url, clock = slack_experts_rig.url, slack_experts_rig.clock


async def test_a_private_asker_is_told_directly_who_took_it_up_and_what_they_answer(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        await slack.deliver("interactive", pressed(slack, make, "claim"))
        assert WORDS.expert_claimed.format(expert="ann") in read(card(slack)).text
        await slack.deliver("interactive", sent_off(await form(slack, make), "It is a request."))
        await slack.until(lambda: len(to(slack, ASKER)) == 2)
        taken, answer = (call.params for call in to(slack, ASKER))
        assert WORDS.person_taken.format(expert="ann") in taken["text"]
        for said in (WORDS.person_answer.format(expert="ann"), "It is a request.", "red notice"):
            assert said.casefold() in read(answer).text.casefold()
        assert faults(answer) + alive(answer) == []
        assert to(slack, CHANNEL) == []
        await slack.until(lambda: "expert_save" in json.dumps(card(slack)))
        assert "expert_answer" not in json.dumps(card(slack)["blocks"][-3:]).replace("expert_answered", "")


async def test_a_public_asker_is_answered_in_the_thread(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_in_channel(slack, make)
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        answer = to(slack, CHANNEL)[-1].params
        assert answer["thread_ts"] == recorded("block_actions_thread")["container"]["thread_ts"]
        assert "It is a request." in read(answer).text
        assert to(slack, ASKER) == []


async def test_where_the_thread_is_closed_to_us_the_asker_is_told_directly(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_in_channel(slack, make)
        slack.channels -= {CHANNEL}
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        assert "It is a request." in read(to(slack, ASKER)[-1].params).text


async def test_the_first_reply_in_the_thread_is_brought_to_the_asker_once(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        reply = line(slack, make, "It is a request.")
        for event in (reply, reply, line(slack, make, "And more.", BEN)):
            await slack.deliver("events_api", event)
        (answer,) = to(slack, ASKER)
        assert "It is a request." in read(answer.params).text
        (confirmed,) = slack.sent("chat.postEphemeral")
        assert (confirmed.params["user"], confirmed.params["text"]) == (ANN, WORDS.expert_sent)


async def test_who_asks_once_more_about_what_was_answered_is_shown_the_answer(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        await slack.deliver("interactive", make.press(person, private=True))
        assert "It is a request." in whispers(slack)[-1]
        assert len(to(slack, EXPERTS)) == 1


async def test_what_colleagues_say_stays_with_them(slack: FakeSlack, make: Deliveries, url: str, clock: Clock) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        await slack.deliver("events_api", line(slack, make, "// who knows this?"))
        await slack.deliver("interactive", pressed(slack, make, "claim"))
        for event in (
            line(slack, make, "I would say no", BEN),
            line(slack, make, "// agreed"),
            line(slack, make, f"<@{BOT_USER}> what is a red notice?"),
            line(slack, make, "a bot's", bot_id="B0OTHER"),
            make.line("another thread", "1.1", channel=EXPERTS, user=ANN),
            make.line("another channel", card_ts(slack), user=ANN),
        ):
            await slack.deliver("events_api", event)
        assert len(to(slack, ASKER)) == 1  # who took it up
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        assert WORDS.person_answer.format(expert="ann").casefold() in read(to(slack, ASKER)[-1].params).text.casefold()


async def test_not_for_us_tells_the_asker_and_whom_to_ask_instead(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        await slack.deliver("interactive", pressed(slack, make, "decline"))
        told = to(slack, ASKER)[-1].params
        assert WORDS.person_declined in told["text"]
        assert CONTACT.name in read(told).text
        assert '"button"' not in json.dumps(card(slack)["blocks"])


async def test_two_experts_at_once_one_has_it_and_the_other_is_told_who(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        presses = [pressed(slack, make, "claim", user, name) for user, name in ((ANN, "ann"), (BEN, "ben"))]
        await asyncio.gather(*(slack.deliver("interactive", press) for press in presses))
        await slack.until(lambda: len(whispers(slack)) == 2)
        assert len(to(slack, ASKER)) == 1
        assert WORDS.expert_late in whispers(slack)[1]
        assert "Claimed by" in whispers(slack)[1]


async def test_two_answers_at_once_one_reaches_the_asker_and_the_other_stays_in_its_window(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        view = await form(slack, make)
        acks = await asyncio.gather(
            *(slack.deliver("interactive", sent_off(view, f"From {user}", user)) for user in (ANN, BEN))
        )
        refused = [ack for ack in acks if ack]
        assert [ack["response_action"] for ack in refused] == ["errors"]
        assert WORDS.expert_late in refused[0]["errors"][parse_experts.FIELD]
        await slack.until(lambda: bool(to(slack, ASKER)))
        assert len(to(slack, ASKER)) == 1


@pytest.mark.parametrize("text", ["", " ", "x" * (ANSWER_LIMIT + 1)])
async def test_an_answer_that_can_not_be_taken_stays_in_its_window(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, text: str
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        ack = await slack.deliver("interactive", sent_off(await form(slack, make), text))
        assert str(ANSWER_LIMIT) in ack["errors"][parse_experts.FIELD]
        assert to(slack, ASKER) == []


async def test_an_answer_while_the_store_is_down_stays_in_its_window_and_can_be_sent_again(
    slack: FakeSlack, make: Deliveries, tmp_path: Path, clock: Clock
) -> None:
    async with (
        fresh_database("postgresql", tmp_path) as url,
        wired(url) as wire,
        running(slack, wire.url, clock),
    ):
        await asked_privately(slack, make)
        view = await form(slack, make)
        await wire.cut()
        ack = await slack.deliver("interactive", sent_off(view, "It is a request."))
        assert ack["errors"][parse_experts.FIELD] == WORDS.expert_failed
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        assert slack.sent("chat.postEphemeral")[-1].params["text"] == WORDS.expert_failed
        await wire.mend()
        assert await slack.deliver("interactive", sent_off(view, "It is a request.")) == {}
        await slack.until(lambda: bool(to(slack, ASKER)))


async def test_an_answer_that_slack_would_not_take_is_brought_after_a_restart_once(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        slack.channels -= {ASKER}
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        assert to(slack, ASKER) == []
    slack.channels |= {ASKER}
    clock.now += timedelta(hours=1)
    for _ in range(2):
        async with running(slack, url, clock) as adapter:
            await slack.until(lambda: bool(to(slack, ASKER)))
            assert adapter._experts._desk
            await adapter._experts._desk.look()
    assert len(to(slack, ASKER)) == 1


async def test_an_unclaimed_question_reminds_in_its_thread_and_then_tells_the_asker(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock) as adapter:
        await asked_privately(slack, make)
        assert adapter._experts._desk
        for minutes in (30, 240, 300):
            clock.now = NOON + timedelta(minutes=minutes)
            await adapter._experts._desk.look()
        _, reminder = (call.params for call in to(slack, EXPERTS))
        assert (reminder["thread_ts"], str(reminder["reply_broadcast"])) == (card_ts(slack), "True")
        assert reminder["text"] == WORDS.expert_remind
        (told,) = to(slack, ASKER)
        assert WORDS.person_waiting in told.params["text"]


async def test_what_is_given_back_is_open_to_others(slack: FakeSlack, make: Deliveries, url: str, clock: Clock) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        await slack.deliver("interactive", pressed(slack, make, "claim"))
        await slack.deliver("interactive", pressed(slack, make, "release"))
        await slack.deliver("interactive", pressed(slack, make, "claim", BEN, "ben"))
        assert "Claimed by ben" in read(card(slack)).text


async def test_only_the_experts_channel_may_work_on_it(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        await asked_privately(slack, make)
        press = pressed(slack, make, "claim")
        press["channel"]["id"] = CHANNEL
        await slack.deliver("interactive", press)
        view = await form(slack, make)
        forged = view | {"private_metadata": json.dumps(json.loads(view["private_metadata"]) | {"c": CHANNEL})}
        await slack.deliver("interactive", sent_off(forged, "Not an expert's."))
        assert to(slack, ASKER) == []


# drafts


async def test_an_answer_is_saved_as_a_draft_with_where_it_is_from(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock) as adapter:
        await asked_privately(slack, make)
        await slack.deliver("interactive", pressed(slack, make, "claim"))
        clock.now += timedelta(minutes=5)
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        for user in (ANN, BEN):
            await slack.deliver("interactive", pressed(slack, make, "save", user))
        (draft,) = await drafts(adapter)
        assert (draft.question, draft.answer, draft.language) == ("red notice", "It is a request.", "en")
        assert (draft.expert, draft.answered_at) == (Expert(f"slack:{TEAM}:{ANN}", "ann"), NOON + timedelta(minutes=5))
        assert whispers(slack)[1:] == [WORDS.expert_saved.format(draft=draft.id)] * 2


# what is hostile


async def test_hostile_words_are_inert_both_ways(slack: FakeSlack, make: Deliveries, url: str, clock: Clock) -> None:
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    async with running(slack, url, clock):
        await asked_in_channel(slack, make, f"red notice {escaped}")
        await slack.deliver("interactive", pressed(slack, make, "claim", called=HOSTILE))
        await slack.deliver("events_api", line(slack, make, f"<!channel> {escaped} <https://evil.example|x> *b*"))
        await slack.until(lambda: len(to(slack, CHANNEL)) == 3)
        for message in [card(slack), *(call.params for call in to(slack, CHANNEL))]:
            assert alive(message) + faults(message) == []
        assert "*b*" in read(to(slack, CHANNEL)[-1].params).text


async def test_no_question_and_no_answer_reaches_the_log(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "adapters")
    caplog.set_level("DEBUG", "bot")
    async with running(slack, url, clock):
        await asked_privately(slack, make, "red notice of my-secret-uncle")
        slack.fail("chat.update", Failure(error="internal_error"))
        slack.channels -= {ASKER}
        await slack.deliver("events_api", line(slack, make, "a-secret-answer"))
    assert "secret" not in caplog.text
