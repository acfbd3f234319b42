"""The model that scores every entry for a question, over the signals that understand its language.

It learns from all phrasings in all languages at once: what an editor wrote in Spanish helps a French question. It is
trained once and kept on disk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.search import calibration, classifier
from bot.search.cache import key_of, read_arrays, warn, write_arrays
from bot.search.calibration import Calibration
from bot.search.classifier import Cosines, KernelRidge, Labels, Mask, Matrix, Signal, combine, reach
from bot.search.encoders import Encoder, Vectors, encode_all
from bot.search.lexical import Lexicon

# weights and widths: by leave-one-out on our own knowledge, where validation parts of CLINC150 and BANKING77 (English)
# are indifferent; see docs/decisions/0003-one-model-for-all-languages.md
_LEXICAL = Signal("words", 0.5, 0.5)
_MONOLINGUAL, _CROSS_LINGUAL = (2.0, 1.0), (1.5, 1.0)
# phrasings in a language from which its own calibration is fitted; below, that of all languages together is used
ENOUGH = 300
EVERY = ""  # stands for all languages together
# whatever changes what is learned from the same phrasings
_LEARNING = (classifier.RIDGE, classifier.WEIGHT_SUM, calibration.SETTINGS, ENOUGH)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the expert learns from: texts, each one's language and its entry's number, each entry's group, vectors.

    `against` marks the texts that are counter-examples to their entry; None: there are none. Vectors are one row a
    text, zero where the encoder does not understand its language.
    """

    texts: tuple[str, ...]
    languages: tuple[str, ...]
    labels: Labels
    groups: Labels
    vectors: Mapping[str, Vectors]
    against: Mask | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's score and confidence for each entry, and its cosine with each text of the lesson, by signal."""

    scores: NDArray[np.float64]
    confidences: NDArray[np.float64]
    cosines: tuple[NDArray[np.float32], ...]
    calibration: Calibration


class Expert:
    """A trained model. `labels` are its texts' entry numbers, in the order of the cosines that it gives.

    `phrasings` marks those of its texts that are phrasings, not counter-examples.
    """

    def __init__(self, lesson: Lesson, encoders: Sequence[Encoder], kept: Path | None = None) -> None:
        """Train, or take what was learned from `kept`, a file, when it is of just this lesson."""
        self.texts, self.labels = lesson.texts, lesson.labels
        self.phrasings = np.ones(len(lesson.texts), bool) if lesson.against is None else ~lesson.against
        self.signals = (*(Signal(each.name, *_share(each)) for each in encoders), _LEXICAL)
        self._encoders = tuple(encoders)
        self._vectors = tuple(lesson.vectors[each.name] for each in encoders)
        self._lexicon = Lexicon(lesson.texts)
        self._reach = reach(self.signals, self._understood(lesson.languages))
        numbers = (lesson.labels.tolist(), lesson.groups.tolist(), self.phrasings.tolist())
        key = key_of(repr((self.signals, _LEARNING, lesson.texts, lesson.languages, numbers)))
        shape = (len(lesson.texts), len(lesson.groups))
        self._weights, self._calibrations = _recall(kept, key, shape) or self._learn(lesson, kept, key)

    def score(self, texts: Sequence[str], language: str) -> tuple[Scored, ...]:
        """Score every entry for each text; all texts are in `language`."""
        cosines = tuple(self._compare(self._encode(texts, language), self._lexicon.similarities(texts)))
        mine = reach(self.signals, self._understood([language] * len(texts)))
        scores = combine(self.signals, cosines, mine, self._reach) @ self._weights
        fitted = self._calibrations.get(language, self._calibrations[EVERY])
        return tuple(
            Scored(scores[row], fitted.confidences(scores[row]), tuple(cosine[row] for cosine in cosines), fitted)
            for row in range(len(texts))
        )

    def understands(self, language: str) -> tuple[bool, ...]:
        """Say of each signal whether it understands the language."""
        return (*(each.languages is None or language in each.languages for each in self._encoders), True)

    def left_out(self) -> Matrix:
        """Return the score that each text gets for each entry from a model that never saw it, (texts x entries)."""
        return self._fit(self._weights.shape[1]).left_out

    def _fit(self, entries: int) -> KernelRidge:
        kernel = combine(self.signals, self._own(), self._reach, self._reach)
        return KernelRidge.fit(kernel, self.labels, entries, ~self.phrasings)

    def _learn(self, lesson: Lesson, kept: Path | None, key: bytes) -> tuple[Matrix, dict[str, Calibration]]:
        model = self._fit(len(lesson.groups))
        against = ~self.phrasings
        spoken = np.array(lesson.languages)
        fitted = {EVERY: Calibration.fit(model.left_out, lesson.labels, lesson.groups, against)}
        for language in sorted(set(lesson.languages)):
            own = spoken == language
            if np.count_nonzero(own) >= ENOUGH:
                fitted[language] = Calibration.fit(model.left_out[own], lesson.labels[own], lesson.groups, against[own])
        if kept:
            _keep(kept, key, model.weights, fitted)
        return model.weights, fitted

    def _understood(self, languages: Sequence[str]) -> Mask:
        """Return whether each signal understands each text's language, (signals x texts)."""
        each = {language: self.understands(language) for language in set(languages)}
        return np.array([each[language] for language in languages]).T

    def _encode(self, texts: Sequence[str], language: str) -> list[Vectors]:
        """Encode by the encoders that understand the language; of the others, whose factor is nought, zeros."""
        return [
            encode_all(encoder, texts) if good else np.zeros((len(texts), known.shape[1]), dtype=np.float32)
            for encoder, good, known in zip(self._encoders, self.understands(language), self._vectors, strict=False)
        ]

    def _own(self) -> Iterator[Cosines]:
        """Yield the phrasings' cosines with each other, one matrix after the other: each is large."""
        yield from self._dense(self._vectors)
        yield self._lexicon.own()

    def _compare(self, encoded: Sequence[Vectors], words: Cosines) -> Iterator[Cosines]:
        """Yield (texts x phrasings) cosines, one matrix a signal, of the texts' vectors and their lexical cosines."""
        yield from self._dense(encoded)
        yield words

    def _dense(self, encoded: Sequence[Vectors]) -> Iterator[Cosines]:
        for mine, theirs in zip(encoded, self._vectors, strict=True):
            yield mine @ theirs.T


def _keep(kept: Path, key: bytes, weights: Matrix, fitted: Mapping[str, Calibration]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {"key": np.frombuffer(key, np.uint8), "weights": weights}
    arrays["languages"] = np.array(list(fitted))
    arrays["calibrations"] = np.array([astuple(each) for each in fitted.values()])
    write_arrays(kept, arrays)


def _recall(kept: Path | None, key: bytes, shape: tuple[int, int]) -> tuple[Matrix, dict[str, Calibration]] | None:
    held = read_arrays(kept) if kept else None
    if kept is None or held is None or bytes(held.get("key", np.empty(0, np.uint8))) != key:
        return None
    nothing = np.empty(0)
    weights, numbers = held.get("weights", nothing), held.get("calibrations", nothing)
    languages = held.get("languages", nothing)
    if weights.shape != shape or not len(languages) or len(languages) != len(numbers):
        warn(kept, "it is not whole")
        return None
    if not np.isfinite(weights).all() or not np.isfinite(numbers).all():
        warn(kept, "its numbers are damaged")
        return None
    calibrations = (Calibration(*map(float, row)) for row in numbers)
    return weights, dict(zip(map(str, languages), calibrations, strict=True))


def _share(encoder: Encoder) -> tuple[float, float]:
    return _CROSS_LINGUAL if encoder.languages is None else _MONOLINGUAL
