"""Encoders made in the test: small, instant, and one for each way of going wrong."""

import hashlib
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from bot.errors import EncoderError
from bot.search.encoders import Vectors

SECRET = "the asker's own words"  # stands in for a text that a library puts into its error


class ToyEncoder:
    """Adds up one fixed random vector a word, so that texts with common words are alike."""

    def __init__(self, name: str = "toy", languages: frozenset[str] | None = None, dimensions: int = 16) -> None:
        self.name = name
        self.languages = languages
        self.encoded = 0
        self._dimensions = dimensions
        self._counting = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._counting:
            self.encoded += len(texts)
        rows = [np.sum([self._word(word) for word in text.casefold().split() or [""]], axis=0) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def _word(self, word: str) -> Vectors:
        return _word(word, self._dimensions)


class BrokenEncoder(ToyEncoder):
    """Gives what are no vectors, or raises: `how` is one of HOW. The first `good` texts are encoded well."""

    HOW = ("nan", "infinite", "long", "few", "flat", "numbers", "list", "nothing", "narrow", "raises", "memory")

    def __init__(self, how: str, languages: frozenset[str] | None = None, good: int = 0) -> None:
        super().__init__(f"broken-{how}", languages)
        self._how, self._good = how, good

    def encode(self, texts: Sequence[str]) -> Any:
        vectors = super().encode(texts)
        if self.encoded <= self._good:
            return vectors
        if self._how == "raises":
            raise ZeroDivisionError(SECRET)
        if self._how == "memory":
            raise MemoryError(SECRET)
        return {
            "nan": vectors * np.float32("nan"),
            "infinite": vectors * np.float32("inf"),
            "long": vectors * 2,
            "few": vectors[:-1],
            "flat": vectors[0],
            "numbers": np.ones(vectors.shape, dtype=np.int64),
            "list": vectors.tolist(),
            "nothing": None,
            "narrow": vectors[:, : 8 if len(texts) % 2 else 7],
        }[self._how]


def good(found: Vectors | EncoderError) -> Vectors:
    """Return vectors that were not to fail."""
    assert not isinstance(found, EncoderError)
    return found


def _word(word: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
