"""adapters/bench.py"""

import argparse
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from adapters.bench import BENCH, PAGE, PLOT, SEEDS, SETS
from bot.bench.methods import METHODS
from bot.errors import BotError
from tests import knowledge_folder
from tests.bench_data import write_all, write_clinc

MARKS = "# Page\n\n<!-- bench -->\n<!-- /bench -->\n\n<!-- scale -->\n<!-- /scale -->\n"
LABELS = """\
kind: plain
language: en
questions:
  - {q: the meaning of a red notice, entry: red-notice}
  - {q: mission of this interpol, entry: [mission, red-notice]}
"""
OFF = "kind: off-subject\nlanguage: en\nquestions:\n  - {q: boil an egg, outcome: declined}\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder like the project's: data, knowledge, labelled questions, a page with marks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    write_all(tmp_path / "data")
    knowledge_folder.write(tmp_path / "knowledge")
    for folder, extra in (
        (tmp_path / "asked", ""),
        (tmp_path / "asked/held-out", "  - {q: interpol, entry: mission}\n"),
    ):
        folder.mkdir()
        (folder / "plain.yaml").write_text(LABELS + extra, "utf-8")
        (folder / "off.yaml").write_text(OFF, "utf-8")
    (tmp_path / PLOT).parent.mkdir(parents=True)
    (tmp_path / PAGE).write_text(MARKS, "utf-8")
    return tmp_path


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    BENCH.add_arguments(parser)
    return parser.parse_args(["--data", "data", "--knowledge", "knowledge", "--questions", "asked", *arguments])


def bench(*arguments: str) -> int:
    return BENCH.run(parsed(*arguments))


def test_one_table_holds_every_set_and_method(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("--methods", "token_sort,bm25s", "--seeds", "0,1", "--json", "all.json") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in (*SETS, "token_sort", "bm25s", "accuracy", "AUROC", "ratio"))
    held = json.loads((place / "all.json").read_text("utf-8"))
    assert [(row["dataset"], row["method"]) for row in held["rows"]] == [
        (name, method) for name in SETS for method in ("token_sort", "bm25s")
    ]
    assert {row["dataset"]: row["seeds"] for row in held["rows"]}["clinc150-10"] == 2
    assert held["options"]["part"] == "validation"
    assert [row["questions"] for row in held["rows"][-2:]] == [3, 3]


def test_by_default_all_sets_methods_and_seeds_but_only_the_validation_part() -> None:
    options = parsed()
    assert (options.sets, options.methods, options.seeds) == (SETS, tuple(METHODS), SEEDS)
    assert (options.part, options.scale, options.markdown) == ("validation", (), False)


def test_the_test_part_is_asked_only_when_it_is_named(place: Path) -> None:
    assert bench("--sets", "own", "--methods", "token_sort", "--part", "test", "--json", "t.json") == 0
    [row] = json.loads((place / "t.json").read_text("utf-8"))["rows"]
    assert row["questions"] == 4  # those of the held-out folder


def test_the_table_is_written_between_its_marks(place: Path) -> None:
    assert bench("--sets", "clinc150-full", "--methods", "token_sort", "--markdown") == 0
    page = (place / PAGE).read_text("utf-8")
    head, rest = page.split("<!-- bench -->\n")
    table, tail = rest.split("<!-- /bench -->")
    assert (head, tail) == ("# Page\n\n", "\n\n<!-- scale -->\n<!-- /scale -->\n")
    assert table.startswith("`interpol-bot bench --sets clinc150-full --methods token_sort`, ")
    assert " cores " in table
    assert "| clinc150-full | token_sort | " in table


def test_sizes_are_a_table_and_a_plot(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("--scale", "100,300", "--methods", "token_sort", "--exact", "bm25s", "--markdown") == 0
    assert "recall@10" in capsys.readouterr().out
    page = (place / PAGE).read_text("utf-8")
    assert "bench --scale 100,300 --exact bm25s --methods token_sort`" in page
    assert "(images/scale.svg)" in page
    assert "\n| 300 | 30 | " in page
    assert len([*ET.parse(place / PLOT).iter("{http://www.w3.org/2000/svg}circle")]) == 8  # noqa: S314 - our own


def test_sizes_can_be_tried_without_an_encoder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("--scale", "100", "--quick", "--methods", "use", "--json", "s.json") == 0
    [point] = json.loads((place / "s.json").read_text("utf-8"))["scale"]
    assert (point["phrasings"], point["entries"], point["recall"]) == (100, 10, None)


def test_what_fails_is_named_and_the_rest_is_shown_but_not_written(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {
        name: [["only one", "intent"]] * 10 for name in ("train", "val", "test", "oos_train", "oos_val", "oos_test")
    }
    write_clinc(place / "data", parts)
    assert bench("--sets", "clinc150-10", "--seeds", "0", "--methods", "tfidf-lr,token_sort", "--markdown") == 2
    said = capsys.readouterr()
    assert "clinc150-10 (seed 0), tfidf-lr: " in said.err
    assert "token_sort" in said.out
    assert (place / PAGE).read_text("utf-8") == MARKS


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sets", "clinc"), "'clinc' is none of clinc150-10"),
        (("--methods", "token_sort,"), "'' is none of interpol-bot"),
        (("--seeds", "one"), "'one' must be whole numbers"),
        (("--seeds", ""), "must be whole numbers"),
        (("--scale", "10k"), "'10k' must be whole numbers"),
        (("--part", "train"), "invalid choice: 'train'"),
    ],
)
def test_a_wrong_option_gets_one_sentence(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(*arguments)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--markdown", "--quick"), "leave them out"),
        (("--markdown", "--cache"), "leave them out"),
        (("--data", "nowhere"), r"(?s)don't come with this program.*nowhere.*clinc150_full\.json: .*stackfaq\.xml: "),
        (("--scale", "99"), "starts at 100"),
        (("--sets", "own", "--questions", "nowhere"), "nowhere"),
        (("--sets", "own", "--knowledge", "nowhere"), "nowhere"),
        (("--sets", "own", "--methods", "token_sort", "--json", "nowhere/x.json"), "nowhere/x.json can't be written"),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_can_not_be_done_gets_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(BotError, match=said):
        bench(*arguments)


@pytest.mark.parametrize("arguments", [("--markdown",), ("--markdown", "--scale", "100")])
def test_a_page_without_marks_is_told_before_the_work(place: Path, arguments: tuple[str, ...]) -> None:
    (place / PAGE).write_text("# Page\n", "utf-8")
    with pytest.raises(BotError, match="must hold the marks"):
        bench(*arguments)
    (place / PAGE).unlink()
    with pytest.raises(BotError, match="can't be read"):
        bench(*arguments)


def test_the_projects_own_page_holds_the_marks() -> None:
    page = (Path(__file__).parent.parent / PAGE).read_text("utf-8")
    assert all(
        page.count(mark) == 1 for mark in ("<!-- bench -->", "<!-- /bench -->", "<!-- scale -->", "<!-- /scale -->")
    )
