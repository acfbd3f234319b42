"""Writes records behind everyone's back: `put` never waits, one task writes, an outage is waited out."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.errors import StoreError
from bot.store import Record

log = logging.getLogger(__name__)

LIMIT = 10_000  # records that wait: some 15 MB, with everybody's longest question 60
BATCH = 200
PAUSE = 2.0  # seconds between tries while the store is down

Write = Callable[[Sequence[Record]], Awaitable[None]]


class Recorder:
    """A queue of records and the task that writes them. The oldest is dropped when `limit` of them wait."""

    def __init__(self, write: Write, *, limit: int = LIMIT, pause: float = PAUSE) -> None:
        self._write = write
        self._pause = pause
        self._waiting: deque[Record] = deque(maxlen=limit)
        self._batch: list[Record] = []
        self._singly = False
        self._dropped = 0
        self._failing = False
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def pending(self) -> int:
        """How many records are not written yet."""
        return len(self._waiting) + len(self._batch)

    def put(self, record: Record) -> None:
        """Have `record` written when there is time. Never waits, never fails."""
        if len(self._waiting) == self._waiting.maxlen:
            self._drop_oldest()
        self._waiting.append(record)
        self._idle.clear()
        self._filled.set()

    def start(self) -> None:
        """Begin to write. A second call changes nothing."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="recorder")
            self._task.add_done_callback(_report)

    async def stop(self, seconds: float) -> None:
        """Write what waits, for at most `seconds`; what is left is lost, and counted in the log."""
        if self._task is None:
            return
        self._filled.set()
        waiting = asyncio.ensure_future(self._idle.wait())
        await asyncio.wait({waiting, self._task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.pending:
            log.warning("%d records could not be written before the end and are lost.", self.pending)
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=1)
        self._task = None

    def _drop_oldest(self) -> None:
        self._waiting.popleft()
        self._dropped += 1
        if self._dropped == 1:
            log.warning("%d records wait for the store: the oldest are being dropped.", len(self._waiting) + 1)

    async def _run(self) -> None:
        while True:
            await self._filled.wait()
            while self._waiting or self._batch:
                await self._write_some()
            self._filled.clear()
            self._idle.set()

    async def _write_some(self) -> None:
        while self._waiting and not self._singly and len(self._batch) < BATCH:
            self._batch.append(self._waiting.popleft())
        part = self._batch[:1] if self._singly else self._batch
        try:
            await self._write(part)
        except StoreError as error:
            self._failed(error)
            await asyncio.sleep(self._pause)
            return
        except ValueError as error:  # one record is refused for what is in it: find it, keep the others
            if len(part) > 1:
                self._singly = True
                return
            log.error("A record was dropped. %s", error)  # noqa: TRY400 - a traceback adds nothing to the sentence
        else:
            self._worked()
        self._batch = self._batch[len(part) :]
        self._singly = self._singly and bool(self._batch)

    def _failed(self, error: StoreError) -> None:
        if not self._failing:
            log.warning("Records wait until the store is back. %s", error)
        self._failing = True

    def _worked(self) -> None:
        if self._failing or self._dropped:
            log.info("The store is back: records are written again; %d were dropped meanwhile.", self._dropped)
        self._failing, self._dropped = False, 0


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("The recorder ended; nothing is remembered until the next start.", exc_info=error)
