"""How quick and how steady the default encoders are, on our own phrasings: `python -m tests.measure_encoders`.

Processor time is the figure to compare on a machine that does other things, too.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from bot.engine import phrasings_of
from bot.errors import EncoderError
from bot.knowledge.loader import load
from bot.search.cache import encode_cached_many
from bot.search.encoders import Encoder, Vectors, default_encoders, encode_all

T = TypeVar("T")

SOME = 1000  # texts for what is measured one by one


def main() -> int:
    """Print the figures."""
    phrasings = phrasings_of(load(Path("knowledge")))
    every = tuple(dict.fromkeys(each.text for each in phrasings))
    english = tuple(dict.fromkeys(each.text for each in phrasings if each.language == "en"))
    with TemporaryDirectory() as name:
        _timed("load, cold cache", lambda: default_encoders(Path(name)))
        encoders = _timed("load, warm cache", lambda: default_encoders(Path(name)))
        jobs = [(each, english if each.languages else every) for each in encoders]
        counts = ", ".join(f"{encoder.name} {len(texts)}" for encoder, texts in jobs)
        _timed(f"encode, cold cache: {counts}", lambda: encode_cached_many(jobs, Path(name)))
        kept = _timed("the same, warm cache", lambda: encode_cached_many(jobs, Path(name)))
    for (encoder, texts), vectors in zip(jobs, kept, strict=True):
        if isinstance(vectors, EncoderError):
            raise vectors
        _alone(encoder, texts, vectors)
    return 0


def _alone(encoder: Encoder, texts: Sequence[str], vectors: Vectors) -> None:
    rows = range(0, len(texts), max(1, len(texts) // SOME))
    alone = _timed(
        f"{encoder.name}: {len(rows)} texts one by one",
        lambda: np.concatenate([encode_all(encoder, [texts[row]]) for row in rows]),
    )
    _timed(f"{encoder.name}: the same texts at once", lambda: encode_all(encoder, [texts[row] for row in rows]))
    sys.stdout.write(f"{encoder.name}: largest difference {np.abs(alone - vectors[list(rows)]).max():.1e}\n")


def _timed(what: str, work: Callable[[], T]) -> T:
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    sys.stdout.write(f"{what}: {wall:.2f} s, processor {processor:.2f} s\n")
    return done


if __name__ == "__main__":
    sys.exit(main())
