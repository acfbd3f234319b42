"""Phrasings in, ranked entries out. Built from any labelled phrasings: the knowledge's or a benchmark's."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.cache import encode_cached
from bot.search.calibration import Calibration
from bot.search.classifier import KernelRidge, Matrix, Signal, combine
from bot.search.encoders import Encoder, Vectors, encode_all
from bot.search.lexical import Lexicon
from bot.text import normalise

log = logging.getLogger(__name__)

EXACT = 0.995  # confidence of a text that is one of our phrasings, letter for letter

# weights and widths: chosen on the validation parts of CLINC150 and BANKING77, English
_LEXICAL = Signal("words", 0.5, 0.75)
_MONOLINGUAL, _CROSS_LINGUAL = (2.0, 1.5), (1.0, 1.5)


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way in which people ask for an entry."""

    text: str
    entry: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry as it was ranked. `confidence` is P(this is the right entry); signals are cosines of `phrasing`."""

    entry: str
    confidence: float
    score: float
    phrasing: str
    signals: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """One text's entries, best first. `exact` is the entry of which the text is a phrasing, or None."""

    text: str
    hits: tuple[Hit, ...]
    sure: float
    near: float
    exact: str | None


@dataclass(frozen=True, slots=True)
class _Material:
    """What every expert learns from: the phrasings, their entries' numbers, and what the signals make of them."""

    labels: NDArray[np.intp]
    groups: NDArray[np.intp]
    vectors: Mapping[str, Vectors]
    lexicon: Lexicon
    words: Matrix  # the lexicon's similarities of the phrasings with each other: slow enough to be shared


class _Expert:
    """A model for the questions of some languages, over the signals that understand them."""

    def __init__(self, material: _Material, encoders: Sequence[Encoder]) -> None:
        self._encoders = tuple(encoders)
        self._material = material
        self.signals = (*(Signal(each.name, *_share(each)) for each in encoders), _LEXICAL)
        own = self._compare([material.vectors[each.name] for each in encoders], material.words)
        self._model = KernelRidge.fit(combine(self.signals, own), material.labels, len(material.groups))
        self.calibration = Calibration.fit(self._model.left_out, material.labels, material.groups)

    def score(self, texts: Sequence[str]) -> tuple["_Scored", ...]:
        """Score every entry for each text."""
        words = self._material.lexicon.similarities(texts)
        cosines = self._compare([encode_all(each, texts) for each in self._encoders], words)
        scores = self._model.scores(combine(self.signals, cosines))
        return tuple(
            _Scored(scores[row], self.calibration.confidences(scores[row]), tuple(cosine[row] for cosine in cosines))
            for row in range(len(texts))
        )

    def _compare(self, encoded: Sequence[Vectors], words: Matrix) -> tuple[Matrix, ...]:
        """Return (texts x phrasings) cosines, one matrix a signal, of the texts' vectors and their lexical cosines."""
        known = (self._material.vectors[each.name] for each in self._encoders)
        dense = ((mine @ theirs.T).astype(np.float64) for mine, theirs in zip(encoded, known, strict=True))
        return (*dense, words)


@dataclass(frozen=True, slots=True)
class _Scored:
    """One text's score and confidence for each entry, and its cosine with each phrasing, one array a signal."""

    scores: NDArray[np.float64]
    confidences: NDArray[np.float64]
    cosines: tuple[NDArray[np.float64], ...]


def _share(encoder: Encoder) -> tuple[float, float]:
    return _CROSS_LINGUAL if encoder.languages is None else _MONOLINGUAL


class Index:
    """Finds the entries that a text may mean."""

    def __init__(
        self,
        phrasings: Sequence[Phrasing],
        encoders: Sequence[Encoder],
        cache: Path | None = None,
        *,
        groups: Mapping[str, str] | None = None,
    ) -> None:
        """Encode the phrasings, train, calibrate. Needs two entries or more.

        `groups` names, for some entries, a group within which one is as good as another. An encoder that fails is
        left out with a warning; the words alone always work.
        """
        self.entries = tuple(sorted({phrasing.entry for phrasing in phrasings}))
        if len(self.entries) < 2:  # noqa: PLR2004 - there is nothing to tell apart
            raise ValueError("An index needs phrasings of two entries or more.")
        self._phrasings = tuple(phrasings)
        number = {entry: index for index, entry in enumerate(self.entries)}
        self._labels = np.array([number[phrasing.entry] for phrasing in phrasings])
        texts = [phrasing.text for phrasing in phrasings]
        self._exact = {normalise(phrasing.text): phrasing.entry for phrasing in phrasings}
        vectors = _encode(encoders, texts, cache)
        usable = [each for each in encoders if each.name in vectors]
        lexicon = Lexicon(texts)
        numbers = _numbers(self.entries, groups or {})
        material = _Material(self._labels, numbers, vectors, lexicon, lexicon.own())
        self._general = _Expert(material, [each for each in usable if each.languages is None])
        special = {language for each in usable if each.languages for language in each.languages}
        self._special = dict.fromkeys(special, _Expert(material, usable)) if special else {}

    def rank(self, texts: Sequence[str], language: str, most: int = 10) -> tuple[Ranking, ...]:
        """Rank the entries for each text; all texts are taken to be in `language`."""
        expert = self._special.get(language, self._general)
        scored = expert.score(texts)
        return tuple(self._ranking(expert, text, each, most) for text, each in zip(texts, scored, strict=True))

    def _ranking(self, expert: _Expert, text: str, scored: _Scored, most: int) -> Ranking:
        exact = self._exact.get(normalise(text))
        if exact is not None:
            scored.confidences[self.entries.index(exact)] = EXACT
        best = np.argsort(-scored.confidences, kind="stable")[:most]
        hits = tuple(self._hit(expert.signals, int(entry), scored) for entry in best)
        return Ranking(text, hits, expert.calibration.sure, expert.calibration.near, exact)

    def _hit(self, signals: tuple[Signal, ...], entry: int, scored: _Scored) -> Hit:
        own = np.flatnonzero(self._labels == entry)
        nearest = int(own[np.mean([cosine[own] for cosine in scored.cosines], axis=0).argmax()])
        seen = tuple(
            (signal.name, round(float(cosine[nearest]), 4))
            for signal, cosine in zip(signals, scored.cosines, strict=True)
        )
        text = self._phrasings[nearest].text
        return Hit(self.entries[entry], float(scored.confidences[entry]), float(scored.scores[entry]), text, seen)


def _numbers(entries: Sequence[str], groups: Mapping[str, str]) -> NDArray[np.intp]:
    """Return the number of each entry's group; an entry that is in none is a group of its own."""
    names = [groups.get(entry, f"entry {entry}") for entry in entries]
    numbers: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    return numbers


def _encode(encoders: Sequence[Encoder], texts: Sequence[str], cache: Path | None) -> dict[str, Vectors]:
    vectors = {}
    for encoder in encoders:
        try:
            vectors[encoder.name] = encode_cached(encoder, texts, cache)
        except EncoderError as error:
            log.warning("%s Answers will be less good without it.", error)
    return vectors
