"""The desk: opens hand-offs, lets experts work on them, and sees to it that everyone is told what they must know.

What is to be told follows from the stored hand-off alone (`states.due`), so it survives a restart. Each notice is
claimed in the store before it is sent, so that of several processes one sends it; unlike a delivery, for which somebody
waits, it is not sent without the claim, but later. A process that dies between sending and noting has it sent twice.
One that can't be sent is tried again, ever more seldom, for as long as an answer may take.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import ConnectError, HandOffError, StoreError
from bot.handoff import states
from bot.handoff.states import Expert, HandOff, Notice, Request, Times
from bot.store import Draft, Store
from bot.waiting import T, within

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that a person waits for the store; a platform waits 3 (platforms.md S1, D1)
ROUND = 20.0  # seconds between two looks at what is left to do
PAUSES = (timedelta(seconds=30), timedelta(hours=1))  # before the second try; at most
GRACE = timedelta(minutes=1)  # that `open` has to show experts a question, before it is shown for it
_TRIES = 5  # of a change that others make at the same time
_STOP_SECONDS = 2.0


class Outbox(Protocol):
    """How a platform tells people. Every method raises ConnectError where it can't."""

    async def post(self, one: HandOff) -> str:
        """Show experts a question, and return its `card`."""

    async def remind(self, one: HandOff) -> None:
        """Remind the experts that nobody took it up."""

    async def tell(self, one: HandOff, notice: Notice) -> None:
        """Tell the asker."""

    async def refresh(self, one: HandOff) -> None:
        """Show experts where it stands now."""


class Desk:
    """The hand-offs of one platform. `clock` gives aware times."""

    def __init__(
        self,
        platform: str,
        store: Store,
        outbox: Outbox,
        *,
        clock: Callable[[], datetime],
        times: Times,
    ) -> None:
        self._platform = platform
        self._store = store
        self._kept = store.handoffs
        self._outbox = outbox
        self._clock = clock
        self._times = times
        self._sent: dict[tuple[str, Notice], str] = {}  # the cards of what was sent, but could not be noted
        self._pauses: dict[str, tuple[timedelta, datetime]] = {}  # after a failure: how long, until when
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after what is left to do."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"hand-offs of {self._platform}")
            self._task.add_done_callback(_report)

    async def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_STOP_SECONDS)
            self._task = None

    async def open(self, request: Request) -> HandOff | None:
        """Show a question to the experts; None where that can't be done now: then the asker needs another way."""
        try:
            one = await within(PATIENCE, self._kept.open(states.opened(request, self._clock())))
        except (StoreError, TimeoutError, ValueError) as error:
            log.warning("A question could not be handed to a person. error=%s", type(error).__name__)
            return None
        if Notice.POST in one.told:
            return one
        try:
            return await self._send(one, Notice.POST)
        except StoreError:
            return one  # it is kept: what is left to do is done when the store is back
        except ConnectError as error:
            log.error("Experts could not be shown a question. %s", error)  # noqa: TRY400 - it says all
        await self._discard(one)
        return None

    async def _discard(self, one: HandOff) -> None:
        try:
            await within(PATIENCE, self._kept.discard(one))
        except (StoreError, TimeoutError):
            log.warning("A question goes to the experts later, though its asker was shown whom to ask. id=%s", one.id)

    async def claim(self, handoff: str, expert: Expert) -> HandOff:
        """Take it up. Raises HandOffError, StoreError."""
        return await self._change(handoff, lambda one: states.claim(one, expert, self._clock()))

    async def release(self, handoff: str, expert: Expert) -> HandOff:
        """Give it back. Raises HandOffError, StoreError."""
        return await self._change(handoff, lambda one: states.release(one, expert, self._clock()))

    async def answer(self, handoff: str, expert: Expert, text: str) -> HandOff:
        """Answer it. Raises HandOffError, StoreError, ValueError for a text that is none or too long."""
        return await self._change(handoff, lambda one: states.answer(one, expert, text, self._clock()))

    async def decline(self, handoff: str, expert: Expert) -> HandOff:
        """Say that it is not for this team. Raises HandOffError, StoreError."""
        return await self._change(handoff, lambda one: states.decline(one, expert, self._clock()))

    async def draft(self, handoff: str, by: Expert) -> Draft:
        """Keep an answer for the editors. Raises HandOffError where there is none, StoreError."""
        one = await self.get(handoff)
        if one is None or one.state is not states.State.ANSWERED:
            raise HandOffError(one.state.value if one else "gone")
        return await self._soon(self._kept.add_draft(one, by, self._clock()))

    async def get(self, handoff: str) -> HandOff | None:
        """Return a hand-off by its id. Raises StoreError."""
        return await self._soon(self._kept.get(handoff))

    async def by_card(self, card: str) -> HandOff | None:
        """Return the hand-off that experts see at a place. Raises StoreError."""
        return await self._soon(self._kept.by_card(self._platform, card))

    async def settle(self, one: HandOff) -> None:
        """Tell everyone what they are to know of it by now, and show experts where it stands; later what fails."""
        await self._settle_quietly(one)
        try:
            await self._outbox.refresh(await self.get(one.id) or one)
        except (ConnectError, StoreError) as error:
            log.warning("Experts see an old state. handoff=%s error=%s", one.id, error)

    async def look(self) -> None:
        """Do what is left to do. Raises StoreError."""
        now = self._clock()
        for one in await self._kept.unsettled(self._platform):
            _, until = self._pauses.get(one.id, (None, now))
            being_posted = Notice.POST not in one.told and now - one.opened_at < GRACE
            if until <= now and not being_posted:
                await self._attend(one, now)

    async def _attend(self, one: HandOff, now: datetime) -> None:
        if states.is_stale(one, now):
            closed = await self._kept.save(one, states.expire(one, now))
            if closed:
                await self.settle(closed)
        elif now - one.changed_at >= 2 * states.KEPT_OPEN:  # it was closed that long ago: nobody can be told
            log.error("Somebody could not be told the end of a hand-off. handoff=%s state=%s", one.id, one.state)
            await self._kept.save(one, states.tell(one, *Notice))
        else:
            await self._settle(one)

    async def _run(self) -> None:
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except StoreError as error:
                if not failing:
                    log.warning("Hand-offs wait until the store is back. %s", error)
                failing = True
            await asyncio.sleep(ROUND)

    async def _change(self, handoff: str, change: Callable[[HandOff], HandOff]) -> HandOff:
        for _ in range(_TRIES):
            one = await self.get(handoff)
            if one is None:
                raise HandOffError("gone")
            changed = await self._soon(self._kept.save(one, change(one)))
            if changed:
                return changed
        raise StoreError("The hand-off is being changed by many at once. Try again.")

    async def _soon(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await within(PATIENCE, work)
        except TimeoutError as error:
            raise StoreError(f"The store did not answer within {PATIENCE:g} s.") from error

    async def _settle_quietly(self, one: HandOff) -> None:
        try:
            await self._settle(one)
        except StoreError as error:
            log.warning("A hand-off waits until the store is back. handoff=%s %s", one.id, error)

    async def _settle(self, one: HandOff) -> None:
        for notice in states.due(one, self._clock(), self._times):
            try:
                one = await self._send(one, notice)
            except ConnectError as error:
                self._pause(one, notice, error)
                return
        self._pauses.pop(one.id, None)

    async def _send(self, one: HandOff, notice: Notice) -> HandOff:
        if (one.id, notice) in self._sent:
            return await self._note(one, notice, self._sent[one.id, notice])
        key, token = f"handoff:{one.id}:{notice}", secrets.token_hex(8)
        if not await self._store.claim([key], token):
            return one
        current = await self._kept.get(one.id)  # another process may have sent it since `one` was read
        if current is None or notice not in states.due(current, self._clock(), self._times):
            await self._release(key, token)
            return current or one
        try:
            self._sent[one.id, notice] = card = await self._deliver(current, notice)
        except ConnectError:
            await self._release(key, token)
            raise
        noted = await self._note(current, notice, card)  # where that fails, the claim holds others off for a while
        await self._release(key, token)
        return noted

    async def _release(self, key: str, token: str) -> None:
        try:
            await self._store.release([key], token)
        except StoreError:
            log.warning("A notice's claim ends by itself. key=%s", key)

    async def _deliver(self, one: HandOff, notice: Notice) -> str:
        if notice is Notice.POST:
            return await self._outbox.post(one)
        if notice is Notice.REMIND:
            await self._outbox.remind(one)
        else:
            await self._outbox.tell(one, notice)
        return one.card

    async def _note(self, one: HandOff, notice: Notice, card: str) -> HandOff:
        """Note that somebody was told; what others changed meanwhile stays."""
        for _ in range(_TRIES):
            noted = await self._kept.save(one, replace(states.tell(one, notice), card=card or one.card))
            if noted:
                self._sent.pop((one.id, notice), None)
                return noted
            current = await self._kept.get(one.id)
            if current is None:  # it was forgotten on somebody's wish
                self._sent.pop((one.id, notice), None)
                return one
            one = current
        raise StoreError("The hand-off is being changed by many at once. Try again.")

    def _pause(self, one: HandOff, notice: Notice, error: ConnectError) -> None:
        first, longest = PAUSES
        last, _ = self._pauses.get(one.id, (None, None))
        pause = min(last * 2, longest) if last else first
        self._pauses[one.id] = (pause, self._clock() + pause)
        log.warning("Somebody could not be told; it is tried again. handoff=%s notice=%s %s", one.id, notice, error)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("Hand-offs are not looked after any more until the next start.", exc_info=error)
