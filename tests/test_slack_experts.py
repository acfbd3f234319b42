"""Ask a person, in Slack: from the button under an answer to the expert's words where the asker is."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import cards, parse_experts
from adapters.slack.app import SlackAdapter
from bot.handoff import states
from bot.handoff.states import ANSWER_LIMIT, Expert, Notice, Request, State
from bot.knowledge.schema import LANGUAGES, ContactRecord, Knowledge, Words
from bot.service import Bot
from bot.store import Draft, Store
from tests import slack_rig
from tests.databases import DATABASES, fresh_database, wired
from tests.fake_slack import ASKER, BOT_USER, CHANNEL, TEAM, Call, Deliveries, Failure, FakeSlack, recorded, serving
from tests.fakes import CONTACT, HOSTILE, WORDS, FakeEngine
from tests.slack_rig import ask, http_settings, read, socket_settings
from tests.slack_rules import alive, button, faults, view_faults
from tests.test_handoff_desk import Clock
from tests.test_handoff_states import NOON

slack, make = slack_rig.slack, slack_rig.make  # fixtures
Payload = dict[str, Any]
KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
EXPERTS, ANN, BEN = "C0EXPERTS", "U0ANN", "U0BEN"


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()


class WithContact(FakeEngine):
    """Its knowledge names a contact; that of the plain one names none."""

    knowledge: Knowledge = FakeEngine.knowledge.model_copy(
        update={"contact": ContactRecord(name=CONTACT.name, role=CONTACT.role)}
    )


@asynccontextmanager
async def running(
    slack: FakeSlack, url: str, clock: Clock, engine: FakeEngine | None = None, channel: str = EXPERTS
) -> AsyncIterator[SlackAdapter]:
    slack.channels |= {EXPERTS}
    bot = Bot(engine or WithContact(), Store(url, clock=clock), clock=clock)
    adapter = SlackAdapter(bot, socket_settings(slack, slack_expert_channel=channel))
    await bot.start()
    await adapter.start()
    try:
        yield adapter
    finally:
        await adapter.stop()
        await bot.stop()


def to(slack: FakeSlack, channel: str, method: str = "chat.postMessage") -> list[Call]:
    return [call for call in slack.sent(method) if call.params.get("channel") == channel]


def whispers(slack: FakeSlack) -> list[str]:
    return [call.params["text"] for call in slack.sent("response_url")]


async def asked_privately(slack: FakeSlack, make: Deliveries, text: str = "red notice") -> Payload:
    """Ask by the command and press "Ask a person"; return what experts see."""
    reply = await ask(slack, make, text)
    await slack.deliver("interactive", make.press(button(reply["blocks"], "person"), private=True))
    return card(slack)


async def asked_in_channel(slack: FakeSlack, make: Deliveries, text: str = "red notice") -> Payload:
    await slack.deliver("events_api", make.mention(text))
    await slack.deliver(
        "interactive", make.press(button(to(slack, CHANNEL)[-1].params["blocks"], "person"), private=False)
    )
    return card(slack)


def card(slack: FakeSlack) -> Payload:
    """Return what stands in the experts' channel."""
    return next(message for (channel, _), message in slack.messages.items() if channel == EXPERTS)


def card_ts(slack: FakeSlack) -> str:
    return next(ts for channel, ts in slack.messages if channel == EXPERTS)


def pressed(slack: FakeSlack, make: Deliveries, name: str, user: str = ANN, called: str = "ann") -> Payload:
    payload = make.press(button(card(slack)["blocks"], f"expert_{name}"), private=False, user=user)
    payload["user"] |= {"name": called, "username": called}
    payload["channel"]["id"] = payload["container"]["channel_id"] = EXPERTS
    payload["container"]["message_ts"] = card_ts(slack)
    payload["container"].pop("thread_ts", None)
    return payload


def line(slack: FakeSlack, make: Deliveries, text: str, user: str = ANN, **changes: Any) -> Payload:
    return make.line(text, card_ts(slack), channel=EXPERTS, user=user, **changes)


def sent_off(view: Payload, text: str, user: str = ANN) -> Payload:
    payload = recorded("view_submission")
    payload["view"] |= {"callback_id": view["callback_id"], "private_metadata": view["private_metadata"]}
    payload["view"]["state"]["values"] = {parse_experts.FIELD: {parse_experts.TEXT: {"value": text}}}
    payload["user"] |= {"id": user, "name": "ann", "username": "ann"}
    return payload


async def form(slack: FakeSlack, make: Deliveries, user: str = ANN) -> Payload:
    await slack.deliver("interactive", pressed(slack, make, "answer", user))
    view: Payload = slack.sent("views.open")[-1].params["view"]
    assert view_faults(view) + alive(view) == []
    return view


async def drafts(adapter: SlackAdapter) -> list[Draft]:
    store = adapter._bot.store
    assert store
    return await store.handoffs.drafts()


# the way there


@pytest.mark.parametrize("text", ["red notice", "unsure", "my case", "something else"])
async def test_experts_see_the_question_and_what_was_answered_and_nothing_about_the_asker(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, text: str
) -> None:
    async with running(slack, url, clock):
        await ask(slack, make, "an earlier question")
        shown = await asked_privately(slack, make, text)
        everything = read(shown).text
        assert faults(shown) + alive(shown) == []
        assert text in everything
        assert ("find and provisionally arrest" in everything) is (text in {"red notice", "my case"})
        assert (WORDS.expert_unknown in everything) is (text in {"unsure", "something else"})
        assert "earlier" not in json.dumps(shown)
        assert ASKER not in json.dumps(shown)
        assert "jane" not in json.dumps(shown)
        assert whispers(slack) == [WORDS.person_asked]


@pytest.mark.parametrize("text", ["danger"])
async def test_in_an_emergency_nobody_is_made_to_wait_for_a_person(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, text: str
) -> None:
    async with running(slack, url, clock):
        assert '"person"' not in json.dumps(await ask(slack, make, text))


async def test_the_button_pressed_twice_shows_experts_the_question_once(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await asyncio.gather(*(slack.deliver("interactive", make.press(person, private=True)) for _ in range(3)))
        assert len(to(slack, EXPERTS)) == 1
        assert whispers(slack) == [WORDS.person_asked] * 3


async def test_without_an_expert_channel_the_contact_is_shown(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock, channel=""):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        (shown,) = slack.sent("response_url")
        assert CONTACT.name in read(shown.params).text
        assert WORDS.person_failed not in read(shown.params).text
        assert faults(shown.params) + alive(shown.params) == []


async def test_where_there_is_not_even_a_contact_that_is_said(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock, FakeEngine(), channel=""):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        assert whispers(slack) == [WORDS.person_nobody]


async def test_where_slack_refuses_the_experts_channel_the_asker_gets_the_contact(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(slack, url, clock) as adapter:
        slack.channels -= {EXPERTS}
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        (shown,) = slack.sent("response_url")
        assert WORDS.person_failed in shown.params["text"]
        assert CONTACT.name in read(shown.params).text
        assert adapter._bot.store
        assert await adapter._bot.store.handoffs.unsettled("slack") == []
    assert "channel_not_found" in caplog.text
    assert "red notice" not in caplog.text


async def test_while_the_store_is_down_the_asker_gets_the_contact(
    slack: FakeSlack, make: Deliveries, tmp_path: Path, clock: Clock
) -> None:
    async with (
        fresh_database("postgresql", tmp_path) as url,
        wired(url) as wire,
        running(slack, wire.url, clock),
    ):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await wire.cut()
        await slack.deliver("interactive", make.press(person, private=True))
        await slack.until(lambda: bool(slack.sent("response_url")))
        assert CONTACT.name in read(slack.sent("response_url")[0].params).text
        assert to(slack, EXPERTS) == []


async def test_who_asked_in_a_window_is_told_directly(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        ack = await slack.deliver("interactive", make.submission("red notice"))
        press = make.press_in_view(button(ack["view"]["blocks"], "person"), "modal")
        await slack.deliver("interactive", press)
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        confirmed, answer = (call.params for call in to(slack, ASKER))
        assert confirmed["text"] == WORDS.person_asked
        assert "It is a request." in read(answer).text


async def test_over_http_it_works_the_same(slack: FakeSlack, make: Deliveries, url: str, clock: Clock) -> None:
    slack.channels |= {EXPERTS}
    bot = Bot(WithContact(), Store(url, clock=clock), clock=clock)
    adapter = SlackAdapter(bot, http_settings(slack, slack_expert_channel=EXPERTS))
    await bot.start()
    await adapter.start()
    async with serving(adapter.routes()) as address:
        where = f"{address}/slack/events"
        _, reply = await slack.post_command(where, make.command("red notice"))
        person = button(json.loads(reply)["blocks"], "person")
        await slack.post_interaction(where, make.press(person, private=True))
        await slack.post_interaction(where, pressed(slack, make, "answer"))
        view = slack.sent("views.open")[-1].params["view"]
        status, _ = await slack.post_interaction(where, sent_off(view, "It is a request."))
        assert status == 200
        await slack.until(lambda: bool(to(slack, ASKER)))
        assert "It is a request." in read(to(slack, ASKER)[-1].params).text
    await adapter.stop()
    await bot.stop()


# the way back


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


TEXTS = st.text(max_size=ANSWER_LIMIT)


@given(TEXTS, TEXTS, st.text(max_size=200), st.sampled_from([*State]), st.sampled_from(["en", "ar"]))
def test_any_words_are_within_the_limits_and_inert(
    question: str, answer: str, name: str, state: State, language: str
) -> None:
    request = Request("slack", "slash", question, answer, "ref1", language, "a:b:U1", "c", "{}")
    one = states.opened(request, datetime.fromisoformat("2026-06-01T12:00+00:00"))
    if state is not State.OPEN and answer.strip():
        one = states.answer(one, Expert("a:b:U2", name), answer, one.opened_at)
    messages = [cards.question(one, WORDS), *(cards.told(one, notice, WORDS, CONTACT) for notice in _TELLING)]
    for message in messages:
        payload = {"text": message.text, "blocks": [*message.blocks]}
        assert faults(payload) + alive(payload) == []
    assert view_faults(cards.form(one, EXPERTS, WORDS)) == []


_TELLING = (Notice.TAKEN, Notice.WAITING, Notice.ANSWER, Notice.DECLINED, Notice.EXPIRED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [*State])
def test_the_words_of_each_language_are_within_the_limits_and_inert(language: str, state: State) -> None:
    words = Words.model_validate(yaml.safe_load((KNOWLEDGE / "words" / f"{language}.yaml").read_text("utf-8")))
    request = Request("slack", "slash", "What now?", "", "ref1", language, "a:b:U1", "c", "{}")
    one = replace(states.opened(request, NOON), state=state, expert=Expert("a:b:U2", "Ann"), answer="Because.")
    shown = [
        cards.question(one, words),
        cards.asked(words, language),
        *(cards.not_asked(words, language, contact, failed=True) for contact in (CONTACT, None)),
        *(cards.told(one, notice, words, CONTACT) for notice in _TELLING),
    ]
    for message in shown:
        payload = {"text": message.text, "blocks": [*message.blocks]}
        assert faults(payload) + alive(payload) == []
    assert view_faults(cards.form(one, EXPERTS, words)) == []


def test_the_whole_of_the_longest_answer_is_shown() -> None:
    request = Request("slack", "slash", "q" * 1000, "", "ref1", "en", "a:b:U1", "c", "{}")
    answer = ("word " * (ANSWER_LIMIT // 5)).strip()
    one = states.answer(states.opened(request, NOON), Expert("a:b:U2", "Ann"), answer, NOON)
    assert answer in json.dumps(cards.told(one, Notice.ANSWER, WORDS, None).blocks)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": [{"action_id": "expert_claim"}]},
        {"actions": [{"action_id": "expert_fire", "value": '{"h":"x"}'}]},
    ],
)
def test_what_is_no_press_of_an_expert_is_none(body: Payload) -> None:
    assert parse_experts.press(body) is None
    assert parse_experts.written(body) is None
    assert parse_experts.line(body, BOT_USER, frozenset()) is None
