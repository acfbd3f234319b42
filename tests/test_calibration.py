"""bot/search/calibration.py"""

import numpy as np

from bot.search.calibration import UNKNOWN_SHARE, WRONG_TARGET, Calibration
from bot.search.classifier import Matrix

ENTRIES = 12
LABELS = np.arange(600) % ENTRIES


def _scores(seed: int, *, known: bool) -> Matrix:
    """Return scores as a model gives them: the right entry's high but noisy, the others' low."""
    random = np.random.default_rng(seed)
    scores = random.normal(0.05, 0.12, (len(LABELS), ENTRIES))
    if known:
        scores[np.arange(len(LABELS)), LABELS] = random.normal(0.6, 0.2, len(LABELS))
    return scores


FITTED = Calibration.fit(_scores(1, known=True), LABELS)


def _top(seed: int, *, known: bool) -> tuple[np.ndarray, np.ndarray]:
    scores = _scores(seed, known=known)
    confidences = np.array([FITTED.confidences(row) for row in scores])
    right = (scores.argmax(axis=1) == LABELS) if known else np.zeros(len(LABELS), dtype=bool)
    return confidences.max(axis=1), right


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
    weak, strong = np.array([0.4, 0.3, 0.0]), np.array([0.7, 0.3, 0.0])
    assert FITTED.confidences(strong)[0] > FITTED.confidences(weak)[0]


def test_the_order_of_entries_is_the_order_of_scores() -> None:
    scores = np.array([0.2, 0.9, 0.1, 0.6])
    assert list(np.argsort(-FITTED.confidences(scores))) == list(np.argsort(-scores))


def test_two_entries_are_enough() -> None:
    labels = np.arange(20) % 2
    scores = np.eye(2)[labels] * 0.5 + np.random.default_rng(0).normal(0, 0.1, (20, 2))
    assert FITTED.confidences(scores[0]).shape == (2,)
    assert 0 <= Calibration.fit(scores, labels).sure <= 1


def test_confidences_are_probabilities_for_any_scores() -> None:
    for row in np.random.default_rng(9).normal(0, 5, (50, ENTRIES)):
        confidences = FITTED.confidences(row)
        assert np.all((confidences >= 0) & (confidences <= 1))


def test_scores_that_cannot_be_told_apart_are_never_sure() -> None:
    random = np.random.default_rng(11).normal(0, 0.1, (len(LABELS), ENTRIES))
    fitted = Calibration.fit(random, LABELS)
    assert np.mean([fitted.confidences(row).max() >= fitted.sure for row in random]) < 0.1


def test_a_knowledge_in_which_nothing_is_found_again_still_gets_a_curve() -> None:
    labels = np.arange(6)
    nothing_right = np.roll(np.eye(6), 1, axis=1) * 0.3
    fitted = Calibration.fit(nothing_right, labels)
    assert fitted.confidences(np.array([1.0, 0, 0, 0, 0, 0]))[0] > fitted.confidences(np.array([0.1, 0, 0, 0, 0, 0]))[0]
