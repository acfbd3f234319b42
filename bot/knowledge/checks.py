"""What can only be seen across files: ids and phrasings that stand twice, links that lead nowhere, sources unused.

These checks read the files' data as it stands, so that one broken field does not hide what else is wrong.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from bot.errors import Fault
from bot.knowledge.facts import used_in
from bot.knowledge.schema import LANGUAGES, PLACEHOLDERS
from bot.knowledge.sentences import label
from bot.knowledge.yaml_lines import Document, Place, fields
from bot.text import normalise

_NORMAL = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")  # half of all phrasings: they are their own normal form
RESERVED_IDS = frozenset({"help", "none", "null"})  # `/interpol help`; "no entry" in JSON and in the store


@dataclass(frozen=True, slots=True)
class Record:
    """One entry, crime area or whole file, as it stands at `place` of a document."""

    path: Path
    document: Document
    place: Place = ()

    def get(self, *inner: str | int) -> Any:
        """Return what stands at a place within the record, or None."""
        return self.document.at((*self.place, *inner))

    def texts(self, *inner: str | int) -> Iterator[tuple[Place, str]]:
        """Yield the texts of the list, or the one text, at a place within the record, each with its own place."""
        found = self.get(*inner)
        if isinstance(found, str):
            yield inner, found
        for number, text in enumerate(found if isinstance(found, list) else ()):
            if isinstance(text, str):
                yield (*inner, number), text

    def line(self, *inner: str | int) -> int:
        """Return the line of a place within the record."""
        return self.document.line((*self.place, *inner))

    def fault(self, message: str, *inner: str | int) -> Fault:
        """Return a fault at a place within the record."""
        name = label(inner)
        return Fault(self.path, self.line(*inner), f"{name}: {message}" if name else message)

    @property
    def id(self) -> str:
        """Return the record's id, or "" where it has none."""
        found = self.get("id")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Unread:
    """The words of the files that could not be read: an id that stands there may well be meant."""

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, contents: Iterable[bytes]) -> "Unread":
        """Collect what may be ids in the contents of broken files."""
        texts = (raw.decode("utf-8", "replace") for raw in contents)
        return cls(frozenset(word for text in texts for word in re.findall(r"[a-z0-9-]+", text)))


class Keys(dict[str, str]):
    """The normal form of texts, worked out once a text: `keys[text]`."""

    def __missing__(self, text: str) -> str:
        self[text] = found = text if _NORMAL.fullmatch(text) else normalise(text)
        return found


def check(
    records: tuple[Record, ...], sources: Record | None, facts: Record | None, unread: Unread, keys: Keys
) -> Iterator[Fault]:
    """Yield the faults between records (entries and crime areas, in file order), and with the sources and facts."""
    yield from _ids(records)
    yield from _phrasings(records, keys)
    yield from _counter_examples(records, keys)
    yield from _related(records, unread)
    yield from _sources(records, sources, facts, unread)
    if facts:
        yield from _unused_facts(records, facts, unread)


def _ids(records: tuple[Record, ...]) -> Iterator[Fault]:
    first: dict[str, Record] = {}
    for record in records:
        if record.id in RESERVED_IDS:
            yield record.fault(f"{record.id!r} is reserved for the bot itself: choose another", "id")
        elif record.id and first.setdefault(record.id, record) is not record:
            where = _where(first[record.id], record, "id")
            yield record.fault(f"{record.id!r} stands twice, first in {where}: an id is used once", "id")


def _where(first: Record, second: Record, *inner: str | int) -> str:
    """Return the place of the first, told to an editor who looks at the second."""
    line = first.line(*inner)
    return f"line {line}" if first.path == second.path else f"{first.path.parent.name}/{first.path.name}:{line}"


def _phrasings(records: tuple[Record, ...], keys: Keys) -> Iterator[Fault]:
    first: dict[str, tuple[Record, Place]] = {}
    for record in records:
        for place, phrasing in _phrasings_of(record):
            key = keys[phrasing]
            if not key:
                yield record.fault(f"{phrasing!r} has no words in it: remove it", *place)
                continue
            if key not in first:
                first[key] = (record, place)
                continue
            other, at = first[key]
            if other is not record or _clash(at, place):
                yield record.fault(_twice(phrasing, other, record, at), *place)


def _phrasings_of(record: Record) -> Iterator[tuple[Place, str]]:
    for language in LANGUAGES:
        yield from record.texts(language, "question")
        yield from record.texts(language, "phrasings")
    yield from record.texts("synonyms")


def _clash(one: Place, other: Place) -> bool:
    """Say whether two phrasings of one record clash: two languages may share one, but a synonym is in any language."""
    return one[0] == other[0] or "synonyms" in {one[0], other[0]}


def _twice(phrasing: str, other: Record, record: Record, at: Place) -> str:
    where = _where(other, record, *at)
    if other is record:
        what = "the question itself" if at[-1] == "question" else label(at)
        return f"{phrasing!r} stands twice in this entry: it is also {what} ({where}); remove one"
    return f"{phrasing!r} is also a phrasing of {other.id!r} ({where}): the bot could not tell them apart; keep one"


def _counter_examples(records: tuple[Record, ...], keys: Keys) -> Iterator[Fault]:
    for record in records:
        examples = [each for language in LANGUAGES for each in record.texts(language, "unlike")]
        own = {keys[phrasing]: place for place, phrasing in _phrasings_of(record)} if examples else {}
        seen: set[str] = set()
        for place, text in examples:
            key = keys[text]
            if not key:
                yield record.fault(f"{text!r} has no words in it: remove it", *place)
            elif key in own:
                where = f"{label(own[key])} (line {record.line(*own[key])})"
                yield record.fault(f"{text!r} is also a phrasing of this entry, {where}: it can't be both", *place)
            elif key in seen:
                yield record.fault(f"{text!r} stands twice: remove one", *place)
            seen.add(key)


def _related(records: tuple[Record, ...], unread: Unread) -> Iterator[Fault]:
    known = {record.id for record in records} | unread.words
    for record in records:
        seen = Counter[str]()
        for place, entry in record.texts("related"):
            seen[entry] += 1
            if entry == record.id:
                yield record.fault("an entry can't be related to itself: remove it", *place)
            elif entry not in known:
                yield record.fault(f"there is no entry {entry!r}", *place)
            elif seen[entry] > 1:
                yield record.fault(f"{entry!r} stands twice: remove one", *place)


def _sources(
    records: tuple[Record, ...], sources: Record | None, facts: Record | None, unread: Unread
) -> Iterator[Fault]:
    citing = [(record, [*record.texts("sources"), *_operation_sources(record)]) for record in records]
    if facts:
        citing.append((facts, [cited for fact in fields(facts.get()) for cited in facts.texts(fact, "source")]))
    known = unread.words | fields(sources and sources.get()).keys()
    for record, cited in citing:
        if record is not facts:
            yield from _citations(record, cited)
        if sources or unread.words:  # else sources.yaml itself is missing, which is said once
            yield from _unknown_sources(record, cited, known)
    if sources:
        used = unread.words | {source for _, cited in citing for _, source in cited}
        unused = [source for source in fields(sources.get()) if source not in used]
        yield from (sources.fault("no entry cites this source: cite it or remove it", source) for source in unused)


def _unused_facts(records: tuple[Record, ...], facts: Record, unread: Unread) -> Iterator[Fault]:
    used = unread.words.union(*(used_in(record.get()) for record in records))
    unused = [fact for fact in fields(facts.get()) if fact not in used]
    yield from (facts.fault("no text holds this fact: use it or remove it", fact) for fact in unused)


def _operation_sources(record: Record) -> Iterator[tuple[Place, str]]:
    operations = record.get("operations")
    for number in range(len(operations) if isinstance(operations, list) else 0):
        yield from record.texts("operations", number, "source")


def _citations(record: Record, cited: list[tuple[Place, str]]) -> Iterator[Fault]:
    if not cited and not record.get("sources") and not used_in(record.get()):
        if record.get("outcome") in {None, "answered"}:
            yield record.fault(f"{record.id or 'this entry'} has no sources: an answer cites at least one")
        elif record.get("expires"):
            yield record.fault("what expires needs a source, to point to from then on", "expires")
    seen = Counter[str]()
    for place, source in record.texts("sources"):
        seen[source] += 1
        if seen[source] > 1:
            yield record.fault(f"{source!r} stands twice: remove one", *place)


def _unknown_sources(record: Record, cited: list[tuple[Place, str]], known: AbstractSet[str]) -> Iterator[Fault]:
    for place, source in cited:
        if source not in known:
            yield record.fault(f"there is no source {source!r} in sources.yaml", *place)


def check_facets(facets: Record, records: tuple[Record, ...], unread: Unread) -> Iterator[Fault]:
    """Yield where facets.yaml names what is not there, or asks for two facets with the same words."""
    known = {record.id for record in records} | unread.words
    for subject in fields(facets.get("names")):
        if subject not in known:
            yield facets.fault(f"there is no entry {subject!r}", "names", subject)
    first: dict[str, Place] = {}
    for place, pattern in _patterns(facets):
        at = first.setdefault(normalise(pattern), place)
        if at[0] != place[0] or (at != place and at[1] == place[1]):  # two languages may share one
            where = f"{label(at)} (line {facets.line(*at)})"
            yield facets.fault(f"{pattern!r} stands twice, first in {where}: keep one", *place)


def _patterns(facets: Record) -> Iterator[tuple[Place, str]]:
    for facet in fields(facets.get()):
        for language in LANGUAGES if facet not in {"neutral", "comparison", "names"} else ():
            yield from facets.texts(facet, language, *(() if facet == "whole" else ("phrasings",)))


def check_words(words: Record) -> Iterator[Fault]:
    """Yield where the bot's own words lack what is filled in, or hold what nobody fills in."""
    for name in fields(words.get()):
        for place, text in words.texts(name):
            yield from _check_placeholders(words, place, text)


def _check_placeholders(words: Record, place: Place, text: str) -> Iterator[Fault]:
    wanted = PLACEHOLDERS.get(str(place[0]))
    try:
        found = [name for _, name, form, conversion in Formatter().parse(text) if name is not None]
        plain = all(not form and not conversion for _, name, form, conversion in Formatter().parse(text))
    except ValueError:
        yield words.fault("a { or } stands alone: take it away, or write {{ or }}", *place)
        return
    if wanted and wanted not in found:
        yield words.fault(f"{{{wanted}}} is missing: the bot fills it in", *place)
    for name in found:
        if name != wanted or not plain:
            allowed = f"only {{{wanted}}} is" if wanted else "nothing is"
            yield words.fault(f"{{{name}}} is not known: {allowed} filled in here", *place)
