"""Answers as pages. Pure: values in, HTML out; whatever is not a literal of ours is escaped by construction."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.knowledge.schema import Words
from bot.markup import Block, Emphasis, Inline, Link, Paragraph, Strong, parse
from bot.messages import Answer, Candidate, Outcome, Suggestion
from bot.plain import all_notes, best, percent, to_json

Preview = Callable[[Answer, Words], dict[str, Any]]

LIMITS = {  # characters, or things in a list: what keeps a page readable and under 500 kB
    "question": 2000,
    "link question": 300,
    "normalised": 500,
    "candidates": 8,
    "preview": 60_000,
}
OUTCOMES = {
    Outcome.ANSWERED: "Answered",
    Outcome.SUGGESTED: "Not sure",
    Outcome.HANDED_OFF: "Needs a person",
    Outcome.URGENT: "Urgent",
    Outcome.DECLINED: "No answer",
}
RIGHT_TO_LEFT = frozenset({"ar"})
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer to show: the bot's words in its language, and what the chat platforms would be sent, by name."""

    answer: Answer
    words: Words
    previews: Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """The playground. `languages` are code and own name; `words` are those of the chosen `language`."""

    words: Words
    languages: tuple[tuple[str, str], ...]
    language: str | None = None
    text: str = ""
    shown: Shown | None = None
    thanked: bool = False


def page(view: Page) -> str:
    """Return the playground as HTML."""
    offered = {code for code, _ in view.languages}
    return _PAGE.render(view=view, code=view.language if view.language in offered else "en")


def message(status: HTTPStatus, sentence: str) -> str:
    """Return a page that says kindly what went wrong."""
    return _MESSAGE.render(status=status, sentence=sentence)


def html(markdown: str) -> Markup:
    """Return an editor's Markdown as HTML."""
    return Markup("\n").join(_block(block) for block in parse(markdown))


def _block(block: Block) -> Markup:
    if isinstance(block, Paragraph):
        return Markup("<p>{}</p>").format(_inline(block.children))
    items = Markup("").join(Markup("<li>{}</li>").format(_inline(item)) for item in block.items)
    return Markup("<ol>{}</ol>" if block.ordered else "<ul>{}</ul>").format(items)  # noqa: S704 - two literals


def _inline(children: tuple[Inline, ...]) -> Markup:
    return Markup("").join(_one(child) for child in children)


def _one(child: Inline) -> Markup | str:
    match child:
        case Strong(children):
            return Markup("<strong>{}</strong>").format(_inline(children))
        case Emphasis(children):
            return Markup("<em>{}</em>").format(_inline(children))
        case Link(children, url):
            return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, _inline(children))
        case _:
            return child.text


def direction(language: str) -> str:
    """Return the `dir` of a language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def printable(text: str, limit: str = "question") -> str:
    """Return the text without what a page can't hold (controls, half surrogates), at most LIMITS[limit] long."""
    return _UNPRINTABLE.sub("", text)[: LIMITS[limit]]


def web_address(url: str) -> str:
    """Return the address if a browser may be sent there, else an empty text."""
    try:
        return url if urlsplit(url).scheme in {"https", "http"} else ""
    except ValueError:
        return ""


def ask_address(text: str, language: str | None = None, entry: str | None = None) -> str:
    """Return the page's address that asks this, or opens an entry."""
    asked = {"q": printable(text, "link question"), "lang": language or "", "entry": entry or ""}
    return "/?" + urlencode({name: value for name, value in asked.items() if value or name == "q"})


def api_address(text: str, language: str | None = None) -> str:
    """Return the address of the same answer as JSON."""
    return "/api" + ask_address(text, language).replace("/?", "/ask?", 1)


def pretty(payload: Mapping[str, Any]) -> str:
    """Return a payload as indented JSON, cut where nobody reads on."""
    text = to_json(payload, indent=2).decode()
    limit = LIMITS["preview"]
    return text if len(text) <= limit else text[:limit] + "\n… (cut here)"


def considered(answer: Answer) -> tuple[Candidate, ...]:
    """Return the candidates worth showing."""
    return answer.explanation.candidates[: LIMITS["candidates"]]


def signals(answer: Answer) -> tuple[str, ...]:
    """Return the names of all signals among the shown candidates, in the engine's order."""
    return tuple(dict.fromkeys(name for candidate in considered(answer) for name, _ in candidate.signals))


def choices(answer: Answer) -> tuple[Suggestion, ...]:
    """Return what may have been meant, best first."""
    return best(answer.suggestions)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {
    function.__name__: function
    for function in (all_notes, api_address, ask_address, choices, considered, direction, signals, web_address)
} | {"OUTCOMES": OUTCOMES, "LIMITS": LIMITS}
_TEMPLATES.filters |= {"html": html, "percent": percent, "pretty": pretty, "printable": printable}
_PAGE = _TEMPLATES.get_template("page.html")
_MESSAGE = _TEMPLATES.get_template("message.html")
