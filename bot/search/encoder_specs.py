"""The setting ENCODERS: which encoders, as a list. Read here, loaded in chosen_encoders.py; see docs/encoders.md."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bot.errors import SettingsError

Pooling = Literal["mean", "cls"]
_POOLINGS: tuple[Pooling, ...] = get_args(Pooling)

DEFAULT, NONE = "default", "none"
OWN = ("minilm", "use")
LARGER = ("mpnet",)  # ours, too, but with packages of their own
_OPTIONS = {
    "onnx": ("prefix", "pooling"),
    "fastembed": ("prefix", "pooling", "dimensions", "file"),
    "sentence-transformers": ("prefix",),
}
_KINDS = f"{DEFAULT}, {NONE}, {', '.join(OWN + LARGER)}, {', '.join(f'{kind}:MODEL' for kind in _OPTIONS)}"
_LANGUAGES = re.compile(r"[a-z]{2,3}(?:\+[a-z]{2,3})*")
_DIMENSIONS = range(1, 100_000)


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """One encoder. `model` is a name on a hub or a folder; `languages` None: many.

    `prefix` and a space go before each text. `dimensions`, numbers a vector, and `file`, the model's in its
    repository, describe a model that fastembed does not list.
    """

    kind: str
    model: str = ""
    languages: frozenset[str] | None = None
    prefix: str = ""
    pooling: Pooling = "mean"
    dimensions: int | None = None
    file: str = "onnx/model.onnx"

    @property
    def title(self) -> str:
        """Return what it is called in messages."""
        return f"{self.kind}:{self.model}" if self.model else self.kind


def read_specs(setting: str) -> tuple[EncoderSpec, ...]:
    """Read a list such as `minilm,fastembed:BAAI/bge-small-en-v1.5@en`. Raises SettingsError with every fault."""
    if setting.strip() == NONE:
        return ()
    specs: list[EncoderSpec] = []
    faults: list[str] = []
    for part in _parts(setting):
        try:
            specs.append(_spec(part))
        except ValueError as error:
            faults.append(f"ENCODERS: {part!r}: {error}")
    titles = [spec.title for spec in specs]
    faults += [f"ENCODERS names {title} twice." for title in dict.fromkeys(titles) if titles.count(title) > 1]
    if faults:
        raise SettingsError("\n".join(faults))
    return tuple(specs)


def _parts(setting: str) -> Iterator[str]:
    for part in setting.split(","):
        yield from OWN if part.strip() == DEFAULT else [part.strip()]


def _spec(part: str) -> EncoderSpec:
    if part in OWN + LARGER:
        return EncoderSpec(part)
    head, _, options = part.partition("?")
    kind, _, model = head.partition(":")
    before, at, languages = model.rpartition("@")
    if at and _LANGUAGES.fullmatch(languages):
        model, known = before, frozenset(languages.split("+"))
    else:
        known = None
    if kind not in _OPTIONS or not model.strip():
        raise ValueError(f"an encoder is one of {_KINDS}.")
    given = dict(_option(kind, each) for each in options.split("&") if each)
    pooling = next((each for each in _POOLINGS if each == given.get("pooling", _POOLINGS[0])), None)
    if pooling is None:
        raise ValueError(f"pooling must be one of {', '.join(_POOLINGS)}.")
    spec = EncoderSpec(kind, model.strip(), known, given.get("prefix", ""), pooling, _dimensions(given))
    if spec.dimensions is None and {"pooling", "file"} & given.keys() and kind == "fastembed":
        raise ValueError(
            "pooling and file need dimensions, too: together they describe a model not on fastembed's list."
        )
    return replace(spec, file=given["file"]) if "file" in given else spec


def _option(kind: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if name not in _OPTIONS[kind] or not equals or not value.strip():
        raise ValueError(f"{kind} takes {', '.join(f'{each}=…' for each in _OPTIONS[kind])}, not {text!r}.")
    return name, value.strip()


def _dimensions(given: Mapping[str, str]) -> int | None:
    if "dimensions" not in given:
        return None
    if (
        not given["dimensions"].isascii()
        or not given["dimensions"].isdigit()
        or int(given["dimensions"]) not in _DIMENSIONS
    ):
        raise ValueError("dimensions must be a whole number, such as 384.")
    return int(given["dimensions"])
