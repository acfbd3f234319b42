"""Work on the store, for commands that need it for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.settings import Settings
from bot.store import Store

T = TypeVar("T")


def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, do the work, close it. Raises StoreError."""

    async def run() -> T:
        store = Store(settings.database_url)
        try:
            await store.open()
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
