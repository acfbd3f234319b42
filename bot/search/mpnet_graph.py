"""MPNet as an ONNX graph whose large matrix products are of whole numbers: a quarter of the size, a third of the time.

How MPNet computes: https://arxiv.org/abs/2004.09297, and `modeling_mpnet.py` of transformers, whose names the tensors
have. It is BERT with positions that also count how far two tokens are apart, in buckets, the same in every layer.

Products of activations and weights are quantised so that a text's vector depends neither on the texts beside it nor on
the processor:

- Activations have 8 bits and a scale for each token. One scale for the whole tensor, as onnxruntime's own dynamic
  quantisation has it, spoils this model: a few of a token's numbers are 65 where the rest are 5 at most. These few
  are multiplied as they are, and the widest activations have a scale for each of WIDE_PARTS parts.
- Weights have 7 bits (-63 to 63) and a scale for each output. Processors without VNNI add two products in 16 bits,
  which 8 bits by 7 can't overflow; so all compute the same whole numbers.

Cosine with float32 over 200 texts, mean and least, and the time of a question on one core: one scale a tensor 0.916,
0.763, 11 ms; one scale a token 0.995, 0.954, 12 ms; as it is here 0.999, 0.993, 14 ms; float32 itself 39 ms.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.search.onnx_file import OWN_DOMAIN, Graph, number_of

Array = NDArray[np.float32]
Tensors = Mapping[str, Array]

WIDE_PARTS = 4  # of the 3,072 numbers that a layer's last matrix takes; with 8: least cosine 0.995, a tenth slower
PADDING = 1  # the padding's number; positions count from the one after it
FARTHEST = 128  # tokens, from which on all distances are in one bucket; MPNetEncoder.compute_position_bias
NORM_EPSILON = 1e-5  # layer_norm_eps of the model's config.json
_WEIGHT_TOP, _TOP, _ZERO = 63, 127, 128  # the largest whole number of a weight and of an activation; an activation's 0
_TINY = 1e-12  # the least that anything is divided by
_MASKED = 1e9  # taken from the likeness of what is no token


@dataclass(frozen=True, slots=True)
class _Dense:
    """A layer's matrix (outputs x inputs) and bias (outputs)."""

    weight: Array
    bias: Array


def mpnet_graph(tensors: Tensors, loud: Sequence[int]) -> bytes:
    """Return the ONNX file: `input_ids` and `attention_mask`, (texts x tokens), to (texts x tokens x dimensions).

    The sizes are those of the tensors. `loud` are the numbers of a token's vector that are too large to be quantised
    with the rest. Padding must be on the right. Raises KeyError where a tensor is missing.
    """
    graph = Graph()
    ids = graph.input("input_ids", "int64", ("texts", "tokens"))
    mask = graph.input("attention_mask", "int64", ("texts", "tokens"))
    length = graph.step("Shape", ids, start=1)
    vectors = _embedded(graph, tensors, ids, length)
    bias = graph.step("Add", _distances(graph, tensors, length), _unmasked(graph, mask))
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in tensors:
        name = f"encoder.layer.{layer}"
        vectors = _attended(graph, tensors, name, vectors, bias, loud)
        vectors = _widened(graph, tensors, name, vectors, loud)
        layer += 1
    dimensions = len(tensors["embeddings.LayerNorm.weight"])
    graph.output("last_hidden_state", vectors, "float32", ("texts", "tokens", dimensions))
    return graph.model()


def buckets(tokens: int, count: int) -> NDArray[np.uint8]:
    """Return the bucket of each two tokens' distance, (asking x asked): half for those before, half for those after.

    Half of either half holds one distance each, the other half ever more, up to FARTHEST.
    """
    ahead = np.arange(tokens)[None, :] - np.arange(tokens)[:, None]
    far, half, exact = np.abs(ahead), count // 2, count // 4
    grown = np.log(np.maximum(far, 1) / exact) / math.log(FARTHEST / exact) * (half - exact)
    within = np.where(far < exact, far, np.minimum(exact + grown.astype(np.int64), half - 1))
    return np.asarray(within + half * (ahead > 0), np.uint8)


def _embedded(graph: Graph, tensors: Tensors, ids: str, length: str) -> str:
    """Words, each with 8 bits and a scale, plus positions."""
    words = tensors["embeddings.word_embeddings.weight"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / _TOP, np.float32(_TINY))
    whole = graph.constant("words", np.rint(words / scale).astype(np.int8))
    found = graph.step("Cast", graph.step("Gather", whole, ids), to=number_of("float32"))
    found = graph.step("Mul", found, graph.step("Gather", graph.constant("words.scale", scale), ids))
    positions = graph.constant("positions", tensors["embeddings.position_embeddings.weight"][PADDING + 1 :])
    here = graph.step("Slice", positions, graph.numbers(0), length, graph.numbers(0))
    return _norm(graph, tensors, "embeddings.LayerNorm", graph.step("Add", found, here))


def _distances(graph: Graph, tensors: Tensors, length: str) -> str:
    """What is added to the likeness of two tokens for their distance, (1 x heads x tokens x tokens)."""
    bias = tensors["encoder.relative_attention_bias.weight"]
    tokens = len(tensors["embeddings.position_embeddings.weight"]) - PADDING - 1
    every = graph.constant("buckets", buckets(tokens, len(bias)))
    square = graph.step("Concat", length, length, axis=0)
    here = graph.step("Slice", every, graph.numbers(0, 0), square, graph.numbers(0, 1))
    here = graph.step("Cast", here, to=number_of("int32"))
    found = graph.step("Gather", graph.constant("distances", bias), here)
    return graph.step("Unsqueeze", graph.step("Transpose", found, perm=(2, 0, 1)), graph.numbers(0))


def _unmasked(graph: Graph, mask: str) -> str:
    """Nought for tokens and a large negative number for padding, (texts x 1 x 1 x tokens)."""
    padding = graph.step("Cast", graph.step("Sub", mask, graph.numbers(1)), to=number_of("float32"))
    padding = graph.step("Mul", padding, graph.scalar(_MASKED))
    return graph.step("Unsqueeze", padding, graph.numbers(1, 2))


def _attended(graph: Graph, tensors: Tensors, name: str, vectors: str, bias: str, loud: Sequence[int]) -> str:
    """Each token takes from the others, by likeness and distance."""
    heads = tensors["encoder.relative_attention_bias.weight"].shape[1]
    attention = f"{name}.attention.attn"
    three = graph.steps(
        "Split", 3, _aside(graph, attention, vectors, _three(tensors, attention), loud), axis=-1, num_outputs=3
    )
    asking, asked, told = (
        graph.step("Transpose", graph.step("Reshape", each, graph.numbers(0, 0, heads, -1)), perm=order)
        for each, order in zip(three, ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3)), strict=True)
    )
    shares = graph.step("Softmax", graph.step("Add", graph.step("MatMul", asking, asked), bias), axis=-1)
    heard = graph.step("Transpose", graph.step("MatMul", shares, told), perm=(0, 2, 1, 3))
    heard = graph.step("Reshape", heard, graph.numbers(0, 0, -1))
    heard = _product(graph, f"{attention}.o", heard, _dense(tensors, f"{attention}.o"))
    return _norm(graph, tensors, f"{name}.attention.LayerNorm", graph.step("Add", heard, vectors))


def _widened(graph: Graph, tensors: Tensors, name: str, vectors: str, loud: Sequence[int]) -> str:
    """Two matrices, with wide activations between them."""
    into = _dense(tensors, f"{name}.intermediate.dense")
    wide = graph.step("Gelu", _aside(graph, f"{name}.intermediate", vectors, into, loud))
    back = _product(graph, f"{name}.output", wide, _dense(tensors, f"{name}.output.dense"), WIDE_PARTS)
    return _norm(graph, tensors, f"{name}.output.LayerNorm", graph.step("Add", back, vectors))


def _three(tensors: Tensors, name: str) -> _Dense:
    """What asks, what is asked and what is told, as one matrix; the first scaled as attention wants it."""
    heads = tensors["encoder.relative_attention_bias.weight"].shape[1]
    first, *others = (_dense(tensors, f"{name}.{each}") for each in "qkv")
    scale = np.float32(1 / math.sqrt(len(first.bias) / heads))
    parts = (_Dense(first.weight * scale, first.bias * scale), *others)
    return _Dense(np.concatenate([part.weight for part in parts]), np.concatenate([part.bias for part in parts]))


def _dense(tensors: Tensors, name: str) -> _Dense:
    return _Dense(tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _norm(graph: Graph, tensors: Tensors, name: str, vectors: str) -> str:
    weight, bias = (graph.constant(f"{name}.{each}", tensors[f"{name}.{each}"]) for each in ("weight", "bias"))
    return graph.step("LayerNormalization", vectors, weight, bias, axis=-1, epsilon=NORM_EPSILON)


def _aside(graph: Graph, name: str, vectors: str, dense: _Dense, loud: Sequence[int]) -> str:
    """A product in whole numbers, but for the loud ones, which are multiplied as they are."""
    rest = np.ones(dense.weight.shape[1], np.float32)
    rest[list(loud)] = 0
    few = graph.step("Gather", vectors, graph.numbers(*loud), axis=-1)
    few = graph.step("MatMul", few, graph.constant(f"{name}.loud", dense.weight[:, list(loud)].T))
    others = graph.step("Mul", vectors, graph.constant(f"{name}.rest", rest))
    return graph.step("Add", few, _product(graph, name, others, _Dense(dense.weight * rest, dense.bias)))


def _product(graph: Graph, name: str, vectors: str, dense: _Dense, parts: int = 1) -> str:
    """Vectors times a matrix plus its bias, in whole numbers, each part of a token's numbers with its own scale."""
    outputs, inputs = dense.weight.shape
    parted = graph.step("Reshape", vectors, graph.numbers(0, 0, parts, inputs // parts))
    scale = graph.step("ReduceMax", graph.step("Abs", parted), graph.numbers(-1))
    scale = graph.step("Add", graph.step("Mul", scale, graph.scalar(1 / _TOP)), graph.scalar(_TINY))
    whole = graph.step("Add", graph.step("Round", graph.step("Div", parted, scale)), graph.scalar(float(_ZERO)))
    whole = graph.step("Cast", whole, to=number_of("uint8"))
    wholes = graph.steps("Split", parts, whole, axis=2, num_outputs=parts)
    scales = graph.steps("Split", parts, scale, axis=2, num_outputs=parts)
    weights = np.split(dense.weight, parts, axis=1)
    products = [
        graph.step("Mul", _whole_product(graph, f"{name}.{part}", wholes[part], weight), scales[part])
        for part, weight in enumerate(weights)
    ]
    total = graph.step("Sum", *products, graph.constant(f"{name}.bias", dense.bias))
    return graph.step("Reshape", total, graph.numbers(0, 0, outputs))


def _whole_product(graph: Graph, name: str, whole: str, weight: Array) -> str:
    """Activations in whole numbers times a weight; what comes out still lacks the activations' scale."""
    scale = np.maximum(np.abs(weight).max(axis=1) / _WEIGHT_TOP, np.float32(_TINY))
    small = graph.constant(f"{name}.weight", np.rint(weight / scale[:, None]).astype(np.int8).T)
    zero = graph.constant("zero", np.array(_ZERO, np.uint8))
    scales = graph.constant(f"{name}.scale", scale)
    return graph.step("MatMulIntegerToFloat", whole, small, graph.scalar(1.0), scales, zero, domain=OWN_DOMAIN)
