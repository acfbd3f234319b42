"""An evaluation's report in the terminal. Pure: a report in, things that rich can print out."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.evaluation import Bin, Report, Score

CONFUSIONS = 15
ENTRIES = 15


def render(report: Report, before: AbstractSet[str] | None) -> RenderableType:
    """Return the whole report; `before` are the questions that the last report missed, None without one."""
    return Group(
        _scores("Labelled questions", report.kinds | {"all": report.total}),
        _scores("By language", report.languages),
        _scores("Entries, worst first", _worst(report.entries)),
        _confusions(report.confusions[:CONFUSIONS]),
        _reliability(report.bins),
        _closing(report),
        *_difference(frozenset(report.missed), before),
    )


def figures(report: Report) -> RenderableType:
    """Return what may be told of questions that nobody is to know: no question, no entry, no confusion."""
    return Group(
        _scores("Held-out questions", report.kinds | {"all": report.total}),
        _scores("By language", report.languages),
        _reliability(report.bins),
        _closing(report),
    )


def _closing(report: Report) -> Text:
    return Text(
        f"Expected calibration error {report.calibration_error:.3f}. "
        f"One question: median {report.median_ms:.1f} ms, p99 {report.p99_ms:.1f} ms. "
        f"Knowledge {report.knowledge_version}."
    )


def _scores(title: str, scores: Mapping[str, Score]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in ("questions", "right", "offered", "silent", "wrong"):
        table.add_column(name, justify="right")
    for name, score in scores.items():
        silent = score.number - score.right - score.offered - score.wrong
        counts = (score.right, score.offered, silent, score.wrong)
        table.add_row(name, str(score.number), *(f"{count / score.number:.1%}" for count in counts))
    return table


def _worst(entries: Mapping[str, Score]) -> dict[str, Score]:
    imperfect = {name: score for name, score in entries.items() if score.right < score.number}
    order = sorted(imperfect, key=lambda name: (-entries[name].wrong, entries[name].right / entries[name].number))
    return {name: entries[name] for name in order[:ENTRIES]}


def _confusions(confusions: tuple[tuple[str, str, int], ...]) -> Table:
    table = Table("wanted", "got", "times", title="Confusions, most frequent first", title_justify="left")
    for wanted, got, times in confusions:
        table.add_row(wanted, got, str(times))
    return table


def _reliability(bins: tuple[Bin, ...]) -> Table:
    table = Table(
        "questions", "confidence", "right", title="Does the confidence mean what it says?", title_justify="left"
    )
    for each in bins:
        table.add_row(str(each.number), f"{each.confidence:.2f}", f"{each.right:.2f}")
    return table


def _difference(missed: AbstractSet[str], before: AbstractSet[str] | None) -> tuple[RenderableType, ...]:
    if before is None:
        return ()
    lines = [f"  now right   {question}" for question in sorted(before - missed)]
    lines += [f"  now missed  {question}" for question in sorted(missed - before)]
    return (Text("Since the last report:\n" + ("\n".join(lines) or "  the same questions are missed")),)
