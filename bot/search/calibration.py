"""Scores to probabilities: how often an answer with such scores is the right one.

Learned from the knowledge itself. Phrasings are scored by a model that never saw them (leave-one-out), which tells how
right answers look, and once more as if their entry did not exist, which tells how a question that nothing answers
looks. The second kind counts UNKNOWN_SHARE as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.search.classifier import Mask, Scores

Features = NDArray[np.float64]

# a stated prior: one question in eleven has no entry; gave the best calibration on CLINC150's validation part
UNKNOWN_SHARE = 0.1
WRONG_TARGET = 0.03  # at most 3 wrong answers in 100 questions
LIKELIER_THAN_NOT = 0.5  # below it nothing is an answer, however easy the knowledge is to tell apart
LOST_TARGET = 0.05  # at most 5 in 100 of the questions that have an answer are told "I do not know that"
# a perfect match and none at all, believed beforehand: they keep the curve sane for a handful of phrasings
_ENDS = np.array([[1.0, 1.0], [0.0, 0.0]])
SHRINKAGE = 0.1  # of the fit's weights; larger trusts the data less
_STEPS = 50  # Newton's method needs fewer than ten
_CLOSE = 1e-10
SETTINGS = (UNKNOWN_SHARE, WRONG_TARGET, LIKELIER_THAN_NOT, LOST_TARGET, SHRINKAGE)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a phrasing gets from a model that never saw it. `group` is its entry's; to find another of it is right.

    So is to find one of `akin`, entry numbers. `trap` says that it is a counter-example: to find its own entry is
    wrong; to find another, nobody knows.
    """

    scores: Scores
    group: int
    trap: bool = False
    akin: frozenset[int] = frozenset()

    def found(self, groups: NDArray[np.intp]) -> bool:
        """Say whether the best entry is one that is right."""
        best = int(self.scores.entries[0])
        return bool(groups[best] == self.group) or best in self.akin


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(right) = 1 / (1 + exp(-(bias + by_score * score + by_margin * margin)))."""

    bias: float
    by_score: float
    by_margin: float
    sure: float  # confidence from which an answer is given
    near: float  # confidence from which "did you mean" is offered; below it nothing is near

    @classmethod
    def fit(cls, trials: Sequence[Trial], groups: NDArray[np.intp]) -> "Calibration":
        """Fit to trials; `groups` gives each entry's group, shape (entries,).

        A trap that is fallen into counts UNKNOWN_SHARE, for editors look for what is hard.
        """
        asked = [trial for trial in trials if not trial.trap]
        found = [trial.found(groups) for trial in asked]
        unknown = [_without(trial, groups) for trial in asked]
        fallen = [trial.scores for trial in trials if trial.trap and groups[trial.scores.entries[0]] == trial.group]
        features = np.array([*_ENDS, *map(_features, (*(trial.scores for trial in asked), *unknown, *fallen))])
        made_up = len(unknown) + len(fallen)
        right = np.array([True, False, *found, *[False] * made_up])
        weights = np.array([*[1.0] * (2 + len(asked)), *[UNKNOWN_SHARE] * made_up])
        bias, by_score, by_margin = _logistic(features, right, weights)
        chances = _chance(bias, by_score, by_margin, features)
        sure = _sure(chances, right, weights)
        return cls(bias, by_score, by_margin, sure, min(_near(chances, right), sure))

    def confidences(self, scores: Scores) -> NDArray[np.float64]:
        """Return the probability, for each of the scored entries, that it is the right one.

        The margin of the best is over the second; of any other, (negative) to the best.
        """
        margins = scores.values - scores.values[0]
        margins[0] = _margin(scores)
        return _chance(self.bias, self.by_score, self.by_margin, np.stack([scores.values, margins], axis=1))


def _without(trial: Trial, groups: NDArray[np.intp]) -> Scores:
    other = groups[trial.scores.entries] != trial.group
    return Scores(trial.scores.entries[other], trial.scores.values[other])


def _features(scores: Scores) -> tuple[float, float]:
    return (float(scores.values[0]), _margin(scores)) if len(scores.values) else (0.0, 0.0)


def _margin(scores: Scores) -> float:
    """Return the lead of the best entry over the second, or over nothing."""
    second = max(float(scores.values[1]), 0.0) if len(scores.values) > 1 else 0.0
    return float(scores.values[0]) - second


def _logistic(features: Features, right: Mask, weights: NDArray[np.float64]) -> tuple[float, float, float]:
    """Fit by Newton's method: three numbers, a convex function, the same result on every machine."""
    rows = np.column_stack([np.ones(len(features)), features])
    penalty = SHRINKAGE * np.diag([0.0, 1.0, 1.0])
    fitted = np.zeros(3)
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-rows @ fitted))
        slope = rows.T @ (weights * (chances - right)) + penalty @ fitted
        curve = (rows * (weights * chances * (1 - chances))[:, None]).T @ rows + penalty + _CLOSE * np.eye(3)
        step = np.linalg.solve(curve, slope)
        fitted -= step
        if np.abs(step).max() < _CLOSE:
            break
    bias, by_score, by_margin = map(float, fitted)
    return bias, by_score, by_margin


def _chance(bias: float, by_score: float, by_margin: float, features: Features) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-(bias + features @ np.array([by_score, by_margin]))))
    return chance


def _sure(chances: NDArray[np.float64], right: Mask, weights: NDArray[np.float64]) -> float:
    """Return the lowest threshold at which wrong answers are at most WRONG_TARGET of all questions."""
    order = np.argsort(-chances, kind="stable")
    wrong = np.cumsum(np.where(right, 0.0, weights)[order]) / weights.sum()
    fine = np.flatnonzero(wrong <= WRONG_TARGET)
    return max(LIKELIER_THAN_NOT, float(chances[order[fine[-1]]])) if len(fine) else 1.0


def _near(chances: NDArray[np.float64], right: Mask) -> float:
    return float(np.quantile(chances[right], LOST_TARGET)) if right.any() else 1.0
