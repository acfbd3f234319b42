"""The rules in memory, so that no question waits for the database; another process's changes show in half a minute."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.errors import StoreError
from bot.rules import Rules
from bot.store import Store
from bot.waiting import within

log = logging.getLogger(__name__)

FRESH_SECONDS = 30.0
PATIENCE = 0.25  # seconds; after that, what was known before holds


class KnownRules:
    """A platform's rules. Without a store, or while it is away, what was known before holds; at first, nothing."""

    def __init__(self, platform: str, store: Store | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._platform = platform
        self._store = store
        self._clock = clock
        self._known: Mapping[str, Rules] = {}
        self._looked = float("-inf")

    async def of(self, workspace: str, channel: str = "") -> Rules:
        """Return what holds in a channel: its own rules, over the workspace's. Never fails, never waits long."""
        await self._look()
        rules = self.chosen(workspace)
        return self.chosen(workspace, channel).over(rules) if channel else rules

    def chosen(self, workspace: str, channel: str = "") -> Rules:
        """Return what was chosen for just that place, as far as is known."""
        return self._known.get(self._place(workspace, channel), Rules())

    async def experts(self) -> frozenset[str]:
        """Return every channel that experts were given anywhere."""
        await self._look()
        return frozenset(rules.experts for rules in self._known.values() if rules.experts)

    async def choose(self, chosen: Mapping[tuple[str, str], Rules], at: datetime) -> None:
        """Keep what was chosen, by workspace and channel ("": the workspace itself). Raises StoreError."""
        if self._store is None:
            raise StoreError("There is no database to keep this in.")
        await self._store.rules.put({self._place(*place): rules for place, rules in chosen.items()}, at)
        self._known = await self._store.rules.all(self._platform)

    def _place(self, workspace: str, channel: str) -> str:
        return ":".join(filter(None, (self._platform, workspace, channel)))

    async def _look(self) -> None:
        if self._store is None or self._clock() - self._looked < FRESH_SECONDS:
            return
        self._looked = self._clock()
        try:
            self._known = await within(PATIENCE, self._store.rules.all(self._platform))
        except (StoreError, TimeoutError) as error:
            log.warning("What administrators chose could not be read. %s", error)
