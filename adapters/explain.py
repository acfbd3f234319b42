"""Why an answer was given, in the terminal: what was read, by which rule, what was considered. Pure."""

from collections.abc import Iterator

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.messages import Answer, Explanation
from bot.plain import margin

DIGITS = 3


def explained(answer: Answer) -> RenderableType:
    """Return why each question of a message got its answer."""
    return Group(*(part for each in (answer, *answer.also) for part in _parts(each)))


def _parts(answer: Answer) -> Iterator[RenderableType]:
    why = answer.explanation
    yield Text("Why this answer" + (f": {answer.entry}" if answer.entry else ""), style="bold")
    yield _facts(answer, why)
    if why.candidates:
        yield _candidates(why)


def _facts(answer: Answer, why: Explanation) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = [
        ("Rule", why.rule or "-"),
        ("Read as", why.normalised or "-"),
        ("Language", why.language),
        *((_capital(rewrite.kind), rewrite.text) for rewrite in why.rewrites),
        *_scores(answer, why),
        ("Knowledge", answer.knowledge_version),
        *([("Time", f"{answer.ms:.1f} ms")] if answer.ms else []),  # of all questions together: the first one's
    ]
    for name, value in rows:
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _scores(answer: Answer, why: Explanation) -> Iterator[tuple[str, str]]:
    yield "Confidence", f"{_number(answer.confidence)} (threshold {_number(why.threshold)})"
    for name, candidate in zip(("Best", "Runner-up"), why.candidates, strict=False):
        yield name, f"{candidate.entry} {_number(candidate.score)}, by {candidate.phrasing!r}"
    if why.candidates:
        yield "Margin", _number(margin(why))


def _candidates(why: Explanation) -> Table:
    names = tuple(dict.fromkeys(name for candidate in why.candidates for name, _ in candidate.signals))
    table = Table(box=SIMPLE, title="Considered, best first", title_justify="left", title_style="dim")
    for heading in ("Entry", "Nearest phrasing"):
        table.add_column(heading, overflow="fold")
    for heading in ("Score", *names):
        table.add_column(Text(heading), justify="right", overflow="fold")
    for candidate in why.candidates:
        signals = dict(candidate.signals)
        numbers = (_number(signals[name]) if name in signals else "-" for name in names)
        table.add_row(*map(Text, (candidate.entry, candidate.phrasing, _number(candidate.score), *numbers)))
    return table


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(value: float) -> str:
    return f"{value:.{DIGITS}f}"
