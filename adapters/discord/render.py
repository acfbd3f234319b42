"""Answer -> Discord message. Pure: plain dictionaries, no discord.py.

The short answer is the message's `content`, all else is one embed: push notifications and screen readers read the
content, and embeds only poorly; a server that hides embeds still shows the answer itself. Nothing is said twice.

Every text is escaped on its way out, so that only an editor's markup formats and links, and nothing pings.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bot.knowledge.schema import Words
from bot.markup import Block, Inline, Items, Link, MarkupError, Paragraph, Span, Strong, parse
from bot.messages import Answer, Contact, Outcome, Source, Suggestion
from bot.plain import all_notes

# Discord's limits (platforms.md D6, D9, D10, D11). Lengths are counted in UTF-16 units, the strictest way to count.
CONTENT_LIMIT = 2000
EMBEDS_LIMIT = 6000  # all texts of all embeds of a message together
TITLE_LIMIT = 256
DESCRIPTION_LIMIT = 4096
FIELD_NAME_LIMIT = 256
FIELD_VALUE_LIMIT = 1024
FOOTER_LIMIT = 2048
ROW_LIMIT = 5  # buttons a row
LABEL_LIMIT = 80
CUSTOM_ID_LIMIT = 100
CHOICE_LIMIT = 100  # an autocomplete choice's name, and its value
CHOICES_LIMIT = 25
EPHEMERAL = 64  # message flag: only the asker sees it

# Our own shares of those, small enough that the description always has room left
NOTES_SHARE = 1000
UNOFFICIAL_SHARE = 500
REFERENCE_SHARE = 300
ADDRESS_SHARE = 600  # a source with a longer address is named without a link
LINK_WORDS_SHARE = 150
OTHERS_LIMIT = 2  # further questions of the same message that are answered below the first, each in an embed:
OTHER_TITLE_SHARE = 150
OTHER_SHORT_SHARE = 400
OTHER_HEADING_SHARE = 60
OTHER_SOURCES_SHARE = 400
OTHERS_SHARE = 600  # of the message without embeds

CHOOSE = "interpol:choose:"  # custom ids of the buttons; they outlive restarts, so they must not change
HELPFUL = "interpol:helpful:"
NOT_HELPFUL = "interpol:not-helpful:"
PICKED = "entry:"  # an autocomplete choice that stands for an entry, where its question is too long to be a value

_ACTION_ROW, _BUTTON = 1, 2
_PRIMARY, _SECONDARY = 1, 2
_COLOURS = {
    Outcome.ANSWERED: 0x00529B,
    Outcome.SUGGESTED: 0x6B7C93,
    Outcome.HANDED_OFF: 0xB7791F,
    Outcome.URGENT: 0xC0392B,
    Outcome.DECLINED: 0x6B7C93,
}

_ELLIPSIS = "…"
_RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
_BREAK = "\N{ZERO WIDTH SPACE}"  # invisible; what it stands in is no longer a mention
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BIDI_CONTROL = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SPECIAL = re.compile(r"[\\*_~`|<>\[\]]")
_PING = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_COLON = re.compile(r":(?=\S)")  # of https://… and :emoji:
_INVITE = re.compile(r"(discord(?:app)?\.\w+)/", re.IGNORECASE)  # unfolds even without https://
_LINE_START = re.compile(r"^(\s*\d+(?=[.)])|\s*(?=[#+\-]))([#+\-.)])")  # of headings, lists, small print
_WEB = re.compile(r"https?://[^/?#\s]")
_TAG = re.compile(r"<(?=\S)")
_ATOM = re.compile(r"\s*\S{1,40}|\s+")  # what a cut leaves whole: a word, or 40 characters of an endless one


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in Discord's own JSON, part by part."""

    content: str
    embeds: tuple[dict[str, Any], ...] = ()
    components: tuple[dict[str, Any], ...] = ()
    flags: int = 0

    def payload(self) -> dict[str, Any]:
        """Return the JSON body of the message."""
        body = {
            "content": self.content,
            "embeds": list(self.embeds),
            "components": list(self.components),
            "allowed_mentions": {"parse": []},
        }
        return body | {"flags": self.flags} if self.flags else body


def render(answer: Answer, words: Words, *, private: bool = False) -> Rendered:
    """Return the whole message for an answer; a private one is seen by its asker only."""
    mark = _mark(answer.short)
    return Rendered(
        content=_fit(_tree(answer.short), CONTENT_LIMIT, mark),
        embeds=_embeds(answer, words, mark),
        components=_rows(answer, words),
        flags=EPHEMERAL if private else 0,
    )


def render_short(answer: Answer, words: Words, *, private: bool = False) -> Rendered:
    """Return the message without embed and buttons, for when Discord refuses the whole one."""
    mark = _mark(answer.short)
    below = _fit(tuple(block for other in answer.also[:OTHERS_LIMIT] for block in _brief(other)), OTHERS_SHARE, mark)
    room = FIELD_VALUE_LIMIT - units(below)
    sources = _fit(tuple(_source(source) for source in answer.sources), room, mark, gap="\n")
    small_print = _fit((_line(_tail(answer, words)),), UNOFFICIAL_SHARE, mark)
    end = "\n\n".join(filter(None, (sources, below, small_print)))
    short = _fit(_tree(answer.short), CONTENT_LIMIT - units(end) - 2, mark)
    return Rendered(content=f"{short}\n\n{end}", flags=EPHEMERAL if private else 0)


def render_help(words: Words, *, private: bool = False) -> Rendered:
    """Return what `/interpol help` shows: how to ask, and questions to try."""
    mark = _mark(words.unofficial)
    examples = Items(tuple((Span(example),) for example in words.examples))
    embed = {
        "description": _fit((examples,), DESCRIPTION_LIMIT, mark),
        "color": _COLOURS[Outcome.ANSWERED],
        "footer": {"text": mark + _plain(words.unofficial, UNOFFICIAL_SHARE)},
    }
    content = _fit(_tree(words.greeting_help), CONTENT_LIMIT, mark)
    return Rendered(content=content, embeds=(embed,), flags=EPHEMERAL if private else 0)


def render_note(text: str) -> Rendered:
    """Return one private line, such as the thanks for a pressed button."""
    return Rendered(content=_fit((_line(text),), CONTENT_LIMIT, _mark(text)), flags=EPHEMERAL)


def render_choices(suggestions: Iterable[Suggestion]) -> tuple[tuple[str, str], ...]:
    """Return the names and values of autocomplete choices, at most 25, neither of any pair above 100.

    The value is what comes back as the question. It is the question itself, so that picked and typed ones are
    treated alike and Discord shows the asker's own words; only a longer one comes back as `entry:<id>`.
    """
    choices = ((_plain(item.question, CHOICE_LIMIT), _choice_value(item)) for item in suggestions)
    return tuple((name, value) for name, value in choices if name and 0 < units(value) <= CHOICE_LIMIT)[:CHOICES_LIMIT]


def preview(answer: Answer, words: Words) -> dict[str, Any]:
    """Return the JSON body that Discord would be sent for this answer, asked in public."""
    return render(answer, words).payload()


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Return Discord Markdown that shows a line of text as it stands: nothing formats, links, unfolds or pings."""
    special = _SPECIAL.sub(r"\\\g<0>", _clean(text))
    inert = _INVITE.sub(r"\1\\/", _COLON.sub(r"\\:", _PING.sub("@" + _BREAK, special)))
    return _LINE_START.sub(r"\1\\\2", inert)


# --- the parts of the message ---


def _embeds(answer: Answer, words: Words, mark: str) -> tuple[dict[str, Any], ...]:
    """Return the answer's embed, and one for each further question of the same message."""
    others = tuple(filter(None, (_other(other, words) for other in answer.also[:OTHERS_LIMIT])))
    spent = sum(units(text) for other in others for text in _texts(other))
    return (_embed(answer, words, mark, EMBEDS_LIMIT - spent), *others)


def _other(other: Answer, words: Words) -> dict[str, Any]:
    """Return title, short answer and sources as an embed; nothing where there is no answer in it."""
    mark = _mark(other.short)
    title = _fit((_line(other.title),), OTHER_TITLE_SHARE, mark)
    short = _fit(_tree(other.short), OTHER_SHORT_SHARE, mark)
    heading = _plain(words.sources, OTHER_HEADING_SHARE)
    lines = _fit(tuple(_source(source) for source in other.sources), OTHER_SOURCES_SHARE, mark, gap="\n")
    sources = _field(heading, lines, mark)
    parts = {"title": title, "description": short, "fields": [sources] if sources else []}
    filled = {name: value for name, value in parts.items() if value}
    return filled | {"color": _COLOURS[other.outcome]} if short.strip() else {}


def _texts(embed: dict[str, Any]) -> list[str]:
    fields = [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
    return [embed.get("title", ""), embed.get("description", ""), *fields]


def _brief(other: Answer) -> tuple[Block, ...]:
    """Return title, short answer and first source, for a message without embeds."""
    return (_strong(other.title), *_tree(other.short), *map(_source, other.sources[:1]))


def _embed(answer: Answer, words: Words, mark: str, limit: int) -> dict[str, Any]:
    title = _fit((_line(answer.title),), TITLE_LIMIT, mark)
    footer = _footer(answer, words, mark)
    share = FIELD_VALUE_LIMIT * limit // EMBEDS_LIMIT
    contact, sources = _contact(answer.contact, words, mark, share), _sources(answer, words, mark, share)
    fields = [field for field in (contact, sources) if field]
    spent = units(title) + units(footer) + sum(units(field["name"] + field["value"]) for field in fields)
    description = _description(answer, words, mark, min(DESCRIPTION_LIMIT, limit - spent))
    embed = {"title": title, "description": description, "fields": fields}
    filled = {name: value for name, value in embed.items() if value}
    return filled | {"color": _COLOURS[answer.outcome], "footer": {"text": footer}}


def _description(answer: Answer, words: Words, mark: str, room: int) -> str:
    head = (*_tree(answer.details), *_offered(answer, words))
    next_steps = _tree(answer.next_steps)
    heading = (_strong(words.next_steps),) if next_steps else ()
    share = max(room // 2, room - units(_fit(head, room, mark)) - 2)  # the way on matters more than the last detail
    steps = _fit((*heading, *next_steps), share, mark)
    details = _fit(head, room - units(steps) - 2, mark)
    return "\n\n".join(filter(None, (details, steps)))


def _offered(answer: Answer, words: Words) -> tuple[Block, ...]:
    """Return what stands over the suggestions' buttons: a heading, and the questions that a label can't hold."""
    if not answer.suggestions:
        return ()
    heading = (_strong(words.nearest),) if answer.outcome is Outcome.DECLINED else ()
    if all(units(suggestion.question) <= LABEL_LIMIT for suggestion in answer.suggestions):
        return heading
    questions = tuple((Span(suggestion.question),) for suggestion in answer.suggestions[:ROW_LIMIT])
    return (*heading, Items(questions, ordered=True))


def _contact(contact: Contact | None, words: Words, mark: str, limit: int) -> dict[str, Any] | None:
    if contact is None:
        return None
    place = ", ".join(filter(None, (contact.role, contact.organisation)))
    page = Paragraph((_link(re.sub(r"^https?://", "", contact.url).rstrip("/"), contact.url),))
    rest = (contact.email, contact.phone, ", ".join(contact.fields))  # the fields last: they may be many, and cut
    lines = (_strong(contact.name), _line(place), page, *map(_line, rest))
    return _field(words.ask_person, _fit(lines, limit, mark, gap="\n"), mark)


def _sources(answer: Answer, words: Words, mark: str, limit: int) -> dict[str, Any] | None:
    lines = tuple(_source(source) for source in answer.sources)
    return _field(words.sources, _fit(lines, limit, mark, gap="\n"), mark)


def _source(source: Source) -> Paragraph:
    return Paragraph((_link(source.title, source.url), Span(f" ({source.publisher}, {source.dated})")))


def _field(name: str, value: str, mark: str) -> dict[str, Any] | None:
    heading = _fit((_line(name),), FIELD_NAME_LIMIT, mark)
    return {"name": heading, "value": value, "inline": False} if heading and value else None


def _footer(answer: Answer, words: Words, mark: str) -> str:
    """Footers know no Markdown: what stands there is plain, and would show its backslashes if it were escaped."""
    lines = (_plain(" ".join(all_notes(answer)), NOTES_SHARE), _tail(answer, words))
    return "\n".join(mark + line for line in lines if line)


def _tail(answer: Answer, words: Words) -> str:
    reference = words.reference.replace("{reference}", answer.reference) if answer.reference else ""
    parts = (_plain(words.unofficial, UNOFFICIAL_SHARE), _plain(reference, REFERENCE_SHARE))
    return " · ".join(filter(None, parts))


def _rows(answer: Answer, words: Words) -> tuple[dict[str, Any], ...]:
    seen: set[str] = set()  # Discord refuses a message that bears one custom id twice
    others = (Suggestion(other.entry, other.title) for other in answer.also[:OTHERS_LIMIT] if other.entry)
    rows = (
        _entry_buttons(others, _PRIMARY, seen),
        _entry_buttons(answer.suggestions, _PRIMARY, seen),
        _entry_buttons(answer.related, _SECONDARY, seen),
        _feedback_buttons(answer, words, seen),
    )
    return tuple({"type": _ACTION_ROW, "components": row} for row in rows if row)


def _entry_buttons(suggestions: Iterable[Suggestion], style: int, seen: set[str]) -> list[dict[str, Any]]:
    buttons = (_button(item.question, CHOOSE + item.entry, style, seen) for item in suggestions)
    return [button for button in buttons if button][:ROW_LIMIT]


def _feedback_buttons(answer: Answer, words: Words, seen: set[str]) -> list[dict[str, Any]]:
    if not answer.reference or answer.entry is None:
        return []
    pair = ((words.helpful, HELPFUL), (words.not_helpful, NOT_HELPFUL))
    buttons = (_button(label, prefix + answer.reference, _SECONDARY, seen) for label, prefix in pair)
    return [button for button in buttons if button]


def _button(label: str, custom_id: str, style: int, seen: set[str]) -> dict[str, Any] | None:
    text = _plain(label, LABEL_LIMIT)
    if not text or units(custom_id) > CUSTOM_ID_LIMIT or custom_id in seen:
        return None
    seen.add(custom_id)
    return {"type": _BUTTON, "style": style, "label": text, "custom_id": custom_id}


def _choice_value(suggestion: Suggestion) -> str:
    question = _plain(suggestion.question, CHOICES_LIMIT * CHOICE_LIMIT)
    return question if units(question) <= CHOICE_LIMIT else PICKED + suggestion.entry


# --- markup trees to Discord Markdown ---


def _tree(markdown: str) -> tuple[Block, ...]:
    """Parse what an editor wrote; what can't be parsed is shown as it stands."""
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", markdown)
    try:
        return parse(text)
    except MarkupError:
        return tuple(_line(part) for part in text.split("\n\n"))


def _line(text: str) -> Paragraph:
    return Paragraph((Span(text),))


def _strong(text: str) -> Paragraph:
    return Paragraph((Strong((Span(text),)),))


def _link(words: str, address: str) -> Inline:
    """Return a link, or the bare words where the address is none of the web or too long."""
    if not _WEB.match(address) or units(_quoted(address)) > ADDRESS_SHARE:
        return Span(words)
    return Link((Span(_plain(words, LINK_WORDS_SHARE)),), address)


def _quoted(address: str) -> str:
    """Return the address without a character that would end the link, or be taken for a mention."""
    return quote(address, safe=":/?#!$&'+,;=%-._", errors="replace")


def _markdown(blocks: Iterable[Block], mark: str, gap: str) -> str:
    return gap.join(filter(None, (_block(block, mark) for block in blocks)))


def _block(block: Block, mark: str) -> str:
    """Return a block whose every line begins with `mark`: it keeps Arabic lines that begin in Latin letters right."""
    if isinstance(block, Items):
        numbered = ((f"{number}." if block.ordered else "-", item) for number, item in enumerate(block.items, 1))
        return "\n".join(f"{bullet} {mark}{_inlines(item).strip()}" for bullet, item in numbered)
    text = _inlines(block.children).strip()
    return mark + text if text else ""


def _inlines(nodes: Iterable[Inline]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Inline) -> str:
    if isinstance(node, Span):
        return escape(node.text)
    inner = _inlines(node.children)
    if not inner.strip():
        return inner
    if isinstance(node, Link):
        return f"[{inner}](<{_quoted(node.url)}>)"
    return f"**{inner}**" if isinstance(node, Strong) else f"*{inner}*"


# --- cutting to length ---


def _fit(blocks: tuple[Block, ...], limit: int, mark: str = "", gap: str = "\n\n") -> str:
    """Return the Markdown of the blocks, or of as many whole words of them as fit, with an ellipsis.

    The tree is cut, not the text: no link, escape or pair of markers can break.
    """
    whole = _markdown(blocks, mark, gap)
    if units(whole) <= limit:
        return whole

    def cut(count: int) -> str:
        return _markdown(_head(blocks, count), mark, gap)

    fitting = bisect_right(range(limit), limit, key=lambda count: units(cut(count)))  # more atoms than that can't fit
    return cut(fitting - 1) if fitting else ""


def _lines(block: Block) -> tuple[tuple[Inline, ...], ...]:
    return block.items if isinstance(block, Items) else (block.children,)


def _head(blocks: tuple[Block, ...], count: int) -> tuple[Block, ...]:
    """Return the first `count` atoms of the blocks, and an ellipsis."""
    kept: list[Block] = []
    for block in blocks:
        lines: list[tuple[Inline, ...]] = []
        for line in _lines(block):
            taken, count = _take(line, count)
            if taken != line:
                return (*kept, _like(block, [*lines, (*taken, Span(_ELLIPSIS))]))
            lines.append(taken)
        kept.append(_like(block, lines))
    return tuple(kept)


def _like(block: Block, lines: list[tuple[Inline, ...]]) -> Block:
    return replace(block, items=tuple(lines)) if isinstance(block, Items) else Paragraph(lines[0])


def _take(nodes: Iterable[Inline], count: int) -> tuple[tuple[Inline, ...], int]:
    """Return the first `count` atoms of the nodes, and how many of `count` are left."""
    kept: list[Inline] = []
    for node in nodes:
        if count <= 0:
            break
        if isinstance(node, Span):
            atoms = _ATOM.findall(node.text)[:count]
            kept.append(Span("".join(atoms)))
            count -= len(atoms)
        elif isinstance(node, Link):
            kept.append(node)
            count -= 1
        else:
            children, count = _take(node.children, count)
            kept.append(replace(node, children=children))
    return tuple(kept), count


def _plain(text: str, limit: int) -> str:
    """Return one line for places without Markdown (labels, footers, names of choices), cut at a word."""
    whole = _TAG.sub("<" + _BREAK, _PING.sub("@" + _BREAK, _clean(text))).strip()
    if units(whole) <= limit:
        return whole
    atoms = _ATOM.findall(whole)
    fitting = bisect_right(range(len(atoms)), limit - 1, key=lambda count: units("".join(atoms[:count])))
    return "".join(atoms[: fitting - 1]).rstrip() + _ELLIPSIS


def _clean(text: str) -> str:
    """Return one line without control characters, halves of surrogate pairs and overrides of the writing direction."""
    return _BLANK.sub(" ", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _BIDI_CONTROL.sub("", text)))


def _mark(sample: str) -> str:
    """Return the mark that lines of this language begin with: one for those written from right to left, else none."""
    directions = [unicodedata.bidirectional(char) for char in sample]
    right = sum(direction in {"R", "AL"} for direction in directions)
    return _RIGHT_TO_LEFT_MARK if right > directions.count("L") else ""
