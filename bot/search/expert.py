"""A model for the questions of some languages, over the signals that understand them. Trained once, kept on disk."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.search import calibration, classifier
from bot.search.cache import key_of, read_arrays, warn, write_arrays
from bot.search.calibration import Calibration
from bot.search.classifier import KernelRidge, Labels, Matrix, Signal, combine
from bot.search.encoders import Encoder, Vectors, encode_all
from bot.search.lexical import Lexicon

# weights and widths: chosen on the validation parts of CLINC150 and BANKING77, English
_LEXICAL = Signal("words", 0.5, 0.75)
_MONOLINGUAL, _CROSS_LINGUAL = (2.0, 1.5), (1.0, 1.5)
# whatever changes what is learned from the same phrasings
_LEARNING = (classifier.RIDGE, classifier.WEIGHT_SUM, calibration.SETTINGS)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an expert learns from: phrasings, the number of each one's entry, the group of each entry, vectors."""

    texts: tuple[str, ...]
    labels: Labels
    groups: Labels
    vectors: Mapping[str, Vectors]

    def part(self, wanted: NDArray[np.bool_]) -> "Lesson":
        """Return the lesson of some of the phrasings; entries and groups keep their numbers."""
        texts = tuple(text for text, take in zip(self.texts, wanted, strict=True) if take)
        vectors = {name: each[wanted] for name, each in self.vectors.items()}
        return Lesson(texts, self.labels[wanted], self.groups, vectors)


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's score and confidence for each entry, and its cosine with each phrasing, one array a signal."""

    scores: NDArray[np.float64]
    confidences: NDArray[np.float64]
    cosines: tuple[NDArray[np.float64], ...]


class Expert:
    """A trained model. `labels` are its phrasings' entry numbers, in the order of the cosines that it gives."""

    def __init__(self, lesson: Lesson, encoders: Sequence[Encoder], kept: Path | None = None) -> None:
        """Train, or take what was learned from `kept`, a file, when it is of just this lesson."""
        self.texts, self.labels = lesson.texts, lesson.labels
        self.signals = (*(Signal(each.name, *_share(each)) for each in encoders), _LEXICAL)
        self._encoders = tuple(encoders)
        self._vectors = tuple(lesson.vectors[each.name] for each in encoders)
        self._lexicon = Lexicon(lesson.texts)
        key = key_of(repr((self.signals, _LEARNING, lesson.texts, lesson.labels.tolist(), lesson.groups.tolist())))
        shape = (len(lesson.texts), len(lesson.groups))
        self._weights, self.calibration = _recall(kept, key, shape) or self._learn(lesson, kept, key)

    def score(self, texts: Sequence[str]) -> tuple[Scored, ...]:
        """Score every entry for each text."""
        encoded = [encode_all(each, texts) for each in self._encoders]
        cosines = self._compare(encoded, self._lexicon.similarities(texts))
        scores = combine(self.signals, cosines) @ self._weights
        return tuple(
            Scored(scores[row], self.calibration.confidences(scores[row]), tuple(cosine[row] for cosine in cosines))
            for row in range(len(texts))
        )

    def _learn(self, lesson: Lesson, kept: Path | None, key: bytes) -> tuple[Matrix, Calibration]:
        own = self._compare(self._vectors, self._lexicon.own())
        model = KernelRidge.fit(combine(self.signals, own), lesson.labels, len(lesson.groups))
        fitted = Calibration.fit(model.left_out, lesson.labels, lesson.groups)
        if kept:
            numbers = np.array(astuple(fitted))
            write_arrays(kept, {"key": np.frombuffer(key, np.uint8), "weights": model.weights, "calibration": numbers})
        return model.weights, fitted

    def _compare(self, encoded: Sequence[Vectors], words: Matrix) -> tuple[Matrix, ...]:
        """Return (texts x phrasings) cosines, one matrix a signal, of the texts' vectors and their lexical cosines."""
        dense = ((mine @ theirs.T).astype(np.float64) for mine, theirs in zip(encoded, self._vectors, strict=True))
        return (*dense, words)


def _recall(kept: Path | None, key: bytes, shape: tuple[int, int]) -> tuple[Matrix, Calibration] | None:
    held = read_arrays(kept) if kept else None
    if kept is None or held is None or bytes(held.get("key", np.empty(0, np.uint8))) != key:
        return None
    weights, numbers = held.get("weights", np.empty(0)), held.get("calibration", np.empty(0))
    if weights.shape != shape or not np.isfinite(weights).all() or not np.isfinite(numbers).all():
        warn(kept, "its numbers are damaged")
        return None
    return weights, Calibration(*map(float, numbers))


def _share(encoder: Encoder) -> tuple[float, float]:
    return _CROSS_LINGUAL if encoder.languages is None else _MONOLINGUAL
