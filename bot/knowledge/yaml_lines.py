"""YAML text → plain data, with the line of everything in it. Stricter than YAML, so that nothing is lost silently.

A key that stands twice is a fault, and so are anchors, aliases, tags and a second document. Keys are always text.
A plain scalar that YAML takes for a number, a yes/no value or nothing becomes one; dates stay as they are written.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Place = tuple[str | int, ...]  # ("entries", 3, "en", "short"): the way from the top of a file to something in it

DEPTH_LIMIT = 20  # our deepest shape has six levels
NUMBER_LIMIT = 30  # characters; digits beyond that are no number of ours, and Python refuses to print long ones

# the C parser is ten times as fast; PyYAML built without libyaml lacks it
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.resolver.Resolver()
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_CONVERTERS = {
    "tag:yaml.org,2002:bool": _CONSTRUCTOR.construct_yaml_bool,
    "tag:yaml.org,2002:int": _CONSTRUCTOR.construct_yaml_int,
    "tag:yaml.org,2002:float": _CONSTRUCTOR.construct_yaml_float,
    "tag:yaml.org,2002:null": _CONSTRUCTOR.construct_yaml_null,
}
# what YAML allows in a file, less the line breaks that editors don't count as lines, and less a byte order mark that
# does not stand first, where two files were put together: nobody would see why a field is not known
_FORBIDDEN = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class BrokenYamlError(Exception):
    """A file that can't be read any further than `line`, which counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(slots=True)
class Document:
    """A file's data: dicts, lists, str, int, float, bool and None. `faults` are lines with what is wrong there."""

    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Return the line of `place`, or of the nearest thing around it that is there; 1 at the least."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def at(self, place: Place) -> Any:
        """Return the data at `place`, or None where there is nothing."""
        found = self.data
        for part in place:
            try:
                found = found[part]
            except (LookupError, TypeError):
                return None
        return found


def read(raw: bytes) -> Document:
    """Read a file's bytes, UTF-8 with or without a byte order mark. Raises BrokenYamlError."""
    text = _decode(raw)
    try:
        return _Builder(_events(text)).build()
    except yaml.MarkedYAMLError as error:
        raise _broken(error, text) from error
    except yaml.YAMLError as error:
        raise BrokenYamlError(1, f"this is not YAML: {error}") from error


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise BrokenYamlError(line, f"this is not UTF-8 (byte 0x{byte:02X}): save the file as UTF-8") from error
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BrokenYamlError(line, f"an invisible character, U+{ord(found[0]):04X}, can't stand here: remove it")
    return text


def _events(text: str) -> Iterator[Any]:
    return iter(_LOADER(text).get_event, None)  # as yaml.parse has it, without a look ahead at each


_HINTS = {
    "mapping values are not allowed": "a colon can't stand here: put quotes around a text that holds a colon and a "
    "space, or mend the indent",
    "found unexpected end of stream": "the quote that opens here is never closed",
    "while scanning an alias": "a text that starts with * needs quotes around it",
    "while scanning an anchor": "a text that starts with & needs quotes around it",
    "found unknown escape character": "a backslash inside double quotes means something else: use single quotes",
    "did not find expected ',' or ']'": "the [ is never closed, or a comma is missing",
    "did not find expected ',' or '}'": "the { is never closed, or a comma is missing",
    "did not find expected '-' indicator": "a list item must start with - in the same column as the one above",
    "did not find expected node content": "a value is missing, or a closing ] or }",
    "did not find expected key": "a field can't start here: mend the indent or the quotes (an apostrophe inside single "
    "quotes is written twice)",
    "cannot start any token": "a text that starts with this character needs quotes around it",
}
_OPENED = ("found unexpected end of stream", "expected ',' or")  # told at the opening, not at the end of the file


def _broken(error: yaml.MarkedYAMLError, text: str) -> BrokenYamlError:
    tab = next((mark for mark in (error.problem_mark, error.context_mark) if mark and _at(mark, text) == "\t"), None)
    if tab:
        return BrokenYamlError(tab.line + 1, "a tab can't be used here: indent with spaces")
    told = f"{error.context or ''}: {error.problem or ''}"
    opened = any(words in told for words in _OPENED)
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    hint = next((hint for words, hint in _HINTS.items() if words in told), "")
    last = max(1, len(text.rstrip().splitlines()))  # what is missing at the end is told at the last line with words
    return BrokenYamlError(min(mark.line + 1, last) if mark else 1, hint or f"this is not YAML: {told.strip(': ')}")


def _at(mark: Any, text: str) -> str:
    lines = text.splitlines()
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


class _Builder:
    """Turns the parser's events into data. The parser gives an opening event for each closing one, or raises."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._document = Document()

    def build(self) -> Document:
        next(self._events)  # the stream starts
        event = next(self._events)
        if isinstance(event, yaml.DocumentStartEvent):
            self._document.data = self._value(next(self._events), ())
            next(self._events)  # the document ends
            event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise BrokenYamlError(_line(event), "a second document starts here: remove the --- line")
        return self._document

    def _value(self, event: Any, place: Place) -> Any:
        _refuse(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        return self._mapping(place)

    def _sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            inner = (*place, len(found))
            self._document.lines[inner] = _line(event)
            found.append(self._value(event, inner))
        return found

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            _refuse(event, place)
            if not isinstance(event, yaml.ScalarEvent):
                raise BrokenYamlError(_line(event), "a field's name must be text: put quotes around { } and [ ]")
            self._field(found, event.value, _line(event), place)
        return found

    def _field(self, found: dict[str, Any], key: str, line: int, place: Place) -> None:
        inner = (*place, key)
        if key not in found:
            self._document.lines[inner] = line
            found[key] = self._value(next(self._events), inner)
            return
        first = self._document.lines[inner]
        self._document.faults.append((line, f"the field {key!r} stands twice, first on line {first}: remove one"))
        _Builder(self._events)._value(next(self._events), inner)  # noqa: SLF001 - read and forget, lines too


def _refuse(event: Any, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _unused(event, f"an alias (*{event.anchor})")
    if event.anchor:
        raise _unused(event, f"an anchor (&{event.anchor})")
    if event.tag:
        raise _unused(event, f"a tag ({event.tag})")
    if len(place) > DEPTH_LIMIT:
        raise BrokenYamlError(_line(event), f"this is nested more than {DEPTH_LIMIT} levels deep")


def _unused(event: Any, what: str) -> BrokenYamlError:
    return BrokenYamlError(_line(event), f"{what} can't be used here: write it out, or put quotes around the text")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0] or len(text) > NUMBER_LIMIT:
        return text
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    converter = _CONVERTERS.get(tag)
    return _converted(converter, tag, text) if converter else text


def _converted(converter: Any, tag: str, text: str) -> Any:
    try:
        value = converter(yaml.ScalarNode(tag, text))
    except ValueError:  # such as 0b_, which YAML's own pattern takes for a number
        return text
    return text if isinstance(value, float) and not math.isfinite(value) else value


def fields(data: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and no fields for anything else."""
    return data if isinstance(data, dict) else {}
