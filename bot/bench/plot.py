"""Time and memory against the number of phrasings, as a small SVG. Pure: points in, a text out."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bot.bench.scale import Point

WIDTH, HEIGHT = 900, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 56, 52  # margins of a panel
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold;font-size:14px}.grid{stroke:#ddd}"
    ".end{text-anchor:end}.middle{text-anchor:middle}polyline{fill:none;stroke-width:2}"
)
_THOUSAND, _MILLION = 3, 6  # decades that have a letter


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    colour: str
    value: Callable[[Point], float]


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    lines: tuple[_Line, ...]


_PANELS = (
    _Panel(
        "Time a question, milliseconds",
        (
            _Line("99th percentile", "#c2571a", lambda point: point.p99_ms),
            _Line("median", "#1a5fb4", lambda point: point.median_ms),
        ),
    ),
    _Panel(
        "Memory, megabytes",
        (
            _Line("peak", "#c2571a", lambda point: point.peak_mb),
            _Line("resident", "#1a5fb4", lambda point: point.resident_mb),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic axis over whole decades `low` to `high`, laid from pixel `start` to pixel `stop`."""

    low: int
    high: int
    start: float
    stop: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)


def plot(points: Sequence[Point]) -> str:
    """Draw the points, both axes logarithmic. Raises ValueError without a point."""
    ordered = sorted(points, key=lambda point: point.phrasings)
    if not ordered:
        raise ValueError("There is nothing to draw.")
    sizes = ", ".join(f"{point.phrasings:,}" for point in ordered)
    panels = [line for place, panel in enumerate(_PANELS) for line in _drawn(panel, ordered, place * WIDTH / 2)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            "<title>Time and memory against the number of phrasings</title>",
            f"<desc>Measured with {sizes} phrasings; both axes are logarithmic.</desc>",
            f"<style>{_STYLE}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *panels,
            "</svg>\n",
        )
    )


def _drawn(panel: _Panel, points: Sequence[Point], left: float) -> Iterator[str]:
    right, bottom = left + WIDTH / 2 - _RIGHT, HEIGHT - _BOTTOM
    values = [_positive(line.value(point)) for line in panel.lines for point in points]
    across = _Axis(*_decades([point.phrasings for point in points]), left + _LEFT, right)
    up = _Axis(*_decades(values), bottom, _TOP)
    yield f'<text class="title" x="{left + _LEFT:.1f}" y="20">{escape(panel.title)}</text>'
    yield from _grid(across, up)
    yield f'<text class="middle" x="{(across.start + right) / 2:.1f}" y="{HEIGHT - 12}">phrasings</text>'
    for place, line in enumerate(panel.lines):
        yield from _curve(line, points, across, up)
        x = left + _LEFT + place * 150
        yield f'<rect x="{x:.1f}" y="32" width="12" height="4" fill="{line.colour}"/>'
        yield f'<text x="{x + 18:.1f}" y="38">{escape(line.label)}</text>'


def _curve(line: _Line, points: Sequence[Point], across: _Axis, up: _Axis) -> Iterator[str]:
    places = [(across.at(point.phrasings), up.at(_positive(line.value(point)))) for point in points]
    yield f'<polyline stroke="{line.colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for point, (x, y) in zip(points, places, strict=True):
        told = f"{point.phrasings:,} phrasings: {line.value(point):,.1f}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line.colour}"><title>{told}</title></circle>'


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    for decade in range(across.low, across.high + 1):
        x = across.at(10.0**decade)
        yield f'<line class="grid" x1="{x:.1f}" y1="{up.start:.1f}" x2="{x:.1f}" y2="{up.stop:.1f}"/>'
        yield f'<text class="middle" x="{x:.1f}" y="{up.start + 18:.1f}">{_number(decade)}</text>'
    for decade in range(up.low, up.high + 1):
        y = up.at(10.0**decade)
        yield f'<line class="grid" x1="{across.start:.1f}" y1="{y:.1f}" x2="{across.stop:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="end" x="{across.start - 8:.1f}" y="{y + 4:.1f}">{_number(decade)}</text>'


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _positive(value: float) -> float:
    """Return what a logarithm can be taken of: memory that grew by nothing is drawn at the foot."""
    return max(value, 0.01)


def _number(decade: int) -> str:
    if decade < 0:
        return f"{10.0**decade:.{-decade}f}"
    letter, rest = ("M", decade - _MILLION) if decade >= _MILLION else ("k", decade - _THOUSAND)
    return f"{10**rest}{letter}" if decade >= _THOUSAND else f"{10**decade}"
