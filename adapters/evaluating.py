"""The command `evaluate`: the labelled questions, asked; what was right and what was wrong."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from adapters.assemble import load_engine
from adapters.command import DONE, Command, add_knowledge, settings_of
from adapters.report import figures, render
from adapters.terminal import console
from bot.evaluation import as_json, evaluate, load_labels, missed_before, report

QUESTIONS = Path("tests/evaluation")
HELD_OUT = QUESTIONS / "held-out"


def evaluate_all(options: argparse.Namespace) -> int:
    """Ask the labelled questions, print the report, and keep it for the next one to compare with."""
    asked = load_labels(HELD_OUT if options.held_out else options.questions)
    settings = settings_of(options)
    _, engine = load_engine(settings)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Asking", total=len(asked))
        summary = report(evaluate(engine, asked, lambda: progress.advance(task)))
    if options.held_out:
        console().print(figures(summary))
        return DONE
    if options.json:
        sys.stdout.write(f"{as_json(summary)}\n")
        return DONE
    kept = settings.cache_dir / "evaluation.json"
    before = missed_before(kept.read_text("utf-8")) if kept.is_file() else None
    console().print(render(summary, before))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(as_json(summary), "utf-8")
    return DONE


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--questions", type=Path, default=QUESTIONS, metavar="DIR", help=f"folder, default {QUESTIONS}")
    parser.add_argument(
        "--held-out",
        action="store_true",
        help=f"ask those in {HELD_OUT}, and print figures only: nobody reads their misses",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON; it is not kept")
    add_knowledge(parser)


EVALUATE = Command(_add_arguments, evaluate_all)
