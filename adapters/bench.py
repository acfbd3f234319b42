"""The command `bench`: our index beside other methods in one table; or time and memory against size."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import get_args

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from adapters.command import DONE, TO_MEND, Command, add_knowledge, settings_of
from adapters.terminal import console
from bot.bench.apart import Tell, apart
from bot.bench.datasets import PUBLIC, Dataset, Part, quick, read_public
from bot.bench.machine import this_machine
from bot.bench.methods import METHODS, check
from bot.bench.own import NAME as OWN
from bot.bench.own import own
from bot.bench.plot import plot
from bot.bench.run import Failed, Result, run
from bot.bench.scale import COMPARED, Point, Scaling, measure_size
from bot.bench.scale import QUESTIONS as ASKED
from bot.bench.table import (
    COLUMNS,
    SCALE_HEADS,
    Row,
    as_object,
    caption,
    markdown,
    replaced,
    rows,
    scale_cells,
    scale_markdown,
)
from bot.engine import phrasings_of
from bot.errors import BotError
from bot.evaluation import load_labels
from bot.knowledge.loader import load
from bot.settings import Settings

DATA = Path("../shared/benchmarks")
QUESTIONS = Path("tests/evaluation")
PAGE, PLOT = Path("docs/evaluation.md"), Path("docs/images/scale.svg")
ALTERNATIVE = "Time a question and memory against the number of phrasings"  # for who does not see the plot
HELD_OUT = "held-out"  # the folder of the labelled questions that are for the report only
SETS = (*PUBLIC, OWN)
PARTS = get_args(Part)
SEEDS = (0, 1, 2)
SMALLEST = 100  # phrasings that a size must have at least
LANGUAGE = "en"  # of the phrasings that the sizes are made up from


def bench(options: argparse.Namespace) -> int:
    """Measure, print the table, write it where it was asked for. Raises BotError before the long work where it can."""
    settings = settings_of(options)
    if options.markdown:
        _check_page(options)
    failures = _scale(options, settings) if options.scale else _compare(options, settings)
    for failure in failures:
        sys.stderr.write(f"{failure}\n")
    return TO_MEND if failures else DONE


def _compare(options: argparse.Namespace, settings: Settings) -> list[str]:
    check(options.methods)
    datasets = _datasets(options, settings)
    cache = settings.cache_dir / "bench" if options.cache else None
    results: list[Result] = []
    failures: list[str] = []
    total = sum(dataset.questions for dataset in datasets) * len(options.methods)
    with _progress("Comparing", total) as tell:
        for result in run(datasets, options.methods, cache, tell):
            if isinstance(result, Failed):
                failures.append(str(result))
                continue
            results.append(result)
            _keep(options, results, ())  # hours of work are not lost with the last minute
    table = rows(results)
    console().print(_rendered(table))
    if options.markdown and not failures:
        _write_page(options, markdown(table))
    return failures


def _scale(options: argparse.Namespace, settings: Settings) -> list[str]:
    if min(options.scale) < SMALLEST:
        raise BotError(f"--scale starts at {SMALLEST} phrasings.")
    check([each for each in (options.methods[0], options.exact) if each])
    knowledge = load(settings.knowledge_dir)
    base = [each.text for each in phrasings_of(knowledge) if each.language == LANGUAGE]
    scaling = Scaling(options.methods[0], options.exact, hashed=options.quick)
    points: list[Point] = []
    failures: list[str] = []
    asked = ASKED + (COMPARED if options.exact else 0)
    with _progress("Growing", asked * len(options.scale)) as tell:
        for size in options.scale:
            try:
                points.append(apart(partial(measure_size, base, size, scaling), tell))
            except BotError as error:
                failures.append(f"{size:,} phrasings: {error}")
            _keep(options, (), points)
    table = Table(box=box.SIMPLE_HEAD)
    for head in SCALE_HEADS:
        table.add_column(head, justify="right")
    for point in points:
        table.add_row(*scale_cells(point))
    console().print(table)
    if options.markdown and not failures:
        PLOT.write_text(plot(points), "utf-8")
        _write_page(options, f"![{ALTERNATIVE}](images/{PLOT.name})\n\n{scale_markdown(points)}")
    return failures


def _datasets(options: argparse.Namespace, settings: Settings) -> tuple[Dataset, ...]:
    seeds = options.seeds[:1] if options.quick else options.seeds
    public = [name for name in options.sets if name != OWN]
    found = list(read_public(public, options.data, seeds, options.part))
    if OWN in options.sets:
        folder = options.questions / HELD_OUT if options.part == "test" else options.questions
        found.append(own(load(settings.knowledge_dir), load_labels(folder)))
    return tuple(map(quick, found)) if options.quick else tuple(found)


# --- what is shown and written ---


@contextmanager
def _progress(title: str, total: int) -> Iterator[Tell]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4) as progress:
        task = progress.add_task(title, total=total)
        yield lambda steps: progress.advance(task, steps)


def _rendered(table: Sequence[Row]) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    shown.add_column("set, questions\n  method", no_wrap=True)
    for column in COLUMNS:
        shown.add_column(column.head.replace(" ", "\n"), justify="right")
    dataset = None
    for row in table:
        if row.dataset != dataset:
            dataset = row.dataset
            shown.add_row(f"[bold]{dataset}[/bold], {row.questions:,}")
        shown.add_row(f"  {row.method}", *(column.cell(row) for column in COLUMNS))
    return shown


def _keep(options: argparse.Namespace, results: Sequence[Result], points: Sequence[Point]) -> None:
    if not options.json:
        return
    asked = {"part": options.part, "quick": options.quick, "cache": options.cache}
    held = as_object(results, points, this_machine(), asked)
    part = options.json.with_name(f"{options.json.name}.part")
    try:
        part.write_text(json.dumps(held, ensure_ascii=False, indent=1), "utf-8")
        part.replace(options.json)
    except OSError as error:
        raise BotError(f"{options.json} can't be written: {error.strerror}.") from error


def _check_page(options: argparse.Namespace) -> None:
    if options.quick or options.cache:
        raise BotError("--quick and --cache measure too little for the docs: leave them out with --markdown.")
    replaced(_page(), _mark(options), "")


def _page() -> str:
    try:
        return PAGE.read_text("utf-8")
    except OSError as error:
        raise BotError(f"{PAGE} can't be read: {error.strerror}. --markdown works in the project's folder.") from error


def _mark(options: argparse.Namespace) -> str:
    return "scale" if options.scale else "bench"


def _write_page(options: argparse.Namespace, table: str) -> None:
    text = f"{caption(this_machine(), _command(options))}\n\n{table}"
    PAGE.write_text(replaced(_page(), _mark(options), text), "utf-8")


def _command(options: argparse.Namespace) -> str:
    """Return the command as one would type it again: its options where they are not what they would be anyway."""
    usual = {"part": PARTS[0], "scale": (), "exact": None, "sets": SETS, "methods": tuple(METHODS), "seeds": SEEDS}
    words = ["interpol-bot bench"]
    for name, default in usual.items():
        value = getattr(options, name)
        if value != default:
            words.append(f"--{name} {value if isinstance(value, str) else ','.join(map(str, value))}")
    return " ".join(words)


# --- arguments ---


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    data = f"folder of the public data sets, default {DATA}"
    sets, methods = f"some of {', '.join(SETS)}", f"some of {', '.join(METHODS)}; with --scale the first one"
    exact = "with --scale: the method whose first ten entries are the right ones"
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=data)
    parser.add_argument("--sets", type=_names(SETS), default=SETS, metavar="A,B", help=sets)
    parser.add_argument("--methods", type=_names(METHODS), default=tuple(METHODS), metavar="A,B", help=methods)
    parser.add_argument("--seeds", type=_numbers, default=SEEDS, metavar="N,N", help="of what is drawn, default 0,1,2")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0], help="test: for the report only, not to tune on")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, metavar="DIR", help=f"own, default {QUESTIONS}")
    parser.add_argument("--quick", action="store_true", help="one seed, a sample; with --scale, no encoders")
    parser.add_argument("--cache", action="store_true", help="keep vectors; build times then lack the encoding")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON, too, set after set")
    parser.add_argument("--markdown", action="store_true", help=f"write the table into {PAGE}")
    parser.add_argument("--scale", type=_numbers, default=(), metavar="N,N", help="numbers of phrasings to grow to")
    parser.add_argument("--exact", choices=tuple(METHODS), metavar="METHOD", help=exact)
    add_knowledge(parser)


def _names(known: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of lists with commas of known names."""
    allowed = tuple(known)

    def read(text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(map(str.strip, text.split(","))))
        if strange := [name for name in names if name not in allowed]:
            raise argparse.ArgumentTypeError(f"{strange[0]!r} is none of {', '.join(allowed)}")
        return names

    return read


def _numbers(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} must be whole numbers with commas between")
    return tuple(dict.fromkeys(map(int, parts)))


BENCH = Command(_add_arguments, bench)
