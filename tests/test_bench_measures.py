"""bot/bench/measures.py"""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from bot.bench.measures import accuracy, auroc, calibration_error, mrr, oos_recall, recall_at, threshold

SCORES = st.lists(st.integers(0, 20).map(lambda number: number / 20), min_size=1, max_size=60)  # so that many tie
LOWEST = -math.inf


def slow_auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    pairs = [(mine > theirs) + 0.5 * (mine == theirs) for mine in inside for theirs in outside]
    return sum(pairs) / len(pairs)


def slow_threshold(inside: Sequence[float], lost: float) -> float:
    return max(each for each in inside if sum(other < each for other in inside) <= lost * len(inside))


def slow_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    total = 0.0
    for number in range(10):
        own = [(sure, true) for sure, true in zip(confidences, right, strict=True) if min(int(sure * 10), 9) == number]
        if own:
            apart = sum(sure for sure, _ in own) / len(own) - sum(true for _, true in own) / len(own)
            total += abs(apart) * len(own) / len(confidences)
    return total


@given(SCORES, SCORES)
def test_auroc_is_what_sklearn_and_the_slow_twin_say(inside: list[float], outside: list[float]) -> None:
    found = auroc(inside, outside)
    assert found == pytest.approx(slow_auroc(inside, outside))
    assert found == pytest.approx(roc_auc_score([1] * len(inside) + [0] * len(outside), inside + outside))


def test_auroc_takes_scores_that_are_no_answer_at_all() -> None:
    assert auroc([0.5, LOWEST], [LOWEST, LOWEST]) == pytest.approx(0.75)


@given(SCORES, st.sampled_from([0.0, 0.05, 0.25]))
def test_the_threshold_is_the_highest_that_loses_no_more(inside: list[float], lost: float) -> None:
    assert threshold(inside, lost) == slow_threshold(inside, lost)


@given(SCORES, SCORES)
def test_oos_recall_counts_what_is_below_that_threshold(inside: list[float], outside: list[float]) -> None:
    limit = slow_threshold(inside, 0.05)
    assert oos_recall(inside, outside) == pytest.approx(sum(each < limit for each in outside) / len(outside))


def test_oos_recall_at_five_percent() -> None:
    inside = [number / 100 for number in range(100)]  # five are below 0.05
    assert oos_recall(inside, [0.0, 0.04, 0.05, 0.9]) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_calibration_error_is_what_the_slow_twin_says(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [sure for sure, _ in pairs], [true for _, true in pairs]
    assert calibration_error(confidences, right) == pytest.approx(slow_error(confidences, right))


def test_one_who_is_as_often_right_as_he_says_has_no_error() -> None:
    assert calibration_error([0.75] * 4 + [1.0] * 3, [True, True, True, False] + [True] * 3) == pytest.approx(0)
    assert calibration_error([0.95] * 10, [False] * 10) == pytest.approx(0.95)


def test_accuracy_and_mrr_of_a_few_places() -> None:
    places = [1, 2, 0, 4]
    assert accuracy([place == 1 for place in places]) == 0.25
    assert mrr(places) == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)


def test_of_nothing_shares_are_nought_and_what_needs_two_kinds_is_not_said() -> None:
    assert (accuracy([]), mrr([]), calibration_error([], []), recall_at([], []), threshold([])) == (0, 0, 0, 0, 0)
    assert auroc([], [1.0]) is auroc([1.0], []) is oos_recall([1.0], []) is None


def test_recall_counts_the_first_ten_of_the_exact_search_that_were_found() -> None:
    exact = [[f"entry {number}" for number in range(12)], ["a", "b"], []]
    found = [["entry 3", "entry 11", "entry 0", "x"], ["b", "a", "c"], ["a"]]
    assert recall_at(found, exact) == pytest.approx((2 / 10 + 1) / 2)
