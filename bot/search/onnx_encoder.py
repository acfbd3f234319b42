"""Any sentence encoder that is an ONNX model and a tokenizer file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from bot.errors import EncoderError
from bot.search.encoder_specs import Pooling
from bot.search.encoding import Vectors, unit

BATCH = (
    32  # texts; sorted by their number of tokens, so that few are padded. 16 to 64 are alike, 1 takes 1.7 times as long
)
MAX_TOKENS = 128  # the longest text that all-MiniLM-L6-v2 was trained on; no question is as long
MAX_CHARACTERS = 4000  # as many as the engine reads
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_WHOLE = "sentence_embedding"  # what models that pool by themselves call their output
_PADS = ("[PAD]", "<pad>")
_TOKENWISE = 3  # axes of an output that has a vector for each token


class OnnxEncoder:
    """Tokens through an ONNX model; the mean over the tokens' vectors, or the first one's, is the text's vector."""

    def __init__(
        self,
        name: str,
        languages: frozenset[str] | None,
        model: Path | bytes,
        tokenizer: bytes,
        *,
        pooling: Pooling = "mean",
    ) -> None:
        """Load a model, a file or what is in one, and what is in its tokenizer.json.

        Raises EncoderError where the model is not a sentence encoder, and what onnxruntime and tokenizers raise.
        """
        self.name = name
        self.languages = languages
        self._pooling = pooling
        self._session = _session(model)
        self._inputs = {each.name for each in self._session.get_inputs()}
        if "input_ids" not in self._inputs or not self._inputs <= _INPUTS:
            raise EncoderError(f"The model of {name} wants {sorted(self._inputs)}; it is not a sentence encoder.")
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = _WHOLE if _WHOLE in outputs else outputs[0]
        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._pad = _pad(self._tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), the model's dimensions)."""
        tokens = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in texts])
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row].ids))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        found = [self._run([tokens[row] for row in batch]) for batch in batches]
        vectors = np.concatenate(found) if found else np.zeros((0, 0), dtype=np.float32)
        result = np.empty_like(vectors)
        result[order] = vectors
        return result

    def _run(self, tokens: Sequence[Encoding]) -> Vectors:
        feed = _feed(tokens, self._pad)
        mask = feed["attention_mask"]
        found = self._session.run([self._output], {name: feed[name] for name in self._inputs})[0]
        vectors = np.asarray(found, dtype=np.float32)
        if vectors.ndim < _TOKENWISE:
            return unit(vectors)
        return unit(vectors[:, 0] if self._pooling == "cls" else (vectors * mask[:, :, None]).sum(axis=1))


def _session(model: Path | bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # one thread: many texts are shared between the cores batch by batch, and with two, one question was a third quicker
    # on an idle machine, but twice as slow on a busy one, as its threads wait by spinning
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def _feed(tokens: Sequence[Encoding], pad: int) -> Mapping[str, NDArray[np.int64]]:
    shape = (len(tokens), max(1, *(len(each.ids) for each in tokens)))
    ids, mask = np.full(shape, pad, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each.ids)] = each.ids
        mask[row, : len(each.ids)] = 1
    mask[:, 0] = 1  # a text without any token is read as padding
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def _pad(tokenizer: Tokenizer) -> int:
    if tokenizer.padding:
        return int(tokenizer.padding["pad_id"])
    return next((number for pad in _PADS if (number := tokenizer.token_to_id(pad)) is not None), 0)
