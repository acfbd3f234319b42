"""bot.editing.sheets (CSV), bot.editing.sections (Markdown) and bot.editing.rows (what both hold)"""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.editing.records import read_records
from bot.editing.rows import COLUMNS, LISTS, TEXTS, Row, read_values, rows_of
from bot.editing.sections import read_markdown, write_markdown
from bot.editing.sheets import read_csv, write_csv
from bot.errors import EditingError
from tests import knowledge_folder

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")
CELLS = st.text(CHARACTERS, max_size=60)
FORMULAS = st.sampled_from(["=cmd|' /C calc'!A0", "+1", "-1", "@x", "'=x", "''-", "'", "- a list\n- of two", "\t=1"])
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]) | st.just(" "), max_size=40)


def table(*rows: str) -> bytes:
    return "\n".join(("id,language,question,short,phrasings,reviewed,review_by,legal", *rows)).encode()


GOOD = "red-notice,en,What?,A request.,one,2026-07-01,2027-07-01,false"


# --- CSV ---


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS[2:]), CELLS | FORMULAS), max_size=4))
def test_what_is_written_as_csv_is_read_back(cells: list[dict[str, str]]) -> None:
    rows = [Row("", {"id": f"e{n}", "language": "en"} | one) for n, one in enumerate(cells)]
    found = read_csv(write_csv(rows))
    assert [row.where for row in found] == [f"row {n}" for n in range(2, len(rows) + 2)]
    for before, after in zip(rows, found, strict=True):
        assert {name: cell for name, cell in after.cells.items() if cell} == {
            k: c for k, c in before.cells.items() if c
        }


@given(CELLS | FORMULAS)
def test_no_cell_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    content = write_csv([Row("", {"id": "a", "language": "en", "short": cell})]).decode("utf-8-sig")
    for written in list(csv.reader(io.StringIO(content, newline="")))[1]:
        assert written[:1] not in {*"=+-@\t\r＝＋－＠"} or not written


def test_csv_is_what_excel_opens() -> None:
    content = write_csv([Row("", {"id": "a", "language": "ar", "short": "نعم\nلا"})])
    assert content.startswith(b"\xef\xbb\xbfid,language,outcome,")
    assert content.count(b"\r\n") == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_csv_is_read_as_spreadsheets_save_it(delimiter: str, end: str, mark: bytes) -> None:
    lines = ["Language; ID ;Short;;", 'en; red ;"a, b";', "", ";;;", f'fr;red;"two{end}lines"']
    content = mark + end.join(line.replace(";", delimiter) for line in lines).encode()
    first, second = read_csv(content)
    assert (first.where, dict(first.cells)) == ("row 2", {"id": "red", "language": "en", "short": "a, b"})
    assert (second.where, second.cells["short"]) == ("row 5", f"two{end}lines")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,language,shrt\na,en,x", "not known: shrt"),
        (b"id,id,language\n", "stand twice: id"),
        (b"id,short\n", "missing: language"),
        (b"", "missing: id, language"),
        (b"id,language\na,en,x", "Row 2 of the table has more cells"),
        ("id,language,short\na,fr,é".encode("latin-1"), "CSV UTF-8"),
        ("id,language\n".encode("utf-16"), "CSV UTF-8"),
        (b'id,language,short\na,en,"x', "Row 2 of the table can't be read"),
        (b'id,language,short\na,en,ok\nb,en,"x"y', "Row 3 of the table can't be read"),
    ],
)
def test_a_table_that_can_not_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(EditingError, match=words):
        read_csv(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_sentence(content: bytes) -> None:
    for reader in (read_csv, read_markdown):
        with suppress(EditingError):
            assert all(row.where for row in reader(content))


# --- Markdown ---


def _texts(name: str) -> st.SearchStrategy[str]:
    hard = st.sampled_from(["## red", "\\## x", "# Entries", "#### short", "- item", "1. one", "", "=x"])
    lines = st.lists(LINES | hard, max_size=4)
    return lines.map(
        lambda found: (
            "\n".join(" ".join(line.split()) for line in found if line.strip())
            if name in LISTS
            else "\n".join(found).strip()
        )
    )


@given(st.lists(st.fixed_dictionaries({name: _texts(name) for name in TEXTS}), min_size=1, max_size=3))
def test_what_is_written_as_markdown_is_read_back(texts: list[dict[str, str]]) -> None:
    shared = {"outcome": "answered", "sources": "a; b", "reviewed": "2026-07-01", "related": "", "legal": "false"}
    rows = [Row("", {"id": "red", "language": f"l{n}"} | shared | one) for n, one in enumerate(texts)]
    for before, after in zip(rows, read_markdown(write_markdown(rows)), strict=True):
        assert {k: c for k, c in after.cells.items() if c} == {k: c for k, c in before.cells.items() if c}


def test_markdown_reads_as_a_document() -> None:
    cells = {"id": "red", "language": "en", "sources": "a; b", "question": "What?", "phrasings": "one\ntwo"}
    written = write_markdown([Row("", cells)]).decode()
    assert written.startswith("# Entries\n\n## red\n\n- outcome:\n- sources: a; b\n")
    assert written.endswith("### en\n\n#### question\n\nWhat?\n\n#### phrasings\n\n- one\n- two\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hello", "Line 1 of the document stands outside of a text: 'hello'"),
        ("## a\n\n- colour: red\n", "Line 3 of the document: write one of outcome, "),
        ("### en\n", "Line 1 of the document: ### en can't stand here"),
        ("## a\n### en\n#### shrt\n", "Line 3 of the document: #### shrt can't stand here"),
        ("## a\n### en\n#### short\nx\n#### short\n", "Line 5 of the document"),
        ("## a\n#### short\n", "Line 2 of the document"),
    ],
)
def test_a_document_that_can_not_be_read_names_the_line(content: str, words: str) -> None:
    with pytest.raises(EditingError, match=words):
        read_markdown(content.encode())


# --- the rows of a folder ---


def test_every_entry_is_a_row_a_language_and_crime_areas_are_left_out(tmp_path: Path) -> None:
    rows = list(rows_of(read_records(knowledge_folder.write(tmp_path))))
    assert [row.key for row in rows] == [
        ("mission", "en"),
        ("red-notice", "en"),
        ("red-notice", "fr"),
        ("danger", "en"),
    ]
    assert list(rows[0].cells) == list(COLUMNS)
    assert rows[1].cells["phrasings"] == "red notice meaning\nwhat does red notice mean"
    assert (rows[1].cells["related"], rows[1].cells["legal"]) == ("mission; cybercrime", "false")
    assert (rows[3].cells["outcome"], rows[3].cells["sources"]) == ("urgent", "")


@pytest.mark.parametrize(
    "way", [lambda rows: read_csv(write_csv(rows)), lambda rows: read_markdown(write_markdown(rows))]
)
def test_both_ways_the_rows_of_a_folder_mean_the_same(
    tmp_path: Path, way: Callable[[list[Row]], tuple[Row, ...]]
) -> None:
    rows = list(rows_of(read_records(knowledge_folder.write(tmp_path))))
    before, after = read_values(rows)[0], read_values(way(rows))[0]
    assert list(before) == list(after) == ["mission", "red-notice", "danger"]
    for entry, values in after.items():
        assert values.shared == before[entry].shared
        for language, texts in values.texts.items():  # Markdown leaves out what is empty
            assert texts == {name: before[entry].texts[language][name] for name in texts}
            assert {"question", "short", "phrasings"} <= set(texts)


def test_all_bad_rows_are_told_at_once_with_their_numbers() -> None:
    rows = (
        GOOD,
        "Red Notice,en,Q,S,p,2026-07-01,2027-07-01,false",
        "b,xx,Q,S,p,2026-07-01,2027-07-01,false",
        "c,en,Q,,p,01/07/2026,2026-7-1,false",
        "d,en,Q,S,p,2026-07-01,2027-07-01,perhaps",
        "red-notice,en,Q,S,p,,,",
        "red-notice,fr,Q,S,p,2026-08-01,,TRUE",
    )
    values, problems = read_values(read_csv(table(*rows)))
    assert values == {}
    told = [problem.split(": ")[:2] for problem in problems]
    assert told == [
        ["row 3", "id"],
        ["row 4", "language"],
        ["row 5", "reviewed"],
        ["row 5", "review_by"],
        ["row 5", "short is empty"],
        ["row 6", "legal"],
        ["row 7", "red-notice in en stands twice, first in row 2"],
        ["row 8", "reviewed is '2026-08-01', but '2026-07-01' in row 2"],
        ["row 8", "legal is 'TRUE', but 'false' in row 2"],
    ]


def test_later_rows_of_an_entry_may_leave_out_what_the_first_says() -> None:
    values, problems = read_values(read_csv(table(GOOD, "red-notice,fr,Q,S,p,,,")))
    assert problems == []
    assert values["red-notice"].shared == {"reviewed": "2026-07-01", "review_by": "2027-07-01", "legal": False}
    assert list(values["red-notice"].texts) == ["en", "fr"]


def test_lists_are_read_however_they_are_parted() -> None:
    content = b'id,language,sources,phrasings\na,en,"x;y, z\n w"," one \r\n\r\n two  words"'
    values, problems = read_values([Row("row 2", dict(read_csv(content)[0].cells) | {"question": "Q", "short": "S"})])
    assert problems == []
    assert values["a"].shared["sources"] == ("x", "y", "z", "w")
    assert values["a"].texts["en"]["phrasings"] == ("one", "two words")
