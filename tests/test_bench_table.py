"""bot/bench/table.py"""

import json
from dataclasses import replace

import pytest

from bot.bench.machine import Machine
from bot.bench.run import Figures, Result
from bot.bench.scale import Point
from bot.bench.table import COLUMNS, as_object, caption, markdown, replaced, rows, scale_markdown
from bot.errors import BotError

OURS = Figures(0.9, 0.95, 0.97, 0.8, 0.012, 0.03, 6.0, 12.0, 1.5, 400.0, 4.0)
OTHER = Figures(0.5, 0.6, None, None, 0.4, None, 0.5, 1.0, 0.01, 3.2, None)
RESULTS = (
    Result("clinc150-10", "interpol-bot", 0, 3200, OURS),
    Result("clinc150-10", "token_sort", 0, 3200, OTHER),
    Result("clinc150-10", "interpol-bot", 1, 3200, replace(OURS, accuracy=0.8, median_ms=8.0, bare_ms=6.0)),
    Result("clinc150-10", "token_sort", 1, 3200, replace(OTHER, median_ms=1.5)),
    Result("own", "token_sort", 0, 800, OTHER),
)
MACHINE = Machine(2, 24, "x86_64", "3.11.7", "Linux", "2026-11-23")
POINT = Point(10_000, 1000, 12.34, 5.678, 9.0, 512.3, 1400.0, 0.987)
PAGE = "# Page\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nmore\n"


def test_a_row_is_the_mean_over_the_seeds() -> None:
    first, second, third = rows(RESULTS)
    assert (first.dataset, first.method, first.seeds, first.questions) == ("clinc150-10", "interpol-bot", 2, 6400)
    assert first.figures.accuracy == pytest.approx(0.85)
    assert first.figures.median_ms == 7
    assert (second.method, third.dataset, third.seeds) == ("token_sort", "own", 1)


def test_the_ratio_is_to_the_encoders_of_the_same_set() -> None:
    first, second, third = rows(RESULTS)
    assert first.ratio == pytest.approx(7 / 5)
    assert second.ratio == pytest.approx(1 / 5)
    assert third.ratio is None


def test_what_can_not_be_said_is_a_dash() -> None:
    cells = {column.head: column.cell(rows(RESULTS)[2]) for column in COLUMNS}
    assert (cells["AUROC"], cells["OOS recall"], cells["ECE"], cells["ratio"]) == ("-", "-", "-", "-")
    assert (cells["accuracy"], cells["wrong"], cells["median ms"], cells["memory MB"]) == (
        "0.500",
        "40.0%",
        "0.50",
        "3",
    )


def test_the_markdown_has_a_line_a_row_and_as_many_cells_in_each() -> None:
    lines = markdown(rows(RESULTS)).splitlines()
    assert len(lines) == 5
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| clinc150-10 | interpol-bot | 0.850 | 0.950 | 0.970 | 0.800 | 1.2% | 0.030 | 7.00 |")


def test_sizes_are_a_table_too() -> None:
    assert scale_markdown([POINT]).splitlines()[2] == "| 10,000 | 1,000 | 12.3 | 5.68 | 9.00 | 512 | 1,400 | 0.987 |"
    assert scale_markdown([replace(POINT, recall=None)]).endswith("| - |")


def test_the_caption_names_command_day_and_machine() -> None:
    assert caption(MACHINE, "interpol-bot bench") == (
        "`interpol-bot bench`, 2026-11-23, 2 cores (x86_64), 24 GB, Python 3.11.7, Linux."
    )


def test_the_object_for_programs_is_json_with_everything() -> None:
    held = json.loads(json.dumps(as_object(RESULTS, [POINT], MACHINE, {"part": "validation"})))
    assert held["options"] == {"part": "validation"}
    assert held["machine"]["cores"] == 2
    assert len(held["results"]) == 5
    assert held["rows"][0]["figures"]["accuracy"] == pytest.approx(0.85)
    assert held["scale"][0]["recall"] == 0.987


def test_only_what_is_between_the_marks_is_replaced() -> None:
    page = replaced(PAGE, "bench", "| new |")
    assert page == PAGE.replace("old", "| new |")
    assert replaced(page, "bench", "old") == PAGE


@pytest.mark.parametrize(
    "page",
    ["", PAGE * 2, PAGE.replace("/bench", "/x"), "<!-- /bench -->\n<!-- bench -->\n", PAGE.replace("bench", "b")],
)
def test_a_page_without_its_marks_is_told(page: str) -> None:
    with pytest.raises(BotError, match="<!-- bench --> and <!-- /bench -->"):
        replaced(page, "bench", "x")
