"""bot/search/onnx_encoder.py, on a model made here and run by the real onnxruntime."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.encoder_specs import Pooling
from bot.search.encoding import encode_all
from bot.search.onnx_encoder import BATCH, MAX_TOKENS, OnnxEncoder
from tests.tiny_model import DIMENSIONS, WORDS, embeddings, write_model


def load(folder: Path, pooling: Pooling = "mean") -> OnnxEncoder:
    return OnnxEncoder("tiny", None, folder / "model.onnx", (folder / "tokenizer.json").read_bytes(), pooling=pooling)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    return load(write_model(tmp_path_factory.mktemp("tiny")))


def expected(text: str, pooling: Pooling = "mean") -> NDArray[np.float32]:
    """What the model gives, worked out by hand: [CLS], the words, [SEP]."""
    words = ["[CLS]", *text.casefold().split()[: MAX_TOKENS - 2], "[SEP]"]
    vectors = embeddings()[[WORDS.index(word if word in WORDS else "[UNK]") for word in words]]
    vector = vectors[0] if pooling == "cls" else vectors.mean(axis=0)
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_text_is_the_mean_of_its_tokens_or_the_first(tmp_path: Path, pooling: Pooling) -> None:
    texts = ["What is a red notice", "bake bread", "", "unheard of", "police " * 500]
    vectors = load(write_model(tmp_path), pooling).encode(texts)
    assert vectors.shape == (len(texts), DIMENSIONS)
    assert np.allclose(vectors, [expected(text, pooling) for text in texts], atol=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS[4:12]), max_size=30).map(" ".join), min_size=1, max_size=2 * BATCH + 1))
def test_padding_and_order_change_nothing(tiny: OnnxEncoder, texts: list[str]) -> None:
    assert np.allclose(tiny.encode(texts), [expected(text) for text in texts], atol=1e-6)


@pytest.mark.parametrize(
    "inputs", [("input_ids",), ("input_ids", "attention_mask", "token_type_ids"), ("token_type_ids", "input_ids")]
)
def test_a_model_is_given_the_inputs_that_it_has(tmp_path: Path, inputs: tuple[str, ...]) -> None:
    found = load(write_model(tmp_path, inputs=inputs)).encode(["red notice"])
    assert np.allclose(found, [expected("red notice")], atol=1e-6)


def test_a_model_that_wants_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"wants \['input_ids', 'pixels'\]; it is not a sentence encoder"):
        load(write_model(tmp_path, inputs=("input_ids", "pixels")))


def test_text_without_a_single_token_gets_a_vector_too(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    tokenizer = load(folder)._tokenizer
    tokenizer.post_processor = None
    tokenizer.save(str(folder / "tokenizer.json"))
    assert np.isfinite(encode_all(load(folder), ["", "red"])).all()
