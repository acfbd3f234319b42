"""How long questions take while the knowledge is read anew: `python -m tests.measure_reload`.

Our own knowledge, copied, with its real encoders; one question after the other, without a pause. A phrasing is added,
so that the model is trained anew, in its own process. No question may fail, and the median may at most double. Takes a
minute, with a cold cache some more.
"""

import asyncio
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.building import Builder
from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge
from bot.messages import Question
from bot.reload import Reloader
from bot.service import Bot
from bot.store.records import FAILURE

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
QUESTIONS = 400  # before, and after
GOAL = 2.0  # times the usual
ADDED = "      phrasings:\n        - tell me of coloured papers\n"


class Clock:
    """Asks and takes the time, in milliseconds."""

    def __init__(self, bot: Bot, questions: list[Question]) -> None:
        self._bot = bot
        self._questions = questions
        self.times: list[float] = []
        self.failed = 0

    async def run(self, enough: Callable[[], bool]) -> None:
        """Ask until it is enough."""
        while not enough():
            await self._ask(self._questions[len(self.times) % len(self._questions)])

    async def _ask(self, question: Question) -> None:
        started = time.perf_counter()
        answer = await self._bot.ask(question)
        self.times.append((time.perf_counter() - started) * 1000)
        self.failed += answer.explanation.rule == FAILURE

    def told(self) -> str:
        """Return the figures as a sentence."""
        ordered = sorted(self.times)
        median, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
        slowest = f"slowest {ordered[-1]:.1f} ms, {self.failed} failed"
        return f"{len(ordered)} questions, median {median:.1f} ms, p99 {p99:.1f} ms, {slowest}"


def questions_of(knowledge: Knowledge) -> list[Question]:
    """Return the entries' own questions, in a language each."""
    return [
        Question(text.question.lower().rstrip("?؟ "), language)
        for number, entry in enumerate(knowledge.entries)
        for language in [entry.languages()[number % len(entry.languages())]]
        if (text := entry.text(language))
    ]


def change(folder: Path) -> None:
    """Change one file as an editor would."""
    path = folder / "faq" / "notices.yaml"
    path.write_text(path.read_text("utf-8").replace("      phrasings:\n", ADDED, 1), "utf-8")


async def measure(folder: Path, cache: Path) -> tuple[list[Clock], float]:
    """Return the clocks of before, during and after, and how long the reload took, in seconds."""
    knowledge = load(folder)
    build = Builder("default", cache)
    bot = Bot(build(knowledge))
    warm, before, during, after = (Clock(bot, questions_of(knowledge)) for _ in range(4))
    reloader = Reloader(bot, folder, build, knowledge.version, seconds=0.5)
    reloader.start()
    await warm.run(lambda: len(warm.times) >= QUESTIONS)
    await before.run(lambda: len(before.times) >= QUESTIONS)
    change(folder)
    started = time.perf_counter()
    await during.run(lambda: bot.standing.version != knowledge.version or bool(bot.standing.refused))
    seconds = time.perf_counter() - started
    if bot.standing.refused:
        raise SystemExit(bot.standing.refused)
    await after.run(lambda: len(after.times) >= QUESTIONS)
    await reloader.stop()
    return [before, during, after], seconds


def main() -> int:
    """Print the figures; 1 when the goal is missed."""
    logging.basicConfig(level=logging.WARNING)
    cache = Path(os.environ.get("CACHE_DIR", ".cache"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(KNOWLEDGE, Path(place) / "knowledge"))
        clocks, seconds = asyncio.run(measure(folder, cache))
    for name, clock in zip(("before", "during", "after"), clocks, strict=True):
        sys.stdout.write(f"{name}: {clock.told()}\n")
    usual, during = (statistics.median(clock.times) for clock in clocks[:2])
    sys.stdout.write(f"Reload: {seconds:.1f} s; median {during / usual:.2f} times the usual (goal: {GOAL:.0f})\n")
    return int(during > GOAL * usual or any(clock.failed for clock in clocks))


if __name__ == "__main__":
    sys.exit(main())
