"""all-mpnet-base-v2, a larger and more exact English encoder than the default one: an option, see docs/encoders.md."""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.search.arrays import read_arrays, write_arrays
from bot.search.mpnet_graph import mpnet_graph
from bot.search.mpnet_weights import RELEASE, Release, read_release
from bot.search.onnx_encoder import OnnxEncoder

log = logging.getLogger(__name__)

FORMAT = 1  # of what mpnet_graph.py makes: to be raised when vectors change
SECONDS = 10  # that making it takes on a busy machine: 4 of a core's time, and reading 415 MB


@dataclass(frozen=True, slots=True)
class Prepared:
    """An ONNX file and a tokenizer.json."""

    model: bytes
    tokenizer: bytes


class MPNet(OnnxEncoder):
    """all-mpnet-base-v2, most of it int8: English, 768 dimensions, about 14 ms a question on one core."""

    name = f"all-mpnet-base-v2-int8-{FORMAT}"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self, folder: Path | None = None, release: Release = RELEASE) -> None:
        """Load the model, from `folder` where it was made before. Raises EncoderError where a package is missing."""
        files = prepared(folder, release)
        super().__init__(MPNet.name, MPNet.languages, files.model, files.tokenizer)

    def vocabulary(self) -> frozenset[str]:
        """Return the whole words that the tokenizer knows: some 20,000 common English ones."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())


def prepared(folder: Path | None, release: Release = RELEASE) -> Prepared:
    """Return the model as onnxruntime reads it, kept in `folder`: 114 MB, one file. Raises EncoderError.

    Once it is kept, the packages are not looked at.
    """
    file = folder / f"mpnet-{_key(release)}.npz" if folder else None
    held = read_arrays(file) if file else None
    if held and {"model", "tokenizer"} <= held.keys():
        return Prepared(held["model"].tobytes(), held["tokenizer"].tobytes())
    log.info("Preparing the encoder mpnet%s: about %d seconds", ", once" if file else "", SECONDS)
    tensors, tokenizer = read_release(release)
    made = Prepared(mpnet_graph(tensors, release.loud), tokenizer)
    if file:
        arrays = {"model": made.model, "tokenizer": made.tokenizer}
        write_arrays(file, {name: np.frombuffer(content, np.uint8) for name, content in arrays.items()})
    return made


def _key(release: Release) -> str:
    return hashlib.blake2b(repr((FORMAT, release)).encode(), digest_size=6).hexdigest()
