"""Phrasings in, ranked entries out. Built from any labelled phrasings: the knowledge's or a benchmark's."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.cache import encode_cached
from bot.search.encoders import Encoder, Vectors
from bot.search.expert import Expert, Lesson, Scored
from bot.text import normalise

log = logging.getLogger(__name__)

EXACT = 0.995  # confidence of a text that is one of our phrasings, letter for letter


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


class Index:
    """Finds the entries that a text may mean."""

    def __init__(
        self,
        phrasings: Sequence[Phrasing],
        encoders: Sequence[Encoder],
        cache: Path | None = None,
        *,
        groups: Mapping[str, str] | None = None,
        unlike: Sequence[Phrasing] = (),
    ) -> None:
        """Encode the phrasings, train, calibrate. Needs two entries or more.

        `groups` names, for some entries, a group within which one is as good as another. `unlike` are counter-examples:
        texts that look like an entry's phrasings and are not. An encoder that fails is left out with a warning; the
        words alone always work.
        """
        self.entries = tuple(sorted({phrasing.entry for phrasing in phrasings}))
        if len(self.entries) < 2:  # noqa: PLR2004 - there is nothing to tell apart
            raise ValueError("An index needs phrasings of two entries or more.")
        self._exact = {normalise(phrasing.text): phrasing.entry for phrasing in phrasings}
        number = {entry: index for index, entry in enumerate(self.entries)}
        self._unlike = [(normalise(each.text), number[each.entry]) for each in unlike]
        # a counter-example that is another entry's phrasing teaches as that: it is no row of its own
        rows = (*phrasings, *(each for each in unlike if normalise(each.text) not in self._exact))
        lesson = Lesson(
            texts=tuple(row.text for row in rows),
            languages=tuple(row.language for row in rows),
            labels=np.array([number[row.entry] for row in rows]),
            groups=_numbers(self.entries, groups or {}),
            vectors=_encode(encoders, rows, cache),
            against=np.arange(len(rows)) >= len(phrasings),
        )
        usable = [each for each in encoders if each.name in lesson.vectors]
        self._expert = Expert(lesson, usable, cache / "model.npz" if cache else None)

    def rank(self, texts: Sequence[str], language: str, most: int = 10) -> tuple[Ranking, ...]:
        """Rank the entries for each text; all texts are taken to be in `language`."""
        scored = self._expert.score(texts, language)
        understood = self._expert.understands(language)
        return tuple(self._ranking(text, each, understood, most) for text, each in zip(texts, scored, strict=True))

    def _ranking(self, text: str, scored: Scored, understood: tuple[bool, ...], most: int) -> Ranking:
        key = normalise(text)
        exact = self._exact.get(key)
        scored.confidences[[entry for unlike, entry in self._unlike if unlike == key]] = 0
        if exact is not None:
            scored.confidences[self.entries.index(exact)] = EXACT
        best = np.argsort(-scored.confidences, kind="stable")[:most]
        hits = tuple(self._hit(int(entry), scored, understood) for entry in best)
        return Ranking(text, hits, scored.calibration.sure, scored.calibration.near, exact)

    def _hit(self, entry: int, scored: Scored, understood: tuple[bool, ...]) -> Hit:
        own = np.flatnonzero((self._expert.labels == entry) & self._expert.phrasings)
        useful = [cosine for cosine, good in zip(scored.cosines, understood, strict=True) if good]
        nearest = int(own[np.mean([cosine[own] for cosine in useful], axis=0).argmax()])
        signals = tuple(
            (signal.name, round(float(cosine[nearest]), 4))
            for signal, cosine, good in zip(self._expert.signals, scored.cosines, understood, strict=True)
            if good
        )
        confidence, score = float(scored.confidences[entry]), float(scored.scores[entry])
        return Hit(self.entries[entry], confidence, score, self._expert.texts[nearest], signals)


def _numbers(entries: Sequence[str], groups: Mapping[str, str]) -> NDArray[np.intp]:
    """Return the number of each entry's group; an entry that is in none is a group of its own."""
    names = [groups.get(entry, f"entry {entry}") for entry in entries]
    numbers: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    return numbers


def _encode(encoders: Sequence[Encoder], phrasings: Sequence[Phrasing], cache: Path | None) -> dict[str, Vectors]:
    """Return each encoder's vectors; rows of a language that it does not understand are zero, and not used."""
    vectors = {}
    for encoder in encoders:
        understood = [encoder.languages is None or each.language in encoder.languages for each in phrasings]
        texts = [each.text for each, good in zip(phrasings, understood, strict=True) if good]
        try:
            encoded = encode_cached(encoder, texts, cache) if texts else np.zeros((0, 1), dtype=np.float32)
        except EncoderError as error:
            log.warning("%s Answers will be less good without it.", error)
            continue
        vectors[encoder.name] = np.zeros((len(phrasings), encoded.shape[1]), dtype=np.float32)
        vectors[encoder.name][understood] = encoded
    return vectors
