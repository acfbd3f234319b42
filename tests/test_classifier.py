"""bot/search/classifier.py, tested against a slow, obvious twin."""

import numpy as np
import pytest

from bot.search.classifier import RIDGE, WEIGHT_SUM, Cosines, Mask, Matrix, Signal, combine, reach, score

RANDOM = np.random.default_rng(7)
LABELS = np.arange(30) % 3 + 4  # entries 4, 5 and 6
NONE = np.zeros(30, dtype=bool)
SIGNALS = (Signal("one", 2.0, 2.0), Signal("two", 1.0, 1.0))


def _points() -> Matrix:
    points = RANDOM.standard_normal((30, 8)) + 6 * np.eye(8)[LABELS]
    unit: Matrix = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit


POINTS = _points()


def _everything(count: int, signals: int = 2) -> Mask:
    return np.ones((signals, count), dtype=bool)


def _kernel(left: Matrix, right: Matrix) -> Matrix:
    cosines: Cosines = (left @ right.T).astype(np.float32)
    mine, theirs = (reach(SIGNALS, _everything(len(points))) for points in (left, right))
    return combine(SIGNALS, (cosines, cosines**2), mine, theirs)


def test_the_kernel_is_the_weighted_sum_of_gaussians_of_the_distance() -> None:
    one, two = POINTS[0], POINTS[1]
    cosine = float(one @ two)
    distances = (2 - 2 * cosine, 2 - 2 * cosine**2)
    slow = WEIGHT_SUM * (2 * np.exp(-2.0 * distances[0]) + np.exp(-1.0 * distances[1])) / 3
    assert _kernel(one[None], two[None])[0, 0] == pytest.approx(slow, rel=1e-5)


def test_fewer_signals_weigh_as_much_together() -> None:
    same = np.ones((1, 1), dtype=np.float32)
    one, two = reach(SIGNALS[:1], _everything(1, 1)), reach(SIGNALS, _everything(1))
    assert combine(SIGNALS[:1], (same,), one, one)[0, 0] == pytest.approx(WEIGHT_SUM)
    assert combine(SIGNALS, (same, same), two, two)[0, 0] == pytest.approx(WEIGHT_SUM)


def test_a_text_that_fewer_signals_understand_is_as_like_itself_as_any_other() -> None:
    factors = reach(SIGNALS, np.array([[True, False], [True, True]]))
    assert factors[0][1] == 0
    kernel = combine(SIGNALS, (np.ones((2, 2), dtype=np.float32),) * 2, factors, factors)
    assert np.diag(kernel) == pytest.approx([WEIGHT_SUM, WEIGHT_SUM])
    assert np.linalg.eigvalsh(kernel).min() > -1e-6
    assert 0 < kernel[0, 1] < WEIGHT_SUM


def test_scores_are_those_of_one_ridge_regression_an_entry() -> None:
    kernel, towards = _kernel(POINTS, POINTS), _kernel(_points()[:1], POINTS)[0]
    weights = np.linalg.solve(kernel + RIDGE * np.eye(30), np.eye(7)[LABELS])
    slow = towards @ weights
    found = score(kernel.copy(), towards, LABELS, NONE)
    assert np.allclose(found.values, slow[found.entries])
    assert np.all(np.diff(found.values) <= 0)
    assert sorted(found.entries.tolist()) == [4, 5, 6]


def test_new_points_are_told_apart() -> None:
    fresh = _points()
    found = [score(_kernel(POINTS, POINTS), row, LABELS, NONE).entries[0] for row in _kernel(fresh, POINTS)]
    assert np.mean(np.array(found) == LABELS) > 0.9


def test_the_same_data_give_the_same_numbers() -> None:
    towards = _kernel(POINTS[:1], POINTS)[0]
    first, again = (score(_kernel(POINTS, POINTS), towards, LABELS, NONE) for _ in range(2))
    assert np.array_equal(first.values, again.values)
