"""Runs a piece of work in a process of its own, so that its memory is its own and it can't take others down."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from bot.errors import BotError

T = TypeVar("T")
Tell = Callable[[int], None]  # says how many more steps are done
Work = Callable[[Tell], T]
_STEPS = 10  # that are told at once
_PATIENCE = 10.0  # seconds to tidy up in
_CONTEXT = multiprocessing.get_context("forkserver")  # forks from a process that has no threads and no data
_CONTEXT.set_forkserver_preload(["bot.bench.run", "bot.bench.scale"])


@dataclass(frozen=True, slots=True)
class _Done:
    value: Any


@dataclass(frozen=True, slots=True)
class _Failed:
    message: str


def apart(work: Work[T], tell: Tell = lambda _: None) -> T:
    """Do `work` (a function or partial that can be pickled) elsewhere; `tell` hears of its steps.

    Raises BotError where it fails: with its own sentence, or with what became of its process.
    """
    with _started(work) as (process, heard):
        while True:
            try:
                message = heard.recv()
            except EOFError:
                process.join()
                raise BotError(f"Its process ended too early{_how(process.exitcode)}.") from None
            match message:
                case _Done(value):
                    process.join(_PATIENCE)
                    return value  # type: ignore[no-any-return]  # what `work` returned
                case _Failed(reason):
                    raise BotError(reason)
                case int(steps):
                    tell(steps)


@contextmanager
def _started(work: Work[Any]) -> Iterator[tuple[BaseProcess, Connection]]:
    heard, said = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(work, said), daemon=True)
    process.start()
    said.close()
    try:
        yield process, heard
    finally:
        heard.close()
        process.kill()
        process.join()


def _how(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return ": it was killed, most likely because the machine has too little memory"
    return f" with code {code}"


def _child(work: Work[Any], said: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started us decides when to stop
    try:
        said.send(_Done(work(_Steps(said))))
    except BotError as error:
        said.send(_Failed(str(error)))
    except MemoryError:
        said.send(_Failed("The machine has too little memory for it."))
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more
    except Exception:  # noqa: BLE001 - the edge of a process: whatever it was, the other one must hear of it
        said.send(_Failed(traceback.format_exc()))


class _Steps:
    def __init__(self, said: Connection) -> None:
        self._said, self._untold = said, 0

    def __call__(self, steps: int) -> None:
        self._untold += steps
        if self._untold >= _STEPS:
            self._said.send(self._untold)
            self._untold = 0
