"""What is measured, as pure functions over one value a question."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

BINS = 10  # of the calibration error: 0 to 0.1, 0.1 to 0.2, …
LOST = 0.05  # share of the in-scope questions that a threshold may reject

Numbers = Sequence[float] | NDArray[np.float64]


def accuracy(right: Sequence[bool]) -> float:
    """Return the share that is right; nought of nothing is nought."""
    return sum(right) / max(1, len(right))


def mrr(places: Sequence[int]) -> float:
    """Return the mean reciprocal rank. A place counts from 1; 0 says that the right one was not found."""
    return sum(1 / place for place in places if place) / max(1, len(places))


def auroc(inside: Numbers, outside: Numbers) -> float | None:
    """Return the chance that an in-scope score is above an out-of-scope one; a tie counts half. None without both."""
    if not len(inside) or not len(outside):
        return None
    ranks = rankdata(np.concatenate([np.asarray(inside, dtype=np.float64), np.asarray(outside, dtype=np.float64)]))
    above = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))


def threshold(inside: Numbers, lost: float = LOST) -> float:
    """Return the highest threshold that at most `lost` of the in-scope scores are below."""
    ordered = np.sort(np.asarray(inside, dtype=np.float64))
    return float(ordered[int(lost * len(ordered))]) if len(ordered) else 0.0


def oos_recall(inside: Numbers, outside: Numbers, lost: float = LOST) -> float | None:
    """Return the share of out-of-scope scores below the threshold that rejects `lost` of the in-scope ones."""
    if not len(inside) or not len(outside):
        return None
    return float(np.mean(np.asarray(outside, dtype=np.float64) < threshold(inside, lost)))


def calibration_error(confidences: Numbers, right: Sequence[bool], bins: int = BINS) -> float:
    """Return the expected calibration error: the mean distance of confidence and truth, over bins of like width."""
    sure, true = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    number = np.minimum((sure * bins).astype(np.intp), bins - 1)
    apart = np.bincount(number, weights=sure - true, minlength=bins)
    return float(np.abs(apart).sum() / max(1, len(sure)))


def recall_at(found: Sequence[Sequence[str]], exact: Sequence[Sequence[str]], most: int = 10) -> float:
    """Return which share of the exact search's first `most` entries was found among the first `most`, on average."""
    shares = [
        len(set(mine[:most]) & set(theirs[:most])) / len(set(theirs[:most]))
        for mine, theirs in zip(found, exact, strict=True)
        if theirs
    ]
    return sum(shares) / max(1, len(shares))
