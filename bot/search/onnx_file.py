"""Writing an ONNX model without the package `onnx`: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

A model is one protobuf message. Only the fields that an encoder's graph needs are here; their numbers never change.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Attribute = int | float | Sequence[int]
Shape = Sequence[str | int]  # a text names a size that is known only when the model runs

OPSET = 20  # the first with Gelu; onnxruntime 1.17
OWN_DOMAIN = "com.microsoft"  # of the operators that onnxruntime adds to ONNX
_IR_VERSION = 9  # the one that came with opset 20
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}  # TensorProto.DataType
_FLOAT, _INT, _INTS = 1, 2, 7  # AttributeProto.AttributeType


class Graph:
    """A graph that grows: each step gives the name of what it makes, for the next steps to use."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: dict[str, bytes] = {}
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []

    def input(self, name: str, kind: str, shape: Shape) -> str:
        """Add an input; `kind` is numpy's name of a type."""
        self._inputs.append(_value(name, kind, shape))
        return name

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add an array under a name of its own."""
        sizes = b"".join(_number(1, size) for size in value.shape)
        raw = np.asarray(value, value.dtype.newbyteorder("<"), order="C").tobytes()
        tensor = sizes + _number(2, _TYPES[value.dtype.name]) + _bytes(8, name.encode()) + _bytes(9, raw)
        self._constants[name] = _bytes(5, tensor)
        return name

    def numbers(self, *values: int) -> str:
        """Add a list of whole numbers, once however often it is used."""
        name = "numbers:" + ",".join(map(str, values))
        return name if name in self._constants else self.constant(name, np.array(values, np.int64))

    def scalar(self, value: float) -> str:
        """Add a number, once however often it is used."""
        name = f"scalar:{value!r}"
        return name if name in self._constants else self.constant(name, np.array(value, np.float32))

    def step(self, kind: str, *inputs: str, domain: str = "", **attributes: Attribute) -> str:
        """Add an operator with one output; an empty input's name leaves it out."""
        return self.steps(kind, 1, *inputs, domain=domain, **attributes)[0]

    def steps(self, kind: str, outputs: int, *inputs: str, domain: str = "", **attributes: Attribute) -> list[str]:
        """Add an operator with several outputs."""
        names = [f"{kind}:{len(self._nodes)}:{place}" for place in range(outputs)]
        node = b"".join(_bytes(1, name.encode()) for name in inputs)
        node += b"".join(_bytes(2, name.encode()) for name in names) + _bytes(4, kind.encode())
        node += b"".join(_bytes(5, _attribute(*each)) for each in attributes.items()) + _bytes(7, domain.encode())
        self._nodes.append(_bytes(1, node))
        return names

    def output(self, name: str, source: str, kind: str, shape: Shape) -> None:
        """Say that what a step made is an output of the model, under another name."""
        node = _bytes(1, source.encode()) + _bytes(2, name.encode()) + _bytes(4, b"Identity")
        self._nodes.append(_bytes(1, node))
        self._outputs.append(_value(name, kind, shape, field=12))

    def model(self) -> bytes:
        """Return the whole file."""
        parts = (*self._nodes, _bytes(2, b"graph"), *self._constants.values(), *self._inputs, *self._outputs)
        operators = ((b"", OPSET), (OWN_DOMAIN.encode(), 1))
        head = _number(1, _IR_VERSION) + b"".join(_bytes(8, _bytes(1, each) + _number(2, at)) for each, at in operators)
        return b"".join((head, _varint(7 << 3 | 2), _varint(sum(map(len, parts))), *parts))


def number_of(kind: str) -> int:
    """Return ONNX's number of a type, by numpy's name of it."""
    return _TYPES[kind]


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        content, kind = _varint(2 << 3 | 5) + struct.pack("<f", value), _FLOAT
    elif isinstance(value, int):
        content, kind = _number(3, value), _INT
    else:
        content, kind = b"".join(_number(8, each) for each in value), _INTS
    return _bytes(1, name.encode()) + content + _number(20, kind)


def _value(name: str, kind: str, shape: Shape, field: int = 11) -> bytes:
    sizes = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size.encode())) for size in shape
    )
    tensor = _number(1, _TYPES[kind]) + _bytes(2, sizes)
    return _bytes(field, _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor)))


def _number(field: int, value: int) -> bytes:
    """Return a protobuf field that holds a number."""
    return _varint(field << 3) + _varint(value % (1 << 64))  # a negative one is its two's complement


def _bytes(field: int, content: bytes) -> bytes:
    """Return a protobuf field that holds bytes, a text or a message."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
