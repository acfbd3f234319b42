"""What is deleted: everything past its time, everything of one person, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters import cli
from bot.handoff import states
from bot.handoff.states import Notice
from bot.messages import Explanation, Feedback, Outcome, Question
from bot.settings import Settings
from bot.store import Asked, Rated, Store, forgetting
from bot.store.forgetting import UNSETTLED
from bot.store.tables import HandOffRow
from tests.databases import DATABASES, fresh_store
from tests.fakes import make_answer
from tests.test_handoff_states import ANN, NOON, REQUEST

LEFT = ("exchanges", "unanswered", "handoffs", "drafts")
ME, OTHER = "slack:T1:ME", "slack:T1:OTHER"


@pytest.fixture(params=DATABASES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with fresh_store(request.param, tmp_path) as store:
        yield store


async def fill(store: Store, asker: str, text: str, days: int = 0) -> None:
    """Let a person ask something that is not known, judge it, have it answered by a person and saved."""
    at = NOON - timedelta(days=days)
    reference = f"{asker}:{text}"
    answer = make_answer(text, outcome=Outcome.DECLINED, entry=None, reference=reference, explanation=Explanation())
    question = Question(text, "en", "slack", "slash", "slack:T1:C1:", asker)
    await store.write([Asked.of(question, answer, at), Rated(Feedback(reference, asker, helpful=False), at)])
    request = replace(REQUEST, question=text, asker=asker, reference=reference)
    one = await store.handoffs.open(states.opened(request, at))
    told = states.tell(states.answer(one, ANN, "Because.", at), Notice.ANSWER)
    answered = await store.handoffs.save(one, told)
    assert answered
    await store.handoffs.add_draft(answered, ANN, at)


async def left(store: Store) -> dict[str, list[str]]:
    return {
        "exchanges": sorted(row.question for row in await store.recent_exchanges(100)),
        "unanswered": sorted(row.text for row in await store.unanswered(100)),
        "handoffs": sorted(row.question for row in await store._rows(select(HandOffRow))),
        "drafts": sorted(one.question for one in await store.handoffs.drafts(None)),
    }


async def test_everything_of_a_person_goes_and_nothing_of_others(store: Store) -> None:
    await fill(store, ME, "mine")
    await fill(store, ME, "ours")
    await fill(store, OTHER, "ours")
    await fill(store, OTHER, "theirs")
    deleted = await store.forgetting.of(ME)
    assert deleted == {"exchanges": 2, "feedback": 2, "unanswered": 1, "handoffs": 2, "drafts": 2}
    assert await left(store) == {table: ["ours", "theirs"] for table in LEFT}
    assert (await store.counts()).not_helpful == 2
    assert set((await store.forgetting.of(ME)).values()) == {0}


async def test_what_is_too_old_goes_however_much_it_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for number in range(5):
        await fill(store, ME, f"old {number}", days=91)
    await fill(store, ME, "young", days=89)
    deleted = await store.forgetting.before(NOON - timedelta(days=90))
    assert deleted == dict.fromkeys(("exchanges", "feedback", "unanswered", "handoffs", "drafts"), 5)
    assert await left(store) == {table: ["young"] for table in LEFT}


async def test_a_hand_off_that_is_not_at_its_end_stays_until_nobody_can_be_told(store: Store) -> None:
    await store.handoffs.open(states.opened(REQUEST, NOON))
    for time in (NOON + timedelta(days=1), NOON + UNSETTLED):
        assert (await store.forgetting.before(time))["handoffs"] == 0
    assert (await store.forgetting.before(NOON + UNSETTLED + timedelta(seconds=1)))["handoffs"] == 1


def test_the_command_says_what_it_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    async def remember() -> None:
        store = Store("sqlite:///interpol-bot.db")
        await store.open()
        await fill(store, ME, "mine")
        await store.close()

    asyncio.run(remember())
    assert cli.main(["forget", ME]) == 0
    assert capfdbinary.readouterr().out == (b"Deleted: 1 drafts, 1 exchanges, 1 feedback, 1 handoffs, 1 unanswered.\n")
    assert cli.main(["forget", ME]) == 0
    assert capfdbinary.readouterr().out == b"Deleted: nothing was kept.\n"
