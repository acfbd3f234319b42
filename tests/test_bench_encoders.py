"""bot/bench/encoders.py"""

from pathlib import Path

import numpy as np

from bot.bench.encoders import HashedWords, Memory
from bot.search.encoders import encode_all
from tests.toy_encoders import ToyEncoder

TEXTS = ("one thing", "two things", "three things more")


def test_what_is_remembered_is_not_encoded_again_and_is_the_same(tmp_path: Path) -> None:
    Memory([ToyEncoder()], TEXTS, tmp_path)
    toy = ToyEncoder()
    [encoder] = Memory([toy], TEXTS, tmp_path).of(TEXTS)
    assert np.allclose(encode_all(encoder, TEXTS), ToyEncoder().encode(TEXTS))
    assert toy.encoded == 0
    assert (encoder.name, encoder.languages) == (toy.name, toy.languages)


def test_a_question_is_encoded_though_it_is_known_from_elsewhere(tmp_path: Path) -> None:
    toy = ToyEncoder()
    memory = Memory([toy], TEXTS, tmp_path)
    toy.encoded = 0
    [encoder] = memory.of(TEXTS[:2])
    assert np.allclose(encoder.encode(TEXTS[2:]), ToyEncoder().encode(TEXTS[2:]))
    assert toy.encoded == 1


def test_hashed_words_are_unit_vectors_alike_for_texts_with_common_words() -> None:
    encoder = HashedWords("hashed", 64)
    vectors = encoder.encode(["a red notice", "notice: red a", "red notice", "boiled eggs", "", "\ud83d"])
    assert vectors.shape == (6, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[2] > 0.5 > vectors[0] @ vectors[3]
    assert np.array_equal(
        vectors,
        HashedWords("again", 64).encode(["a red notice", "notice: red a", "red notice", "boiled eggs", "", "\ud83d"]),
    )
