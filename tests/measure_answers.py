"""`python -m tests.measure_answers`: how right the engine is on the labelled questions, and how long it takes."""

import os
import sys
import time
from pathlib import Path
from statistics import mean, median, quantiles

from rich.console import Console
from rich.table import Table

from bot.engine import build_engine
from bot.knowledge.loader import load
from bot.messages import Question
from tests.labelled import ROOT, Result, results

ROUNDS = 5


def main() -> None:
    """Print two tables."""
    knowledge = load(ROOT / "knowledge")
    started = time.perf_counter()
    engine = build_engine(knowledge, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    built = time.perf_counter() - started
    asked = results(engine)
    console = Console()
    console.print(_quality(asked))
    times = [engine.answer(Question(each.label.q)).ms for _ in range(ROUNDS) for each in asked]
    console.print(
        f"{len(knowledge.entries)} entries; engine built in {built:.1f} s.\n"
        f"One question: median {median(times):.1f} ms, "
        f"p99 {quantiles(times, n=100)[98]:.1f} ms ({len(times)} asked, {os.cpu_count()} cores)."
    )


def _quality(asked: tuple[Result, ...]) -> Table:
    table = Table("questions", "number", "right", "right or offered", "wrong", title="Labelled questions")
    kinds = list(dict.fromkeys(each.label.kind for each in asked))
    for kind, own in [(kind, [each for each in asked if each.label.kind == kind]) for kind in kinds] + [
        ("all", list(asked))
    ]:
        shares = (mean(each.right for each in own), mean(each.right or each.offered for each in own),
                  mean(each.wrong for each in own))  # fmt: skip
        table.add_row(kind, str(len(own)), *(f"{share:.0%}" for share in shares))
    return table


if __name__ == "__main__":
    main()
