"""Try the encoders that come from a hub, with the real libraries: `python -m tests.try_hub_encoders`.

Not part of the suite, which has neither library. Needs `pip install -e '.[fastembed,sentence-transformers]'` in an
environment of its own. Makes tiny models, serves them on loopback, and loads them as a user's ENCODERS setting would.
"""

import logging
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.fake_hub import serve_hub
from tests.tiny_model import DIMENSIONS, tokenizer, write_hub_files, write_model

SETTINGS = {
    "fastembed": f"fastembed:tiny/words@en?dimensions={DIMENSIONS}&prefix=query:",
    "sentence_transformers": "sentence-transformers:tiny/sentences?prefix=query:",
}
TEXTS = ("What is a red notice?", "red notice", "bake bread")


def main() -> int:
    """Load and use each library that is installed; say what came out. Returns 1 where something was wrong."""
    logging.basicConfig(level="INFO", format="%(levelname)s %(name)s %(message)s")
    with TemporaryDirectory() as name, serve_hub(Path(name) / "hub") as address:
        # before any of the libraries is imported: they read it once
        os.environ |= {"HF_ENDPOINT": address, "HF_HOME": f"{name}/home", "HF_HUB_DISABLE_XET": "1"}
        _repositories(Path(name) / "hub")
        return max(_try(library, setting, Path(name)) for library, setting in SETTINGS.items())


def _repositories(root: Path) -> None:
    words = root / "tiny" / "words"
    write_model(words, file="onnx/model.onnx", inputs=("input_ids", "attention_mask", "token_type_ids"))
    write_hub_files(words)
    if find_spec("sentence_transformers"):
        library, models = (
            import_module("sentence_transformers"),
            import_module("sentence_transformers.sentence_transformer.modules"),
        )
        made = library.SentenceTransformer(modules=[models.StaticEmbedding(tokenizer(), embedding_dim=DIMENSIONS)])
        made.save(str(root / "tiny" / "sentences"))


def _try(library: str, setting: str, folder: Path) -> int:
    chosen_encoders = import_module("bot.search.chosen_encoders").chosen_encoders
    encode_all = import_module("bot.search.encoding").encode_all
    found = chosen_encoders(setting, folder / "cache")
    if not found:
        print(f"{library}: not loaded")  # noqa: T201 - it is for the terminal
        return 1
    vectors = encode_all(found[0], TEXTS)
    alone = np.concatenate([encode_all(found[0], [text]) for text in TEXTS])
    again = chosen_encoders(setting, folder / "cache")[0].name
    gone = chosen_encoders(setting.replace("tiny/", "nowhere/"), folder / "cache")
    print(  # noqa: T201
        f"{library}: {found[0].name} languages={found[0].languages} shape={vectors.shape} "
        f"alike={vectors[0] @ vectors[1]:.2f} other={vectors[0] @ vectors[2]:.2f} "
        f"alone-in a batch={np.abs(vectors - alone).max():.1e} same name again={again == found[0].name} "
        f"a model that is not there={len(gone)} encoders"
    )
    return int(again != found[0].name or bool(gone) or np.abs(vectors - alone).max() > 1e-6)


if __name__ == "__main__":
    sys.exit(main())
