"""Hand-offs and drafts in the store, on SQLite and on PostgreSQL alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.handoff import states
from bot.handoff.states import HandOff, Notice
from bot.store import DraftState, Store
from tests.contract import BAD_INPUT
from tests.databases import DATABASES, fresh_store
from tests.test_handoff_states import ANN, BEN, NOON, REQUEST


@pytest.fixture(params=DATABASES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with fresh_store(request.param, tmp_path) as store:
        yield store


def new(reference: str = "ref1", **changes: str) -> HandOff:
    return states.opened(replace(REQUEST, reference=reference, **changes), NOON)


async def kept(store: Store, one: HandOff, after: HandOff) -> HandOff:
    saved = await store.handoffs.save(one, after)
    assert saved
    return saved


async def test_a_hand_off_comes_back_as_it_was_kept(store: Store) -> None:
    one = new()
    assert await store.handoffs.open(one) == one
    changed = states.tell(replace(states.claim(one, ANN, NOON), card="C1:1.1"), Notice.POST, Notice.TAKEN)
    saved = await kept(store, one, changed)
    assert saved == replace(changed, version=2)
    assert await store.handoffs.get(one.id) == saved
    assert await store.handoffs.by_card("slack", "C1:1.1") == saved
    assert await store.handoffs.by_card("discord", "C1:1.1") is None
    assert await store.handoffs.get("gone") is None


async def test_the_same_question_is_opened_once(store: Store) -> None:
    first, *others = await asyncio.gather(*(store.handoffs.open(new()) for _ in range(5)))
    assert {one.id for one in others} == {first.id}


async def test_of_two_changes_at_once_one_is_kept(store: Store) -> None:
    one = await store.handoffs.open(new())
    changes = [states.claim(one, expert, NOON) for expert in (ANN, BEN)]
    saved = await asyncio.gather(*(store.handoffs.save(one, change) for change in changes))
    (winner,) = [each for each in saved if each]
    assert await store.handoffs.get(one.id) == winner


async def test_what_was_changed_is_not_discarded(store: Store) -> None:
    one = await store.handoffs.open(new())
    await kept(store, one, states.claim(one, ANN, NOON))
    assert not await store.handoffs.discard(one)
    current = await store.handoffs.get(one.id)
    assert current
    assert await store.handoffs.discard(current)
    assert await store.handoffs.get(one.id) is None


async def test_only_what_is_left_to_do_is_listed_oldest_first(store: Store) -> None:
    later = states.opened(replace(REQUEST, reference="later"), NOON + timedelta(hours=1))
    for one in (later, new("first"), new("done"), new("elsewhere", platform="discord")):
        await store.handoffs.open(one)
    done = next(one for one in await store.handoffs.unsettled("slack") if one.reference == "done")
    answered = await kept(store, done, states.answer(done, ANN, "Yes.", NOON))
    assert {one.reference for one in await store.handoffs.unsettled("slack")} == {"done", "first", "later"}
    await kept(store, answered, states.tell(answered, Notice.ANSWER))
    assert [one.reference for one in await store.handoffs.unsettled("slack")] == ["first", "later"]


async def test_any_text_can_be_kept(store: Store) -> None:
    for name, text in BAD_INPUT.items():
        one = await store.handoffs.open(new(name, question=text, offered=text, place=text, asker=f"slack:{name}"))
        if text.strip() and len(text) < states.ANSWER_LIMIT:
            answered = await kept(store, one, states.answer(one, ANN, text, NOON))
            assert (await store.handoffs.add_draft(answered, ANN, NOON)).answer
        assert await store.handoffs.get(one.id), name


async def test_an_answer_becomes_a_draft_once_and_is_decided_once(store: Store) -> None:
    one = await store.handoffs.open(new())
    answered = await kept(store, one, states.answer(one, ANN, "Yes.", NOON + timedelta(minutes=5)))
    drafts = [await store.handoffs.add_draft(answered, expert, NOON) for expert in (ANN, BEN)]
    assert drafts[0] == drafts[1]
    draft = drafts[0]
    assert (draft.question, draft.answer, draft.language) == ("What now?", "Yes.", "en")
    assert (draft.expert, draft.answered_at, draft.handoff) == (ANN, NOON + timedelta(minutes=5), one.id)
    assert (draft.saved_by, draft.state) == (ANN.key, DraftState.NEW)
    assert await store.handoffs.drafts() == [draft]
    assert await store.handoffs.decide(draft.id, DraftState.ACCEPTED, NOON, entry="what-now")
    assert not await store.handoffs.decide(draft.id, DraftState.REJECTED, NOON, reason="no")
    assert await store.handoffs.drafts() == []
    decided = await store.handoffs.draft(draft.id)
    assert decided
    assert (decided.state, decided.entry, decided.decided_at) == (DraftState.ACCEPTED, "what-now", NOON)
    assert await store.handoffs.drafts(None) == [decided]
    assert await store.handoffs.draft(999) is None
