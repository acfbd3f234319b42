"""Rows as Markdown that people read and change in a text: a section an entry, in it one a language, in it the texts.

The small Markdown of answers knows no headings, so headings part the document without doubt.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bot.editing.rows import LISTS, SHARED, TEXTS, Row
from bot.errors import EditingError

TITLE = "# Entries"
_HEADING = re.compile(r"(#{2,4}) +(\S+)\s*")
_TAKEN = re.compile(r"\\*#{1,4}\s")  # a line of a text that would be a heading: a backslash more makes it none


def write_markdown(rows: Iterable[Row]) -> bytes:
    """Return a document, UTF-8."""
    lines = [TITLE]
    for entry, own in groupby(rows, key=lambda row: row.key[0]):
        group = list(own)
        lines += ["", f"## {entry}", "", *(f"- {name}: {group[0].cells.get(name, '')}".rstrip() for name in SHARED)]
        for row in group:
            lines += ["", f"### {row.key[1]}"]
            for name in TEXTS:
                if row.cells.get(name):
                    lines += ["", f"#### {name}", "", *_body(name, row.cells[name])]
    return ("\n".join(lines) + "\n").encode()


def _body(name: str, cell: str) -> Iterator[str]:
    for line in cell.split("\n"):
        shown = f"- {line}" if name in LISTS else line
        yield f"\\{shown}" if _TAKEN.match(shown) else shown


def read_markdown(content: bytes) -> tuple[Row, ...]:
    """Read such a document. Raises EditingError that names the line. What is not there is left as it is."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EditingError("The document is not UTF-8: save it as UTF-8.") from error
    reader = _Reader()
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        reader.take(number, line)
    return reader.rows()


class _Reader:
    """Reads line by line: `shared` of the entry, then the cells of one language after the other."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, dict[str, list[str]]]] = []
        self._entry = ""
        self._shared: dict[str, list[str]] = {}
        self._lines: list[str] | None = None  # of the text that is being read
        self._language = False

    def take(self, number: int, line: str) -> None:
        """Take the next line."""
        heading = _HEADING.fullmatch(line)
        if heading:
            self._open(number, len(heading[1]), heading[2])
        elif self._lines is not None:
            self._lines.append(line[1:] if line.startswith("\\") and _TAKEN.match(line) else line)
        elif self._entry and not self._language and line.strip():
            self._share(number, line)
        elif line.strip() and line.strip() != TITLE:
            raise EditingError(f"Line {number} of the document stands outside of a text: {line.strip()!r}.")

    def _open(self, number: int, level: int, name: str) -> None:
        self._lines = None
        if level == 2:  # noqa: PLR2004 - ## is an entry
            self._entry, self._shared, self._language = name, {}, False
        elif level == 3 and self._entry:  # noqa: PLR2004 - ### is a language
            self._language = True
            self._rows.append((f"line {number}", {"id": [self._entry], "language": [name], **self._shared}))
        elif level == 4 and self._language and name in TEXTS and name not in self._rows[-1][1]:  # noqa: PLR2004 - a text
            self._lines = self._rows[-1][1][name] = []
        else:
            raise EditingError(f"Line {number} of the document: {'#' * level} {name} can't stand here.")

    def _share(self, number: int, line: str) -> None:
        name, _, value = line.strip().removeprefix("- ").partition(":")
        if name not in SHARED:
            raise EditingError(
                f"Line {number} of the document: write one of {', '.join(SHARED)} here, as `- name: value`."
            )
        self._shared[name] = [value.strip()]

    def rows(self) -> tuple[Row, ...]:
        """Return what was read."""
        return tuple(
            Row(where, {name: _cell(name, lines) for name, lines in cells.items()}) for where, cells in self._rows
        )


def _cell(name: str, lines: Sequence[str]) -> str:
    if name in LISTS and name in TEXTS:
        return "\n".join(line.strip().removeprefix("- ").strip() for line in lines if line.strip())
    return "\n".join(lines).strip()
