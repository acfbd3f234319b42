"""Encoders for measuring: with their vectors taken from a cache, while one develops, or made up from hashes."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from bot.search.cache import encode_cached
from bot.search.encoders import Encoder, Vectors

_HASHES = 16_384  # vectors that HashedWords has for all words


class Remembering:
    """An encoder that has seen some texts before; any other text it encodes."""

    def __init__(self, encoder: Encoder, known: Mapping[str, Vectors]) -> None:
        self.name, self.languages = encoder.name, encoder.languages
        self._encoder, self._known = encoder, known

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32."""
        if all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        return self._encoder.encode(texts)


class Memory:
    """Vectors of many texts, out of a folder's cache, by encoder. What it does not hold yet is encoded and kept."""

    def __init__(self, encoders: Sequence[Encoder], texts: Iterable[str], folder: Path) -> None:
        known = tuple(dict.fromkeys(texts))
        self._encoders = encoders
        self._vectors = [dict(zip(known, encode_cached(each, known, folder), strict=True)) for each in encoders]

    def of(self, texts: Iterable[str]) -> tuple[Encoder, ...]:
        """Return the encoders, remembering just these texts."""
        wanted = tuple(texts)
        pairs = zip(self._encoders, self._vectors, strict=True)
        return tuple(Remembering(encoder, {text: held[text] for text in wanted}) for encoder, held in pairs)


class HashedWords:
    """No encoder, but as quick as none: a text is the sum of fixed random vectors, one a word, by the word's hash."""

    languages: frozenset[str] | None = None

    def __init__(self, name: str, dimensions: int) -> None:
        self.name = name
        self._words = np.random.default_rng(dimensions).standard_normal((_HASHES, dimensions), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32."""
        vectors = np.stack([self._words[[_hash(word) for word in text.split() or [""]]].sum(axis=0) for text in texts])
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass")) % _HASHES
