"""What a reload may have to build in another process, well or badly: functions of a module, as they must be."""

import os
import signal
import time
from pathlib import Path

from bot.engine import Engine
from bot.knowledge.schema import Knowledge
from tests.fakes import FakeEngine
from tests.toy_encoders import ToyEncoder


def toy_engine(knowledge: Knowledge, cache_dir: Path | None = None) -> Engine:
    """Build a real engine on a toy encoder."""
    return Engine(knowledge, (ToyEncoder(),), cache_dir)


class VersionedEngine(FakeEngine):
    """A fake that is of the knowledge it was built from."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.version = knowledge.version


def noisy(knowledge: Knowledge, note: Path) -> VersionedEngine:
    """Print, and leave word in a file of having been asked, by which process and how polite it is."""
    print("a library's chatter")  # noqa: T201
    with note.open("a") as lines:
        lines.write(f"{knowledge.version} {os.getpid()} {os.nice(0)}\n")
    return VersionedEngine(knowledge)


def failing(knowledge: Knowledge) -> VersionedEngine:
    """Break."""
    raise RuntimeError("it broke, as the test wished")


def killed(knowledge: Knowledge) -> VersionedEngine:
    """End as if the machine had no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def endless(knowledge: Knowledge, note: Path) -> VersionedEngine:
    """Write down the process, and go on for ever."""
    note.write_text(f"{os.getpid()}")
    while True:
        time.sleep(60)
