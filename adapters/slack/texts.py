"""Texts as Slack may be sent them: inert, measured in UTF-16 units, without what nobody sees. Pure functions."""

import re
from functools import lru_cache

from bot.markup import Block as Tree
from bot.markup import Inline, MarkupError, Paragraph, Span, parse

KEPT = 1024  # texts of the knowledge whose rendering is kept: it takes longer than the rest of an answer

# controls, and the marks that turn the direction of what follows them
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
# what mrkdwn would format, as characters that look alike and do nothing
_INERT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_NOTICE = re.compile(r"@(?=channel|here|everyone)", re.IGNORECASE)


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
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, limit: int) -> str:
    """Cut inert text, not inside an entity: "&" stands nowhere else."""
    return re.sub(r"&\w*…$", "…", cut(text, limit))


def inert_lines(*texts: str) -> str:
    """Return the texts that are not empty, inert, each on its line."""
    return "\n".join(inert(text) for text in map(clean, texts) if text.strip())


def plain(markdown: str) -> str:
    """Return small Markdown without its markup; list items have a bullet."""
    return "\n".join(_plain_block(tree) for tree in parsed(markdown))


@lru_cache(KEPT)
def inert_plain(markdown: str) -> str:
    """Return the same, inert, without empty lines around."""
    return inert_lines(plain(markdown))


def _plain_block(tree: Tree) -> str:
    if isinstance(tree, Paragraph):
        return bare(tree.children)
    return "\n".join(f"• {bare(item)}" for item in tree.items)


def bare(inlines: tuple[Inline, ...]) -> str:
    """Return the words alone."""
    return "".join(one.text if isinstance(one, Span) else bare(one.children) for one in inlines)


def parsed(markdown: str) -> tuple[Tree, ...]:
    """Parse small Markdown; what is none is shown as it stands."""
    text = clean(markdown)
    try:
        return parse(text)
    except MarkupError:  # knowledge is checked, so this is a text of another origin
        return (Paragraph((Span(text),)),)


def one_line(text: str) -> str:
    """Return what is seen of a text, on one line."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Drop what is unseen, and replace lone surrogates, which can't be sent."""
    if text.isascii() and text.isprintable():  # most texts; several times faster
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSEEN.sub("", whole)
