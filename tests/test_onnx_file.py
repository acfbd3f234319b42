"""bot/search/onnx_file.py: what it writes is read and run by the real onnxruntime."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.search.onnx_file import Graph, number_of


def run(graph: Graph, **given: NDArray[Any]) -> list[NDArray[Any]]:
    session = onnxruntime.InferenceSession(graph.model(), providers=["CPUExecutionProvider"])
    return [np.asarray(each) for each in session.run(None, given)]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=200))
def test_whole_numbers_of_any_size_are_kept(values: list[int]) -> None:
    graph = Graph()
    graph.output("same", graph.numbers(*values), "int64", (len(values),))
    assert run(graph)[0].tolist() == values


@pytest.mark.parametrize("kind", ["float32", "uint8", "int8", "int32", "int64"])
def test_an_array_of_each_type_is_kept(kind: str) -> None:
    value = np.arange(6).reshape(2, 3).astype(kind)
    graph = Graph()
    graph.output("turned", graph.step("Transpose", graph.constant("value", value), perm=(1, 0)), kind, (3, 2))
    found = run(graph)[0]
    assert found.dtype == value.dtype
    assert np.array_equal(found, value.T)


def test_an_array_that_does_not_lie_in_order_is_kept_as_it_reads() -> None:
    value = np.arange(6, dtype=">f4").reshape(2, 3).T
    graph = Graph()
    graph.output("same", graph.constant("value", value), "float32", value.shape)
    assert np.array_equal(run(graph)[0], value)


def test_steps_have_attributes_several_outputs_and_sizes_that_are_known_later() -> None:
    graph = Graph()
    rows = graph.input("rows", "float32", ("rows", 4))
    left, right = graph.steps("Split", 2, rows, axis=-1, num_outputs=2)
    leaky = graph.step("LeakyRelu", graph.step("Sub", left, right), alpha=0.25)
    graph.output("leaky", leaky, "float32", ("rows", 2))
    graph.output("whole", graph.step("Cast", rows, to=number_of("int64")), "int64", ("rows", 4))
    value = np.array([[1, 2, 5, 1], [0, 0, 0, 0], [9, 1, 1, 3]], np.float32)
    leaky_found, whole = run(graph, rows=value)
    assert leaky_found.tolist() == [[-1, 1], [0, 0], [8, -0.5]]
    assert np.array_equal(whole, value)


def test_a_number_that_is_used_often_is_kept_once() -> None:
    graph = Graph()
    names = {graph.numbers(3, -1), graph.numbers(3, -1), graph.scalar(0.5), graph.scalar(0.5)}
    size = len(graph.model())
    assert len(names) == 2
    assert {graph.numbers(3, -1), graph.scalar(0.5)} == names
    assert len(graph.model()) == size
