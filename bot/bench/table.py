"""The bench's tables: rows of text for the terminal, Markdown for the docs, an object for programs. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean
from typing import Any

from bot.bench.machine import Machine
from bot.bench.run import Figures, Result
from bot.bench.scale import Point
from bot.errors import BotError

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """A method on a set, the mean over the seeds. `ratio`: median time by that of the encoders alone."""

    dataset: str
    method: str
    seeds: int
    questions: int
    figures: Figures
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head and what stands below it."""

    head: str
    cell: Callable[[Row], str]


COLUMNS = (
    Column("accuracy", lambda row: f"{row.figures.accuracy:.3f}"),
    Column("MRR", lambda row: f"{row.figures.mrr:.3f}"),
    Column("AUROC", lambda row: _decimals(row.figures.auroc)),
    Column("OOS recall", lambda row: _decimals(row.figures.oos_recall)),
    Column("wrong", lambda row: f"{row.figures.wrong:.1%}"),
    Column("ECE", lambda row: _decimals(row.figures.calibration_error)),
    Column("median ms", lambda row: f"{row.figures.median_ms:.2f}"),
    Column("p99 ms", lambda row: f"{row.figures.p99_ms:.2f}"),
    Column("ratio", lambda row: NOTHING if row.ratio is None else f"{row.ratio:.2f}"),
    Column("build s", lambda row: f"{row.figures.build_s:.2f}"),
    Column("memory MB", lambda row: f"{row.figures.memory_mb:,.0f}"),
)
SCALE_HEADS = ("phrasings", "entries", "build s", "median ms", "p99 ms", "resident MB", "peak MB", "recall@10")


def rows(results: Iterable[Result]) -> tuple[Row, ...]:
    """Return one row a set and method, in the order in which they came, the mean over the seeds."""
    groups: dict[tuple[str, str], list[Result]] = {}
    bare: dict[str, list[float]] = {}
    for result in results:
        groups.setdefault((result.dataset, result.method), []).append(result)
        if result.figures.bare_ms is not None:
            bare.setdefault(result.dataset, []).append(result.figures.bare_ms)
    return tuple(_row(own, bare.get(dataset)) for (dataset, _), own in groups.items())


def scale_cells(point: Point) -> tuple[str, ...]:
    """Return a size's cells, under SCALE_HEADS."""
    return (
        f"{point.phrasings:,}",
        f"{point.entries:,}",
        f"{point.build_s:,.1f}",
        f"{point.median_ms:.2f}",
        f"{point.p99_ms:.2f}",
        f"{point.resident_mb:,.0f}",
        f"{point.peak_mb:,.0f}",
        _decimals(point.recall),
    )


def markdown(table: Sequence[Row]) -> str:
    """Return the table as Markdown."""
    heads = ("set", "method", *(column.head for column in COLUMNS))
    lines = ((row.dataset, row.method, *(column.cell(row) for column in COLUMNS)) for row in table)
    return _markdown(heads, lines, texts=2)


def scale_markdown(points: Sequence[Point]) -> str:
    """Return the sizes as a table in Markdown."""
    return _markdown(SCALE_HEADS, map(scale_cells, points), texts=0)


def caption(machine: Machine, command: str) -> str:
    """Return the line that stands above a table in the docs."""
    return f"`{command}`, {machine.day}, {machine}."


def as_object(results: Sequence[Result], points: Sequence[Point], machine: Machine, options: Mapping[str, Any]) -> Any:
    """Return all of it for programs. Times as the fields are named, memory in 10^6 bytes, shares from 0 to 1."""
    return {
        "machine": asdict(machine),
        "options": dict(options),
        "results": [asdict(each) for each in results],
        "rows": [asdict(each) for each in rows(results)],
        "scale": [asdict(each) for each in points],
    }


def replaced(page: str, name: str, text: str) -> str:
    """Return a page with `text` between the marks of that name. Raises BotError where they are not there once each."""
    start, stop = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if page.count(start) != 1 or page.count(stop) != 1 or page.index(start) > page.index(stop):
        raise BotError(f"The page must hold the marks {start.strip()} and {stop}, once each and in this order.")
    head, rest = page.split(start)
    return f"{head}{start}{text}\n{stop}{rest.split(stop)[1]}"


def _row(results: Sequence[Result], bare: Sequence[float] | None) -> Row:
    first = results[0]
    mean = Figures(*(_mean([getattr(each.figures, field.name) for each in results]) for field in fields(Figures)))
    ratio = mean.median_ms / fmean(bare) if bare else None
    return Row(first.dataset, first.method, len(results), sum(each.questions for each in results), mean, ratio)


def _mean(values: Sequence[float | None]) -> Any:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _decimals(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _markdown(heads: Sequence[str], lines: Iterable[Sequence[str]], texts: int) -> str:
    ruled = ["---"] * texts + ["---:"] * (len(heads) - texts)
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ruled, *lines))
