"""Watches the knowledge folder: what changed is prepared aside, and then takes over in one step.

Whatever fails on the way leaves the old knowledge in place and is told to the operator. Questions that are being
answered finish on the engine on which they began.
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from bot.knowledge.loader import version_of, yaml_files
from bot.knowledge.schema import Knowledge
from bot.messages import Question
from bot.prepare import Order, Refusal, prepare
from bot.service import Answering

log = logging.getLogger(__name__)
T = TypeVar("T")
Build = Callable[[Knowledge], Answering]
State = tuple[tuple[str, int, int, int], ...]

TOLD = 20  # lines of a refusal that are logged; `interpol-bot check` tells them all
TURN = 0.0005  # seconds that building keeps other threads waiting at a time; Python's own 5 ms would be felt


class Swapped(Protocol):
    """What changes its engine (`bot.service.Bot`)."""

    def use(self, engine: Answering) -> None:
        """Answer from this engine from now on."""

    def refuse(self, reason: str) -> None:
        """Note why there is newer knowledge that can't be used; "": there is none any more."""


class Reloader:
    """Keeps a bot's knowledge that of a folder. `build` makes an engine; `version` is what the bot answers from.

    `seconds` lie between two looks at the folder; 0: it is not looked at unless forced. A change is taken up when the
    folder stood still between two looks, so that a save in several steps, or a `git pull`, is read when it is over.
    Where `cached`, `build` is done beforehand in a process of its own, which warms its cache, and must be a function of
    a module or a `partial` of one.
    """

    def __init__(
        self, bot: Swapped, folder: Path, build: Build, version: str, *, seconds: float, cached: bool = True
    ) -> None:
        self._bot = bot
        self._folder = folder
        self._build = build
        self._version = version
        self._seconds = seconds
        self._cached = cached
        self._forced = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="reloader")

    async def stop(self) -> None:
        """Stop watching; what is being prepared is given up."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def force(self) -> None:
        """Read the folder now, changed or not: after a failure that was not the folder's fault."""
        self._forced.set()

    async def _watch(self) -> None:
        seen = await asyncio.to_thread(state_of, self._folder)
        tried = seen if await asyncio.to_thread(self._is_known) else None
        while True:
            forced = await self._pause()
            now = await asyncio.to_thread(state_of, self._folder)
            still, seen = now == seen, now
            if forced or (still and now != tried):
                tried = now
                await self._reload()

    async def _pause(self) -> bool:
        """Wait until it is time to look again; say whether that was forced."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds or None):
                await self._forced.wait()
        forced = self._forced.is_set()
        self._forced.clear()
        return forced

    def _is_known(self) -> bool:
        try:
            return version_of(self._folder) == self._version
        except OSError:
            return False

    async def _reload(self) -> None:
        started = time.perf_counter()
        log.info("The knowledge in %s is read anew; version %s answers meanwhile.", self._folder, self._version)
        try:
            refusal = await self._take_over()
        except Exception as error:
            log.exception("The knowledge could not be changed.")
            refusal = f"It could not be built: {type(error).__name__}."
        self._bot.refuse(shortened(refusal))
        if refusal:
            log.error(
                "The knowledge in %s can't be used; answers still come from version %s. %s",
                self._folder,
                self._version,
                shortened(refusal),
            )
        else:
            log.info("Answers come from knowledge %s (%.1f s).", self._version, time.perf_counter() - started)

    async def _take_over(self) -> str:
        """Change the bot's engine, unless the knowledge is the same; return why that can't be done, or ""."""
        order = Order(self._folder, self._build if self._cached else None, self._version)
        knowledge = await prepare(order)
        if isinstance(knowledge, Refusal):
            return knowledge.reason
        if knowledge.version != self._version:
            self._bot.use(await aside(partial(_ready, self._build, knowledge)))
            self._version = knowledge.version
        return ""


def state_of(folder: Path) -> State:
    """Return name, time, size and number of every YAML file in a folder: cheap, and another when one is written."""
    try:
        return tuple(sorted(map(_file_state, yaml_files(folder))))
    except OSError:
        return ()


def _file_state(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError:  # a link that leads nowhere, or a file that has just gone
        return str(path), 0, 0, 0
    return str(path), found.st_mtime_ns, found.st_size, found.st_ino


def shortened(reason: str) -> str:
    """Return a reason's first lines, and how many more there are."""
    lines = reason.splitlines()
    more = [f"… and {len(lines) - TOLD} more: interpol-bot check tells them all"] if len(lines) > TOLD else []
    return "\n".join([*lines[:TOLD], *more])


def _ready(build: Build, knowledge: Knowledge) -> Answering:
    """Build an engine and ask it the editors' own examples, so that no asker meets it cold, or broken."""
    with _giving_way():
        engine = build(knowledge)
        for language, words in knowledge.words.items():
            for example in words.examples:
                engine.answer(Question(example, language))
    return engine


@contextmanager
def _giving_way() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


async def aside(work: Callable[[], T]) -> T:
    """Do work in a thread of its own, of which `asyncio.to_thread` has few; stopping the bot does not wait for it."""
    future: Future[T] = Future()
    threading.Thread(target=_do, args=(work, future), name="aside", daemon=True).start()
    return await asyncio.wrap_future(future)


def _do(work: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - the one who waits gets it
        future.set_exception(error)
    else:
        future.set_result(result)
