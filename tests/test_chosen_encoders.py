"""bot/search/chosen_encoders.py

A folder's model runs in the real onnxruntime. The two optional libraries are not installed for development: here stand
objects that keep the protocol of what we use of them; `python -m tests.try_hub_encoders` runs the real ones.
"""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
import pytest

from bot.engine import Engine
from bot.errors import SettingsError
from bot.messages import Outcome, Question
from bot.search.chosen_encoders import (
    ChosenEncoder,
    Embed,
    chosen_encoders,
    through_fastembed,
    through_sentence_transformers,
)
from bot.search.encoder_specs import EncoderSpec
from bot.search.encoders import MiniLM, UniversalSentenceEncoder, Vectors, encode_all, load_encoders
from tests.small_knowledge import KNOWLEDGE
from tests.tiny_model import DIMENSIONS, write_model
from tests.toy_encoders import BrokenEncoder, ToyEncoder

TEXTS = ["What is a red notice", "bake bread", "", "police"]


def test_the_default_ones_are_loaded_by_name(tmp_path: Path) -> None:
    assert [each.name for each in chosen_encoders("default")] == [MiniLM.name, UniversalSentenceEncoder.name]
    assert [each.name for each in chosen_encoders("use", tmp_path)] == [UniversalSentenceEncoder.name]
    assert [file.name for file in tmp_path.iterdir()] == ["use-0.2.1.npz"]


@pytest.mark.parametrize("file", ["model.onnx", "onnx/model.onnx"])
def test_a_folder_with_a_model_and_a_tokenizer_is_an_encoder(tmp_path: Path, file: str) -> None:
    [encoder] = chosen_encoders(f"onnx:{write_model(tmp_path, file=file)}@en+fr")
    assert encoder.languages == frozenset({"en", "fr"})
    vectors = encode_all(encoder, TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert np.allclose(encode_all(encoder, TEXTS[:1]), vectors[:1], atol=1e-6)


def test_a_prefix_is_put_before_each_text(tmp_path: Path) -> None:
    write_model(tmp_path)
    [plain], [prefixed] = chosen_encoders(f"onnx:{tmp_path}"), chosen_encoders(f"onnx:{tmp_path}?prefix=query:")
    assert np.allclose(encode_all(prefixed, ["red"]), encode_all(plain, ["query: red"]), atol=1e-6)
    assert prefixed.name != plain.name


def test_the_name_tells_models_apart_and_stays_from_one_load_to_the_next(tmp_path: Path) -> None:
    first, second = write_model(tmp_path / "a" / "model"), write_model(tmp_path / "b" / "model", batch=True)
    settings = (f"onnx:{first}", f"onnx:{first}?pooling=cls", f"onnx:{second}", f"onnx:{first}?prefix=police")
    names = [chosen_encoders(setting)[0].name for setting in settings]
    assert len(set(names)) == len(names)
    assert [chosen_encoders(setting)[0].name for setting in settings] == names


def test_a_model_that_quantises_the_whole_batch_reads_texts_one_by_one(tmp_path: Path) -> None:
    [encoder] = chosen_encoders(f"onnx:{write_model(tmp_path, batch=True)}")
    alone = np.concatenate([encode_all(encoder, [text]) for text in TEXTS])
    assert np.allclose(encode_all(encoder, TEXTS), alone, rtol=0, atol=1e-6)


def spoilt(folder: Path, how: str) -> str:
    """A folder that can't be an encoder, as a setting."""
    write_model(folder, inputs=("input_ids", "pixels") if how == "not for texts" else ("input_ids",))
    if how == "no model":
        (folder / "model.onnx").unlink()
    if how == "broken model":
        (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:100])
    if how == "broken tokenizer":
        (folder / "tokenizer.json").write_text('{"half": ')
    if how == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    return f"onnx:{folder}"


@pytest.mark.parametrize(
    "how", ["no model", "broken model", "broken tokenizer", "no tokenizer", "not for texts", "not installed"]
)
def test_one_that_can_not_be_loaded_is_one_warning_and_the_others_go_on(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "fastembed", None)
    setting = "fastembed:BAAI/bge-small-en-v1.5" if how == "not installed" else spoilt(tmp_path, how)
    assert [each.name for each in chosen_encoders(f"{setting},minilm")] == [MiniLM.name]
    [line] = caplog.messages
    assert f"Encoder {setting} can't be used; answers will be less good." in line
    assert "pip install 'interpol-bot[fastembed]'" in line or how != "not installed"


def test_with_no_encoder_left_the_words_still_find_the_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoders = chosen_encoders(f"onnx:{tmp_path / 'nowhere'}")
    assert encoders == ()
    assert "answers come from words and characters alone" in caplog.text
    answer = Engine(KNOWLEDGE, encoders).answer(Question("please tell me about the vacancies"))
    assert (answer.outcome, answer.entry) == (Outcome.ANSWERED, "jobs")


def test_a_list_that_can_not_be_read_is_a_fault_of_the_settings() -> None:
    with pytest.raises(SettingsError):
        chosen_encoders("best")


class LikeFastembed:
    """Keeps the protocol: a generator of vectors that are not of length one."""

    def embed(self, documents: list[str], batch_size: int) -> Iterable[Vectors]:
        assert batch_size > 0
        yield from ToyEncoder().encode(documents) * 3


class LikeSentenceTransformers:
    """Keeps the protocol: a matrix of 64-bit numbers; never in two threads at once."""

    def __init__(self) -> None:
        self._busy = Lock()

    def encode(self, inputs: list[str], /, *, batch_size: int, show_progress_bar: bool) -> object:
        assert not show_progress_bar
        assert self._busy.acquire(blocking=False)
        found = ToyEncoder().encode(inputs).astype(np.float64) * batch_size
        self._busy.release()
        return found


EMBEDS: list[Embed] = [
    partial(through_fastembed, LikeFastembed()),
    partial(through_sentence_transformers, LikeSentenceTransformers(), Lock()),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("embed", EMBEDS)
def test_a_librarys_vectors_become_unit_vectors(embed: Embed) -> None:
    encoder = ChosenEncoder(EncoderSpec("library", "owner/model", prefix="query:"), embed)
    vectors = encode_all(encoder, TEXTS)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, ToyEncoder().encode([f"query: {text}" for text in TEXTS]), atol=1e-6)
    assert encoder.name.startswith("library-model-")


@pytest.mark.parametrize("how", ["nan", "infinite", "few", "flat", "nothing", "narrow", "raises", "memory"])
def test_a_model_that_gives_no_vectors_is_found_out_when_it_loads(how: str, caplog: pytest.LogCaptureFixture) -> None:
    broken = partial(ChosenEncoder, EncoderSpec("library", "model"), BrokenEncoder(how).encode)
    assert load_encoders({"library:model": broken}) == ()
    assert "Encoder library:model can't be used" in caplog.text
