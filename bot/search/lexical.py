"""Words and character n-grams: what questions have in common in writing. Robust to typos and word order."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text import normalise

WORD = r"\w+"


class Lexicon:
    """TF-IDF of words (1 to 2) and of characters inside words (2 to 5), each half of a unit vector."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn the vocabulary and its weights from the phrasings."""
        self._parts = (
            TfidfVectorizer(preprocessor=normalise, token_pattern=WORD, ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(preprocessor=normalise, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        )
        for part in self._parts:
            part.fit(texts)
        self._known = self._vectors(texts)

    def similarities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the cosine of each text with each phrasing, shape (len(texts), phrasings)."""
        product: NDArray[np.float64] = (self._vectors(texts) @ self._known.T).toarray()
        return product

    def _vectors(self, texts: Sequence[str]) -> sp.csr_matrix:
        return sp.hstack([part.transform(texts) for part in self._parts]).tocsr() / np.sqrt(len(self._parts))
