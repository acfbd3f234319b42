"""The bound on waiting."""

import asyncio
import time

import pytest

from bot.waiting import within


async def test_work_in_time_gives_what_it_returns_or_raises() -> None:
    async def double(number: int) -> int:
        if number < 0:
            raise ValueError("negative")
        return number * 2

    assert await within(5, double(21)) == 42
    with pytest.raises(ValueError, match="negative"):
        await within(5, double(-1))


async def test_the_bound_holds_even_for_work_that_can_not_be_stopped_and_the_work_goes_on() -> None:
    go, ended = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await go.wait()
        finally:
            await go.wait()  # whoever cancels this waits as long
            ended.set()

    started = time.perf_counter()
    with pytest.raises(TimeoutError):
        await within(0.01, stubborn())
    assert time.perf_counter() - started < 1
    assert not ended.is_set()
    go.set()
    await asyncio.wait_for(ended.wait(), 5)


async def test_the_work_goes_on_when_the_one_who_waits_is_cancelled() -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go.wait()
        ended.set()

    waiter = asyncio.create_task(within(60, work()))
    await begun.wait()
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    go.set()
    await asyncio.wait_for(ended.wait(), 5)
