"""Changes to a YAML file that touch only the fields they name: comments and layout elsewhere stay, byte for byte."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import yaml

from bot.errors import EditingError
from bot.knowledge.yaml_lines import BrokenYamlError, Place, read

Value = str | bool | Sequence[str]

WIDTH = 120  # columns of a text that is folded; a shorter one stays on its line
LISTED = frozenset({"phrasings", "unlike"})  # lists with a line for each item; the others are written [a, b]
# the order in which fields stand; what is not named comes last
ORDER = (
    *("id", "outcome", "contact", "threshold", "sources", "reviewed", "review_by", "expires", "related", "legal"),
    *("en", "fr", "es", "ar", "question", "short", "details", "next_steps", "phrasings", "unlike"),
)
_BOM = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # as YAML counts them
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Change:
    """A field's new value. `place` is the way to it, such as ("entries", 3, "en", "short"); its parent is there."""

    place: Place
    value: Value | Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class _Patch:
    """Lines from `start` up to, not including, `end` give way to `lines`; they have no line ends."""

    start: int
    end: int
    lines: tuple[str, ...]


def edit(content: bytes, changes: Sequence[Change], entries: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a file with the changes made and new entries, each as its lines, at its end.

    It must be free of faults; one without data is a new file.

    Raises EditingError where the layout is one that can't be changed line by line.
    """
    text = content.decode("utf-8")
    mark = _BOM if text.startswith(_BOM) else ""
    lines = _LINE.findall(text.removeprefix(_BOM))
    root = yaml.compose("".join(lines), Loader=_LOADER)
    patches = [_patch(root, change, lines) for change in changes]
    if entries:
        patches.append(_appended(root, entries, len(lines)))
    end = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    for patch in _upwards(patches):
        lines[patch.start : patch.end] = [line + end for line in patch.lines]
        if patch.start and not lines[patch.start - 1].endswith(("\n", "\r")):
            lines[patch.start - 1] += end
    return (mark + "".join(lines)).encode()


def _upwards(patches: Sequence[_Patch]) -> list[_Patch]:
    """Return the last first; at one place what replaces before what inserts, and of these the later before."""
    numbered = sorted(enumerate(patches), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True)
    return [patch for _, patch in numbered]


# --- where things stand ---


def _node(root: Any, place: Place) -> Any:
    node = root
    for part in place:
        node = node.value[part] if isinstance(part, int) else _fields(node)[part][1]
    return node


def _fields(node: Any) -> dict[str, tuple[Any, Any]]:
    return {key.value: (key, value) for key, value in node.value}


def _last(node: Any, lines: Sequence[str]) -> int:
    """Return the last line that belongs to a node."""
    if isinstance(node, yaml.ScalarNode):
        if node.style not in {"|", ">"}:
            return int(node.end_mark.line)
        last = min(int(node.end_mark.line), len(lines)) - (1 if node.end_mark.column == 0 else 0)
        while last > node.start_mark.line and (last >= len(lines) or not lines[last].strip()):
            last -= 1
        return last
    if node.flow_style or not node.value:
        return int(node.end_mark.line)
    inner = node.value[-1]
    return _last(inner[1] if isinstance(inner, tuple) else inner, lines)


def _patch(root: Any, change: Change, lines: Sequence[str]) -> _Patch:
    parent, name = _node(root, change.place[:-1]), str(change.place[-1])
    if parent.flow_style:
        line = parent.start_mark.line + 1
        raise EditingError(f"line {line} is written with {{ and }}: write its fields one a line, then import again")
    known = _fields(parent)
    column = parent.value[0][0].start_mark.column
    if name not in known:
        after = [value for key, value in parent.value if _rank(key.value) < _rank(name)]
        start = _last(after[-1][1] if isinstance(after[-1], tuple) else after[-1], lines) + 1
        return _Patch(start, start, (*field_lines(name, change.value, column),))
    key, node = known[name]
    return _replaced(key, node, change, lines, column)


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _replaced(key: Any, node: Any, change: Change, lines: Sequence[str], column: int) -> _Patch:
    start, last = int(key.start_mark.line), _last(node, lines)
    written = (*field_lines(str(key.value), change.value, column),)
    if start == last and len(written) == 1 and node.end_mark.column > node.start_mark.column:
        line = lines[start].rstrip("\r\n")
        value = written[0].strip().partition(": ")[2]
        return _Patch(start, start + 1, (line[: node.start_mark.column] + value + line[node.end_mark.column :],))
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style and change.value:
        return _items(node, change.value, lines)
    lead = lines[start][:column]  # "  - " where the field is the first of its entry
    return _Patch(start, last + 1, (lead + written[0][column:], *written[1:]))


def _items(node: Any, value: Any, lines: Sequence[str]) -> _Patch:
    """Keep the lines of the items that stay, and the comments above and beside them."""
    indent = " " * int(node.start_mark.column)
    starts = [int(item.start_mark.line) for item in node.value]
    ends = [_last(item, lines) + 1 for item in node.value]
    tops = [starts[0], *ends[:-1]]  # of the comments above each item
    bare = [line.rstrip("\r\n") for line in lines]
    old, new = [item.value for item in node.value], list(value)
    kept: list[str] = []
    for what, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for number in range(first, last):
            kept += bare[tops[number] : ends[number] if what == "equal" else starts[number]]
        if what != "equal":
            kept += [f"{indent}- {scalar(item)}" for item in new[new_first:new_last]]
    return _Patch(starts[0], ends[-1], tuple(kept))


def _appended(root: Any, entries: Sequence[Sequence[str]], count: int) -> _Patch:
    if root is None:
        return _Patch(count, count, ("entries:", *_blocks(entries, 2)[1:]))
    items = _fields(root)["entries"][1]
    if items.flow_style or not items.value:
        raise EditingError("the list of entries is written with [ and ]: write one entry a block, then try again")
    return _Patch(count, count, _blocks(entries, int(items.start_mark.column)))


def _blocks(entries: Sequence[Sequence[str]], column: int) -> tuple[str, ...]:
    indent = " " * column
    return tuple(line for entry in entries for line in ("", *(indent + line if line else "" for line in entry)))


# --- how values are written ---


def entry_lines(entry: Mapping[str, Any]) -> list[str]:
    """Return a new entry as the lines of a list's item, the dash in the first column."""
    lines = [line for name in sorted(entry, key=_rank) for line in field_lines(name, entry[name], 2)]
    return ["- " + lines[0][2:], *lines[1:]]


def field_lines(name: str, value: Any, column: int) -> Iterator[str]:
    """Yield the lines of one field, without line ends, indented by `column`."""
    indent = " " * column
    if isinstance(value, Mapping):
        yield f"{indent}{name}:"
        for inner in sorted(value, key=_rank):
            yield from field_lines(inner, value[inner], column + 2)
    elif isinstance(value, bool):
        yield f"{indent}{name}: {str(value).lower()}"
    elif isinstance(value, str):
        yield from _text_lines(name, value, indent)
    elif value and name in LISTED:
        yield f"{indent}{name}:"
        yield from (f"{indent}  - {scalar(item)}" for item in value)
    else:
        yield f"{indent}{name}: [{', '.join(map(scalar, value))}]"


def scalar(text: str) -> str:
    """Return a text as YAML writes it on one line, quoted where it must be."""
    dumped = yaml.safe_dump([text], allow_unicode=True, width=float("inf"))
    plain = dumped.removeprefix("- ").removesuffix("\n")
    if "\n" not in plain and _reads_as([f"x: {plain}"], text):
        return plain
    return yaml.safe_dump([text], default_style='"', allow_unicode=True, width=float("inf")).strip()[2:]


def _text_lines(name: str, text: str, indent: str) -> Iterator[str]:
    for body in (_literal(text), _folded(text, len(indent))):
        if body and _reads_as([f"x: {body[0]}", *(f"  {line}" if line else "" for line in body[1:])], text):
            yield f"{indent}{name}: {body[0]}"
            yield from (f"{indent}  {line}" if line else "" for line in body[1:])
            return
    yield f"{indent}{name}: {scalar(text)}"


def _literal(text: str) -> list[str]:
    return ["|", *text.split("\n")] if "\n" in text else []


def _folded(text: str, column: int) -> list[str]:
    if len(text) + column <= WIDTH or "  " in text or "\n" in text:
        return []
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + column + 3 > WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return [">-", *lines]


def _reads_as(lines: Sequence[str], text: str) -> bool:
    try:
        found = read("\n".join(lines).encode()).at(("x",))
    except BrokenYamlError:
        return False
    return isinstance(found, str) and found.strip() == text.strip()
