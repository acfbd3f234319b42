"""bot/bench/plot.py"""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bench.plot import HEIGHT, WIDTH, plot
from bot.bench.scale import Point

POINTS = tuple(
    Point(size, size // 10, 1.0, 2.0 * place, 5.0 * place, 100.0 * place, 300.0 * place, None)
    for place, size in enumerate((1000, 10_000, 100_000, 1_000_000), 1)
)
SVG = "{http://www.w3.org/2000/svg}"
POSITIVE = st.floats(0, 1e9)


def drawn(points: tuple[Point, ...]) -> ET.Element:
    return ET.fromstring(plot(points))  # noqa: S314 - our own


def circles(points: tuple[Point, ...]) -> list[tuple[float, float]]:
    return [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in drawn(points).iter(f"{SVG}circle")]


def test_each_size_is_a_circle_on_each_of_four_lines_that_rise() -> None:
    places = circles(POINTS)
    assert len(places) == 16
    for start in range(0, 16, 4):
        line = places[start : start + 4]
        assert [x for x, _ in line] == sorted(x for x, _ in line)
        assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)
    assert len([*drawn(POINTS).iter(f"{SVG}polyline")]) == 4


def test_ten_times_as_many_are_as_far_apart_everywhere() -> None:
    across = [x for x, _ in circles(POINTS)[:4]]
    steps = {round(later - earlier) for earlier, later in pairwise(across)}
    assert len(steps) == 1


def test_it_says_what_it_shows() -> None:
    texts = [each.text for each in drawn(POINTS).iter(f"{SVG}text")]
    assert {"Time a question, milliseconds", "Memory, megabytes", "median", "resident", "1k", "10k", "1M"} <= set(texts)
    assert drawn(POINTS).findtext(f"{SVG}title")
    assert "1,000, 10,000, 100,000, 1,000,000" in str(drawn(POINTS).findtext(f"{SVG}desc"))


def test_the_order_of_the_points_does_not_matter_and_one_is_enough() -> None:
    assert plot(POINTS[::-1]) == plot(POINTS)
    assert len(circles(POINTS[:1])) == 4


def test_nothing_can_not_be_drawn() -> None:
    with pytest.raises(ValueError, match="nothing"):
        plot(())


@given(
    st.lists(st.builds(Point, st.integers(1, 10**9), st.just(1), *[POSITIVE] * 5, st.none()), min_size=1, max_size=5)
)
def test_whatever_was_measured_stays_on_the_page(points: list[Point]) -> None:
    for x, y in circles(tuple(points)):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
