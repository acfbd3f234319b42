"""The same look as `interpol-bot slack doctor`, at the start and every hour. The log tells only what changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from adapters.slack.doctor import Finding

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


class SelfTest:
    """Runs `examine` again and again. `to_mend` is what it found last."""

    def __init__(self, examine: Callable[[], Awaitable[Sequence[Finding]]], seconds: float = EVERY_SECONDS) -> None:
        self._examine = examine
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None
        self.to_mend: tuple[str, ...] = ()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="Slack's self-test")

    async def stop(self) -> None:
        """End."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                self._note(await self._examine())
            except Exception:
                log.exception("The self-test itself failed.")
            await asyncio.sleep(self._seconds)

    def _note(self, found: Sequence[Finding]) -> None:
        now = tuple(str(each) for each in found if each.mend)
        for sentence in now:
            if sentence not in self.to_mend:
                log.warning("To mend in Slack. %s", sentence)
        for sentence in self.to_mend:
            if sentence not in now:
                log.info("Mended in Slack. %s", sentence)
        self.to_mend = now
