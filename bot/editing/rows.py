"""Entries as rows, one an entry and language, for people who live in spreadsheets: out of the files, and checked."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from bot.editing.records import is_crime
from bot.editing.yaml_edit import Value
from bot.knowledge.checks import Record
from bot.knowledge.fields import Slug
from bot.knowledge.schema import LANGUAGES
from bot.messages import Outcome

TEXTS = ("question", "short", "details", "next_steps", "phrasings", "unlike")  # one a language
SHARED = ("outcome", "sources", "reviewed", "review_by", "related", "legal", "contact")  # one an entry
COLUMNS = ("id", "language", "outcome", *TEXTS, *SHARED[1:])
NEEDED = ("question", "short", "phrasings")  # what a text can't be without
LISTS = frozenset({"phrasings", "unlike", "sources", "related"})
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_SLUG: str = get_args(Slug)[1].pattern


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in one language, as text. `where` tells the place in the table; a column that is not there is left."""

    where: str  # "row 5", "line 12"
    cells: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Return the entry's id and the language."""
        return self.cells.get("id", ""), self.cells.get("language", "")


@dataclass(frozen=True, slots=True)
class Values:
    """What the rows of one entry say: what is shared by its languages, and the text in each."""

    shared: Mapping[str, Value]
    texts: Mapping[str, Mapping[str, Value]]
    rows: tuple[Row, ...]


# --- out ---


def rows_of(records: Iterable[Record]) -> Iterator[Row]:
    """Yield the rows of the entries. Crime areas have other fields and are left out."""
    for record in records:
        if not is_crime(record):
            for language in LANGUAGES:
                if record.get(language) is not None:
                    yield Row(f"line {record.line(language)}", _cells(record, language))


def _cells(record: Record, language: str) -> dict[str, str]:
    cells = {"id": record.id, "language": language}
    cells |= {name: _cell(name, current(record, name)) for name in SHARED}
    cells |= {name: _cell(name, current(record, language, name)) for name in TEXTS}
    return {name: cells[name] for name in COLUMNS}


def _cell(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    return ("\n" if name in TEXTS else "; ").join(value)


def current(record: Record, *place: str) -> Value:
    """Return what a record holds at a field, in the shape that a row's value has."""
    found = record.get(*place)
    if place[-1] in LISTS:
        return tuple(_one_line(str(item)) for item in found or ())
    if place[-1] in {"legal", "contact"}:
        return bool(found)
    if place[-1] == "outcome":
        return found or Outcome.ANSWERED.value
    return _text(found or "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text).strip()


# --- in ---


def read_values(rows: Sequence[Row]) -> tuple[dict[str, Values], list[str]]:
    """Return what the rows say by entry, and every problem in them, each beginning with its place."""
    problems = [f"{row.where}: {problem}" for row in rows for problem in _problems(row)]
    first: dict[tuple[str, str], Row] = {}
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if first.setdefault(row.key, row) is not row:
            problems.append(f"{row.where}: {' in '.join(row.key)} stands twice, first in {first[row.key].where}")
        groups.setdefault(row.key[0], []).append(row)
    for group in groups.values():
        problems += _differences(group)
    if problems:
        return {}, problems
    return {entry: _values(group) for entry, group in groups.items()}, []


def _problems(row: Row) -> Iterator[str]:
    entry, language = row.key
    if not re.match(_SLUG, entry):
        yield f"id: {entry!r} must be lower-case letters, digits and single hyphens, such as red-notice-definition"
    if language not in LANGUAGES:
        yield f"language: {language!r} is not one of {', '.join(LANGUAGES)}"
    for name, cell in row.cells.items():
        problem = _CHECKS[name](cell.strip()) if name in _CHECKS else ""
        if problem:
            yield f"{name}: {cell.strip()!r} {problem}"
    if any(row.cells.get(name, "").strip() for name in TEXTS):
        yield from (f"{name} is empty" for name in NEEDED if not row.cells.get(name, "-").strip())


def _day(cell: str) -> str:
    try:
        if cell and date.fromisoformat(cell).isoformat() == cell:
            return ""
    except ValueError:
        pass
    return "must be a date such as 2026-07-31; give the column the format Text" if cell else ""


def _among(*allowed: str) -> Callable[[str], str]:
    return lambda cell: "" if cell.lower() in allowed else f"must be one of {', '.join(filter(None, allowed))}"


_CHECKS: dict[str, Callable[[str], str]] = {
    "outcome": _among("", "answered", "handed_off", "urgent", "declined"),
    "reviewed": _day,
    "review_by": _day,
    "legal": _among(*_YES_NO),
    "contact": _among(*_YES_NO),
}


def _differences(rows: Sequence[Row]) -> Iterator[str]:
    """Yield where two rows of an entry say different things of it; an empty cell in a later row says nothing."""
    for name in SHARED:
        for row in rows[1:]:
            said, first = row.cells.get(name, "").strip(), rows[0].cells.get(name, "").strip()
            if said and _value(name, said) != _value(name, first):
                yield f"{row.where}: {name} is {said!r}, but {first!r} in {rows[0].where}: an entry has only one"


def _values(rows: Sequence[Row]) -> Values:
    shared = {name: _value(name, rows[0].cells[name]) for name in SHARED if name in rows[0].cells}
    texts = {
        row.key[1]: {name: _value(name, row.cells[name]) for name in TEXTS if name in row.cells}
        for row in rows
        if any(row.cells.get(name, "").strip() for name in TEXTS)
    }
    return Values(shared, texts, tuple(rows))


def _value(name: str, cell: str) -> Value:
    if name in LISTS:
        parts: Any = cell.splitlines() if name in TEXTS else re.split(r"[;,\s]+", cell)
        return tuple(part for each in parts if (part := _one_line(each)))
    if name in {"legal", "contact"}:
        return _YES_NO.get(cell.strip().lower(), False)
    if name == "outcome":
        return cell.strip().lower() or Outcome.ANSWERED.value
    return _text(cell)
