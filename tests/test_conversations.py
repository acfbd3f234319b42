"""bot/conversations.py, and how the bot hands it to the engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import conversations
from bot.conversations import KEPT, TURNS, Conversations
from bot.messages import Answer, Explanation, Outcome, Question, Rewrite, Turn
from bot.service import Bot
from tests.fakes import FakeEngine, make_answer

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = Question("what is a red notice?", conversation="slack:T1:C1:1.0", asker="slack:T1:U1")
ANSWER = make_answer()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def test_what_was_answered_is_context_for_what_is_asked_next() -> None:
    kept = Conversations(Clock())
    kept.remember(ASKED, ANSWER)
    assert kept.turns(ASKED) == (Turn("what is a red notice?", "red-notice-definition", "en"),)


def test_only_the_last_turns_are_kept_the_newest_last() -> None:
    kept = Conversations(Clock())
    for number in range(TURNS + 2):
        kept.remember(replace(ASKED, text=f"question {number}"), ANSWER)
    assert [turn.question for turn in kept.turns(ASKED)] == [f"question {number}" for number in range(2, TURNS + 2)]


def test_each_question_of_a_message_is_a_turn() -> None:
    kept = Conversations(Clock())
    kept.remember(ASKED, make_answer(also=(make_answer(entry="mission"),)))
    assert [turn.entry for turn in kept.turns(ASKED)] == ["red-notice-definition", "mission"]


def test_of_a_follow_up_what_it_was_read_as_is_kept() -> None:
    kept = Conversations(Clock())
    why = Explanation("how long does it last red notice", rewrites=(Rewrite("follow-up", "…"),))
    kept.remember(replace(ASKED, text="and how long does it last?"), make_answer(explanation=why))
    assert kept.turns(ASKED)[0].question == "how long does it last red notice"


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, asker="slack:T1:U2"),
        replace(ASKED, conversation="slack:T1:C2:1.0"),
        replace(ASKED, conversation=""),
        replace(ASKED, conversation="web:page:", asker="web:page:visitor"),
    ],
)
def test_nobody_s_question_is_another_s_context(other: Question) -> None:
    kept = Conversations(Clock())
    kept.remember(other, ANSWER)
    assert kept.turns(ASKED) == ()


@pytest.mark.parametrize("conversation", ["", "web:page:"])
def test_a_conversation_that_is_nobody_s_own_is_not_kept(conversation: str) -> None:
    kept = Conversations(Clock())
    shared = replace(ASKED, conversation=conversation)
    kept.remember(shared, ANSWER)
    assert kept.turns(shared) == ()
    assert len(kept) == 0


def test_after_a_while_nothing_is_context_any_more_and_memory_is_given_back() -> None:
    clock = Clock()
    kept = Conversations(clock)
    kept.remember(ASKED, ANSWER)
    clock.now += KEPT
    assert kept.turns(ASKED)
    clock.now += timedelta(seconds=1)
    assert kept.turns(ASKED) == ()
    kept.remember(replace(ASKED, conversation="slack:T1:C1:2.0"), ANSWER)
    assert len(kept) == 1


def test_the_conversation_that_was_silent_longest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MOST", 2)
    kept = Conversations(Clock())
    first, second, third = (replace(ASKED, conversation=f"slack:T1:C1:{number}") for number in range(3))
    for question in (first, second, first, third):
        kept.remember(question, ANSWER)
    assert kept.turns(second) == ()
    assert kept.turns(first)
    assert kept.turns(third)


@pytest.mark.parametrize(
    ("answer", "turns"),
    [
        (make_answer(outcome=Outcome.URGENT, entry="danger"), 0),
        (make_answer(outcome=Outcome.DECLINED, entry="hello"), 0),
        (make_answer(outcome=Outcome.HANDED_OFF, entry="my-case"), 0),
        (make_answer(outcome=Outcome.SUGGESTED, entry=None), 1),
        (make_answer(outcome=Outcome.DECLINED, entry=None), 1),
    ],
)
def test_an_emergency_and_a_guard_end_what_was_talked_of_and_no_answer_leaves_it(answer: Answer, turns: int) -> None:
    kept = Conversations(Clock())
    kept.remember(ASKED, ANSWER)
    kept.remember(ASKED, answer)
    assert len(kept.turns(ASKED)) == turns


def test_a_long_question_is_kept_in_part() -> None:
    kept = Conversations(Clock())
    kept.remember(replace(ASKED, text="x" * 100_000), ANSWER)
    assert len(kept.turns(ASKED)[0].question) == conversations.CHARACTERS


class ToldEngine(FakeEngine):
    def __init__(self) -> None:
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return super().answer(question)


async def test_the_bot_gives_the_engine_what_it_answered_before() -> None:
    engine = ToldEngine()
    bot = Bot(engine)
    await bot.ask(ASKED)
    await bot.choose(ASKED, "mission")
    await bot.ask(replace(ASKED, text="and who decides that?"))
    assert [turn.entry for turn in engine.asked[-1].context] == ["red-notice-definition", "mission"]
    assert engine.asked[0].context == ()


async def test_another_engine_that_takes_over_gets_the_conversation_too() -> None:
    bot = Bot(FakeEngine())
    await bot.ask(ASKED)
    engine = ToldEngine()
    bot.use(engine)
    await bot.ask(ASKED)
    assert engine.asked[0].context
