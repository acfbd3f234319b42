"""The small Markdown that editors may write, parsed to a tree; renderers walk the tree.

Allowed: paragraphs, bullet and numbered lists (one level), **strong**, *emphasis*, [links](https://…).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Span:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter more."""

    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words with a stress."""

    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an https address."""

    children: tuple["Inline", ...]
    url: str


Inline = Span | Strong | Emphasis | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `ordered` ones are numbered from 1."""

    items: tuple[tuple[Inline, ...], ...]
    ordered: bool = False


Block = Paragraph | Items


class MarkupError(ValueError):
    """Something other than the allowed Markdown."""


# html_block and html_inline stay on, so that HTML is found and refused rather than shown
_PARSER = MarkdownIt("commonmark", {"maxNesting": 6}).disable(["heading", "lheading", "hr", "fence", "code"])
_ALLOWED_SCHEMES = ("https://", "http://")


def parse(markdown: str) -> tuple[Block, ...]:
    """Parse an editor's Markdown. Raises MarkupError that names what is not allowed."""
    tokens = iter(_PARSER.parse(markdown))
    return tuple(_block(token, tokens) for token in tokens)


def _block(token: Token, tokens: Iterator[Token]) -> Block:
    if token.type == "paragraph_open":
        children = _inline(next(tokens))
        next(tokens)
        return Paragraph(children)
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        return Items(tuple(_items(tokens)), ordered=token.type == "ordered_list_open")
    raise MarkupError(f"{_name(token)} can't be used here: only paragraphs, lists, bold, italics and links")


def _items(tokens: Iterator[Token]) -> Iterator[tuple[Inline, ...]]:
    for token in tokens:
        if token.type.endswith("_list_close"):
            return
        if token.type == "list_item_open":
            yield _item(tokens)


def _item(tokens: Iterator[Token]) -> tuple[Inline, ...]:
    found: tuple[Inline, ...] = ()
    for token in tokens:
        if token.type == "list_item_close":
            return found
        if token.type == "inline":
            if found:
                raise MarkupError("a list item can't hold more than one paragraph")
            found = _inline(token)
        elif token.type not in {"paragraph_open", "paragraph_close"}:
            raise MarkupError(f"{_name(token)} can't stand inside a list item")
    return found


def _inline(token: Token) -> tuple[Inline, ...]:
    return _nest(iter(token.children or []), closing=None)


_WRAPPERS: dict[str, type[Strong] | type[Emphasis]] = {"strong_open": Strong, "em_open": Emphasis}


def _nest(tokens: Iterator[Token], closing: str | None) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for token in tokens:
        if token.type == closing:
            break
        if token.type == "text":
            found.append(Span(token.content))
        elif token.type in {"softbreak", "hardbreak"}:
            found.append(Span(" "))
        elif token.type in _WRAPPERS:
            found.append(_WRAPPERS[token.type](_nest(tokens, token.type.replace("open", "close"))))
        elif token.type == "link_open":
            found.append(Link(_nest(tokens, "link_close"), _checked_address(token)))
        else:
            raise MarkupError(f"{_name(token)} can't be used here: only paragraphs, lists, bold, italics and links")
    return tuple(span for span in found if span != Span(""))


def _checked_address(token: Token) -> str:
    address = str(token.attrGet("href") or "")
    if not address.startswith(_ALLOWED_SCHEMES):
        raise MarkupError(f"a link must start with https://, not {address!r}")
    return address


def _name(token: Token) -> str:
    names = {
        "blockquote_open": "a quotation",
        "html_block": "HTML",
        "html_inline": "HTML",
        "image": "an image",
        "code_inline": "`code`",
    }
    return names.get(token.type, token.type)


def plain(markdown: str) -> str:
    """Return the text without markup: list items with a dash or number, links as `words (address)`."""
    return "\n\n".join(_plain_block(block) for block in parse(markdown))


def _plain_block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return plain_inline(block.children)
    marks = (f"{number}." if block.ordered else "-" for number in range(1, len(block.items) + 1))
    return "\n".join(f"{mark} {plain_inline(item)}" for mark, item in zip(marks, block.items, strict=True))


def plain_inline(children: tuple[Inline, ...]) -> str:
    """Return a run of inlines as text, links as `words (address)`."""
    parts = []
    for child in children:
        if isinstance(child, Span):
            parts.append(child.text)
        elif isinstance(child, Link):
            words = plain_inline(child.children)
            parts.append(words if words == child.url else f"{words} ({child.url})")
        else:
            parts.append(plain_inline(child.children))
    return "".join(parts)
