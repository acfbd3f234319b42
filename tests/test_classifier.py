"""bot/search/classifier.py, tested against a slow, obvious twin."""

import numpy as np
import pytest

from bot.search.classifier import RIDGE, WEIGHT_SUM, Cosines, KernelRidge, Mask, Matrix, Signal, combine, reach

RANDOM = np.random.default_rng(7)
LABELS = np.arange(30) % 3


def _points() -> Matrix:
    points = RANDOM.standard_normal((30, 8)) + 6 * np.eye(8)[LABELS]
    unit: Matrix = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit


POINTS = _points()
SIGNALS = (Signal("one", 2.0, 2.0), Signal("two", 1.0, 1.0))


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


def test_left_out_scores_are_those_of_a_model_that_never_saw_the_phrasing() -> None:
    kernel = _kernel(POINTS, POINTS)
    quick = KernelRidge.fit(kernel.copy(), LABELS, 3).left_out
    for out in range(len(LABELS)):
        rest = [index for index in range(len(LABELS)) if index != out]
        targets = np.eye(3)[LABELS[rest]]
        weights = np.linalg.solve(kernel[np.ix_(rest, rest)] + RIDGE * np.eye(len(rest)), targets)
        assert np.allclose(kernel[out, rest] @ weights, quick[out])


def test_new_points_are_told_apart() -> None:
    model = KernelRidge.fit(_kernel(POINTS, POINTS), LABELS, 3)
    fresh = _points()
    assert np.mean((_kernel(fresh, POINTS) @ model.weights).argmax(axis=1) == LABELS) > 0.9


def test_the_same_data_give_the_same_numbers() -> None:
    first = KernelRidge.fit(_kernel(POINTS, POINTS), LABELS, 3)
    again = KernelRidge.fit(_kernel(POINTS, POINTS), LABELS, 3)
    assert np.array_equal(first.weights, again.weights)
