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
    ) -> None:
        """Encode the phrasings, train, calibrate. Needs two entries or more.

        `groups` names, for some entries, a group within which one is as good as another. An encoder that fails is
        left out with a warning; the words alone always work.
        """
        self.entries = tuple(sorted({phrasing.entry for phrasing in phrasings}))
        if len(self.entries) < 2:  # noqa: PLR2004 - there is nothing to tell apart
            raise ValueError("An index needs phrasings of two entries or more.")
        self._exact = {normalise(phrasing.text): phrasing.entry for phrasing in phrasings}
        number = {entry: index for index, entry in enumerate(self.entries)}
        texts = tuple(phrasing.text for phrasing in phrasings)
        labels = np.array([number[phrasing.entry] for phrasing in phrasings])
        lesson = Lesson(texts, labels, _numbers(self.entries, groups or {}), _encode(encoders, texts, cache))
        usable = [each for each in encoders if each.name in lesson.vectors]
        self._general = Expert(lesson, [each for each in usable if each.languages is None], _file(cache, "all"))
        self._special = {
            language: Expert(
                lesson.part(np.array([phrasing.language == language for phrasing in phrasings])),
                [each for each in usable if each.languages is None or language in each.languages],
                _file(cache, language),
            )
            for language in _special_languages(phrasings, usable)
        }

    def rank(self, texts: Sequence[str], language: str, most: int = 10) -> tuple[Ranking, ...]:
        """Rank the entries for each text; all texts are taken to be in `language`."""
        expert = self._special.get(language, self._general)
        scored = expert.score(texts)
        return tuple(self._ranking(expert, text, each, most) for text, each in zip(texts, scored, strict=True))

    def _ranking(self, expert: Expert, text: str, scored: Scored, most: int) -> Ranking:
        exact = self._exact.get(normalise(text))
        if exact is not None:
            scored.confidences[self.entries.index(exact)] = EXACT
        best = np.argsort(-scored.confidences, kind="stable")[:most]
        hits = tuple(self._hit(expert, int(entry), scored) for entry in best)
        return Ranking(text, hits, expert.calibration.sure, expert.calibration.near, exact)

    def _hit(self, expert: Expert, entry: int, scored: Scored) -> Hit:
        own = np.flatnonzero(expert.labels == entry)
        confidence, score = float(scored.confidences[entry]), float(scored.scores[entry])
        if not len(own):  # an entry without a phrasing in the expert's language
            return Hit(self.entries[entry], confidence, score, "", ())
        nearest = int(own[np.mean([cosine[own] for cosine in scored.cosines], axis=0).argmax()])
        signals = tuple(
            (signal.name, round(float(cosine[nearest]), 4))
            for signal, cosine in zip(expert.signals, scored.cosines, strict=True)
        )
        return Hit(self.entries[entry], confidence, score, expert.texts[nearest], signals)


def _special_languages(phrasings: Sequence[Phrasing], encoders: Sequence[Encoder]) -> list[str]:
    """Return the languages that an encoder is made for and that two entries or more are written in."""
    made_for = {language for each in encoders for language in each.languages or ()}
    written = {language: {each.entry for each in phrasings if each.language == language} for language in made_for}
    return sorted(language for language, entries in written.items() if len(entries) > 1)


def _file(cache: Path | None, language: str) -> Path | None:
    return cache / f"model-{language}.npz" if cache else None


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
