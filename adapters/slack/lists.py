"""What can be looked through -> Slack messages: help, topics, crime areas and their cards, notices. Pure functions."""

from collections.abc import Iterator, Sequence

from adapters.slack.blocks import (
    TEXT,
    Block,
    Message,
    Part,
    actions,
    body,
    button,
    choice,
    facts,
    fitted,
    header,
    small,
    whole,
)
from adapters.slack.render import source_lines, sources
from adapters.slack.texts import inert_lines, plain, shorten
from bot.browse import Card, Listing
from bot.knowledge.schema import Words
from bot.messages import Suggestion

_COLON = {"fr": "\N{NO-BREAK SPACE}: "}
ROW = 5  # buttons under one another's heading: more in a row are not read


def help(words: Words, language: str = "") -> Message:  # noqa: A001 - `lists.help` says what it is
    """Render what the bot is for, with questions to press, and what can be looked through."""
    examples = [choice(n, example, "", example, "") for n, example in enumerate(words.examples)]
    parts = [
        Part(0, lambda limit: body(words.greeting_help, limit)),
        whole(1, actions(examples)),
        whole(2, menu(words, language)),
        whole(0, small(words.unofficial)),
    ]
    lines = inert_lines(plain(words.greeting_help), *(f"• {one}" for one in words.examples), words.unofficial)
    return fitted(shorten(lines, TEXT), parts, language)


def menu(words: Words, language: str) -> list[Block]:
    """Return a row of buttons: topics, crime areas, notices."""
    names = {"topics": words.topics, "crimes": words.crimes, "notices": words.notices}
    return actions(browse(what, text, language) for what, text in names.items())


def browse(what: str, text: str, language: str) -> Block:
    """Return a button that shows "topics", "crimes", "notices", "topic:ID" or "crime:ID"."""
    return button(f"browse:{what}", text, {"b": what, "l": language})


def topics(listing: Listing, words: Words) -> Message:
    """Render the topics, each to press."""
    return _pressed(
        listing, words, [browse(f"topic:{one.entry}", one.question, listing.language) for one in listing.items]
    )


def crimes(listing: Listing, words: Words) -> Message:
    """Render the crime areas, each to press."""
    return _pressed(
        listing, words, [browse(f"crime:{one.entry}", one.question, listing.language) for one in listing.items]
    )


def questions(listing: Listing, words: Words) -> Message:
    """Render a topic, or the notices: each question to press."""
    return _pressed(listing, words, [*_chosen(listing.items, listing.language)])


def card(shown: Card, words: Words) -> Message:
    """Render a crime area: its short answer, its facts as fields, its facets and the whole record to press."""
    answer, language = shown.answer, shown.answer.language
    facets = [
        choice(n, one.question, one.entry, f"{shown.name}: {one.question}", language) for n, one in _numbered(shown)
    ]
    parts = [
        whole(0, header(shown.name)),
        Part(0, lambda limit: body(answer.short, limit)),
        whole(2, facts(shown.facts)),
        *_rows([choice(0, shown.question, answer.entry or "", shown.question, language), *facets]),
        Part(3, lambda limit: small(" ".join(answer.notes), limit)),
        Part(3, lambda limit: sources(answer.sources, limit, words)),
        whole(0, small(words.unofficial)),
    ]
    colon = _COLON.get(language, ": ")
    known = (f"{name}{colon}{text}" for name, text in shown.facts)
    lines = inert_lines(shown.name, plain(answer.short), *known, shown.question, *_bullets(shown.facets), *answer.notes)
    text = "\n".join([lines, *source_lines(answer), inert_lines(words.unofficial)])
    return fitted(shorten(text, TEXT), parts, language)


def _numbered(shown: Card) -> Iterator[tuple[int, Suggestion]]:
    return enumerate(shown.facets, 1)


def note(title: str, markdown: str, words: Words, language: str) -> Message:
    """Render words of the bot's own under a title."""
    parts = [whole(0, header(title)), Part(0, lambda limit: body(markdown, limit)), whole(0, small(words.unofficial))]
    return fitted(shorten(inert_lines(title, plain(markdown), words.unofficial), TEXT), parts, language)


def _pressed(listing: Listing, words: Words, buttons: list[Block]) -> Message:
    parts = [whole(0, header(listing.title)), *_rows(buttons), whole(0, small(words.unofficial))]
    lines = inert_lines(listing.title, *_bullets(listing.items), words.unofficial)
    return fitted(shorten(lines, TEXT), parts, listing.language)


def _rows(buttons: list[Block]) -> Iterator[Part]:
    """Yield rows of buttons; where a message gets full, the last rows give way."""
    for start in range(0, len(buttons), ROW):
        yield whole(1, actions(buttons[start : start + ROW]))


def _chosen(offered: Sequence[Suggestion], language: str) -> Iterator[Block]:
    return (choice(n, one.question, one.entry, one.question, language) for n, one in enumerate(offered))


def _bullets(offered: Sequence[Suggestion]) -> Iterator[str]:
    return (f"• {one.question}" for one in offered)
