"""What can be computed again, kept on disk so that the next start is quick. Broken files are made anew, not trusted."""

import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.encoders import Encoder, Vectors, checked, encode_all

log = logging.getLogger(__name__)

KEY_BYTES = 16
Arrays = Mapping[str, NDArray[Any]]


def encode_cached(encoder: Encoder, texts: Sequence[str], folder: Path | None) -> Vectors:
    """Encode `texts`, taking from and keeping in `folder` (None: no cache). Shape (len(texts), dimensions)."""
    if folder is None:
        return encode_all(encoder, texts)
    file = folder / f"vectors-{encoder.name}.npz"
    known = _known(file, encoder)
    keys = [key_of(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        fresh = encode_all(encoder, list(missing.values()))
        known |= dict(zip(missing, fresh, strict=True))
    if missing or len(known) > 2 * len(set(keys)):
        used = {key: known[key] for key in keys}
        joined = np.frombuffer(b"".join(used), dtype=np.uint8).reshape(-1, KEY_BYTES)
        write_arrays(file, {"keys": joined, "vectors": np.stack(list(used.values()))})
    return np.stack([known[key] for key in keys])


def key_of(text: str) -> bytes:
    """Return a short hash of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def read_arrays(file: Path) -> Arrays | None:
    """Read what `write_arrays` wrote; None where there is no such file, or, with a warning, where it is broken."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile, EOFError) as error:
        warn(file, error)
        return None


def write_arrays(file: Path, arrays: Arrays) -> None:
    """Write arrays in one go: a reader sees the old file or the new one, never half. Only warns when it can't."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
            np.savez(part, **arrays)  # type: ignore[arg-type]  # the stub takes the names for its own arguments
        os.replace(part.name, file)  # noqa: PTH105 - a name, not a path object
    except OSError as error:
        log.warning("The cache can't be written to %s; the next start will be slower: %s", file.parent, error)


def warn(file: Path, reason: object) -> None:
    """Log that a cache file is left aside."""
    log.warning("The cache file %s can't be used and is made anew: %s", file.name, reason)


def _known(file: Path, encoder: Encoder) -> dict[bytes, Vectors]:
    held = read_arrays(file)
    if held is None:
        return {}
    try:
        keys, vectors = held["keys"], held["vectors"]
        checked(encoder, vectors, len(keys))
    except (EncoderError, KeyError) as error:
        warn(file, error)
        return {}
    return {bytes(key): vector for key, vector in zip(keys, vectors, strict=True)}
