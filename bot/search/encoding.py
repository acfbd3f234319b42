"""Texts through encoders: one encoder's few texts, or several encoders' many at once; what comes back is checked."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.errors import EncoderError

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]  # texts done, texts in all

CHUNK = 256  # texts given to an encoder at a time: enough to sort by length, few enough to share between the cores
UNIT_TOLERANCE = 1e-3


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are in meaning.

    `name` changes whenever the vectors would: it is part of the cache's key. `languages` are the ones it
    understands, or None for many. Threads may share it.
    """

    name: str
    languages: frozenset[str] | None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32.

        A text's vector may differ by 1e-6 at most with the texts that it is encoded among.
        """


Job = tuple[Encoder, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some of a job's texts; `rows` are their places in it."""

    job: int
    rows: tuple[int, ...]


def encode_all(encoder: Encoder, texts: Sequence[str], dimensions: int | None = None) -> Vectors:
    """Encode texts, shape (len(texts), dimensions).

    Raises EncoderError for whatever goes wrong in the encoder and for anything but finite unit vectors of that many
    `dimensions` (None: any). The error never holds the texts.
    """
    result = np.zeros((0, dimensions or 0), dtype=np.float32)
    for chunk in _chunks(0, texts):
        vectors = _encode(encoder, [texts[row] for row in chunk.rows], dimensions or result.shape[1] or None)
        if not len(result):
            result = np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
        result[list(chunk.rows)] = vectors
    return result


def encode_many(jobs: Sequence[Job], progress: Progress | None = None) -> list[Vectors | EncoderError]:
    """Encode each job's texts, all jobs at once on all cores; an encoder that fails does not stop the others.

    Returns what `encode_all` returns or raises for each job. While it runs, the process's linear algebra has one
    thread: threads of threads wait for each other.
    """
    chunks = [*_in_turn([[*_chunks(number, texts)] for number, (_, texts) in enumerate(jobs)])]
    results: list[Vectors | EncoderError] = [np.zeros((0, 0), dtype=np.float32) for _ in jobs]
    done, total = 0, sum(len(chunk.rows) for chunk in chunks)

    def work(chunk: _Chunk) -> Vectors | EncoderError:
        encoder, texts = jobs[chunk.job]
        if isinstance(failed := results[chunk.job], EncoderError):
            return failed
        try:
            return _encode(encoder, [texts[row] for row in chunk.rows], None)
        except EncoderError as error:
            return error

    with threadpool_limits(1), ThreadPoolExecutor(cores(), "encode") as pool:
        waiting = {pool.submit(work, chunk): chunk for chunk in chunks}
        try:
            for future in as_completed(waiting):
                chunk = waiting[future]
                results[chunk.job] = _joined(results[chunk.job], future, chunk, jobs[chunk.job])
                done += len(chunk.rows)
                if progress:
                    progress(done, total)
        finally:
            pool.shutdown(cancel_futures=True)
    return results


def checked(encoder: Encoder, vectors: object, count: int, dimensions: int | None = None) -> Vectors:
    """Return the vectors as float32, or raise EncoderError where they are not `count` finite unit vectors."""
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind != "f":
        raise EncoderError(f"Encoder {encoder.name} gave something that is not an array of numbers.")
    wanted = (count, dimensions or vectors.shape[-1] if vectors.ndim else 0)
    if vectors.shape != wanted:
        raise EncoderError(f"Encoder {encoder.name} gave shape {vectors.shape}, not {wanted}, for {count} texts.")
    unit: Vectors = vectors.astype(np.float32, copy=False)
    if not (np.abs(np.einsum("ij,ij->i", unit, unit) - 1) <= 2 * UNIT_TOLERANCE).all():  # NaN fails this, too
        raise EncoderError(f"Encoder {encoder.name} gave something that is not a unit vector.")
    return unit


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Return the vectors, one a row, brought to length one; one of length nought stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # what is not finite is found out by `checked`
        scaled: Vectors = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return scaled


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _encode(encoder: Encoder, texts: Sequence[str], dimensions: int | None) -> Vectors:
    try:
        vectors = encoder.encode([text.encode("utf-8", "replace").decode() for text in texts])
    except EncoderError:
        raise
    except Exception as error:  # other people's code, which raises what it likes; its message may repeat a text
        raise EncoderError(f"Encoder {encoder.name} failed with {type(error).__name__}.") from error
    return checked(encoder, vectors, len(texts), dimensions)


def _chunks(job: int, texts: Sequence[str]) -> Iterator[_Chunk]:
    """Yield the texts' numbers, those of like length together; the longest, which take longest, first."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    for start in range(0, len(order), CHUNK):
        yield _Chunk(job, tuple(order[start : start + CHUNK]))


def _in_turn(chunks: Sequence[Sequence[_Chunk]]) -> Iterator[_Chunk]:
    return (chunk for chunk in chain.from_iterable(zip_longest(*chunks)) if chunk)


def _joined(
    before: Vectors | EncoderError, future: Future[Vectors | EncoderError], chunk: _Chunk, job: Job
) -> Vectors | EncoderError:
    """Return a job's vectors so far with those of a chunk put in their places, or the first error."""
    found = future.result()
    if isinstance(before, EncoderError) or isinstance(found, EncoderError):
        return before if isinstance(before, EncoderError) else found
    encoder, texts = job
    if not len(before):
        before = np.empty((len(texts), found.shape[1]), dtype=np.float32)
    if found.shape[1] != before.shape[1]:
        return EncoderError(
            f"Encoder {encoder.name} gave vectors of {before.shape[1]} and of {found.shape[1]} numbers."
        )
    before[list(chunk.rows)] = found
    return before
