import difflib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.editing.yaml_edit import Change, edit, entry_lines, field_lines, scalar
from bot.errors import EditingError
from bot.knowledge.yaml_lines import read

FILE = """\
# at the top
entries:
  - id: a  # the first
    sources: [x, y] # why
    reviewed: "2026-07-01"
    en:
      question: "What?"   # asked
      short: >-
        folded text
        and more

      # between
      details: |
        - one

        # no comment: a text
        two


      phrasings:
        # the plain ones
        - one
        - 'two' # quoted
        # the odd one
        - three

  # the second
  - id: b
    en:
      question: Q
      short: S
      phrasings: [p, q]
# at the end
"""
EN = ("entries", 0, "en")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(lambda text: text.replace("\r", " "))


def edited(*changes: Change, content: str = FILE) -> str:
    return edit(content.encode(), changes).decode()


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    found = [*difflib.unified_diff(before.splitlines(), after.splitlines(), n=0)][2:]
    return [line[1:] for line in found if line[0] == "-"], [line[1:] for line in found if line[0] == "+"]


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        (
            Change((*EN, "question"), "Who?"),
            ['      question: "What?"   # asked'],
            ["      question: Who?   # asked"],
        ),
        (
            Change(("entries", 0, "sources"), ("z",)),
            ["    sources: [x, y] # why"],
            ["    sources: [z] # why"],
        ),
        (
            Change((*EN, "short"), "brief"),
            ["      short: >-", "        folded text", "        and more"],
            ["      short: brief"],
        ),
        (
            Change((*EN, "details"), "just this"),
            ["      details: |", "        - one", "", "        # no comment: a text", "        two"],
            ["      details: just this"],
        ),
        (
            Change((*EN, "phrasings"), ("one", "three", "four")),
            ["        - 'two' # quoted"],
            ["        - four"],
        ),
        (
            Change((*EN, "phrasings"), ("new: one", "two", "three")),
            ["        - one"],
            ["        - 'new: one'"],
        ),
        (Change(("entries", 0, "legal"), value=True), [], ["    legal: true"]),
        (Change((*EN, "next_steps"), "Go."), [], ["      next_steps: Go."]),
        (
            Change(("entries", 1, "fr"), {"phrasings": ("r",), "question": "P ?", "short": "R."}),
            [],
            ["    fr:", "      question: P ?", "      short: R.", "      phrasings:", "        - r"],
        ),
    ],
)
def test_only_the_lines_of_the_field_change(change: Change, gone: list[str], come: list[str]) -> None:
    after = edited(change)
    assert lines_changed(FILE, after) == (gone, come)
    value = read(after.encode()).at(change.place)
    assert value == plain(change.value)


def plain(value: object) -> object:
    """Return a value as YAML reads it: lists for tuples."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def test_many_changes_at_once_keep_their_places() -> None:
    after = edited(
        Change((*EN, "details"), ""),
        Change((*EN, "next_steps"), "Go."),
        Change((*EN, "unlike"), ("u",)),
        Change(("entries", 0, "fr"), {"question": "P ?", "short": "R.", "phrasings": ("r",)}),
        Change(("entries", 1, "sources"), ("x",)),
        Change(("entries", 1, "en", "phrasings"), ("q", "r")),
    )
    data = read(after.encode()).data["entries"]
    assert list(data[0]) == ["id", "sources", "reviewed", "en", "fr"]
    assert list(data[0]["en"]) == ["question", "short", "details", "next_steps", "phrasings", "unlike"]
    assert list(data[1]) == ["id", "sources", "en"]
    assert data[1]["en"]["phrasings"] == ["q", "r"]
    for comment in ("# at the top", "# between", "# the odd one", "# the second", "# at the end"):
        assert comment in after


def test_windows_line_ends_and_a_byte_order_mark_stay() -> None:
    content = b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode()
    after = edit(content, [Change((*EN, "details"), "a\nb"), Change((*EN, "next_steps"), "Go.")])
    assert after.startswith(b"\xef\xbb\xbf# at the top\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert read(after).at((*EN, "details")) == "a\nb\n"


def test_a_last_line_without_an_end_gets_one() -> None:
    content = "entries:\n- id: a\n  en:\n    question: Q"
    after = edit(content.encode(), [Change((*EN, "short"), "S")], [["- id: b", "  en:", "    question: R"]])
    assert after.decode() == content + "\n    short: S\n\n- id: b\n  en:\n    question: R\n"


def test_new_entries_go_to_the_end_in_the_files_own_indent_or_into_a_new_file() -> None:
    lines = entry_lines({"en": {"phrasings": ("p",), "question": "Q"}, "sources": ("x",), "id": "no"})
    assert lines == ["- id: 'no'", "  sources: [x]", "  en:", "    question: Q", "    phrasings:", "      - p"]
    assert edit(b"", (), [["- id: a"], ["- id: b"]]) == b"entries:\n  - id: a\n\n  - id: b\n"
    assert edit(b"# only this\n", (), [["- id: a"]]) == b"# only this\nentries:\n  - id: a\n"
    assert edit(b"entries:\n- id: a\n", (), [["- id: b"]]) == b"entries:\n- id: a\n\n- id: b\n"


@pytest.mark.parametrize("content", ["entries: [{id: a, en: {question: Q}}]\n", "entries: []\n"])
def test_a_layout_in_brackets_is_refused(content: str) -> None:
    with pytest.raises(EditingError, match="then"):
        edit(content.encode(), [Change((*EN, "question"), "R")] if "id" in content else (), [["- id: b"]])


@given(TEXTS)
def test_any_text_is_read_back_as_a_field(text: str) -> None:
    written = "\n".join(["x:", *field_lines("short", text.strip(), 2)])
    assert read(written.encode()).at(("x", "short")).strip() == text.strip()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_any_text_is_read_back_as_an_item_on_one_line(text: str) -> None:
    assert "\n" not in scalar(text)
    assert read(f"- {scalar(text)}".encode()).data == [text]


@given(st.lists(st.sampled_from(["one", "two", "three", "a: b", "no", "# x", "12"]), unique=True, min_size=1))
def test_any_list_is_read_back_whatever_stood_there(items: list[str]) -> None:
    after = edited(Change((*EN, "phrasings"), tuple(items)))
    assert read(after.encode()).at((*EN, "phrasings")) == items
    assert "# the plain ones" in after
    assert yaml.safe_load(after)["entries"][1] == yaml.safe_load(FILE)["entries"][1]


def test_a_long_line_is_folded_and_a_text_of_several_lines_is_literal() -> None:
    long = "word " * 40
    assert len([*field_lines("short", long.strip(), 6)]) == 3
    assert max(map(len, field_lines("short", long.strip(), 6))) <= 120
    assert [*field_lines("details", "a\n\n- b", 0)] == ["details: |", "  a", "", "  - b"]
