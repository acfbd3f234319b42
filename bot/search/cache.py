"""Vectors that were computed once, kept on disk so that the next start is quick. Broken files are made anew."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.arrays import Array, Arrays, read_arrays, release, warn, write_arrays
from bot.search.encoding import Encoder, Job, Progress, Vectors, checked, encode_many

__all__ = ["Arrays", "encode_cached", "encode_cached_many", "key_of", "read_arrays", "warn", "write_arrays"]

FORMAT = 2  # of the files of vectors; one of another format is made anew
KEY_BYTES = 16
CHECKPOINT = 100_000  # texts of an encoder after which they are kept: a build that is stopped goes on from there
SPARE = 3  # times as many vectors as are in use are kept besides, for texts that come back


def encode_cached(encoder: Encoder, texts: Sequence[str], folder: Path | None) -> Vectors:
    """Encode `texts`, taking from and keeping in `folder` (None: no cache). Shape (len(texts), dimensions).

    What comes from the cache is mapped from its file and can't be changed. Raises EncoderError.
    """
    [found] = encode_cached_many([(encoder, texts)], folder)
    if isinstance(found, EncoderError):
        raise found
    return found


def encode_cached_many(
    jobs: Sequence[Job], folder: Path | None, progress: Progress | None = None
) -> list[Vectors | EncoderError]:
    """Encode each job's texts, like `encode_cached`, with all encoders at the same time on all cores.

    An encoder's error stands in its place. `progress` is told how many of the texts to encode are done. Each encoder
    may have one job only: it has one file.
    """
    if folder is None:
        return encode_many(jobs, progress)
    shelves = [_Shelf(folder, encoder, texts) for encoder, texts in jobs]
    todo = [shelf.missing() for shelf in shelves]
    done = 0
    while any(todo):
        now = [texts[:CHECKPOINT] for texts in todo]
        told = _shifted(progress, done, done + sum(map(len, todo))) if progress else None
        found = encode_many([(encoder, texts) for (encoder, _), texts in zip(jobs, now, strict=True)], told)
        todo = [shelf.put(texts, each) for shelf, texts, each in zip(shelves, now, found, strict=True)]
        done += sum(map(len, now))
    return [shelf.take() for shelf in shelves]


def key_of(text: str) -> bytes:
    """Return a short hash of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


@dataclass(frozen=True, slots=True)
class _Held:
    """Vectors, one a row, and the keys of their texts, joined."""

    keys: bytes
    vectors: Vectors


class _Shelf:
    """One encoder's file, and the texts for which it is wanted now."""

    def __init__(self, folder: Path, encoder: Encoder, texts: Sequence[str]) -> None:
        keys = [key_of(text) for text in texts]
        self._texts = dict(zip(keys, texts, strict=True))
        self._wanted = b"".join(keys)
        self._encoder = encoder
        self._file = folder / f"vectors-{re.sub(r'[^A-Za-z0-9._-]', '-', encoder.name)}.npz"
        self._held = _read(self._file, encoder)
        self._error: EncoderError | None = None

    def missing(self) -> list[str]:
        """Return the texts that are still to be encoded, each once."""
        if self._held.keys.startswith(self._wanted):
            return []
        known = set(_split(self._held.keys))
        return [text for key, text in self._texts.items() if key not in known]

    def put(self, texts: Sequence[str], vectors: Vectors | EncoderError) -> list[str]:
        """Keep the vectors of texts; return the texts that are still missing, none after an error."""
        if isinstance(vectors, EncoderError):
            self._error = vectors
            return []
        if texts:
            old, new = self._held.vectors.shape[1], vectors.shape[1]
            if len(self._held.vectors) and old != new:
                warn(self._file, f"its vectors have {old} numbers, the encoder's {new}")
                self._held = _NOTHING
            fresh = _Held(b"".join(map(key_of, texts)), vectors)
            self._held = self._written(*(part for part in (self._held, fresh) if part.keys))
        return self.missing()

    def take(self) -> Vectors | EncoderError:
        """Return the vectors of all texts, mapped from the file if they can be, or the error."""
        if self._error:
            return self._error
        if self._texts and len(self._held.vectors) > (1 + SPARE) * len(self._texts):
            self._held = self._written(self._held)
        if self._held.keys.startswith(self._wanted):
            return self._held.vectors[: len(self._wanted) // KEY_BYTES]
        rows = {key: row for row, key in enumerate(_split(self._held.keys))}
        return self._held.vectors[[rows[key] for key in _split(self._wanted)]]

    def _written(self, *parts: _Held) -> _Held:
        """Write vectors, first those that are wanted, in their order; return them as they are in the file."""
        rows = {key: row for row, key in enumerate(key for part in parts for key in _split(part.keys))}
        spare = [key for key in rows if key not in self._texts][: SPARE * len(self._texts)]
        order = [key for key in self._texts if key in rows] + spare
        keys = b"".join(order)
        vectors = _gathered([part.vectors for part in parts], np.array([rows[key] for key in order]))
        arrays = {"about": _about(self._encoder), "keys": np.frombuffer(keys, np.uint8), "vectors": vectors}
        return _read(self._file, self._encoder) if write_arrays(self._file, arrays) else _Held(keys, vectors)


_NOTHING = _Held(b"", np.zeros((0, 0), dtype=np.float32))


def _read(file: Path, encoder: Encoder) -> _Held:
    held = read_arrays(file)
    if held is None:
        return _NOTHING
    nothing = np.empty(0, np.uint8)
    about, keys = held.get("about", nothing).tobytes(), held.get("keys", nothing).tobytes()
    if about != _about(encoder).tobytes():
        warn(file, "it is of another format or another encoder")
        return _NOTHING
    try:
        vectors = checked(encoder, held.get("vectors"), len(keys) // KEY_BYTES)
    except EncoderError as error:
        warn(file, error)
        return _NOTHING
    release(vectors)
    return _Held(keys, vectors)


def _about(encoder: Encoder) -> Array:
    return np.frombuffer(json.dumps({"format": FORMAT, "encoder": encoder.name}).encode(), np.uint8)


def _split(keys: bytes) -> Sequence[bytes]:
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


def _gathered(parts: Sequence[Vectors], rows: NDArray[np.intp]) -> Vectors:
    """Return rows of the parts, which are numbered on from one part to the next."""
    result = np.empty((len(rows), parts[-1].shape[1]), dtype=np.float32)
    start = 0
    for part in parts:
        here = (rows >= start) & (rows < start + len(part))
        result[here] = part[rows[here] - start]
        start += len(part)
    return result
