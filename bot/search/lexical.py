"""Words and pieces of words: what questions have in common in writing. Robust to typos and word order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.search.ngrams import FEATURES, WORDS, Counts, Ids, features

Cosines = NDArray[np.float32]
Rows = NDArray[np.intp]
Arrays = Mapping[str, NDArray[Any]]

RARE = 2000  # phrasings with a feature up to which it leads to candidates; commoner ones tell too little
KEPT = 64  # features of a text, the weightiest words and the weightiest pieces; all of them were no better
POSTINGS = 20_000  # entries of the inverted lists that are read for a text, those of the rarest features first
# the names of what `learn` returns
ARRAYS = frozenset({"idf", "starts", "ids", "weights", "rare", "lists", "listed", "listed_weights"})


@dataclass(frozen=True, slots=True)
class Terms:
    """A text as a unit vector: its features, ascending, and their weights."""

    ids: Ids
    weights: Counts


class Lexicon:
    """TF-IDF of words (1 to 2) and of pieces of words (2 to 5 characters), each half of a unit vector."""

    def __init__(self, arrays: Arrays) -> None:
        """Take what `learn` returned, or what was kept of it on disk; nothing is copied."""
        self._scratch = local()
        self._idf = arrays["idf"]
        shape = (len(arrays["starts"]) - 1, FEATURES)
        self._known = sp.csr_matrix((arrays["weights"], arrays["ids"], arrays["starts"]), shape=shape, copy=False)
        self._rare, self._lists = arrays["rare"], arrays["lists"]
        self._listed, self._listed_weights = arrays["listed"], arrays["listed_weights"]

    def terms(self, text: str) -> Terms:
        """Return a text's vector; features that no phrasing has are left out."""
        ids, counts = features(text)
        return Terms(*_weighted(ids, counts, self._idf))

    def cosines(self, terms: Terms, rows: Rows) -> Cosines:
        """Return the cosine of a text with some phrasings, shape (len(rows),)."""
        vector = self._blank()
        vector[terms.ids] = terms.weights
        cosines: Cosines = self._known[rows] @ vector
        vector[terms.ids] = 0
        return cosines

    def _blank(self) -> NDArray[np.float32]:
        """Return a vector of noughts, a thread's own, to be left as it was: 12 MB for every question take time."""
        vector: NDArray[np.float32] | None = getattr(self._scratch, "vector", None)
        if vector is None:
            vector = self._scratch.vector = np.zeros(FEATURES, dtype=np.float32)
        return vector

    def own(self, rows: Rows) -> Cosines:
        """Return the cosine of each of some phrasings with each, shape (len(rows), len(rows))."""
        known = self._known[rows]
        present, columns = np.unique(known.indices, return_inverse=True)  # a product over few columns is quick
        small = sp.csr_matrix((known.data, columns, known.indptr), shape=(len(rows), len(present)))
        cosines: Cosines = (small @ small.T).toarray()
        return cosines

    def row(self, row: int) -> Terms:
        """Return a phrasing's vector."""
        start, stop = self._known.indptr[row : row + 2]
        return Terms(self._known.indices[start:stop], self._known.data[start:stop])

    def near(self, terms: Terms, most: int) -> Rows:
        """Return the phrasings that share the weightiest rare features with a text, `most` at most, ascending."""
        places = np.searchsorted(self._rare, terms.ids)
        places[places == len(self._rare)] = 0
        known = np.flatnonzero(self._rare[places] == terms.ids) if len(self._rare) else np.empty(0, np.intp)
        starts, stops = self._lists[places[known]], self._lists[places[known] + 1]
        order = np.argsort(stops - starts, kind="stable")
        order = order[np.cumsum((stops - starts)[order]) <= POSTINGS]
        if not len(order):
            return np.empty(0, np.intp)
        spans = [slice(starts[each], stops[each]) for each in order]
        rows = np.concatenate([self._listed[span] for span in spans])
        weights = terms.weights[known[order]]
        shares = [weight * self._listed_weights[span] for weight, span in zip(weights, spans, strict=True)]
        found, place = np.unique(rows, return_inverse=True)
        likeness = np.bincount(place, np.concatenate(shares))
        return np.sort(found[np.argsort(-likeness, kind="stable")[:most]]).astype(np.intp)


def learn(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a lexicon of phrasings, to be kept on disk."""
    read = [features(text) for text in texts]
    frequency = np.bincount(np.concatenate([ids for ids, _ in read]), minlength=FEATURES)
    idf = np.where(frequency, np.log((1 + len(texts)) / (1 + frequency)) + 1, 0).astype(np.float32)
    weighted = [_weighted(*each, idf) for each in read]
    lengths = np.array([len(ids) for ids, _ in weighted], dtype=np.int64)
    ids, weights = np.concatenate([ids for ids, _ in weighted]), np.concatenate([each for _, each in weighted])
    lists = _inverted(ids, weights, np.repeat(np.arange(len(texts), dtype=np.int32), lengths))
    return {"idf": idf, "starts": np.concatenate([[0], np.cumsum(lengths)]), "ids": ids, "weights": weights, **lists}


def _inverted(ids: Ids, weights: Counts, rows: Ids) -> dict[str, NDArray[Any]]:
    """Return, for each rare feature, the phrasings that have it."""
    rare = np.bincount(ids, minlength=FEATURES)[ids] <= RARE
    lists = sp.csr_matrix((weights[rare], (ids[rare], rows[rare])), shape=(FEATURES, rows.max(initial=0) + 1))
    filled = np.flatnonzero(np.diff(lists.indptr))
    return {
        "rare": filled.astype(np.int32),
        "lists": np.append(lists.indptr[filled], len(lists.indices)).astype(np.int64),
        "listed": lists.indices.astype(np.int32),
        "listed_weights": lists.data,
    }


def _weighted(ids: Ids, counts: Counts, idf: Counts) -> tuple[Ids, Counts]:
    """Return the known features and their weights: each half, words and pieces, brought to the same length."""
    known = idf[ids] > 0
    ids, weights = ids[known], ((1 + np.log(counts[known])) * idf[ids[known]]).astype(np.float32)
    half = int(np.searchsorted(ids, WORDS))
    halves = [_weightiest(ids[part], weights[part]) for part in (slice(0, half), slice(half, None))]
    return np.concatenate([each for each, _ in halves]), np.concatenate([each for _, each in halves])


def _weightiest(ids: Ids, weights: Counts) -> tuple[Ids, Counts]:
    """Return the KEPT weightiest features, brought to half of a unit vector."""
    if len(ids) > KEPT:
        best = np.sort(np.argsort(-weights, kind="stable")[:KEPT])
        ids, weights = ids[best], weights[best]
    return ids, weights / max(float(np.sqrt(2 * np.dot(weights, weights))), float(np.finfo(np.float32).tiny))
