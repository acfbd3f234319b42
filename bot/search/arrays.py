"""Arrays on disk: one .npz file, mapped into memory so that processes share it, its checksums verified on reading.

It is the ordinary .npz of numpy (a ZIP file, nothing compressed, one .npy file an array), but each array starts at a
multiple of 64 bytes. ZIP holds a CRC-32 of each: it finds damage, not an attacker, at about 2 GB a second.
"""

import logging
import mmap
import os
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Array = NDArray[Any]
Arrays = Mapping[str, Array]

SUFFIX = ".part"  # of a file that is being written
HALF_WRITTEN = 3600.0  # seconds after which such a file is nobody's any more
UNUSED = 30 * 86400.0  # seconds after which a file that nobody read is taken for no longer wanted
LARGE = 256 << 20  # bytes of a file from which on what was only verified does not stay in this process's memory
_MARKED = 86400.0  # seconds after which a file that is read is marked as read again
_ALIGNMENT = 64  # bytes
_PADDING = 0x4942  # the tag of the ZIP extra field that moves an array to its place; nobody else's
_ZIP64 = 20  # bytes that zipfile adds to the extra field, so that an array may be larger than 2 GiB
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
# what zipfile, struct and numpy raise for damaged bytes; for a claimed compression or encryption that zipfile does not
# know, it is NotImplementedError or RuntimeError, and for absurd sizes MemoryError or OverflowError
_BROKEN = (
    *(OSError, ValueError, KeyError, IndexError, TypeError, EOFError, struct.error, zipfile.BadZipFile),
    *(NotImplementedError, RuntimeError, MemoryError, OverflowError),
)


def read_arrays(file: Path) -> Arrays | None:
    """Map what `write_arrays` wrote; the arrays can't be changed.

    None where there is no such file, or, with a warning, where it is damaged, half written or not one of ours.
    """
    try:
        with file.open("rb") as stream:
            arrays = _arrays(stream.fileno(), stream)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except _BROKEN as error:
        warn(file, error)
        return None
    _mark(file)
    return arrays


def write_arrays(file: Path, arrays: Arrays) -> bool:
    """Write arrays in one go: a reader sees the old file or the new one, never half. Only warns when it can't.

    Says whether it could.
    """
    part: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f"{file.name}.", suffix=SUFFIX, delete=False) as made:
            part = Path(made.name)
            with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
                for name, array in arrays.items():
                    _write(archive, made.tell(), f"{name}.npy", np.asarray(array, order="C"))
        part.replace(file)
    except OSError as error:
        log.warning("The cache can't be written to %s; the next start will be slower: %s", file.parent, error)
        with suppress(OSError):
            if part:
                part.unlink(missing_ok=True)
        return False
    _tidy(file.parent)
    return True


def release(array: Array) -> None:
    """Give back the memory that a large mapped array took while it was looked through; it is read again when used."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    whole = owner.obj if isinstance(owner, memoryview) else None
    if isinstance(whole, mmap.mmap) and len(whole) >= LARGE and hasattr(mmap, "MADV_DONTNEED"):
        whole.madvise(mmap.MADV_DONTNEED)


def warn(file: Path, reason: object) -> None:
    """Log that a cache file is left aside."""
    log.warning("The cache file %s can't be used and is made anew: %s", file.name, reason)


def _mark(file: Path) -> None:
    with suppress(OSError):  # a folder that can't be written is no fault
        if time.time() - file.stat().st_mtime > _MARKED:
            os.utime(file)


def _tidy(folder: Path) -> None:
    """Remove what nobody has read for long. Who still has it mapped keeps it; who wants it makes it anew."""
    now = time.time()
    for pattern, age in (("*" + SUFFIX, HALF_WRITTEN), ("*.npz", UNUSED)):
        for file in folder.glob(pattern):
            with suppress(OSError):
                if now - file.stat().st_mtime > age:
                    file.unlink()


def _write(archive: zipfile.ZipFile, offset: int, name: str, array: Array) -> None:
    head = BytesIO()
    npy.write_array_header_2_0(head, npy.header_data_from_array_1_0(array))
    before = offset + _LOCAL_HEADER.size + len(name) + 4 + _ZIP64 + len(head.getvalue())
    info = zipfile.ZipInfo(name)
    info.extra = struct.pack("<HH", _PADDING, -before % _ALIGNMENT) + bytes(-before % _ALIGNMENT)
    with archive.open(info, "w", force_zip64=True) as stream:
        stream.write(head.getvalue())
        stream.write(array.reshape(-1).view(np.uint8).data)


def _arrays(descriptor: int, stream: Any) -> dict[str, Array]:
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    if not members or any(each.compress_type != zipfile.ZIP_STORED for each in members):
        raise ValueError("it is not one of ours")
    whole = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    arrays = {each.filename.removesuffix(".npy"): _array(whole, each) for each in members}
    for array in arrays.values():
        release(array)
    return arrays


def _array(whole: mmap.mmap, member: zipfile.ZipInfo) -> Array:
    *_, name, extra = _LOCAL_HEADER.unpack_from(whole, member.header_offset)
    start = member.header_offset + _LOCAL_HEADER.size + name + extra
    content = memoryview(whole)[start : start + member.file_size]
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise ValueError(f"the checksum of {member.filename} is wrong")
    head = BytesIO(content[: npy.ARRAY_ALIGN * 1024])
    shape, in_columns, kind = _READERS[npy.read_magic(head)](head)
    if kind.hasobject:
        raise ValueError("it holds Python objects")
    array = np.frombuffer(content, kind, offset=head.tell(), count=int(np.prod(shape, dtype=np.int64)))
    array = array.reshape(shape, order="F" if in_columns else "C")
    return array if array.flags.aligned else array.copy()


_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
