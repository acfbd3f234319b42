"""A text's words and pieces of words, as numbers: the same on every machine, and no list of words to keep."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.text import normalise

WORDS = 1 << 20  # numbers for words and pairs of words; two of them share one in a hundred thousand times
PIECES = 1 << 21  # numbers for pieces of words
FEATURES = WORDS + PIECES
SHORTEST, LONGEST = 2, 5  # characters of a piece; the space before and after a word counts as one

_WORD = re.compile(r"\w+")

Ids = NDArray[np.int32]
Counts = NDArray[np.float32]


def features(text: str) -> tuple[Ids, Counts]:
    """Return the numbers of a text's words, pairs of words and pieces, ascending, and how often each stands in it."""
    words = _WORD.findall(normalise(text))
    counted = Counter(_words(words))
    for word in words:
        counted.update(_pieces(word))
    ids = np.fromiter(counted, np.int32, len(counted))
    order = np.argsort(ids)
    return ids[order], np.fromiter(counted.values(), np.float32, len(counted))[order]


def _words(words: list[str]) -> Iterator[int]:
    for word in words:
        yield crc32(word.encode()) % WORDS
    for first, second in pairwise(words):
        yield crc32(f"{first} {second}".encode()) % WORDS


@lru_cache(maxsize=50_000)
def _pieces(word: str) -> tuple[int, ...]:
    whole = f" {word} "
    pieces = [whole[start : start + size] for size in _sizes(whole) for start in range(len(whole) - size + 1)]
    return tuple(WORDS + crc32(piece.encode()) % PIECES for piece in pieces)


def _sizes(whole: str) -> range:
    """Return the sizes of the pieces of a word: no larger than the word, which is at least a piece of itself."""
    return range(SHORTEST, max(min(LONGEST, len(whole)), SHORTEST) + 1)
