"""A discriminative model over joint features: kernel ridge regression on a sum of RBF kernels, one per signal.

It is trained for each question anew, on the few hundred phrasings nearest to it: as right as one trained on all of them
(docs/decisions/0005-local-kernel-ridge.md), with nothing to train beforehand, however many there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]
Mask = NDArray[np.bool_]
Cosines = NDArray[np.float32]
Reach = NDArray[np.float32]  # one row a signal, one factor a text

RIDGE = 0.3  # chosen on CLINC150 and BANKING77 validation parts, as are the signals' weights and widths
WEIGHT_SUM = 3.5  # the kernels' weights are scaled to this sum, so that RIDGE means the same with fewer signals


@dataclass(frozen=True, slots=True)
class Signal:
    """One way in which two texts can be alike. `weight` is its part of the sum; a larger `width` looks closer."""

    name: str
    weight: float
    width: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Entry numbers, best first, and the score of each: about 1 for a sure match and 0 for none."""

    entries: Labels
    values: Matrix


def combine(signals: tuple[Signal, ...], cosines: Iterable[Cosines], left: Reach, right: Reach) -> Matrix:
    """Return the joint kernel of (texts x phrasings) cosines, one matrix a signal, taken one after the other.

    `left` and `right` say how far each signal reaches for each text and each phrasing; see `reach`.
    """
    total: Matrix = np.zeros((left.shape[1], right.shape[1]))
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
    return factors.astype(np.float32)


def _kernel(cosine: Cosines, width: float) -> Cosines:
    """Return exp(-width * d^2), where d is the distance of unit vectors: d^2 = 2 - 2 cosine."""
    kernel = np.minimum(cosine, np.float32(1))
    kernel -= 1
    kernel *= 2 * width
    return np.exp(kernel, out=kernel)


def score(kernel: Matrix, towards: Matrix, labels: Labels, against: Mask) -> Scores:
    """Train on a (phrasings x phrasings) kernel, which is used up, and score a text; `towards` is its kernel with them.

    `labels` are the phrasings' entry numbers. `against` marks those that are no phrasings of their entry but
    counter-examples. One is worth nothing to its own entry; to every other it is worth what it would be if it were not
    there, so that none loses by it.
    """
    kernel[np.diag_indices_from(kernel)] += RIDGE
    entries, numbers = np.unique(labels, return_inverse=True)
    shares = np.linalg.solve(kernel, towards)
    if against.any():
        values: Matrix = shares @ _targets(kernel, numbers, len(entries), against)
    else:
        values = np.bincount(numbers, shares, len(entries)).astype(np.float64)
    order = np.argsort(-values, kind="stable")
    return Scores(entries[order], values[order])


def _targets(kernel: Matrix, numbers: Labels, entries: int, against: Mask) -> Matrix:
    targets: Matrix = (numbers[:, None] == np.arange(entries)).astype(np.float64)
    targets[against] = 0
    if not against.all():
        learned = np.linalg.solve(kernel[np.ix_(~against, ~against)], targets[~against])
        targets[against] = kernel[np.ix_(against, ~against)] @ learned
    own = np.flatnonzero(against), numbers[against]
    targets[own] = np.minimum(targets[own], 0)
    return targets
