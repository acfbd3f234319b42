"""Encoders made in the test: small, instant, and one for each way of going wrong."""

import hashlib
from collections.abc import Sequence

import numpy as np

from bot.search.encoders import Vectors


class ToyEncoder:
    """Adds up one fixed random vector a word, so that texts with common words are alike."""

    def __init__(self, name: str = "toy", languages: frozenset[str] | None = None) -> None:
        self.name = name
        self.languages = languages
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        rows = [np.sum([_word(word) for word in text.casefold().split()] or [_word("")], axis=0) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


class BrokenEncoder(ToyEncoder):
    """Gives vectors that are not: NaN, not of length one, or too few."""

    def __init__(self, how: str) -> None:
        super().__init__(f"broken-{how}")
        self._how = how

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode(texts)
        broken = {"nan": vectors * np.float32("nan"), "long": vectors * 2, "few": vectors[:-1], "flat": vectors[0]}
        return np.asarray(broken[self._how], dtype=np.float32)


def _word(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return np.random.default_rng(seed).standard_normal(16).astype(np.float32)
