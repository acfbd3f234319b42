"""The model that scores the entries for a question, over the signals that understand its language.

It learns from all phrasings in all languages at once: what an editor wrote in Spanish helps a French question. What
took long to compute is kept on disk, mapped into memory, and shared between processes.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.errors import EncoderError
from bot.search import calibration, classifier, exact, lexical, neighbours
from bot.search.arrays import read_arrays, warn, write_arrays
from bot.search.calibration import Calibration, Trial
from bot.search.classifier import Cosines, Labels, Mask, Reach, Scores, Signal, combine, reach, score
from bot.search.encoding import Encoder, Vectors, cores, encode_all
from bot.search.exact import Copies
from bot.search.lexical import Lexicon, Terms
from bot.search.neighbours import Neighbours, Rows

log = logging.getLogger(__name__)

# weights and widths: by leave-one-out on our own knowledge, where validation parts of CLINC150 and BANKING77 (English)
# are indifferent; see docs/decisions/0003-one-model-for-all-languages.md
_LEXICAL = Signal("words", 0.5, 0.5)
_MONOLINGUAL, _CROSS_LINGUAL = (2.0, 1.0), (1.5, 1.0)
CANDIDATES = 300  # phrasings nearest in meaning, and half as many in writing, that are looked at
SPREAD = 50  # phrasings that stand for all, where none is near
LEARNED_FROM = 200  # the nearest of them; 400 and 800 were no better (docs/decisions/0005-local-kernel-ridge.md)
# phrasings in a language from which its own calibration is fitted; below, that of all languages together is used
ENOUGH = 300
TRIED = 600  # phrasings of a language that are left out, one after the other, to fit its calibration
EVERY = ""  # stands for all languages together
FORMAT = 3  # of what is kept on disk
_BLOCK = 50_000  # texts whose joined vectors are in memory at a time
# whatever changes what is learned from the same phrasings
_LEARNING = (
    (FORMAT, classifier.RIDGE, classifier.WEIGHT_SUM, calibration.SETTINGS, ENOUGH, TRIED, CANDIDATES, LEARNED_FROM),
    (neighbours.EXACT, neighbours.DIMENSIONS, lexical.RARE, lexical.KEPT, lexical.POSTINGS),
)

_PARTS = lexical.ARRAYS | exact.ARRAYS | {"map", "short", "languages", "calibrations"}

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the expert learns from: texts, each one's language and its entry's number, each entry's group, vectors.

    `against` marks the texts that are counter-examples to their entry; None: there are none. Vectors are one row a
    text, zero where the encoder does not understand its language. `ordinary` marks the texts that stand for what people
    ask, on which confidence is calibrated; None: all. `akin` names, for an entry's number, others that answer as well.
    """

    texts: tuple[str, ...]
    languages: tuple[str, ...]
    labels: Labels
    groups: Labels
    vectors: Mapping[str, Vectors]
    against: Mask | None = None
    ordinary: Mask | None = None
    akin: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's scores and confidences, entry by entry, best first; and what they were learned from.

    `rows` are the numbers of the lesson's texts, `cosines` the text's cosine with each, (signals x rows). `heard` says
    of each signal whether it had a say: it understands the language, and did not fail.
    """

    scores: Scores
    confidences: NDArray[np.float64]
    rows: Rows
    cosines: Cosines
    heard: tuple[bool, ...]
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class _Asked:
    """A text as the signals see it: its vector by each encoder, its words, its short form, its reach."""

    vectors: tuple[Vectors, ...]
    terms: Terms
    short: Vectors
    reach: Reach


class Expert:
    """A model of one lesson. `labels` are its texts' entry numbers; threads may share it.

    `phrasings` marks those of its texts that are phrasings, not counter-examples.
    """

    def __init__(self, lesson: Lesson, encoders: Sequence[Encoder], kept: Path | None = None) -> None:
        """Learn, or take what was learned from `kept`, a file, when it is of just this lesson."""
        self.texts, self.labels = lesson.texts, lesson.labels
        self.phrasings = np.ones(len(lesson.texts), bool) if lesson.against is None else ~lesson.against
        self.signals = (*(Signal(each.name, *_share(each)) for each in encoders), _LEXICAL)
        self._encoders = tuple(encoders)
        self._vectors = tuple(lesson.vectors[each.name] for each in encoders)
        self._reach = reach(self.signals, self._understood(lesson.languages))
        key = self._key(lesson)
        held = _recall(kept, key) or self._learn(lesson)
        self.copies = Copies(self.texts, held)
        self._lexicon = Lexicon(held)
        self._map: Vectors = held["map"]
        self._near = self._neighbours(held["short"], kept, key)
        self._calibrations = _calibrations(held) or self._calibrate(lesson)
        if kept and "calibrations" not in held:
            write_arrays(kept, {**held, **_numbers(self._calibrations), "key": np.frombuffer(key, np.uint8)})

    def score(self, texts: Sequence[str], language: str) -> tuple[Scored, ...]:
        """Score the entries for each text; all texts are in `language`."""
        fitted = self._calibrations.get(language, self._calibrations[EVERY])
        return tuple(self._scored(asked, fitted) for asked in self._read(texts, language))

    def understands(self, language: str) -> tuple[bool, ...]:
        """Say of each signal whether it understands the language."""
        return (*(each.languages is None or language in each.languages for each in self._encoders), True)

    def left_out(self, rows: Sequence[int], step: Step = lambda: None) -> tuple[Scores, ...]:
        """Return the scores that some texts get from a model that never saw them; `step` is called after each."""

        def tried(row: int) -> Scores:
            asked = self._own(row)
            near = self._candidates(asked)
            found = self._learned(asked, near[near != row])[0]
            step()
            return found

        with threadpool_limits(1), ThreadPoolExecutor(cores()) as pool:
            return tuple(pool.map(tried, rows))

    def _scored(self, asked: _Asked, fitted: Calibration) -> Scored:
        scores, rows, cosines = self._learned(asked, self._candidates(asked))
        heard = tuple((asked.reach[:, 0] > 0).tolist())
        return Scored(scores, fitted.confidences(scores), rows, cosines, heard, fitted)

    def _learned(self, asked: _Asked, rows: Rows) -> tuple[Scores, Rows, Cosines]:
        """Train on the nearest of `rows`, and score."""
        cosines = self._cosines(asked, rows)
        towards = combine(self.signals, cosines[:, None], asked.reach, self._reach[:, rows])[0]
        if len(rows) > LEARNED_FROM:
            best = np.sort(np.argpartition(-towards, LEARNED_FROM)[:LEARNED_FROM])
            rows, towards, cosines = rows[best], towards[best], cosines[:, best]
        kernel = combine(self.signals, self._among(rows), self._reach[:, rows], self._reach[:, rows])
        return score(kernel, towards, self.labels[rows], ~self.phrasings[rows]), rows, cosines

    def _candidates(self, asked: _Asked) -> Rows:
        near = self._lexicon.near(asked.terms, CANDIDATES // 2)
        if self._near:
            near = np.union1d(self._near.near(asked.short, CANDIDATES), near)
        # a text that has nothing in common with any is compared with some all the same: it has a ranking, too
        return near if len(near) > 1 else np.unique(np.linspace(0, len(self.texts) - 1, SPREAD).astype(np.intp))

    def _cosines(self, asked: _Asked, rows: Rows) -> Cosines:
        dense = [known[rows] @ mine for known, mine in zip(self._vectors, asked.vectors, strict=True)]
        return np.stack([*dense, self._lexicon.cosines(asked.terms, rows)])

    def _among(self, rows: Rows) -> Iterator[Cosines]:
        for known in self._vectors:
            some = known[rows]
            yield some @ some.T
        yield self._lexicon.own(rows)

    def _read(self, texts: Sequence[str], language: str) -> Iterator[_Asked]:
        """Encode by the encoders that understand the language; the others', and a failing one's, factor is nought."""
        understood = self.understands(language)[:-1]
        heard = [self._heard(number, texts) if good else None for number, good in enumerate(understood)]
        mine = reach(self.signals, np.array([*([each is not None] for each in heard), [True]]))
        vectors = [
            np.zeros((len(texts), known.shape[1]), dtype=np.float32) if each is None else each
            for each, known in zip(heard, self._vectors, strict=True)
        ]
        short = self._shortened(vectors, np.repeat(mine, len(texts), axis=1))
        for row, text in enumerate(texts):
            yield _Asked(tuple(each[row] for each in vectors), self._lexicon.terms(text), short[row], mine)

    def _heard(self, number: int, texts: Sequence[str]) -> Vectors | None:
        """Return an encoder's vectors; None where it, with a warning, fails."""
        try:
            return encode_all(self._encoders[number], texts, self._vectors[number].shape[1])
        except EncoderError as error:
            log.warning("%s This question is answered without it.", error)
            return None

    def _own(self, row: int) -> _Asked:
        own, mine = tuple(each[row] for each in self._vectors), self._reach[:, [row]]
        return _Asked(own, self._lexicon.row(row), self._shortened([each[None] for each in own], mine)[0], mine)

    def _shortened(self, vectors: Sequence[Vectors], mine: Reach) -> Vectors:
        """Return the short form of texts: their inner products stand for the sum of the dense kernels."""
        return _joined(self.signals, vectors, mine) @ self._map

    def _understood(self, languages: Sequence[str]) -> Mask:
        """Return whether each signal understands each text's language, (signals x texts)."""
        each = {language: self.understands(language) for language in set(languages)}
        return np.array([each[language] for language in languages]).T

    def _neighbours(self, short: Vectors, kept: Path | None, key: bytes) -> Neighbours | None:
        """Return who knows the neighbours in meaning; nobody, where words are all there is."""
        if not self._vectors and len(short) > CANDIDATES:
            return None
        return neighbours.neighbours(short, kept.with_name(f"lists-{key.hex()}.faiss") if kept else None)

    def _learn(self, lesson: Lesson) -> dict[str, NDArray[Any]]:
        written = {**lexical.learn(lesson.texts), **exact.learn(lesson.texts)}
        step = max(1, len(self.texts) // neighbours.LEARNED_FROM)
        to_short = neighbours.short_form(self._joined(slice(None, None, step)))
        blocks = (slice(start, start + _BLOCK) for start in range(0, len(self.texts), _BLOCK))
        return {**written, "map": to_short, "short": np.concatenate([self._joined(rows) @ to_short for rows in blocks])}

    def _joined(self, rows: slice) -> Vectors:
        return _joined(self.signals, [each[rows] for each in self._vectors], self._reach[:, rows])

    def _calibrate(self, lesson: Lesson) -> dict[str, Calibration]:
        spoken = np.array(lesson.languages)
        groups = {EVERY: np.arange(len(spoken))}
        for language in sorted(set(lesson.languages)):
            own = np.flatnonzero(spoken == language)
            if np.count_nonzero(self.phrasings[own]) >= ENOUGH:
                groups[language] = own
        tried = {name: _sample(rows, self.phrasings, lesson.ordinary) for name, rows in groups.items()}
        wanted = sorted({row for rows in tried.values() for row in rows})
        found = dict(zip(wanted, self.left_out(wanted), strict=True))
        trials = {row: self._trial(row, scores, lesson) for row, scores in found.items() if len(scores.entries)}
        return {
            name: Calibration.fit([trials[row] for row in rows if row in trials], lesson.groups)
            for name, rows in tried.items()
        }

    def _trial(self, row: int, scores: Scores, lesson: Lesson) -> Trial:
        entry = int(self.labels[row])
        akin = lesson.akin.get(entry, frozenset())
        return Trial(scores, int(lesson.groups[entry]), not self.phrasings[row], akin)

    def _key(self, lesson: Lesson) -> bytes:
        """Return the hash of all that is learned from."""
        digest = blake2b(repr((self.signals, _LEARNING)).encode(), digest_size=16)
        for part in (lesson.texts, lesson.languages):
            digest.update("\0".join(part).encode("utf-8", "surrogatepass"))
        ordinary = np.empty(0, bool) if lesson.ordinary is None else lesson.ordinary
        for numbers in (lesson.labels, lesson.groups, self.phrasings, ordinary):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        digest.update(repr(sorted((entry, sorted(akin)) for entry, akin in lesson.akin.items())).encode())
        return digest.digest()


def _joined(signals: Sequence[Signal], vectors: Sequence[Vectors], factors: Reach) -> Vectors:
    """Return the vectors side by side, scaled so that their inner products follow the sum of the signals' kernels."""
    scaled = [np.zeros((factors.shape[1], 1), np.float32)]  # so that there is something where there is no encoder
    scaled += [
        vector * (factor * np.float32(np.sqrt(signal.width)))[:, None]
        for signal, vector, factor in zip(signals, vectors, factors, strict=False)
    ]
    return np.concatenate(scaled, axis=1)


def _sample(rows: Rows, phrasings: Mask, ordinary: Mask | None) -> list[int]:
    """Return TRIED of the ordinary phrasings, spread evenly, and as many of the counter-examples."""
    asked = phrasings if ordinary is None else phrasings & ordinary
    parts = (rows[asked[rows]], rows[~phrasings[rows]])
    chosen = [part[np.linspace(0, len(part) - 1, min(TRIED, len(part))).astype(int)] for part in parts if len(part)]
    return [int(row) for row in np.concatenate(chosen)]


def _numbers(fitted: Mapping[str, Calibration]) -> dict[str, NDArray[Any]]:
    return {"languages": np.array(list(fitted)), "calibrations": np.array([astuple(each) for each in fitted.values()])}


def _calibrations(held: Mapping[str, NDArray[Any]]) -> dict[str, Calibration] | None:
    if "calibrations" not in held:
        return None
    rows = (Calibration(*map(float, row)) for row in held["calibrations"])
    return dict(zip(map(str, held["languages"]), rows, strict=True))


def _recall(kept: Path | None, key: bytes) -> Mapping[str, NDArray[Any]] | None:
    held = read_arrays(kept) if kept else None
    if kept is None or held is None or bytes(held.get("key", np.empty(0, np.uint8))) != key:
        return None
    if not held.keys() >= _PARTS or not np.isfinite(held["calibrations"]).all():
        warn(kept, "it is not whole")
        return None
    return held


def _share(encoder: Encoder) -> tuple[float, float]:
    return _CROSS_LINGUAL if encoder.languages is None else _MONOLINGUAL
