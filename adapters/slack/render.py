"""Answers -> Slack messages. Pure functions.

Bodies are `rich_text` and everything else is `plain_text`: neither is parsed by Slack, so no text can ping, format or
link by itself. Only the top-level `text` (notifications, screen readers, the plain form) is mrkdwn and is made inert.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

from bot.knowledge.schema import Words
from bot.markup import Block as Tree
from bot.markup import Emphasis, Inline, Items, Link, MarkupError, Paragraph, Span, Strong, parse
from bot.messages import Answer, Contact, Outcome, Source, Suggestion
from bot.plain import contact_lines

Block = dict[str, Any]

# Slack's limits in UTF-16 units, the strictest way of counting. Sources: research/platforms.md, S24-S27.
TEXT = 3_800  # top-level text: `msg_too_long` was seen at 4,000
MESSAGE = 12_000  # all blocks, as JSON: refused at about 13,200, and containers count as well (slackapi/bolt-js#2867)
BODY = 3_000  # one section; `rich_text` states no limit of its own
HEADER = 150
CONTEXT = 2_000
LABEL = 75
VALUE = 2_000
URL = 3_000
CHOICES = 5  # our own: more buttons than that are not read

# Our own: how much of the asker's text a button carries. JSON at most doubles it, which stays far below VALUE.
CARRIED = 200
SHARED = 800

_RTL = {"ar", "fa", "he", "ur"}
_RLM, _FSI, _PDI = "\u200f", "\u2068", "\u2069"
# controls, and the marks that turn the direction of what follows them
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
# what mrkdwn would format, as characters that look alike and do nothing
_INERT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_NOTICE = re.compile(r"@(?=channel|here|everyone)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `text` for notifications, screen readers and the plain form, `blocks` for everyone else."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a message. `make` builds it with at most so many characters; a lower `rank` is kept first."""

    rank: int
    make: Callable[[int], list[Block]]


def payload(message: Message, *, plain: bool = False) -> dict[str, Any]:
    """Return the JSON fields of a message; `plain` without blocks, for when Slack refuses those."""
    fields: dict[str, Any] = {"text": message.text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return fields if plain else fields | {"blocks": list(message.blocks)}


def preview(answer_: Answer, words: Words) -> dict[str, Any]:
    """Return the JSON as chat.postMessage would get it, without the channel."""
    return payload(answer(answer_, words))


def answer(answer: Answer, words: Words, *, private: bool = False, shared: bool = False) -> Message:
    """Render an answer. `private`: only the asker sees it, so it can be shared; `shared`: it was, and says so."""
    buttons = [*_share_button(answer, words, private=private and not shared), *_feedback_buttons(answer, words)]
    parts = [
        *_core(answer, words),
        _Part(5, lambda _: _choices(words.related, answer.related, answer, first=len(answer.suggestions[:CHOICES]))),
        _Part(1, lambda _: _actions(buttons)),
        *([_Part(1, lambda limit: _small(words.shared, limit))] if shared else []),
        _footer(answer, words),
    ]
    return _message(_fallback(answer, words), parts, answer.language)


def shared(answer: Answer, words: Words, name: str) -> Message:
    """Render an answer for the whole channel, credited to the one who shared it, by name so that nobody is pinged."""
    credit = words.shared_by.format(asker=name or "…")
    parts = [_Part(0, lambda limit: _small(credit, limit)), *_core(answer, words), _footer(answer, words)]
    return _message(_shorten(f"{inert(_line(credit))}\n{_fallback(answer, words)}", TEXT), parts, answer.language)


def help(words: Words) -> Message:  # noqa: A001 - `render.help` says what it is
    """Render what the bot is for, with questions to press."""
    buttons = [_choice(n, example, "", example, "") for n, example in enumerate(words.examples)]
    parts = [
        _Part(0, lambda limit: _body(words.greeting_help, limit)),
        _Part(1, lambda _: _actions(buttons)),
        _Part(0, lambda limit: _small(words.unofficial, limit)),
    ]
    lines = _inert_lines(_plain(words.greeting_help), *(f"• {one}" for one in words.examples), words.unofficial)
    return _message(_shorten(lines, TEXT), parts, "")


def line(text: str) -> Message:
    """Render one sentence."""
    return _message(_shorten(inert(_line(text)), TEXT), [_Part(0, lambda limit: _small(text, limit))], "")


def _core(answer: Answer, words: Words) -> list[_Part]:
    heading = words.nearest if answer.outcome is Outcome.DECLINED else ""
    return [
        _Part(0, lambda _: _header(answer.title)),
        _Part(0, lambda limit: _body(answer.short, limit)),
        _Part(3, lambda limit: _body(answer.details, limit)),
        _Part(4, lambda limit: _body(answer.next_steps, limit, words.next_steps)),
        _Part(2, lambda limit: _contact(answer.contact, limit, words) if answer.contact else []),
        _Part(1, lambda _: _choices(heading, answer.suggestions, answer)),
        _Part(1, lambda limit: _small(" ".join(answer.notes), limit)),
        _Part(2, lambda limit: _sources(answer.sources, limit, words)),
    ]


def _footer(answer: Answer, words: Words) -> _Part:
    text = " · ".join(filter(None, [words.unofficial, _reference(answer, words)]))
    return _Part(0, lambda limit: _small(text, limit))


def _reference(answer: Answer, words: Words) -> str:
    return words.reference.format(reference=answer.reference) if answer.reference else ""


def _message(text: str, parts: list[_Part], language: str) -> Message:
    """Keep the parts by rank until the message is full, smaller where one does not fit whole; show them in order."""
    kept: dict[int, list[Block]] = {}
    left = MESSAGE
    for position in sorted(range(len(parts)), key=lambda at: parts[at].rank):
        for limit in (BODY, BODY // 2, BODY // 4, BODY // 8):
            blocks = [_directed(block) if language in _RTL else block for block in parts[position].make(limit)]
            size = units(json.dumps(blocks, ensure_ascii=False))
            if size <= left:
                kept[position], left = blocks, left - size
                break
    if language in _RTL:
        text = _shorten(_RLM + _marked(text), TEXT)
    return Message(text, tuple(block for at in sorted(kept) for block in kept[at]))


# blocks


def _header(title: str) -> list[Block]:
    label = _label(title, HEADER)
    return [{"type": "header", "text": label}] if label else []


def _small(text: str, limit: int) -> list[Block]:
    label = _label(text, min(limit, CONTEXT))
    return [{"type": "context", "elements": [label]}] if label else []


def _body(markdown: str, limit: int, heading: str = "") -> list[Block]:
    sections = [*_sections(_parsed(markdown))]
    title = [_section(_text(heading, bold=True))] if heading and sections else []
    return _rich([*title, *sections], limit)


def _contact(contact: Contact, limit: int, words: Words) -> list[Block]:
    lines = [contact.name, ", ".join(filter(None, [contact.role, contact.organisation])), ", ".join(contact.fields)]
    elements = _text(words.ask_person, bold=True)
    for text in filter(None, (_clean(text).strip() for text in lines)):
        elements += _text(f"\n{_FSI}{text}{_PDI}")
    url, email, phone = map(_line, (contact.url, contact.email, contact.phone))
    mailto = f"mailto:{email}" if _EMAIL.fullmatch(email) else ""
    for text, address in ((url, url), (email, mailto), (phone, "")):
        elements += _text("\n") + (_link(text, address) or _text(text)) if text else []
    return _rich([_section(elements)], limit)


def _sources(sources: tuple[Source, ...], limit: int, words: Words) -> list[Block]:
    if not sources:
        return []
    items = [_section([*_source(source), *_text(f", {_line(source.dated)}")]) for source in sources]
    heading = _section(_text(words.sources, bold=True))
    return _rich([heading, {"type": "rich_text_list", "style": "bullet", "elements": items}], limit)


def _source(source: Source) -> list[Block]:
    label = f"{_FSI}{cut(_line(f'{source.publisher}: {source.title}'), BODY // 20)}{_PDI}"
    return _link(label, source.url) or _text(label)


def _choices(heading: str, offered: tuple[Suggestion, ...], answer: Answer, first: int = 0) -> list[Block]:
    shown = enumerate(offered[:CHOICES], first)
    blocks = _actions([_choice(n, one.question, one.entry, answer.question, answer.language) for n, one in shown])
    return [*_small(heading, CONTEXT), *blocks] if blocks else []


def _choice(number: int, label: str, entry: str, question: str, language: str) -> Block:
    return _button(f"choose:{number}", label, {"e": entry, "l": language, "q": cut(_line(question), CARRIED)})


def _share_button(answer: Answer, words: Words, *, private: bool) -> list[Block]:
    if not (private and answer.entry):
        return []
    value = {"e": answer.entry, "l": answer.language, "q": cut(_line(answer.question), SHARED)}
    return [_button("share", words.share, value)]


def _feedback_buttons(answer: Answer, words: Words) -> list[Block]:
    if not answer.reference:
        return []
    value = {"r": answer.reference, "l": answer.language}
    return [_button("helpful", words.helpful, value), _button("unhelpful", words.not_helpful, value)]


def _actions(buttons: list[Block]) -> list[Block]:
    whole = [button for button in buttons if button]
    return [{"type": "actions", "elements": whole}] if whole else []


def _button(action_id: str, text: str, value: dict[str, str]) -> Block:
    label = _label(text, LABEL)
    carried = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not label or units(carried) > VALUE:
        return {}
    return {"type": "button", "action_id": action_id, "text": label, "value": carried}


def _label(text: str, limit: int) -> Block:
    shown = cut(_line(text), limit - 1)  # one less: the direction mark may come before it
    return {"type": "plain_text", "text": shown, "emoji": False} if shown else {}


# rich text


def _rich(parts: list[Block], limit: int) -> list[Block]:
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
            kept += _text("…" if "url" in element else cut(element["text"], left))
            left = 0
    return kept, left


def _sections(trees: tuple[Tree, ...]) -> Iterator[Block]:
    for are_paragraphs, group in groupby(trees, key=lambda tree: isinstance(tree, Paragraph)):
        if are_paragraphs:  # one section, as sections stand without a gap
            lines = [[*_elements(tree.children)] for tree in group if isinstance(tree, Paragraph)]
            elements = [one for line in lines if line for one in [*_text("\n\n"), *line]][1:]
            yield from [_section(elements)] if elements else []
        else:
            yield from (_list(tree) for tree in group if isinstance(tree, Items) and any(map(_words, tree.items)))


def _list(tree: Items) -> Block:
    items = [_section(elements) for item in tree.items if (elements := [*_elements(item)])]
    return {"type": "rich_text_list", "style": "ordered" if tree.ordered else "bullet", "elements": items}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _elements(inlines: tuple[Inline, ...], *, bold: bool = False, italic: bool = False) -> Iterator[Block]:
    for inline in inlines:
        if isinstance(inline, Span):
            yield from _text(inline.text, bold=bold, italic=italic)
        elif isinstance(inline, Link):
            link = _link(_words(inline.children), inline.url, bold=bold, italic=italic)
            yield from link or _elements(inline.children, bold=bold, italic=italic)
        else:
            strong, stress = bold or isinstance(inline, Strong), italic or isinstance(inline, Emphasis)
            yield from _elements(inline.children, bold=strong, italic=stress)


def _text(text: str, *, bold: bool = False, italic: bool = False) -> list[Block]:
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return [{"type": "text", "text": text} | ({"style": style} if style else {})] if text else []


def _link(text: str, url: str, *, bold: bool = False, italic: bool = False) -> list[Block]:
    """Build a link, or nothing where the address is not one that Slack takes."""
    address = _address(url)
    return [one | {"type": "link", "url": address} for one in _text(text, bold=bold, italic=italic)] if address else []


def _address(url: str) -> str:
    """Return the address as Slack takes it, `|` and the like percent-encoded (S28), or nothing."""
    address = quote(_line(url), safe="%:/?#[]@!$&'()*+,;=~")
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    known = (parts.scheme in {"http", "https"} and parts.hostname) or parts.scheme == "mailto"
    return address if known and units(address) <= URL else ""


def _directed(node: Any) -> Any:
    """Mark every line as right-to-left where it begins, whatever the script of its first word."""
    if isinstance(node, list):
        return [_directed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "plain_text":
        return {**node, "text": _RLM + node["text"]}
    if node.get("type") == "rich_text_section":
        first, *others = ({**one, "text": _marked(one["text"])} for one in node["elements"])
        return {**node, "elements": [{**first, "text": _RLM + first["text"]}, *others]}
    return {key: _directed(value) for key, value in node.items()}


def _marked(text: str) -> str:
    return text.replace("\n", f"\n{_RLM}")


# plain text


def _fallback(answer: Answer, words: Words) -> str:
    """Build the plain form. When it is too long, the details give way."""
    choices = (f"{n}. {one.question}" for n, one in enumerate(answer.suggestions[:CHOICES], 1))
    card = _contact_lines(answer.contact) if answer.contact else ""
    head = "\n".join(filter(None, [_inert_lines(answer.title, _plain(answer.short), *choices), card]))
    tail = "\n".join([_shorten(_inert_lines(*answer.notes), TEXT // 6), *_source_lines(answer)])
    end = _inert_lines(words.unofficial, _reference(answer, words))
    head, tail = _shorten(head, TEXT // 3), _shorten(f"{tail}\n{end}".strip(), TEXT // 2)
    room = TEXT - units(head) - units(tail) - 2
    middle = _shorten(_inert_lines(_plain(answer.details), _plain(answer.next_steps)), room)
    return "\n".join(filter(None, [head, middle, tail]))


def _contact_lines(contact: Contact) -> str:
    lines = _inert_lines(*contact_lines(replace(contact, url="")))
    return "\n".join(filter(None, [lines, _bare(contact.url)]))


def _source_lines(answer: Answer) -> Iterator[str]:
    for source in answer.sources[:3]:
        url = _bare(source.url)
        address = f", {url}" if url else ""
        yield f"{inert(cut(_line(source.title), TEXT // 20))}{address} ({inert(_line(source.dated))})"


def _bare(url: str) -> str:
    """Return an editor's address as mrkdwn links it by itself, or nothing where it is too long for the plain form."""
    address = _address(url).replace("&", "&amp;")
    return address if units(address) <= TEXT // 10 else ""


def _inert_lines(*texts: str) -> str:
    return "\n".join(inert(text) for text in map(_clean, texts) if text.strip())


def _shorten(text: str, limit: int) -> str:
    """Cut inert text, not inside an entity: "&" stands nowhere else."""
    return re.sub(r"&\w*…$", "…", cut(text, limit))


def inert(text: str) -> str:
    """Escape what Slack's mrkdwn reads as markup (S28), and put look-alikes for what it would format or link."""
    text = text.translate(_INERT).replace("://", ":\u2060//")
    return _NOTICE.sub("@\u2060", _EMOJI.sub("∶", text))


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` UTF-16 units at a word's end, with an ellipsis; characters stay whole."""
    if units(text) <= limit:
        return text
    head = text.encode("utf-16-le")[: max(limit - 1, 0) * 2].decode("utf-16-le", "ignore")
    words = re.sub(r"\s+\S*$", "", head)
    return (words if len(words) > len(head) // 2 else head).rstrip("\u200d \n") + "…"


def units(text: str) -> int:
    """Return the length in UTF-16 units: an emoji counts two."""
    return len(text.encode("utf-16-le")) // 2


def _plain(markdown: str) -> str:
    return "\n".join(_plain_block(tree) for tree in _parsed(markdown))


def _plain_block(tree: Tree) -> str:
    if isinstance(tree, Paragraph):
        return _words(tree.children)
    return "\n".join(f"• {_words(item)}" for item in tree.items)


def _words(inlines: tuple[Inline, ...]) -> str:
    return "".join(one.text if isinstance(one, Span) else _words(one.children) for one in inlines)


def _parsed(markdown: str) -> tuple[Tree, ...]:
    text = _clean(markdown)
    try:
        return parse(text)
    except MarkupError:  # knowledge is checked, so this is a text of another origin: show it as it stands
        return (Paragraph((Span(text),)),)


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Drop what is unseen, and replace lone surrogates, which can't be sent."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSEEN.sub("", whole)
