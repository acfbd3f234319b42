"""What was asked is not kept for ever: old records are deleted at the start and once a day."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import StoreError
from bot.store import Store

log = logging.getLogger(__name__)

EVERY = 24 * 3600.0  # seconds
AGAIN = 600.0  # seconds, after a failure
_STOP_SECONDS = 2.0


class Retention:
    """Deletes what is older than `keep`, by `clock`."""

    def __init__(self, store: Store, keep: timedelta, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._keep = keep
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Delete now, and every day."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="retention")

    async def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS)
            self._task = None

    async def delete(self) -> int:
        """Delete what is too old; return how many rows that were. Raises StoreError."""
        deleted = await self._store.forgetting.before(self._clock() - self._keep)
        count = sum(deleted.values())
        if count:
            log.info("Deleted %d records that were older than %d days.", count, self._keep.days)
        return count

    async def _run(self) -> None:
        while True:
            try:
                await self.delete()
            except StoreError as error:
                log.warning("Old records could not be deleted. %s", error)
                await asyncio.sleep(AGAIN)
            else:
                await asyncio.sleep(EVERY)
