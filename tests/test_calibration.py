"""bot/search/calibration.py"""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bot.search.calibration import SHRINKAGE, UNKNOWN_SHARE, WRONG_TARGET, Calibration, Trial, _logistic
from bot.search.classifier import Matrix, Scores

ENTRIES = 12
LABELS = np.arange(600) % ENTRIES
GROUPS = np.arange(ENTRIES)


def ranked(row: np.ndarray) -> Scores:
    order = np.argsort(-row, kind="stable")
    return Scores(order, row[order])


def trials(scores: Matrix, labels: np.ndarray, traps: np.ndarray | None = None) -> list[Trial]:
    fallen = np.zeros(len(labels), dtype=bool) if traps is None else traps
    return [Trial(ranked(row), int(label), bool(trap)) for row, label, trap in zip(scores, labels, fallen, strict=True)]


def _scores(seed: int, *, known: bool) -> Matrix:
    """Return scores as a model gives them: the right entry's high but noisy, the others' low."""
    random = np.random.default_rng(seed)
    scores = random.normal(0.05, 0.12, (len(LABELS), ENTRIES))
    if known:
        scores[np.arange(len(LABELS)), LABELS] = random.normal(0.6, 0.2, len(LABELS))
    return scores


FITTED = Calibration.fit(trials(_scores(1, known=True), LABELS), GROUPS)


def best(fitted: Calibration, row: np.ndarray) -> float:
    return float(fitted.confidences(ranked(row)).max())


def _top(seed: int, *, known: bool) -> tuple[np.ndarray, np.ndarray]:
    scores = _scores(seed, known=known)
    confidences = np.array([best(FITTED, row) for row in scores])
    right = (scores.argmax(axis=1) == LABELS) if known else np.zeros(len(LABELS), dtype=bool)
    return confidences, right


def test_confidence_is_how_often_it_is_right_on_questions_never_seen() -> None:
    known, unknown = _top(2, known=True), _top(3, known=False)
    share = int(len(LABELS) * UNKNOWN_SHARE)
    confidence = np.concatenate([known[0], unknown[0][:share]])
    right = np.concatenate([known[1], unknown[1][:share]])
    bins = np.clip((confidence * 10).astype(int), 0, 9)
    error = sum(
        abs(confidence[bins == each].mean() - right[bins == each].mean()) * np.mean(bins == each)
        for each in range(10)
        if np.any(bins == each)
    )
    assert error < 0.05


def test_the_stated_rate_of_wrong_answers_holds_on_questions_never_seen() -> None:
    known, unknown = _top(4, known=True), _top(5, known=False)
    wrong = np.sum((known[0] >= FITTED.sure) & ~known[1]) + UNKNOWN_SHARE * np.sum(unknown[0] >= FITTED.sure)
    assert wrong / (len(LABELS) * (1 + UNKNOWN_SHARE)) <= WRONG_TARGET * 1.5


def test_most_unknown_questions_are_below_near_and_most_known_ones_above() -> None:
    assert np.mean(_top(6, known=False)[0] < FITTED.near) > 0.8
    assert np.mean(_top(7, known=True)[0] >= FITTED.near) > 0.9


def test_a_higher_score_and_a_wider_margin_never_make_it_less_sure() -> None:
    assert best(FITTED, np.array([0.7, 0.3, 0.0])) > best(FITTED, np.array([0.4, 0.3, 0.0]))


def test_the_order_of_entries_is_the_order_of_scores() -> None:
    confidences = FITTED.confidences(ranked(np.array([0.2, 0.9, 0.1, 0.6])))
    assert np.all(np.diff(confidences) < 0)


def test_the_only_entry_that_is_near_leads_over_nothing() -> None:
    alone = FITTED.confidences(Scores(np.array([3]), np.array([0.6])))
    assert alone == pytest.approx(FITTED.confidences(ranked(np.array([0.6, 0.0])))[:1])


def test_two_entries_are_enough() -> None:
    labels = np.arange(20) % 2
    scores = np.eye(2)[labels] * 0.5 + np.random.default_rng(0).normal(0, 0.1, (20, 2))
    assert 0 <= Calibration.fit(trials(scores, labels), np.arange(2)).sure <= 1


def test_confidences_are_probabilities_for_any_scores() -> None:
    for row in np.random.default_rng(9).normal(0, 5, (50, ENTRIES)):
        confidences = FITTED.confidences(ranked(row))
        assert np.all((confidences >= 0) & (confidences <= 1))


def test_scores_that_cannot_be_told_apart_are_never_sure() -> None:
    random = np.random.default_rng(11).normal(0, 0.1, (len(LABELS), ENTRIES))
    fitted = Calibration.fit(trials(random, LABELS), GROUPS)
    assert np.mean([best(fitted, row) >= fitted.sure for row in random]) < 0.1


def test_a_knowledge_in_which_nothing_is_found_again_still_gets_a_curve() -> None:
    labels = np.arange(6)
    nothing_right = np.roll(np.eye(6), 1, axis=1) * 0.3
    fitted = Calibration.fit(trials(nothing_right, labels), labels)
    assert best(fitted, np.array([1.0, 0, 0, 0, 0, 0])) > best(fitted, np.array([0.1, 0, 0, 0, 0, 0]))


def test_to_find_another_entry_of_the_group_is_right() -> None:
    labels = np.arange(100) % 4
    swapped = np.eye(4)[labels ^ 1] * 0.6 + np.random.default_rng(2).normal(0, 0.05, (100, 4))
    apart = Calibration.fit(trials(swapped, labels), np.arange(4))
    together = Calibration.fit(trials(swapped, labels // 2), np.arange(4) // 2)
    assert best(together, swapped[0]) > best(apart, swapped[0])


def test_entries_that_fall_into_traps_are_less_sure() -> None:
    random = np.random.default_rng(3)
    labels = np.arange(400) % 8
    scores = random.normal(0.05, 0.1, (400, 8))
    scores[np.arange(400), labels] = random.normal(0.6, 0.15, 400)
    against = np.arange(400) >= 320
    sure = Calibration.fit(trials(scores[:320], labels[:320]), np.arange(8))
    wary = Calibration.fit(trials(scores, labels, against), np.arange(8))
    assert best(wary, scores[0]) < best(sure, scores[0])
    harmless = scores.copy()
    harmless[against] = np.roll(scores[against], 1, axis=1)  # they find another entry: nobody knows if that is right
    assert Calibration.fit(trials(harmless, labels, against), np.arange(8)) == sure


def test_the_curve_is_the_one_that_scikit_learn_fits() -> None:
    random = np.random.default_rng(8)
    features, right = random.normal(0, 1, (300, 2)), random.random(300) < 0.6
    right |= features[:, 0] > 0.8
    weights = random.random(300) + 0.1
    theirs = LogisticRegression(C=1 / SHRINKAGE, tol=1e-10).fit(features, right, sample_weight=weights)
    mine = _logistic(features, right, weights)
    assert mine == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], abs=1e-4)


def test_to_find_an_entry_that_answers_as_well_is_right() -> None:
    labels = np.arange(100) % 4
    swapped = np.eye(4)[labels ^ 1] * 0.6 + np.random.default_rng(2).normal(0, 0.05, (100, 4))
    plain = trials(swapped, labels)
    akin = [replace(trial, akin=frozenset({trial.group ^ 1})) for trial in plain]
    apart, together = Calibration.fit(plain, np.arange(4)), Calibration.fit(akin, np.arange(4))
    assert best(together, swapped[0]) > best(apart, swapped[0])
