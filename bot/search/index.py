"""Phrasings in, ranked entries out. Built from any labelled phrasings: the knowledge's or a benchmark's."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.cache import encode_cached_many
from bot.search.encoding import Encoder, Progress, Vectors
from bot.search.expert import Expert, Lesson, Scored
from bot.text import normalise

log = logging.getLogger(__name__)

EXACT = 0.995  # confidence of a text that is one of our phrasings, letter for letter


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way in which people ask for an entry. `ordinary`: a usual one, on which confidence may be calibrated."""

    text: str
    entry: str
    language: str = "en"
    ordinary: bool = True


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
        related: Mapping[str, Collection[str]] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Encode the phrasings, learn their words, calibrate. Needs two entries or more.

        `groups` names, for some entries, a group within which one is as good as another; `related`, others that answer
        many of the same questions: to find one of those is not wrong when confidence is calibrated. `unlike` are
        counter-examples: texts that look like an entry's phrasings and are not. An encoder that fails is left out with
        a warning; the words alone always work. `progress` is told how many texts are encoded.
        """
        self.entries = tuple(sorted({phrasing.entry for phrasing in phrasings}))
        if len(self.entries) < 2:  # noqa: PLR2004 - there is nothing to tell apart
            raise ValueError("An index needs phrasings of two entries or more.")
        number = {entry: index for index, entry in enumerate(self.entries)}
        # a counter-example that is another entry's phrasing teaches as that: it is no row of its own
        taken = _shared(phrasings, unlike)
        rows = (*phrasings, *(each for each in unlike if normalise(each.text) not in taken))
        lesson = Lesson(
            texts=tuple(row.text for row in rows),
            languages=tuple(row.language for row in rows),
            labels=np.array([number[row.entry] for row in rows]),
            groups=_numbers(self.entries, groups or {}),
            vectors=_encode(encoders, rows, cache, progress),
            against=np.arange(len(rows)) >= len(phrasings),
            ordinary=np.array([row.ordinary for row in rows]),
            akin=_akin(number, related or {}),
        )
        self._unlike = {(normalise(each.text), number[each.entry]) for each in unlike}
        usable = [each for each in encoders if each.name in lesson.vectors]
        self._expert = Expert(lesson, usable, cache / "model.npz" if cache else None)

    def rank(self, texts: Sequence[str], language: str, most: int = 10) -> tuple[Ranking, ...]:
        """Rank the entries for each text; all texts are taken to be in `language`."""
        scored = self._expert.score(texts, language)
        return tuple(self._ranking(text, each, most) for text, each in zip(texts, scored, strict=True))

    def _ranking(self, text: str, scored: Scored, most: int) -> Ranking:
        entries, confidences = scored.scores.entries, scored.confidences
        exact = self._exact(text)
        key = normalise(text)
        confidences[[(key, int(entry)) in self._unlike for entry in entries]] = 0
        if exact is not None:
            confidences[entries == exact] = EXACT
        best = np.argsort(-confidences, kind="stable")[:most]
        hits = tuple(hit for place in best if (hit := self._hit(int(place), scored)))
        entry = None if exact is None else self.entries[exact]
        return Ranking(text, hits, scored.calibration.sure, scored.calibration.near, entry)

    def _exact(self, text: str) -> int | None:
        """Return the number of the entry of which the text is a phrasing."""
        rows = [row for row in self._expert.copies.find(text) if self._expert.phrasings[row]]
        return int(self._expert.labels[rows[-1]]) if rows else None

    def _hit(self, place: int, scored: Scored) -> Hit | None:
        """Return an entry with its nearest phrasing; None for one of which only counter-examples are near."""
        entry = int(scored.scores.entries[place])
        rows = scored.rows
        own = np.flatnonzero((self._expert.labels[rows] == entry) & self._expert.phrasings[rows])
        if not len(own):
            return None
        nearest = int(own[scored.cosines[list(scored.heard)][:, own].mean(axis=0).argmax()])
        signals = tuple(
            (signal.name, round(float(cosine), 4))
            for signal, cosine, good in zip(self._expert.signals, scored.cosines[:, nearest], scored.heard, strict=True)
            if good
        )
        confidence, score = float(scored.confidences[place]), float(scored.scores.values[place])
        return Hit(self.entries[entry], confidence, score, self._expert.texts[rows[nearest]], signals)


def _shared(phrasings: Sequence[Phrasing], unlike: Sequence[Phrasing]) -> set[str]:
    """Return the counter-examples, normalised, that are somewhere a phrasing."""
    if not unlike:
        return set()
    traps = {normalise(each.text) for each in unlike}
    return traps & {normalise(each.text) for each in phrasings}


def _akin(number: Mapping[str, int], related: Mapping[str, Collection[str]]) -> dict[int, frozenset[int]]:
    """Return the numbers of the entries related to each, whichever of the two names the other."""
    akin: dict[int, set[int]] = {}
    for entry, others in related.items():
        for other in others:
            if entry in number and other in number:
                akin.setdefault(number[entry], set()).add(number[other])
                akin.setdefault(number[other], set()).add(number[entry])
    return {entry: frozenset(others) for entry, others in akin.items()}


def _numbers(entries: Sequence[str], groups: Mapping[str, str]) -> NDArray[np.intp]:
    """Return the number of each entry's group; an entry that is in none is a group of its own."""
    names = [groups.get(entry, f"entry {entry}") for entry in entries]
    numbers: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    return numbers


def _encode(
    encoders: Sequence[Encoder], phrasings: Sequence[Phrasing], cache: Path | None, progress: Progress | None
) -> dict[str, Vectors]:
    """Return each encoder's vectors; rows of a language that it does not understand are zero, and not used."""
    understood = [
        np.array([each.languages is None or phrasing.language in each.languages for phrasing in phrasings])
        for each in encoders
    ]
    jobs = [
        (encoder, [phrasings[row].text for row in np.flatnonzero(good).tolist()])
        for encoder, good in zip(encoders, understood, strict=True)
    ]
    vectors = {}
    for (encoder, texts), good, encoded in zip(
        jobs, understood, encode_cached_many(jobs, cache, progress), strict=True
    ):
        if isinstance(encoded, EncoderError):
            log.warning("%s Answers will be less good without it.", encoded)
        elif len(texts) == len(phrasings):
            vectors[encoder.name] = encoded  # as it lies on disk
        else:
            vectors[encoder.name] = np.zeros((len(phrasings), max(1, encoded.shape[1])), dtype=np.float32)
            vectors[encoder.name][good] = encoded if len(encoded) else 0
    return vectors
