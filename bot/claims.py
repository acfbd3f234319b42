"""Who handles a delivery: first within this process, from memory; then among all processes, by the store.

Why it is done so, and what happens at each crash: docs/decisions/0001-claims-and-answering.md.
"""

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import StoreError
from bot.store import Store
from bot.waiting import within

log = logging.getLogger(__name__)

PATIENCE = 0.25  # seconds that a delivery waits for the store; Slack's and Discord's limit is 3 (platforms.md S1, D1)
REST = 5.0  # seconds without asking a store that just failed
KEEP_SECONDS = 24 * 3600.0  # as long as Slack may deliver again (platforms.md S4)
KEEP_KEYS = 100_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours. `stored`: the store was asked, and may hold it under `token`."""

    keys: tuple[str, ...]
    token: str
    stored: bool


class Memory:
    """The keys this process handles, and those it did in the last 24 hours, the oldest forgotten first."""

    def __init__(self, limit: int = KEEP_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._handling: set[str] = set()
        self._done: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._handling) + len(self._done)

    def take(self, keys: tuple[str, ...]) -> bool:
        """Take all of `keys` or none."""
        self._forget()
        if any(key in self._handling or key in self._done for key in keys):
            return False
        self._handling.update(keys)
        return True

    def give_back(self, keys: tuple[str, ...]) -> None:
        """Make `keys` free again."""
        self._handling.difference_update(keys)

    def finish(self, keys: tuple[str, ...]) -> None:
        """Never give `keys` again."""
        self._handling.difference_update(keys)
        self._done.update(dict.fromkeys(keys, self._clock()))

    def _forget(self) -> None:
        old = self._clock() - KEEP_SECONDS
        while self._done and (len(self._done) > self._limit or next(iter(self._done.values())) < old):
            self._done.popitem(last=False)


class Claims:
    """Claims deliveries. When the store is slow or fails, memory alone decides, and the store gets a rest."""

    def __init__(self, store: Store | None, *, memory: Memory | None = None, patience: float = PATIENCE) -> None:
        self._store = store
        self._memory = memory or Memory()
        self._patience = patience
        self._resting_until = 0.0
        self._failing = False

    async def take(self, keys: tuple[str, ...]) -> Claim | None:
        """Claim a delivery, in `patience` seconds at most. None: it is done or being handled."""
        if not self._memory.take(keys):
            return None
        claim = Claim(keys, secrets.token_hex(8), stored=bool(keys) and self._may_ask())
        try:
            mine = await self._ask(claim)
        except BaseException:
            await self.give_back(claim)
            raise
        if mine:
            return claim
        self._memory.give_back(keys)
        return None

    def finish(self, claim: Claim) -> None:
        """Remember that it is done. Writing that to the store is the caller's part."""
        self._memory.finish(claim.keys)

    async def give_back(self, claim: Claim) -> None:
        """Make the delivery free again. Where the store can't be told, the lease ends the claim there."""
        self._memory.give_back(claim.keys)
        if not claim.stored or self._store is None:
            return
        try:
            await within(self._patience, self._store.release(claim.keys, claim.token))
        except (StoreError, TimeoutError) as error:
            self._failed(error)

    def _may_ask(self) -> bool:
        return self._store is not None and time.monotonic() >= self._resting_until

    async def _ask(self, claim: Claim) -> bool:
        if not claim.stored or self._store is None:
            return True
        try:
            mine = await within(self._patience, self._store.claim(claim.keys, claim.token))
        except (StoreError, TimeoutError) as error:
            self._failed(error)
            return True
        self._worked()
        return mine

    def _failed(self, error: Exception) -> None:
        self._resting_until = time.monotonic() + REST
        if not self._failing:
            reason = str(error) or f"It did not answer within {self._patience:g} s."
            log.warning("Deliveries are claimed in this process only until the store answers again. %s", reason)
        self._failing = True

    def _worked(self) -> None:
        if self._failing:
            log.info("Deliveries are claimed in the store again.")
        self._failing = False
