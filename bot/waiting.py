"""A bound on waiting that holds: the work is left to end by itself, because stopping it could take as long."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_going_on: set[asyncio.Task[Any]] = set()  # the event loop holds tasks only weakly


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns, or raise what it raises, if that takes no more than `seconds`.

    Raises TimeoutError past that; `work` then goes on, unheard. So it does when the caller is cancelled.
    """
    task = asyncio.create_task(work)
    _going_on.add(task)
    task.add_done_callback(_forget)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        raise TimeoutError
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not complain that nobody did
