"""One after the other into each channel, and no faster than Slack lets us (platforms.md S20)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from adapters.slack.memory import Recent

SECONDS = 1.0  # a message a second and channel
BURST = 5  # that may go out at once where it was quiet before: Slack allows short bursts


class Pace:
    """Gives turns: in the order in which they were asked for, BURST at once, then one every SECONDS."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._due: Recent[str, float] = Recent()  # when the next message would be due, had they been evenly spread
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """Hold the channel; whoever comes meanwhile waits, also for what is tried again."""
        lock = self._locks.setdefault(channel, asyncio.Lock())
        async with lock:
            due = max(self._due.get(channel) or 0.0, self._clock())
            early = due - (BURST - 1) * SECONDS - self._clock()
            if early > 0:
                await self._sleep(early)
            self._due.put(channel, due + SECONDS)
            yield
