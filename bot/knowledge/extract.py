"""What a crime area says on one facet, and two subjects side by side: parts of what editors wrote, nothing added."""

import re
from dataclasses import dataclass
from itertools import product

from bot.knowledge.compose import BLANK, operation_lines
from bot.knowledge.fields import DETAILS_LIMIT, SHORT_LIMIT
from bot.knowledge.schema import Crime, CrimeText
from bot.knowledge.style import STYLES
from bot.markup import Paragraph, escape, parse

FACETS = ("what_it_is", "what_interpol_does", "databases", "notices", "operations", "report", "related")
_SENTENCE_END = re.compile(r"(?<=[.!?؟])[)*»”\"]*\s+(?![a-z0-9])")
_ABBREVIATION = re.compile(r"\.\w*\.$")  # e.g., B.C.N.


@dataclass(frozen=True, slots=True)
class Written:
    """What is said: a plain title; short, details and next_steps as small Markdown."""

    title: str
    short: str
    details: str = ""
    next_steps: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its name, its short answer, and what it is."""

    name: str
    short: str
    body: str


def written(crime: Crime, language: str) -> CrimeText:
    """Return a crime area in `language`, or in English where it is not translated."""
    texts = {"en": crime.en, "fr": crime.fr, "es": crime.es, "ar": crime.ar}
    return texts[language] or crime.en


def facet(crime: Crime, name: str, title: str, related: tuple[str, ...], language: str) -> Written | None:
    """Return what the record says on one of FACETS, or None where it says nothing. `related` are areas' names."""
    text = written(crime, language)
    next_steps = "" if name == "report" else text.report
    if name == "related":
        names = escape(STYLES[language].comma.join(related))
        return Written(title, f"{names}.", "", next_steps) if related and len(names) < SHORT_LIMIT else None
    short, details = _operations(crime, language) if name == "operations" else _halves(getattr(text, name))
    if not short and not details:
        return None
    return Written(title, short or text.short, details, next_steps)


def side_by_side(first: Side, second: Side, title: str, lead: str) -> Written:
    """Return two subjects under bold names. The bodies give way to the short answers where they are too long.

    `lead`, plain text, is the short answer where the subjects' first sentences are too long for one.
    """
    sides = (first, second)
    bodies = [side.body for side in sides]
    if len(_under_names(sides, bodies)) > DETAILS_LIMIT:
        bodies = [side.short for side in sides]
    names = [f"**{escape(side.name)}**: " for side in sides]
    room = SHORT_LIMIT - len("".join(names)) - 1
    pairs = [pair for pair in product(*map(_openings, bodies)) if len(pair[0][0] + pair[1][0]) <= room]
    if not pairs:
        short = escape(lead)
        return Written(title, short if len(short) <= SHORT_LIMIT else first.short, _under_names(sides, bodies))
    one, other = max(pairs, key=lambda pair: len(pair[0][0] + pair[1][0]))
    rest = one[1] or other[1]
    return Written(title, f"{names[0]}{one[0]} {names[1]}{other[0]}", _under_names(sides, bodies) if rest else "")


def opening(body: str, limit: int) -> tuple[str, str] | None:
    """Return a body's first sentences, as many as fit `limit`, and the rest; None where not even one fits."""
    return next((found for found in reversed(_openings(body)) if len(found[0]) <= limit), None)


def _openings(body: str) -> list[tuple[str, str]]:
    """Return every way in which a body opens with whole sentences of its first paragraph, with the rest each time."""
    first, _, rest = body.strip().partition(BLANK)
    if not first or not isinstance(parse(first)[0], Paragraph):
        return []
    ends = [*(match.end() for match in _SENTENCE_END.finditer(first)), len(first)]
    heads = [(first[:end].rstrip(), BLANK.join(filter(None, (first[end:].strip(), rest.strip())))) for end in ends]
    return [(head, after) for head, after in heads if _stands_alone(head)]


def _stands_alone(head: str) -> bool:
    """Say whether a text ends with a sentence, and with no bold, italics or link still open."""
    closed = head.count("*") % 2 == 0 and head.count("**") % 2 == 0 and head.count("[") == head.count("]")
    bare = head.rstrip('*)»”" ')
    return closed and bare.endswith((".", "!", "?", "؟")) and not _ABBREVIATION.search(bare.split()[-1])


def _halves(body: str) -> tuple[str, str]:
    return (body, "") if len(body) <= SHORT_LIMIT else opening(body, SHORT_LIMIT) or ("", body)


def _operations(crime: Crime, language: str) -> tuple[str, str]:
    """Return the newest operation, and all of them as a list where there are more, the oldest giving way."""
    lines = operation_lines(crime.operations, language)
    if not lines:
        return "", ""
    if len(lines[0]) > SHORT_LIMIT:
        return "", _bullets(lines)
    return lines[0], _bullets(lines[1:])


def _bullets(lines: list[str]) -> str:
    while len(bullets := "\n".join(f"- {line}" for line in lines)) > DETAILS_LIMIT:
        lines = lines[:-1]
    return bullets


def _under_names(sides: tuple[Side, ...], bodies: list[str]) -> str:
    return BLANK.join(f"**{escape(side.name)}**{BLANK}{body}" for side, body in zip(sides, bodies, strict=True))
