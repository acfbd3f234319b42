"""Words and character n-grams: what questions have in common in writing. Robust to typos and word order."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text import normalise

WORD = r"\w+"
BLOCK = 1000  # phrasings


class Lexicon:
    """TF-IDF of words (1 to 2) and of characters inside words (2 to 5), each half of a unit vector."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn the vocabulary and its weights from the phrasings."""
        self._parts = (
            TfidfVectorizer(
                lowercase=False, token_pattern=WORD, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32
            ),
            TfidfVectorizer(
                lowercase=False, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32
            ),
        )
        plain = [normalise(text) for text in texts]
        self._known = _join([part.fit_transform(plain) for part in self._parts])
        self._by_term = self._known.T.tocsr()  # turned once, not for every question

    def similarities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the cosine of each text with each phrasing, shape (len(texts), phrasings)."""
        plain = [normalise(text) for text in texts]
        return self._cosines(_join([part.transform(plain) for part in self._parts]))

    def own(self) -> NDArray[np.float32]:
        """Return the cosine of each phrasing with each, shape (phrasings, phrasings)."""
        count = self._known.shape[0]
        cosines = np.empty((count, count), dtype=np.float32)
        for start in range(0, count, BLOCK):  # the product of all at once, as a sparse matrix, takes several times more
            cosines[start : start + BLOCK] = self._cosines(self._known[start : start + BLOCK])
        return cosines

    def _cosines(self, vectors: sp.csr_matrix) -> NDArray[np.float32]:
        product: NDArray[np.float32] = (vectors @ self._by_term).toarray()
        return product


def _join(parts: list[sp.csr_matrix]) -> sp.csr_matrix:
    return sp.hstack(parts).tocsr() / np.float32(np.sqrt(len(parts)))
