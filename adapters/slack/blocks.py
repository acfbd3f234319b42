"""Block Kit, piece by piece, and the message that they make. Pure functions; the limits stand in one table.

Bodies are `rich_text` and everything else is `plain_text`: neither is parsed by Slack, so no text can ping, format or
link by itself. Only the top-level `text` (notifications, screen readers, the plain form) is mrkdwn and is made inert.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.slack.texts import KEPT, bare, cut, one_line, parsed, shorten, units
from bot.markup import Block as Tree
from bot.markup import Emphasis, Inline, Items, Link, Paragraph, Span, Strong

Block = dict[str, Any]

# Slack's limits in UTF-16 units, the strictest way of counting. Sources: research/platforms.md, S24-S27.
TEXT = 3_800  # top-level text: `msg_too_long` was seen at 4,000
MESSAGE = 12_000  # all blocks, as JSON: refused at about 13,200, and containers count as well (slackapi/bolt-js#2867)
BODY = 3_000  # one section; `rich_text` states no limit of its own
HEADER = 150
CONTEXT = 2_000
FIELDS = 10  # in one section
FIELD = 2_000
ACTIONS = 25  # buttons in one row
LABEL = 75
VALUE = 2_000
URL = 3_000
OPTION = 75  # the text of one choice of a menu
MODAL_TITLE = 24
MODAL_TEXT = 24  # submit, close
INPUT = 3_000  # characters of a text field
PROMPTS = 4  # of the agent view (S31)
PROMPT_TITLE = 75
STATUS = 50  # our own: it stands on one line beside the bot's name
THREAD_TITLE = 200

# Our own: how much of the asker's text a button carries. JSON at most doubles it, which stays far below VALUE.
CARRIED = 200
SHARED = 800
CHOICES = 5  # more buttons than that are not read

_AS_SENT = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.JSONEncoder(ensure_ascii=False).encode

RTL = {"ar", "fa", "he", "ur"}
RLM, FSI, PDI = "\u200f", "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `text` for notifications, screen readers and the plain form, `blocks` for everyone else."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message. `make` builds it with at most so many characters; a lower `rank` is kept first."""

    rank: int
    make: Callable[[int], list[Block]]


def whole(rank: int, blocks: list[Block]) -> Part:
    """Return a piece that is shown whole or not at all."""
    return Part(rank, lambda _: blocks)


def fitted(text: str, parts: list[Part], language: str) -> Message:
    """Keep the parts by rank until the message is full, smaller where one does not fit whole; show them in order."""
    if language in RTL:
        text = shorten(RLM + marked(text), TEXT)
    return Message(text, tuple(arranged(parts, language)))


def arranged(parts: list[Part], language: str) -> list[Block]:
    """Return the blocks of the parts that fit a message or a view."""
    made = [block for part in parts for block in _made(part, BODY, language)]
    if _size(made) <= MESSAGE:  # as nearly always
        return made
    kept: dict[int, list[Block]] = {}
    left = MESSAGE
    for position in sorted(range(len(parts)), key=lambda at: parts[at].rank):
        for limit in (BODY, BODY // 2, BODY // 4, BODY // 8):
            blocks = _made(parts[position], limit, language)
            if _size(blocks) <= left:
                kept[position], left = blocks, left - _size(blocks)
                break
    return [block for at in sorted(kept) for block in kept[at]]


def _made(part: Part, limit: int, language: str) -> list[Block]:
    blocks = part.make(limit)
    return [_directed(block) for block in blocks] if language in RTL else blocks


def _size(blocks: list[Block]) -> int:
    return units(_AS_SENT(blocks))


def header(title: str) -> list[Block]:
    """Return a headline, or nothing for an empty one."""
    shown = label(title, HEADER)
    return [{"type": "header", "text": shown}] if shown else []


def small(text: str, limit: int = CONTEXT) -> list[Block]:
    """Return a line in small type, or nothing for an empty one."""
    shown = label(text, min(limit, CONTEXT))
    return [{"type": "context", "elements": [shown]}] if shown else []


def body(markdown: str, limit: int, heading: str = "") -> list[Block]:
    """Return small Markdown as rich text, under a bold heading if there is one."""
    return [*_written(markdown, limit, heading)]


@lru_cache(KEPT)
def _written(markdown: str, limit: int, heading: str) -> tuple[Block, ...]:
    """Return blocks that are kept: nobody may change what is in them."""
    sections = [*_sections(parsed(markdown))]
    title = [section(run(heading, bold=True))] if heading and sections else []
    return tuple(rich([*title, *sections], limit))


def choice(number: int, text: str, entry: str, question: str, language: str) -> Block:
    """Return a button that answers with an entry, or, where that is empty, the question."""
    return button(f"choose:{number}", text, {"e": entry, "l": language, "q": cut(one_line(question), CARRIED)})


def facts(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Return labelled facts as a section's fields, each under its label."""
    shown = [(label(name, LABEL), label(text, FIELD - LABEL - 1)) for name, text in pairs]
    fields = [name | {"text": f"{name['text']}\n{text['text']}"} for name, text in shown if name and text]
    return [{"type": "section", "fields": fields[:FIELDS]}] if fields else []


def actions(buttons: Iterable[Block]) -> list[Block]:
    """Return a row of those buttons that could be built."""
    whole = [one for one in buttons if one][:ACTIONS]
    return [{"type": "actions", "elements": whole}] if whole else []


def button(action_id: str, text: str, value: Mapping[str, str]) -> Block:
    """Return a button, or nothing where it would have no label or carry too much."""
    shown, carried_ = label(text, LABEL), carried(value)
    if not shown or units(carried_) > VALUE:
        return {}
    return {"type": "button", "action_id": action_id, "text": shown, "value": carried_}


def carried(value: Mapping[str, str]) -> str:
    """Return what a button carries, compact JSON; by hand, as the encoder is slow to start for so little."""
    pairs = ",".join(f'"{key}":{_quoted(text)}' for key, text in value.items() if text)
    return f"{{{pairs}}}"


def label(text: str, limit: int) -> Block:
    """Return a plain text, or nothing for an empty one."""
    shown = cut(one_line(text), limit - 1)  # one less: the direction mark may come before it
    return {"type": "plain_text", "text": shown, "emoji": False} if shown else {}


def rich(parts: list[Block], limit: int) -> list[Block]:
    """Return rich text with what fits of its parts."""
    kept, _ = _fit(parts, limit)
    return [{"type": "rich_text", "elements": kept}] if kept else []


def _fit(elements: list[Block], left: int) -> tuple[list[Block], int]:
    """Keep what fits: text is cut at a word, a link goes whole. Also return how many characters are left."""
    kept: list[Block] = []
    for element in elements:
        if left <= 0:
            break
        if "elements" in element:
            inner, left = _fit(element["elements"], left)
            kept += [{**element, "elements": inner}] if inner else []
        elif (size := units(element["text"]) + units(element.get("url", ""))) <= left:
            kept.append(element)
            left -= size
        else:
            kept += run("…" if "url" in element else cut(element["text"], left))
            left = 0
    return kept, left


def _sections(trees: tuple[Tree, ...]) -> Iterator[Block]:
    for are_paragraphs, group in groupby(trees, key=lambda tree: isinstance(tree, Paragraph)):
        if are_paragraphs:  # one section, as sections stand without a gap
            lines = [[*_elements(tree.children)] for tree in group if isinstance(tree, Paragraph)]
            elements = [one for line in lines if line for one in [*run("\n\n"), *line]][1:]
            yield from [section(elements)] if elements else []
        else:
            yield from (_list(tree) for tree in group if isinstance(tree, Items) and any(map(bare, tree.items)))


def _list(tree: Items) -> Block:
    items = [section(elements) for item in tree.items if (elements := [*_elements(item)])]
    return {"type": "rich_text_list", "style": "ordered" if tree.ordered else "bullet", "elements": items}


def section(elements: list[Block]) -> Block:
    """Return a paragraph of rich text."""
    return {"type": "rich_text_section", "elements": elements}


def _elements(inlines: tuple[Inline, ...], *, bold: bool = False, italic: bool = False) -> Iterator[Block]:
    for inline in inlines:
        if isinstance(inline, Span):
            yield from run(inline.text, bold=bold, italic=italic)
        elif isinstance(inline, Link):
            linked = link(bare(inline.children), inline.url, bold=bold, italic=italic)
            yield from linked or _elements(inline.children, bold=bold, italic=italic)
        else:
            strong, stress = bold or isinstance(inline, Strong), italic or isinstance(inline, Emphasis)
            yield from _elements(inline.children, bold=strong, italic=stress)


def run(text: str, *, bold: bool = False, italic: bool = False) -> list[Block]:
    """Return words of rich text."""
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return [{"type": "text", "text": text} | ({"style": style} if style else {})] if text else []


def link(text: str, url: str, *, bold: bool = False, italic: bool = False) -> list[Block]:
    """Build a link, or nothing where the address is not one that Slack takes."""
    place = address(url)
    return [one | {"type": "link", "url": place} for one in run(text, bold=bold, italic=italic)] if place else []


def address(url: str) -> str:
    """Return the address as Slack takes it, `|` and the like percent-encoded (S28), or nothing."""
    place = quote(one_line(url), safe="%:/?#[]@!$&'()*+,;=~")
    try:
        parts = urlsplit(place)
    except ValueError:
        return ""
    known = (parts.scheme in {"http", "https"} and parts.hostname) or parts.scheme == "mailto"
    return place if known and units(place) <= URL else ""


def _directed(node: Any) -> Any:
    """Mark every line as right-to-left where it begins, whatever the script of its first word."""
    if isinstance(node, list):
        return [_directed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "plain_text":
        return {**node, "text": RLM + marked(node["text"])}
    if node.get("type") == "rich_text_section":
        first, *others = ({**one, "text": marked(one["text"])} for one in node["elements"])
        return {**node, "elements": [{**first, "text": RLM + first["text"]}, *others]}
    return {key: _directed(value) for key, value in node.items()}


def marked(text: str) -> str:
    """Return a text whose every further line begins right-to-left."""
    return text.replace("\n", f"\n{RLM}")
