"""Claims in memory, and what becomes of them when the store is slow or fails. With a real store: test_service.py."""

import asyncio
import logging
import time
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.claims import KEEP_SECONDS, Claims, Memory
from bot.errors import StoreError
from bot.store import Store
from bot.store.store import LEASE
from tests.databases import until


class BadStore(Store):
    """A store on which every claim fails, or hangs when there is neither `error` nor `answer`."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__("sqlite://")
        self.error = error
        self.answer: bool | None = None
        self.asked = 0

    async def claim(self, keys: Iterable[str], token: str, lease: timedelta = LEASE) -> bool:
        self.asked += 1
        if self.error:
            raise self.error
        return await asyncio.Future() if self.answer is None else self.answer

    async def release(self, keys: Iterable[str], token: str) -> None:
        await self.claim(keys, token)


def test_memory_takes_all_keys_or_none() -> None:
    memory = Memory()
    assert memory.take(("a", "b"))
    assert not memory.take(("b", "c"))
    assert memory.take(("c",))


def test_memory_forgets_what_is_done_after_a_day() -> None:
    now = [0.0]
    memory = Memory(clock=lambda: now[0])
    assert memory.take(("a",))
    memory.finish(("a",))
    now[0] = KEEP_SECONDS
    assert not memory.take(("a",))
    now[0] = KEEP_SECONDS + 1
    assert memory.take(("a",))


def test_memory_is_bounded_and_keeps_the_newest() -> None:
    memory = Memory(limit=100)
    for number in range(1000):
        key = (f"k{number}",)
        assert memory.take(key)
        memory.finish(key)
    assert len(memory) <= 101
    assert not memory.take(("k999",))
    assert memory.take(("k0",))


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcd"), min_size=1), st.sampled_from(("done", "back", "stay")))))
def test_no_key_is_ever_held_twice(steps: list[tuple[set[str], str]]) -> None:
    memory, held = Memory(), set[str]()
    for keys, end in steps:
        mine = memory.take(tuple(keys))
        assert mine == held.isdisjoint(keys)
        if mine and end == "back":
            memory.give_back(tuple(keys))
        elif mine:
            held |= keys
            if end == "done":
                memory.finish(tuple(keys))


async def test_a_claim_without_keys_is_always_ours() -> None:
    claims = Claims(None)
    assert await claims.take(())
    assert await claims.take(())


@pytest.mark.parametrize("error", [StoreError("The database is away."), None], ids=["fails", "hangs"])
async def test_without_the_store_memory_decides_and_the_store_is_not_asked_again(
    error: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    store = BadStore(error)
    claims = Claims(store, patience=0.05)
    started = time.perf_counter()
    first = await claims.take(("e1",))
    assert first
    assert await claims.take(("e1",)) is None
    for number in range(2, 20):
        claim = await claims.take((f"e{number}",))
        assert claim
        await claims.give_back(claim)
        assert await claims.take((f"e{number}",))
    assert time.perf_counter() - started < 2
    assert store.asked == 1
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    await claims.give_back(first)
    assert await claims.take(("e1",))


async def test_when_its_rest_is_over_the_store_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = BadStore(StoreError("The database is away."))
    claims = Claims(store)
    assert await claims.take(("e1",))
    claims._resting_until = 0
    store.error = None
    store.answer = False
    assert await claims.take(("e2",)) is None
    store.answer = True
    assert await claims.take(("e2",))
    assert caplog.text.count("in the store again") == 1


async def test_one_who_is_cancelled_while_claiming_holds_nothing() -> None:
    class Slow(BadStore):
        async def release(self, keys: Iterable[str], token: str) -> None:
            self.released = tuple(keys)

    store = Slow(None)
    claims = Claims(store, patience=30)
    waiting = asyncio.create_task(claims.take(("e1",)))
    await until(lambda: store.asked == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert store.released == ("e1",)
    assert claims._memory.take(("e1",))
