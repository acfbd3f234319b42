"""A folder of YAML files → `Knowledge`, or every fault in it at once, each with its file and line."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import Fault, KnowledgeError
from bot.knowledge.checks import Keys, Record, Unread, check, check_facets, check_words
from bot.knowledge.compose import compose, overlong
from bot.knowledge.facet_schema import Facets
from bot.knowledge.facts import fill
from bot.knowledge.menu import check_menu
from bot.knowledge.menu_schema import Menu
from bot.knowledge.schema import (
    DETAILS_LIMIT,
    LANGUAGES,
    ContactRecord,
    Crime,
    Entry,
    EntryFile,
    Fact,
    Facts,
    Knowledge,
    Sources,
    Synonyms,
    Words,
)
from bot.knowledge.sentences import label, place, sentence
from bot.knowledge.yaml_lines import BrokenYamlError, Document, read

VERSION_LENGTH = 12  # hexadecimal digits of a SHA-256
DEPTH_LIMIT = 3  # folders to look into for YAML files that are out of place; what is read stands in the second

_FILES: dict[str, Any] = {
    "sources.yaml": Sources,
    "facts.yaml": Facts,
    "facets.yaml": Facets,
    "menu.yaml": Menu,
    "contact.yaml": ContactRecord,
    "synonyms.yaml": Synonyms,
}
_FOLDERS: dict[str, Any] = {"words": Words, "faq": EntryFile, "guards": EntryFile, "crimes": Crime}
SHAPES = _FILES | _FOLDERS  # what a file may hold, by its name or its folder
_ADAPTERS = {kind: TypeAdapter[Any](shape) for kind, shape in SHAPES.items()}
_ENTRY_KINDS = ("faq", "guards", "crimes")  # in the order of Knowledge.entries
_REQUIRED = {
    "sources.yaml": "list in it every page that an answer cites",
    "words/en.yaml": "it holds the bot's own words in English",
}
_WHEN_EMPTY: dict[str, Any] = {
    "sources.yaml": {},
    "facts.yaml": {},
    "menu.yaml": {},
    "contact.yaml": {},
    "synonyms.yaml": [],
}


@dataclass(slots=True)
class _File:
    """One file on its way: its bytes, then its data, then its checked value (None where it has faults)."""

    path: Path
    name: str  # relative to the folder, with slashes
    raw: bytes = b""
    document: Document | None = None
    value: Any = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return the key of `SHAPES` that tells what it may hold."""
        return self.name.split("/", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder that loads, and what stands in its files.

    `records` are the entries and crime areas in the order of `Knowledge.entries`; `keys` the normal forms so far.
    """

    knowledge: Knowledge
    records: tuple[Record, ...]
    synonyms: Record | None
    keys: Keys


def load(folder: Path) -> Knowledge:
    """Read and check the knowledge folder. Raises KnowledgeError with every fault, in file order.

    Only `.yaml` files in their places are read; hidden files and editors' backups are passed over.
    """
    return open_folder(folder).knowledge


def version_of(folder: Path) -> str:
    """Return the version that the knowledge in a folder has, or would have if it loaded. Raises OSError."""
    return _version((name, path.read_bytes()) for name, path in _find(folder)[0].items())


def open_folder(folder: Path) -> Opened:
    """Load a folder and keep what stands in its files, for those who look deeper. Raises KnowledgeError as `load`."""
    try:
        paths, faults = _find(folder)
    except OSError as error:
        message = f"{error.strerror}: set KNOWLEDGE_DIR to the folder that holds the knowledge (sources.yaml, faq/, …)"
        raise KnowledgeError((Fault(folder, 0, message),)) from error
    files = [_File(path, name) for name, path in paths.items()]
    for file in files:
        _read(file)
    facts = _facts(files)
    for file in files:
        if file.kind in _ENTRY_KINDS and file.document:
            _validate(file, file.document, facts)
    keys, records = Keys(), tuple(_records(files))
    by_name = {file.name: Record(file.path, file.document) for file in files if file.document}
    faults += chain.from_iterable(file.faults for file in files)
    faults += _cross_check(files, records, by_name, keys)
    if faults:
        raise KnowledgeError(tuple(sorted(set(faults))))
    return Opened(_whole(files), records, by_name.get("synonyms.yaml"), keys)


def _find(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Return the files to read, by name and in its order, and a fault for each that is missing or out of place."""
    found = {path.relative_to(folder).as_posix(): path for path in yaml_files(folder)}
    faults = [Fault(path, 0, why) for name, path in found.items() if (why := _misplaced(name))]
    faults += [Fault(folder / name, 0, f"is missing: {why}") for name, why in _REQUIRED.items() if name not in found]
    names = sorted(name for name in found if not _misplaced(name))
    if not any(name.startswith(("faq/", "guards/", "crimes/")) for name in names):
        faults.append(Fault(folder, 0, "holds no entries: add a file to faq/, guards/ or crimes/"))
    return {name: found[name] for name in names}, faults


def yaml_files(folder: Path, depth: int = DEPTH_LIMIT) -> Iterator[Path]:
    """Yield the YAML files of a folder, in their places or not; hidden ones are passed over. Raises OSError."""
    for path in folder.iterdir():
        if path.name.startswith((".", "#")):
            continue
        if path.is_dir():
            yield from yaml_files(path, depth - 1) if depth > 1 else ()
        elif path.suffix.casefold() in {".yaml", ".yml"} and (path.is_file() or path.is_symlink()):
            yield path  # a link that leads nowhere is told when it is read


def _misplaced(name: str) -> str | None:
    """Return why a YAML file would not be read, or None."""
    folder, _, base = name.rpartition("/")
    stem, _, suffix = base.rpartition(".")
    if suffix != "yaml":
        return f"is not read: rename it to {stem}.yaml"
    if folder == "words" and stem not in LANGUAGES:
        return f"is not read: the languages are {', '.join(LANGUAGES)}"
    if name in _FILES or folder in _FOLDERS:
        return None
    return "is not read: entries belong into faq/ or guards/, crime areas into crimes/, the bot's words into words/"


def _read(file: _File) -> None:
    try:
        file.raw = file.path.read_bytes()
        file.document = read(file.raw)
    except OSError as error:
        file.faults.append(Fault(file.path, 0, f"can't be read: {error.strerror}"))
    except BrokenYamlError as error:
        file.faults.append(Fault(file.path, error.line, error.message))
    else:
        file.faults += [Fault(file.path, line, message) for line, message in file.document.faults]
        if file.kind not in _ENTRY_KINDS:
            _validate(file, file.document, None)


def _facts(files: list[_File]) -> Mapping[str, Fact] | None:
    """Return the facts, or None where their file can't be read: what names them is not at fault."""
    found = next((file for file in files if file.name == "facts.yaml"), None)
    return found.value if found else {}


def _validate(file: _File, document: Document, facts: Mapping[str, Fact] | None) -> None:
    """Check the data, with the facts filled in; None: there is nothing to fill in."""
    data = _WHEN_EMPTY.get(file.name) if document.data is None else document.data
    if facts is not None:
        filled = fill(data, facts)
        data = filled.data
        file.faults += [
            Fault(file.path, document.line(where), f"{label(where)}: {wrong}") for where, wrong in filled.problems
        ]
    try:
        # strict JSON: a text may become a date or an outcome; nothing else is turned into anything else
        file.value = _ADAPTERS[file.kind].validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        file.faults += [
            Fault(file.path, document.line(place(found)), sentence(found, SHAPES[file.kind]))
            for found in error.errors(include_url=False)
        ]


def _cross_check(
    files: list[_File], records: tuple[Record, ...], by_name: Mapping[str, Record], keys: Keys
) -> Iterator[Fault]:
    unread = Unread.of(file.raw for file in files if not file.document)
    yield from check(records, by_name.get("sources.yaml"), by_name.get("facts.yaml"), unread, keys)
    if facets := by_name.get("facets.yaml"):
        yield from check_facets(facets, records, unread)
    if menu := by_name.get("menu.yaml"):
        yield from check_menu(menu, {record.id for record in records}, {*_faq_files(by_name)}, unread)
    for name, record in by_name.items():
        if name.startswith("words/"):
            yield from check_words(record)
    for file in files:
        if isinstance(file.value, Crime) and file.document:
            yield from _check_length(Record(file.path, file.document), file.value)


def _faq_files(names: Iterable[str]) -> Iterator[str]:
    """Yield what a menu calls the files of `faq/`."""
    return (Path(name).stem for name in names if name.startswith("faq/"))


def _in_order(files: list[_File]) -> list[_File]:
    """Return the files that hold entries, in the order of Knowledge.entries."""
    return [file for kind in _ENTRY_KINDS for file in files if file.kind == kind]


def _records(files: list[_File]) -> Iterator[Record]:
    for file in _in_order(files):
        if not file.document:
            continue
        whole = Record(file.path, file.document)
        if file.kind == "crimes":
            yield whole
        else:
            entries = whole.get("entries")
            numbers = range(len(entries) if isinstance(entries, list) else 0)
            yield from (Record(file.path, file.document, ("entries", number)) for number in numbers)


def _check_length(record: Record, crime: Crime) -> Iterator[Fault]:
    for language, length in overlong(crime).items():
        message = (
            f"what_it_is, what_interpol_does, databases and notices with their headings have {length} characters "
            f"together; the limit is {DETAILS_LIMIT}: shorten one"
        )
        yield record.fault(message, language)


def _whole(files: list[_File]) -> Knowledge:
    values = {file.name: file.value for file in files}
    ordered = [file.value for file in _in_order(files)]
    crimes = tuple(value for value in ordered if isinstance(value, Crime))
    return Knowledge(
        version=_version((file.name, file.raw) for file in files),
        entries=tuple(chain.from_iterable(_entries(value) for value in ordered)),
        crimes=crimes,
        sources=values["sources.yaml"],
        contact=values.get("contact.yaml", ContactRecord()),
        words={Path(name).stem: value for name, value in values.items() if isinstance(value, Words)},
        synonyms=values.get("synonyms.yaml", ()),
        facets=values.get("facets.yaml"),
        menu=values.get("menu.yaml", Menu()),
        files={
            Path(name).stem: tuple(entry.id for entry in value.entries)
            for name, value in values.items()
            if name.startswith("faq/")
        },
    )


def _entries(value: Crime | EntryFile) -> tuple[Entry, ...]:
    return (compose(value),) if isinstance(value, Crime) else value.entries


def _version(files: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, raw in files:
        digest.update(f"{name}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest()[:VERSION_LENGTH]
