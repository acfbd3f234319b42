"""Rows into a knowledge folder: what they change there, whether the result loads, and then all of it or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.editing.folder import Plan, entry_file, faults_with, heading
from bot.editing.records import is_crime, read_records
from bot.editing.rows import NEEDED, TEXTS, Row, Values, current, read_values
from bot.editing.yaml_edit import ORDER, Change, Value, edit, entry_lines
from bot.errors import EditingError, Fault
from bot.knowledge.checks import Record
from bot.knowledge.schema import LANGUAGES
from bot.knowledge.yaml_lines import Place, read

NEW_FILE = "faq/imported.yaml"


@dataclass(slots=True)
class _Draft:
    """One file's changes on their way."""

    changes: list[Change] = field(default_factory=list)
    entries: list[Mapping[str, object]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def plan(folder: Path, rows: Sequence[Row], new_file: str = NEW_FILE) -> Plan:
    """Return what the rows change. New entries go to `new_file`, a name within the folder.

    Raises EditingError with every problem, each with its place in the table, and KnowledgeError where the folder
    itself is broken.
    """
    values, problems = read_values(rows)
    records = {record.id: record for record in read_records(folder)}
    target = entry_file(folder, new_file)
    drafts: dict[Path, _Draft] = {}
    for entry, said in values.items():
        record = records.get(entry)
        problems += _misfits(entry, said, record)
        draft = drafts.setdefault(record.path if record else target, _Draft())
        if record:
            _update(draft, record, said)
        else:
            _add(draft, entry, said)
    _refuse(problems)
    before = {path: path.read_bytes() for path in drafts if path.exists()}
    files = {path: content for path, draft in drafts.items() if (content := _edited(path, draft, before)) is not None}
    _refuse(_told(fault, files, rows) for fault in (faults_with(folder, files) if files else ()))
    return Plan(tuple(line for draft in drafts.values() for line in draft.told), files, before)


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise EditingError("Nothing was imported:\n" + "\n".join(found))


def _misfits(entry: str, said: Values, record: Record | None) -> Iterator[str]:
    """Yield where the rows of an entry don't fit what is there."""
    first = said.rows[0].where
    if record and is_crime(record):
        yield f"{first}: {entry} is a crime area: change it in {record.path.name}"
        return
    if not record and "en" not in said.texts:
        yield f"{first}: {entry} is new and has no row in English"
    for row in said.rows:
        language = row.key[1]
        there = record is not None and record.get(language) is not None
        if there and language not in said.texts and any(name in row.cells for name in TEXTS):
            yield f"{row.where}: the texts are empty; to take a translation away, take it out of the YAML file"
        elif not there and language in said.texts:
            missing = [name for name in NEEDED if name not in row.cells]
            yield from (f"{row.where}: {name} is missing: {entry} is new in {language}" for name in missing)
    for name in ("reviewed", "review_by"):
        if not said.shared.get(name, "" if not record else "-"):
            yield f"{first}: {name} is empty"


# --- changes ---


def _update(draft: _Draft, record: Record, said: Values) -> None:
    changes = [*_changes(record, said.shared, ())]
    for language in LANGUAGES:
        if language in said.texts and record.get(language) is not None:
            changes += _changes(record, said.texts[language], (language,))
        elif language in said.texts:
            changes.append(Change((*record.place, language), _without_blanks(said.texts[language])))
    draft.changes += changes
    draft.told += [f"{record.id}: {_difference(record, change)}" for change in changes]


def _changes(record: Record, wanted: Mapping[str, Value], where: Place) -> Iterator[Change]:
    for name in sorted(wanted, key=ORDER.index):
        if current(record, *map(str, where), name) != wanted[name]:
            yield Change((*record.place, *where, name), wanted[name])


def _difference(record: Record, change: Change) -> str:
    place = change.place[len(record.place) :]
    name = ".".join(map(str, place))
    if isinstance(change.value, Mapping):
        return f"{name} is new"
    if isinstance(change.value, tuple):
        had = current(record, *map(str, place))
        was, now = set(had if isinstance(had, tuple) else ()), set(change.value)
        return f"{name}, {len(now - was)} more, {len(was - now)} fewer" if now != was else f"{name}, another order"
    return f"{name}"


def _without_blanks(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value}


def _add(draft: _Draft, entry: str, said: Values) -> None:
    shared = _without_blanks({name: value for name, value in said.shared.items() if value != "answered"})
    texts = {language: _without_blanks(text) for language, text in said.texts.items()}
    draft.entries.append({"id": entry, **shared, **texts})
    draft.told.append(f"{entry}: new, in {', '.join(texts)}")


def _edited(path: Path, draft: _Draft, before: Mapping[Path, bytes]) -> bytes | None:
    """Return the file as it becomes, or None where nothing in it changes."""
    if not draft.told:
        return None
    try:
        written = [entry_lines(entry) for entry in draft.entries]
        return edit(before.get(path, heading(path.parent)), draft.changes, written)
    except EditingError as error:
        raise EditingError(f"Nothing was imported:\n{path}: {error}") from error


# --- the faults of the result, told at the rows ---


def _told(fault: Fault, files: Mapping[Path, bytes], rows: Sequence[Row]) -> str:
    found = _rows_at(fault, files, rows)
    return f"{', '.join(row.where for row in found)}: {fault.message}" if found else str(fault)


def _rows_at(fault: Fault, files: Mapping[Path, bytes], rows: Sequence[Row]) -> list[Row]:
    """Return the rows that wrote what stands at the fault's line: one language's, else all of the entry's."""
    if fault.path not in files:
        return []
    document = read(files[fault.path])
    place = max(document.lines, key=lambda each: (document.lines[each] <= fault.line, document.lines[each], len(each)))
    entry = document.at((*place[:2], "id"))
    own = [row for row in rows if row.key[0] == entry]
    return [row for row in own if row.key[1] in place] or own
