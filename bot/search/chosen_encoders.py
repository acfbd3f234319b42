"""The encoders that the setting ENCODERS names: the default ones, a folder's, or a hub's through optional packages."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.errors import EncoderError
from bot.search.encoder_specs import EncoderSpec, read_specs
from bot.search.encoders import Make, MiniLM, UniversalSentenceEncoder, load_encoders
from bot.search.encoding import Encoder, Vectors, checked, unit
from bot.search.mpnet import MPNet
from bot.search.onnx_encoder import OnnxEncoder

log = logging.getLogger(__name__)

Embed = Callable[[list[str]], NDArray[Any]]  # texts to vectors of any length

PROBES = ("What is a red notice?", "Qu'est-ce qu'une notice rouge, et qui décide de la publier ?")
STEADY = 1e-5  # more than rounding does; less than models do that quantise a whole batch by its largest number
_NAMED_BY = 32  # numbers of a vector


class Fastembed(Protocol):
    """What we use of `fastembed.TextEmbedding`."""

    def embed(self, documents: list[str], batch_size: int) -> Iterable[NDArray[Any]]:
        """Return a vector for each text."""


class SentenceTransformer(Protocol):
    """What we use of `sentence_transformers.SentenceTransformer`."""

    def encode(self, inputs: list[str], /, *, batch_size: int, show_progress_bar: bool) -> NDArray[Any]:
        """Return a vector for each text, (texts x dimensions)."""


class ChosenEncoder:
    """Someone else's model as an encoder of ours. Its name changes when its vectors do."""

    def __init__(self, spec: EncoderSpec, embed: Embed) -> None:
        """Encode two probes, to find out what the model gives. Raises whatever the model raises."""
        self.name, self.languages = spec.title, spec.languages
        self._embed, self._prefix = embed, f"{spec.prefix} " if spec.prefix else ""
        texts = [self._prefix + probe for probe in PROBES]
        together = checked(self, unit(embed(texts)), len(texts))
        alone = checked(self, _one_by_one(embed, texts), len(texts))
        self._alone = float(np.abs(together - alone).max()) > STEADY
        if self._alone:
            log.info("Encoder %s gives other vectors in a batch: it reads texts one by one.", spec.title)
        label = re.sub(r"[^A-Za-z0-9.]+", "-", f"{spec.kind}-{Path(spec.model).name}")
        self.name = f"{label}-{_fingerprint(alone)}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), the model's dimensions)."""
        whole = [self._prefix + text for text in texts]
        return _one_by_one(self._embed, whole) if self._alone else unit(self._embed(whole))


def chosen_encoders(setting: str, folder: Path | None = None) -> tuple[Encoder, ...]:
    """Load the encoders of a setting; each that can't be loaded is told in a warning, the others go on.

    `folder` is a cache: of what makes the next start quick, and of models from a hub. Raises SettingsError.
    """
    return load_encoders({spec.title: _make(spec, folder) for spec in read_specs(setting)})


def through_fastembed(model: Fastembed, texts: list[str]) -> NDArray[Any]:
    """Encode with fastembed."""
    return np.array([*model.embed(texts, batch_size=32)])


def through_sentence_transformers(model: SentenceTransformer, lock: Lock, texts: list[str]) -> NDArray[Any]:
    """Encode with sentence-transformers, whose tokenizers can't be shared by threads."""
    with lock:
        return np.asarray(model.encode(texts, batch_size=32, show_progress_bar=False))


def _make(spec: EncoderSpec, folder: Path | None) -> Make:
    models = folder / "models" if folder else None
    makes: dict[str, Make] = {
        "minilm": MiniLM,
        "mpnet": partial(MPNet, folder),
        "use": partial(UniversalSentenceEncoder, folder),
        "onnx": lambda: ChosenEncoder(spec, _onnx(spec)),
        "fastembed": lambda: ChosenEncoder(spec, _fastembed(spec, models)),
        "sentence-transformers": lambda: ChosenEncoder(spec, _sentence_transformers(spec, models)),
    }
    return makes[spec.kind]


def _onnx(spec: EncoderSpec) -> Embed:
    folder = Path(spec.model)
    models = [file for file in (folder / "model.onnx", folder / "onnx" / "model.onnx") if file.is_file()]
    if not models or not (folder / "tokenizer.json").is_file():
        raise EncoderError(f"The folder {folder} must hold model.onnx, or onnx/model.onnx, and tokenizer.json.")
    tokenizer = (folder / "tokenizer.json").read_bytes()
    return OnnxEncoder(spec.title, spec.languages, models[0], tokenizer, pooling=spec.pooling).encode


def _fastembed(spec: EncoderSpec, models: Path | None) -> Embed:
    library = _optional("fastembed")
    listed = {each["model"].casefold() for each in library.TextEmbedding.list_supported_models()}
    if spec.dimensions and spec.model.casefold() not in listed:
        described = _optional("fastembed.common.model_description")
        library.TextEmbedding.add_custom_model(
            model=spec.model,
            pooling=described.PoolingType[spec.pooling.upper()],
            normalization=True,
            sources=described.ModelSource(hf=spec.model),
            dim=spec.dimensions,
            model_file=spec.file,
        )
    model = library.TextEmbedding(spec.model, cache_dir=str(models) if models else None, threads=1)
    return partial(through_fastembed, model)


def _sentence_transformers(spec: EncoderSpec, models: Path | None) -> Embed:
    library = _optional("sentence_transformers")
    model = library.SentenceTransformer(spec.model, cache_folder=str(models) if models else None)
    return partial(through_sentence_transformers, model, Lock())


def _optional(module: str) -> Any:
    """Import a package that not everyone has."""
    try:
        return import_module(module)
    except ImportError as error:
        extra = module.partition(".")[0].replace("_", "-")
        raise EncoderError(f"{extra} can't be loaded ({error}): pip install 'interpol-bot[{extra}]'.") from error


def _one_by_one(embed: Embed, texts: Sequence[str]) -> Vectors:
    return unit(np.concatenate([embed([text]) for text in texts]))


def _fingerprint(vectors: Vectors) -> str:
    """Return a short hash of the vectors, rounded, so that it is the same on every machine."""
    rounded = np.round(vectors[:, :_NAMED_BY].astype(np.float64), 2) + 0.0  # no minus nought
    return hashlib.blake2b(repr((vectors.shape, rounded.tolist())).encode(), digest_size=6).hexdigest()
