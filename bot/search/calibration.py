"""Scores to probabilities: how often an answer with such a score and such a margin is the right one.

Learned from the knowledge itself. Each phrasing is scored by a model that never saw it (leave-one-out), which tells
how right answers look, and once more as if its entry did not exist, which tells how a question that nothing answers
looks. The second kind counts UNKNOWN_SHARE as much.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.search.classifier import Labels, Mask, Matrix

# a stated prior: one question in eleven has no entry; gave the best calibration on CLINC150's validation part
UNKNOWN_SHARE = 0.1
WRONG_TARGET = 0.03  # at most 3 wrong answers in 100 questions
LIKELIER_THAN_NOT = 0.5  # below it nothing is an answer, however easy the knowledge is to tell apart
LOST_TARGET = 0.05  # at most 5 in 100 of the questions that have an answer are told "I do not know that"
WORST = -1.0  # stands for the score of an entry that is not there; real ones are about 0 to 1
# a perfect match and none at all, believed beforehand: they keep the curve sane for a handful of phrasings
_ENDS = np.array([[1.0, 1.0], [0.0, 0.0]])
STRENGTH = 10.0  # of the fit; larger follows the data more
SETTINGS = (UNKNOWN_SHARE, WRONG_TARGET, LIKELIER_THAN_NOT, LOST_TARGET, WORST, STRENGTH)


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(right) = 1 / (1 + exp(-(bias + by_score * score + by_margin * margin)))."""

    bias: float
    by_score: float
    by_margin: float
    sure: float  # confidence from which an answer is given
    near: float  # confidence from which "did you mean" is offered; below it nothing is near

    @classmethod
    def fit(
        cls, left_out: Matrix, labels: Labels, groups: Labels | None = None, against: Mask | None = None
    ) -> "Calibration":
        """Fit to leave-one-out scores (phrasings x entries) and the phrasings' entry numbers.

        `groups` gives each entry's group, shape (entries,): to take one entry of a group for another is not wrong.
        `against` marks the counter-examples: where one finds its own entry, that is wrong, and counts UNKNOWN_SHARE,
        for editors look for what is hard; where it finds another, nobody knows whether that is right.
        """
        groups = np.arange(left_out.shape[1]) if groups is None else groups
        against = np.zeros(len(labels), dtype=bool) if against is None else against
        trap = left_out[against & (groups[left_out.argmax(axis=1)] == groups[labels])]
        left_out, labels = left_out[~against], labels[~against]
        hidden = left_out.copy()
        hidden[groups[labels][:, None] == groups] = WORST
        known, unknown = _features(left_out), _features(hidden)
        features = np.concatenate([_ENDS, known, unknown, _features(trap)])
        found = groups[left_out.argmax(axis=1)] == groups[labels]
        made_up = len(labels) + len(trap)
        right = np.concatenate([[True, False], found, np.zeros(made_up, dtype=bool)])
        weights = np.concatenate([np.ones(2 + len(labels)), np.full(made_up, UNKNOWN_SHARE)])
        model = LogisticRegression(C=STRENGTH).fit(features, right, sample_weight=weights)
        bias, (by_score, by_margin) = float(model.intercept_[0]), map(float, model.coef_[0])
        chances = _chance(bias, by_score, by_margin, features)
        sure = _sure(chances, right, weights)
        return cls(bias, by_score, by_margin, sure, min(_near(chances, right), sure))

    def confidences(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each entry's probability of being the right one, given one text's scores, shape (entries,).

        The margin of the best is over the second; of any other, (negative) to the best.
        """
        best = scores.argmax()
        rivals = np.full(len(scores), scores[best])
        rivals[best] = np.delete(scores, best).max(initial=WORST)
        return _chance(self.bias, self.by_score, self.by_margin, np.stack([scores, scores - rivals], axis=1))


def _features(scores: Matrix) -> Matrix:
    top = -np.partition(-scores, 1, axis=1)[:, :2]
    return np.stack([top[:, 0], top[:, 0] - top[:, 1]], axis=1)


def _chance(bias: float, by_score: float, by_margin: float, features: Matrix) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-(bias + features @ np.array([by_score, by_margin]))))
    return chance


def _sure(chances: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return the lowest threshold at which wrong answers are at most WRONG_TARGET of all questions."""
    order = np.argsort(-chances, kind="stable")
    wrong = np.cumsum(np.where(right, 0.0, weights)[order]) / weights.sum()
    fine = np.flatnonzero(wrong <= WRONG_TARGET)
    return max(LIKELIER_THAN_NOT, float(chances[order[fine[-1]]])) if len(fine) else 1.0


def _near(chances: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    return float(np.quantile(chances[right], LOST_TARGET)) if right.any() else 1.0
