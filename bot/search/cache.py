"""Vectors kept on disk, so that a second start encodes only what is new. Broken files are rebuilt, not trusted."""

import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.errors import EncoderError
from bot.search.encoders import Encoder, Vectors, checked, encode_all

log = logging.getLogger(__name__)

KEY_BYTES = 16


def encode_cached(encoder: Encoder, texts: Sequence[str], folder: Path | None) -> Vectors:
    """Encode `texts`, taking from and keeping in `folder` (None: no cache). Shape (len(texts), dimensions)."""
    if folder is None:
        return encode_all(encoder, texts)
    file = folder / f"vectors-{encoder.name}.npz"
    known = _read(file, encoder)
    keys = [_key(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        fresh = encode_all(encoder, list(missing.values()))
        known |= dict(zip(missing, fresh, strict=True))
    if missing or len(known) > 2 * len(set(keys)):
        _write(file, {key: known[key] for key in keys})
    return np.stack([known[key] for key in keys])


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def _read(file: Path, encoder: Encoder) -> dict[bytes, Vectors]:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            keys, vectors = held["keys"], held["vectors"]
            checked(encoder, vectors, len(keys))
    except FileNotFoundError:
        return {}
    except (EncoderError, OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        log.warning("The cache file %s can't be used and is made anew: %s", file.name, error)
        return {}
    return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(file: Path, vectors: dict[bytes, Vectors]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
            keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(-1, KEY_BYTES)
            np.savez(part, keys=keys, vectors=np.stack(list(vectors.values())))
        os.replace(part.name, file)  # noqa: PTH105 - a name, not a path object; atomic, so a reader never sees half a file
    except OSError as error:
        log.warning("The cache can't be written to %s; the next start will be slower: %s", file.parent, error)
