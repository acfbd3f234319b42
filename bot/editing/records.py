"""The entries as they stand in the files of a knowledge folder, each with its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bot.errors import Fault, KnowledgeError
from bot.knowledge.checks import Record
from bot.knowledge.yaml_lines import BrokenYamlError, Document, read

ENTRY_FOLDERS = ("faq", "guards")
CRIMES = "crimes"


Kind = Literal[
    "near-duplicate",
    "confusable",
    "mistaken",
    "counter-example",
    "few-phrasings",
    "diversity",
    "language",
    "overdue",
    "due",
    "expired",
    "limit",
    "link",
    "synonym",
    "placeholder",
]  # of a remark; docs/editing.md explains each


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """Something that an editor should look at, though the bot can do with it. `line` counts from 1."""

    path: Path
    line: int
    kind: Kind
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {self.message}"


def read_records(folder: Path) -> tuple[Record, ...]:
    """Return every entry, in the order of `Knowledge.entries`, then every crime area, as written.

    For a folder that loads. Raises KnowledgeError where a file has broken since.
    """
    return tuple(record for kind in (*ENTRY_FOLDERS, CRIMES) for record in _records(folder / kind))


def is_crime(record: Record) -> bool:
    """Say whether it is a crime area: it is the whole of its file."""
    return not record.place


def day_of(record: Record, field: str) -> date | None:
    """Return a day that stands in a record, or None where there is none."""
    found = record.get(field)
    try:
        return date.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob("*.yaml")):
        if path.name.startswith((".", "#")):
            continue
        document = _document(path)
        if folder.name == CRIMES:
            yield Record(path, document)
            continue
        entries = document.at(("entries",))
        numbers = range(len(entries) if isinstance(entries, list) else 0)
        yield from (Record(path, document, ("entries", number)) for number in numbers)


def _document(path: Path) -> Document:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise KnowledgeError((Fault(path, 0, f"can't be read: {error.strerror}"),)) from error
    except BrokenYamlError as error:
        raise KnowledgeError((Fault(path, error.line, error.message),)) from error
