"""Writing to a knowledge folder: all of it or nothing, and only what loads."""

import codecs
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.editing.records import ENTRY_FOLDERS
from bot.errors import EditingError, Fault, KnowledgeError
from bot.knowledge.loader import load

SCHEMA_LINE = "# yaml-language-server:"  # with it, text editors complete and check while one types
_PART = ".part"  # with a leading dot: the loader passes such files over


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: a sentence a change, and the files as they become; `before` is what they are."""

    changes: tuple[str, ...]
    files: Mapping[Path, bytes]
    before: Mapping[Path, bytes]

    def carry_out(self) -> None:
        """Write the files, all or none. Raises EditingError."""
        write(self.files, self.before)


def entry_file(folder: Path, name: str) -> Path:
    """Return the file that a name within the folder stands for. Raises EditingError where it can't hold entries."""
    parts = PurePosixPath(name).parts
    if len(parts) != 2 or parts[0] not in ENTRY_FOLDERS or not re.fullmatch(r"[^.#].*\.yaml", parts[1]):  # noqa: PLR2004 - a/b
        raise EditingError(
            f"{name!r} can't take entries: name a file in the knowledge folder, such as faq/notices.yaml."
        )
    return folder.joinpath(*parts)


def heading(folder: Path) -> bytes:
    """Return the first line of a new file beside others: the schema that they name, or nothing."""
    for path in sorted(folder.glob("*.yaml")):
        first = path.read_bytes().removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].rstrip()
        if first.startswith(SCHEMA_LINE.encode()):
            return first + b"\n"
    return b""


def faults_with(folder: Path, files: Mapping[Path, bytes]) -> tuple[Fault, ...]:
    """Return the faults that a folder would have with some files written, as if they stood there already."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "knowledge"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"), ignore_dangling_symlinks=True)
        for path, content in files.items():
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        try:
            load(copy)
        except KnowledgeError as error:
            return tuple(
                Fault(folder / fault.path.relative_to(copy), fault.line, fault.message) for fault in error.faults
            )
    return ()


def write(files: Mapping[Path, bytes], before: Mapping[Path, bytes]) -> None:
    """Put the files in their places, all or none. `before` is what stood there; a file without was not there.

    Raises EditingError where one has changed since, or can't be written.
    """
    for path in files:
        if (path.read_bytes() if path.exists() else None) != before.get(path):
            raise EditingError(f"{path} was changed by someone else just now: nothing was written; try again.")
    try:
        with _staged(files) as parts, _undoing(before) as done:
            for path, part in parts.items():
                os.replace(part, path)  # noqa: PTH105 - says what it does: in one step
                done(path)
    except OSError as error:
        raise EditingError(f"{error.filename} can't be written: {error.strerror}. Nothing was changed.") from error


@contextmanager
def _staged(files: Mapping[Path, bytes]) -> Iterator[dict[Path, Path]]:
    """Write each file beside its place, and clean up what is left there."""
    parts = {path: path.with_name(f".{path.name}{_PART}") for path in files}
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(files[path])
            if path.exists():
                shutil.copymode(path, part)
        yield parts
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


@contextmanager
def _undoing(before: Mapping[Path, bytes]) -> Iterator[Callable[[Path], None]]:
    """Put back, where something fails, what was done until then."""
    done: list[Path] = []
    try:
        yield done.append
    except BaseException:
        for path in done:
            with suppress(OSError):
                _put_back(path, before.get(path))
        raise


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
