"""A sentence encoder made in the test: an ONNX file, written field by field, and a tokenizer that knows a few words."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "red",
    "notice",
    "what",
    "is",
    "a",
    "bread",
    "bake",
    "police",
    "query",
    ":",
)
DIMENSIONS = 8
_FLOAT, _INT64 = 1, 7  # ONNX's numbers for the types


def embeddings() -> NDArray[np.float32]:
    """Return the model's vector of each word."""
    return np.random.default_rng(7).standard_normal((len(WORDS), DIMENSIONS)).astype(np.float32)


def write_model(
    folder: Path,
    *,
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
    file: str = "model.onnx",
    batch: bool = False,
) -> Path:
    """Write a model whose vector of each token is its word's, and its tokenizer.json; return the folder.

    With `batch`, the largest number of the whole batch is added to all, as if the batch were quantised together.
    """
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    nodes = [_node("Gather", ("words", "input_ids"), "vectors" if batch else "last_hidden_state")]
    if batch:
        nodes += [_node("ReduceMax", ("vectors",), "top"), _node("Add", ("vectors", "top"), "last_hidden_state")]
    words = embeddings()
    tensor = b"".join(_number(1, size) for size in words.shape)
    tensor += _number(2, _FLOAT) + _bytes(8, b"words") + _bytes(9, words.tobytes())
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, b"tiny") + _bytes(5, tensor)
    graph += b"".join(_bytes(11, _value(name, _INT64, ("batch", "tokens"))) for name in inputs)
    graph += _bytes(12, _value("last_hidden_state", _FLOAT, ("batch", "tokens", DIMENSIONS)))
    model = _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _bytes(7, graph)
    (folder / file).write_bytes(model)
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def tokenizer() -> Tokenizer:
    """Return a tokenizer of whole words."""
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = Lowercase()
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return made


def write_hub_files(folder: Path) -> None:
    """Write what a hub's repository holds besides: the library that downloads it looks for these."""
    (folder / "config.json").write_text(
        json.dumps({"model_type": "bert", "hidden_size": DIMENSIONS, "pad_token_id": 0})
    )
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"model_max_length": 64, "pad_token": "[PAD]", "tokenizer_class": "BertTokenizer"})
    )
    (folder / "special_tokens_map.json").write_text(json.dumps({"pad_token": "[PAD]", "unk_token": "[UNK]"}))


def _node(kind: str, inputs: Sequence[str], output: str) -> bytes:
    node = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode()) + _bytes(4, kind.encode())
    return node + (_bytes(5, _bytes(1, b"keepdims") + _number(3, 0) + _number(20, 2)) if kind == "ReduceMax" else b"")


def _value(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size.encode())) for size in shape
    )
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sizes)))


def _number(field: int, value: int) -> bytes:
    """Return a protobuf field that holds a number."""
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    """Return a protobuf field that holds bytes, a text or a message."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return struct.pack("B", low | 0x80) + _varint(rest) if rest else struct.pack("B", low)
