"""Texts that are one of ours but for case, accents and punctuation: found by a hash, so that a million take little."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.text import normalise

ARRAYS = frozenset({"copy_keys", "copy_rows"})  # the names of what `learn` returns
_BYTES = 8


class Copies:
    """Finds the texts of a list that equal another."""

    def __init__(self, texts: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take the texts and what `learn` returned of just them."""
        self._texts = texts
        self._keys, self._rows = arrays["copy_keys"], arrays["copy_rows"]

    def find(self, text: str) -> list[int]:
        """Return the numbers of the texts that are the same when normalised, ascending."""
        plain = normalise(text)
        key = _key(plain)
        start, stop = np.searchsorted(self._keys, key), np.searchsorted(self._keys, key, side="right")
        return [int(row) for row in self._rows[start:stop] if normalise(self._texts[row]) == plain]


def learn(texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays by which `Copies` finds, to be kept on disk."""
    keys = np.array([_key(normalise(text)) for text in texts], dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    return {"copy_keys": keys[order], "copy_rows": order.astype(np.int64)}


def _key(plain: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(plain.encode(), digest_size=_BYTES).digest(), "big"))
