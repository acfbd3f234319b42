"""A discriminative model over joint features: kernel ridge regression on a sum of RBF kernels, one per signal.

Why this one: on the training and validation parts of CLINC150 and BANKING77, ten phrasings an entry, it was as
good as logistic regression on the joined vectors, needs no iterations (so it trains in a fraction of a second and
gives the same numbers every time), and its leave-one-out scores come in closed form: they calibrate the confidence
without a second training. See docs/decisions/0002-kernel-ridge.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]
Mask = NDArray[np.bool_]
Cosines = NDArray[np.float32]
Reach = tuple[NDArray[np.float32], ...]  # one array a signal, one factor a text

RIDGE = 0.3  # chosen on CLINC150 and BANKING77 validation parts, as are the signals' weights and widths
WEIGHT_SUM = 3.5  # the kernels' weights are scaled to this sum, so that RIDGE means the same with fewer signals

_BLOCK = 1000  # rows; mirrored block by block, so that no second matrix of this size is needed


@dataclass(frozen=True, slots=True)
class Signal:
    """One way in which two texts can be alike. `weight` is its part of the sum; a larger `width` looks closer."""

    name: str
    weight: float
    width: float


def combine(signals: tuple[Signal, ...], cosines: Iterable[Cosines], left: Reach, right: Reach) -> Matrix:
    """Return the joint kernel of (texts x phrasings) cosines, one matrix a signal, taken one after the other.

    `left` and `right` say how far each signal reaches for each text and each phrasing; see `reach`.
    """
    total: Matrix = np.zeros((len(left[0]), len(right[0])))
    for signal, cosine, mine, theirs in zip(signals, cosines, left, right, strict=True):
        kernel = _kernel(cosine, signal.width)
        kernel *= mine[:, None]
        kernel *= theirs
        total += kernel
    return total


def reach(signals: tuple[Signal, ...], understood: Mask) -> Reach:
    """Return, for each signal, its factor for each text: nought where it does not understand the text's language.

    `understood` is (signals x texts). What is left for a text is raised, so that its kernel with itself is always
    WEIGHT_SUM: a question in a language that fewer signals understand is not scored lower for that.
    """
    weights = np.array([signal.weight for signal in signals])
    available = weights @ understood
    factors = np.where(understood, np.sqrt(WEIGHT_SUM * weights[:, None] / available), 0.0)
    return tuple(factors.astype(np.float32))


def _kernel(cosine: Cosines, width: float) -> Cosines:
    """Return exp(-width * d^2), where d is the distance of unit vectors: d^2 = 2 - 2 cosine."""
    kernel = np.minimum(cosine, np.float32(1))
    kernel -= 1
    kernel *= 2 * width
    return np.exp(kernel, out=kernel)


@dataclass(frozen=True, slots=True)
class KernelRidge:
    """A fitted model: `kernel @ weights` are scores, about 1 for a sure match and 0 for none.

    Both are (phrasings x entries); `left_out` holds the score that each phrasing gets from a model that never saw it.
    """

    weights: Matrix
    left_out: Matrix

    @classmethod
    def fit(cls, kernel: Matrix, labels: Labels, entries: int, against: Mask | None = None) -> "KernelRidge":
        """Fit to a (phrasings x phrasings) kernel, which is used up; `labels` are entry numbers from 0.

        `against` marks the rows that are no phrasings of their entry but counter-examples. One is worth nothing to
        its own entry; to every other it is worth what it would be if it were not there, so that none loses by it.
        """
        targets = (labels[:, None] == np.arange(entries)).astype(np.float64)
        kernel[np.diag_indices_from(kernel)] += RIDGE
        inverse = _inverse(kernel)
        if against is not None and against.any():
            targets[against] = _unseen(inverse, targets, against)
            own = np.flatnonzero(against), labels[against]
            targets[own] = np.minimum(targets[own], 0)
        weights = inverse @ targets
        return cls(weights, targets - weights / np.diag(inverse)[:, None])


def _unseen(inverse: Matrix, targets: Matrix, rows: Mask) -> Matrix:
    """Return the scores that rows get from a model that saw none of them: the closed form for leaving out many."""
    others: Matrix = inverse[np.ix_(rows, ~rows)] @ targets[~rows]
    return np.asarray(-np.linalg.solve(inverse[np.ix_(rows, rows)], others), dtype=np.float64)


def _inverse(matrix: Matrix) -> Matrix:
    """Invert a symmetric positive definite matrix, in place, by its Cholesky factor: half the general work."""
    factor, _ = dpotrf(matrix.T, lower=1, overwrite_a=1)  # .T: as LAPACK likes it, so that nothing is copied
    inverse: Matrix = dpotri(factor, lower=1, overwrite_c=1)[0]
    for start in range(0, len(inverse), _BLOCK):  # only its lower half is filled
        stop = start + _BLOCK
        corner = np.tril(inverse[start:stop, start:stop])
        inverse[start:stop, start:stop] = corner + np.tril(corner, -1).T
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
    return inverse
