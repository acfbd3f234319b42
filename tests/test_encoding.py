"""bot/search/encoding.py"""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from bot.errors import EncoderError
from bot.search.encoding import CHUNK, Vectors, cores, encode_all, encode_many
from tests.toy_encoders import SECRET, BrokenEncoder, ToyEncoder, good

MANY = [f"{'word ' * (number % 7)}{number}" for number in range(3 * CHUNK + 5)]


def one_by_one(texts: Sequence[str]) -> Vectors:
    """The slow, obvious twin."""
    encoder = ToyEncoder()
    return np.array([encoder.encode([text.encode("utf-8", "replace").decode()])[0] for text in texts])


@given(st.lists(st.text(), min_size=1, max_size=12))
def test_each_text_gets_its_own_vector_in_the_texts_order(texts: list[str]) -> None:
    assert np.array_equal(encode_all(ToyEncoder(), texts), one_by_one(texts))
    assert np.array_equal(good(encode_many([(ToyEncoder(), texts)])[0]), one_by_one(texts))


def test_several_encoders_at_once_give_what_each_gives_alone() -> None:
    few, many = encode_many([(ToyEncoder("a"), MANY[:3]), (ToyEncoder("b"), MANY)])
    assert np.array_equal(good(few), one_by_one(MANY[:3]))
    assert np.array_equal(good(many), one_by_one(MANY))
    assert np.array_equal(encode_all(ToyEncoder(), MANY), one_by_one(MANY))


def test_no_texts_give_no_vectors() -> None:
    assert len(encode_all(ToyEncoder(), [])) == 0
    assert encode_all(ToyEncoder(), [], 16).shape == (0, 16)
    assert encode_many([]) == []
    [nothing] = encode_many([(ToyEncoder(), [])])
    assert len(good(nothing)) == 0


@pytest.mark.parametrize("how", BrokenEncoder.HOW)
def test_whatever_goes_wrong_in_an_encoder_is_an_encoder_error_that_holds_no_text(how: str) -> None:
    with pytest.raises(EncoderError, match=f"broken-{how}") as caught:
        encode_all(BrokenEncoder(how), ["one", "two words"], 16)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("how", BrokenEncoder.HOW)
def test_an_encoder_that_fails_does_not_stop_the_others(how: str) -> None:
    before, broken, after = encode_many([(ToyEncoder("a"), MANY), (BrokenEncoder(how), MANY), (ToyEncoder("b"), MANY)])
    assert isinstance(broken, EncoderError)
    assert np.array_equal(good(before), one_by_one(MANY))
    assert np.array_equal(good(after), one_by_one(MANY))


def test_an_encoder_that_fails_half_way_gives_no_half_result() -> None:
    [found] = encode_many([(BrokenEncoder("raises", good=CHUNK), MANY)])
    assert isinstance(found, EncoderError)
    with pytest.raises(EncoderError):
        encode_all(BrokenEncoder("narrow", good=CHUNK), MANY)


def test_vectors_of_another_length_than_before_are_an_error() -> None:
    with pytest.raises(EncoderError, match=r"gave shape \(1, 16\), not \(1, 384\)"):
        encode_all(ToyEncoder(), ["one"], 384)


def test_progress_is_told_until_all_is_done() -> None:
    told: list[tuple[int, int]] = []
    encode_many([(ToyEncoder("a"), MANY), (ToyEncoder("b"), MANY[:10])], lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {len(MANY) + 10}
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == len(MANY) + 10


def test_a_stop_from_outside_ends_it_without_waiting_for_the_rest() -> None:
    encoder = ToyEncoder()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_many([(encoder, [f"text {number}" for number in range(40 * CHUNK)])], stop)
    assert encoder.encoded < 40 * CHUNK


def blas_threads() -> list[int]:
    """How many threads each linear algebra library of this process has; other libraries' are a thread's own."""
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


class Meeting(ToyEncoder):
    """Goes on only when as many threads as there are cores are in it at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self._barrier = threading.Barrier(cores())
        self.threads: list[int] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self._barrier.wait(timeout=30)
        self.threads += blas_threads()
        return super().encode(texts)


def test_every_core_works_and_each_for_itself() -> None:
    encoder = Meeting()
    before = blas_threads()
    [found] = encode_many([(encoder, [f"text {number}" for number in range(cores() * CHUNK)])])
    assert len(good(found)) == cores() * CHUNK
    assert set(encoder.threads) == {1}
    assert blas_threads() == before
