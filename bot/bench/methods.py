"""What is compared: our index and the methods that others use. Each is built from the same texts, and ranks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from bot.bench.datasets import Training
from bot.errors import BotError
from bot.search.encoders import Encoder, MiniLM, UniversalSentenceEncoder, encode_all
from bot.search.index import Index, Phrasing
from bot.text import normalise, sentences

try:
    import bm25s
except ImportError:  # an extra that a bot does without
    bm25s = None

TOP = 10  # entries that a method names
STRENGTH = 10.0  # of the logistic regression; from 3 to 100 the validation parts are indifferent
_WORD = r"\w+"
SENTENCES = 8  # of an answer that count as texts of its entry: the first and the last ones


@dataclass(frozen=True, slots=True)
class Ranked:
    """The likeliest entries, best first, at most TOP. `sure`: where the method itself would give an answer."""

    entries: tuple[str, ...]
    confidence: float
    sure: float | None = None


class Method(Protocol):
    """One way of finding the entry. `build` once, then `rank` as often as you like."""

    def build(self, training: Training) -> None:
        """Learn all there is to know."""

    def rank(self, text: str, language: str) -> Ranked:
        """Rank the entries for one question."""


def texts_of(training: Training) -> tuple[Phrasing, ...]:
    """Return every text that stands for an entry: its phrasings, and its answers sentence by sentence."""
    said = tuple(
        Phrasing(sentence, answer.entry, answer.language)
        for answer in training.answers
        for sentence in sentences(answer.text, SENTENCES)
    )
    return training.phrasings + said


class Ours:
    """The engine's index, built as the engine builds it."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders

    def build(self, training: Training) -> None:
        """Train and calibrate; nothing is taken from a cache."""
        self._index = Index(
            texts_of(training),
            self._encoders,
            groups=training.groups,
            unlike=training.unlike,
            related=training.related,
        )

    def rank(self, text: str, language: str) -> Ranked:
        """Rank by confidence."""
        ranking = self._index.rank([text], language, TOP)[0]
        return Ranked(tuple(hit.entry for hit in ranking.hits), ranking.hits[0].confidence, ranking.sure)


class _Texts:
    """Texts by entry: from a score a text to the entries, each as good as its best text."""

    def __init__(self, training: Training) -> None:
        ordered = sorted(texts_of(training), key=lambda each: each.entry)
        self.texts = [each.text for each in ordered]
        self._entries, self._starts = np.unique([each.entry for each in ordered], return_index=True)

    def ranked(self, scores: NDArray[np.floating[Any]]) -> Ranked:
        return _ranked(self._entries, np.maximum.reduceat(scores, self._starts))


def _ranked(entries: NDArray[np.str_], scores: NDArray[np.floating[Any]]) -> Ranked:
    best = np.argsort(-scores, kind="stable")[:TOP]
    return Ranked(tuple(map(str, entries[best])), float(scores[best[0]]))


class TokenSort:
    """rapidfuzz: the text most alike when both are sorted by words."""

    def build(self, training: Training) -> None:
        """Lower the case, drop the punctuation."""
        self._rows = _Texts(training)
        self._texts = [utils.default_process(text) for text in self._rows.texts]

    def rank(self, text: str, language: str) -> Ranked:  # noqa: ARG002 - it knows no languages
        """Rank by the best text of each entry."""
        asked = [utils.default_process(text)]
        return self._rows.ranked(process.cdist(asked, self._texts, scorer=fuzz.token_sort_ratio, dtype=np.float32)[0])


class Bm25:
    """bm25s: an entry is as good as its best text, or, `joined`, is all of its texts as one."""

    def __init__(self, *, joined: bool = False) -> None:
        """Raise BotError where bm25s is not installed."""
        if bm25s is None:
            raise BotError("The package bm25s is not installed: make setup-dev installs it, --methods leaves it out.")
        self._joined = joined

    def build(self, training: Training) -> None:
        """Index the texts, with the library's own choices but for stop words, which short questions live on."""
        self._rows = _Texts(_joined(training) if self._joined else training)
        self._model = bm25s.BM25()
        self._model.index(list(map(_words, self._rows.texts)), create_empty_token=False, show_progress=False)

    def rank(self, text: str, language: str) -> Ranked:  # noqa: ARG002 - it knows no languages
        """Rank by the best text of each entry."""
        known = [word for word in _words(text) if word in self._model.vocab_dict]
        if not known:  # which the library does not foresee
            return self._rows.ranked(np.zeros(len(self._rows.texts)))
        return self._rows.ranked(np.asarray(self._model.get_scores(known)))


def _words(text: str) -> list[str]:
    return normalise(text).split()


def _joined(training: Training) -> Training:
    texts: dict[str, list[str]] = {}
    for each in texts_of(training):
        texts.setdefault(each.entry, []).append(each.text)
    return Training(tuple(Phrasing(" ".join(own), entry) for entry, own in texts.items()))


class TfIdf:
    """TF-IDF of words (1 to 2) and characters (2 to 5), logistic regression, one entry against the rest.

    One against the rest is as right as all at once on the validation parts (0.828 and 0.834 on CLINC150, out-of-scope
    recall 0.48 and 0.47), and trains ten times as fast.
    """

    def build(self, training: Training) -> None:
        """Train."""
        texts = texts_of(training)
        words = TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)
        self._features = FeatureUnion([("words", words), ("letters", letters)])
        known = self._features.fit_transform([each.text for each in texts])
        self._entries, labels = np.unique([each.entry for each in texts], return_inverse=True)
        heads = [
            LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, random_state=0, max_iter=1000).fit(
                known, labels == number
            )
            for number in range(len(self._entries))
        ]
        self._weights = np.ascontiguousarray(np.concatenate([head.coef_ for head in heads]).T, dtype=np.float32)
        self._biases = np.concatenate([head.intercept_ for head in heads])

    def rank(self, text: str, language: str) -> Ranked:  # noqa: ARG002 - it knows no languages
        """Rank by probability."""
        chances = expit(self._features.transform([text]) @ self._weights + self._biases)[0]
        return _ranked(self._entries, chances / chances.sum())


class Nearest:
    """A bare encoder: the text that is nearest in meaning."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        (self._encoder,) = encoders

    def build(self, training: Training) -> None:
        """Encode every text."""
        self._rows = _Texts(training)
        self._vectors = encode_all(self._encoder, self._rows.texts)

    def rank(self, text: str, language: str) -> Ranked:  # noqa: ARG002 - it is compared as it is, in every language
        """Rank by the nearest text of each entry."""
        return self._rows.ranked(self._vectors @ self._encoder.encode([text])[0])


@dataclass(frozen=True, slots=True)
class Recipe:
    """A method, what it is in a few words, and the encoders that it is made with."""

    about: str
    make: Callable[[Sequence[Encoder]], Method]
    encoders: tuple[Callable[[], Encoder], ...] = ()


OURS = "interpol-bot"
METHODS: Mapping[str, Recipe] = {
    OURS: Recipe("the engine's index", Ours, (MiniLM, UniversalSentenceEncoder)),
    "token_sort": Recipe("rapidfuzz token_sort_ratio, best text", lambda _: TokenSort()),
    "bm25s": Recipe("BM25, best text", lambda _: Bm25()),
    "bm25s-joined": Recipe("BM25, all texts of an entry as one", lambda _: Bm25(joined=True)),
    "tfidf-lr": Recipe("TF-IDF of words and characters, logistic regression", lambda _: TfIdf()),
    "minilm": Recipe("all-MiniLM-L6-v2, nearest text", Nearest, (MiniLM,)),
    "use": Recipe("USE multilingual v3, nearest text", Nearest, (UniversalSentenceEncoder,)),
}


def check(names: Sequence[str]) -> None:
    """Raise BotError for a method whose package is not installed."""
    for name in names:
        if not METHODS[name].encoders:
            METHODS[name].make(())
