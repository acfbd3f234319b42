"""Changed knowledge, checked and learned in a process of its own: what it takes and where it fails touches no question.

The process runs at a low priority and leaves what it learned in the cache; of several processes, the last one to
write a file of the cache wins, and no reader sees half of one.
"""

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge

LIMIT = 1800.0  # seconds: cold training of our own knowledge takes well below a minute
_PROGRAM = "import sys; from bot.prepare import main; sys.exit(main())"
_STEPS_BACK = 10  # of priority: a tenth of the processor where questions want all of it; 19 might never end there
_FIRST_TO_GO = "1000"  # where memory runs out, Linux ends this process, not the bot


@dataclass(frozen=True, slots=True)
class Order:
    """What to prepare: the folder; `build`, which leaves its work in the cache (None: only check); `known`, a version.

    `build` crosses to the other process: a function of a module, or a `partial` of one. Knowledge that is of the
    version `known` is not built.
    """

    folder: Path
    build: Callable[[Knowledge], object] | None
    known: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no new knowledge: `reason` is a sentence, or every fault on a line of its own."""

    reason: str


async def prepare(order: Order, limit: float = LIMIT) -> Knowledge | Refusal:
    """Have an order carried out. Cancelling ends the process. `limit` is in seconds."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a folder "bot" where we happen to run is none of ours
        "-c",
        _PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        async with asyncio.timeout(limit):
            out, _ = await process.communicate(pickle.dumps(order))
    except TimeoutError:
        return Refusal(f"Preparing it took more than {limit:.0f} seconds and was given up.")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    code = await process.wait()
    return await asyncio.to_thread(_read, out) if code == 0 else Refusal(_why(code))


def _read(out: bytes) -> Knowledge | Refusal:
    found: Knowledge | Refusal = pickle.loads(out)  # noqa: S301 - it is from a process of ours, by a pipe of ours
    return found


def _why(code: int) -> str:
    """Return why a process ended that did not end well."""
    if code >= 0:
        return f"Preparing it failed (exit code {code}); what it said stands in the log above."
    with suppress(ValueError):  # a number that is no signal of this platform
        name = signal.Signals(-code).name
        memory = " Perhaps there was too little memory: see docs/operations.md." if name == "SIGKILL" else ""
        return f"Preparing it was ended by {name}.{memory}"
    return f"Preparing it was ended by signal {-code}."


# --- in the other process ---


def main() -> int:
    """Carry out the order on standard input; answer on standard output."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is none of the answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then ends this
    _step_back()
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - it is from the bot
    with answer:
        pickle.dump(carry_out(order), answer)
    return 0


def carry_out(order: Order) -> Knowledge | Refusal:
    """Load the folder, and build what is not known yet."""
    try:
        knowledge = load(order.folder)
    except KnowledgeError as error:
        return Refusal(str(error))
    if order.build and knowledge.version != order.known:
        order.build(knowledge)
    return knowledge


def _step_back() -> None:
    """Leave the processor to the questions, and memory too, where the platform knows of such things."""
    nice: Any = getattr(os, "nice", None)
    if nice:
        nice(_STEPS_BACK)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, "ascii")
