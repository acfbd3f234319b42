"""Rows as CSV that spreadsheets open as it is, and back again, however a spreadsheet has saved it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from bot.editing.rows import COLUMNS, Row
from bot.errors import EditingError

CELL_LIMIT = 1_000_000  # characters; a cell that long is a quotation mark that is never closed
# A cell that begins so is a formula to a spreadsheet, and may do harm there (OWASP, "CSV Injection"). An apostrophe
# makes it text. One more is put before those that stand there already, so that reading takes away what writing put.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def write_csv(rows: Iterable[Row]) -> bytes:
    """Return a table, UTF-8 with a byte order mark (Excel asks for it), lines ended as RFC 4180 has them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_inert(row.cells.get(name, "")) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> tuple[Row, ...]:
    """Read a table parted by commas, semicolons or tabs; any order of columns. Raises EditingError.

    Rows are numbered as a spreadsheet numbers them: the names of the columns are row 1.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EditingError("The table is not UTF-8: save it as “CSV UTF-8 (comma delimited)”.") from error
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    table: list[list[str]] = []
    try:
        for number, cells in enumerate(reader, 1):  # noqa: B007 - told when the next row can't be read
            table.append(cells)
    except csv.Error as error:
        raise EditingError(f"Row {number + 1} of the table can't be read: {error}.") from error
    return _rows(table)


def _rows(table: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    names = [name.strip().lower() for name in table[0]] if table else []
    _check_columns(names)
    rows = []
    for number, cells in enumerate(table[1:], 2):
        if any(cell.strip() for cell in cells):
            if len(cells) > len(names) and any(cells[len(names) :]):
                raise EditingError(f"Row {number} of the table has more cells than there are columns.")
            filled = [*cells, *[""] * len(names)]  # Excel leaves out empty cells at a row's end
            values = {name: _restored(cell) for name, cell in zip(names, filled, strict=False) if name}
            rows.append(Row(f"row {number}", values | {key: values[key].strip() for key in ("id", "language")}))
    return tuple(rows)


def _check_columns(names: Sequence[str]) -> None:
    unknown = [name for name in names if name and name not in COLUMNS]
    twice = {name for name in names if name and names.count(name) > 1}
    missing = [name for name in ("id", "language") if name not in names]
    for words, wrong in (("are not known", unknown), ("stand twice", sorted(twice)), ("are missing", missing)):
        if wrong:
            raise EditingError(
                f"Row 1 of the table must name the columns; these {words}: {', '.join(wrong)}. "
                f"The columns are {', '.join(COLUMNS)}."
            )


def _delimiter(text: str) -> str:
    """Return what parts the names of the columns; none of them holds any of the three."""
    head = text.lstrip("\r\n").splitlines()[:1]
    return max(",;\t", key=head[0].count) if head else ","


def _inert(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
