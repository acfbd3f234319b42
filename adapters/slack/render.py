"""Answers -> Slack messages. Pure functions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from adapters.slack.blocks import (
    BODY,
    CHOICES,
    FSI,
    LABEL,
    PDI,
    SHARED,
    TEXT,
    Block,
    Message,
    Part,
    actions,
    address,
    body,
    button,
    carried,
    choice,
    fitted,
    header,
    label,
    link,
    rich,
    run,
    section,
    small,
    whole,
)
from adapters.slack.texts import KEPT, clean, cut, inert, inert_lines, inert_plain, one_line, plain, shorten, units
from bot.browse import named
from bot.knowledge.schema import Words
from bot.messages import Answer, Contact, Outcome, Source, Suggestion
from bot.plain import all_notes, contact_lines

OTHERS = 2  # further questions of the same message that are answered below the first
FIRST_OTHER = 20  # their buttons' numbers, beyond those of the choices
FOLDED = 240  # characters of details from which they stand behind a button: what is shorter is read at once

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


def payload(message: Message, *, plain: bool = False) -> dict[str, Any]:
    """Return the JSON fields of a message; `plain` without blocks, for when Slack refuses those."""
    fields: dict[str, Any] = {"text": message.text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return fields if plain else fields | {"blocks": list(message.blocks)}


def preview(answer_: Answer, words: Words) -> dict[str, Any]:
    """Return the JSON as chat.postMessage would get it, without the channel."""
    return payload(answer(answer_, words))


def answer(
    answer: Answer, words: Words, *, private: bool = False, shared: bool = False, unfolded: bool = False
) -> Message:
    """Render an answer; long details stand behind a button unless it is `unfolded`.

    `private`: only the asker sees it, so it can be shared; `shared`: it was, and says so.
    """
    folded = folds(answer) and not unfolded
    buttons = [
        _again("more", words.more, answer) if folded else {},
        _again("share", words.share, answer) if private and not shared else {},
        _person(answer, words),
    ]
    parts = [
        *_core(answer, words, folded=folded),
        whole(1, actions(buttons)),
        Part(5, lambda _: _choices(words.related, answer.related, answer, first=len(answer.suggestions[:CHOICES]))),
        *([Part(1, lambda limit: small(words.shared, limit))] if shared else []),
        _footer(answer, words),
        whole(1, _feedback(answer, words)),
    ]
    return fitted(_fallback(answer, words), parts, answer.language)


def folds(answer: Answer) -> bool:
    """Say whether details are long enough to stand behind a button. Never in an emergency, nor of a hand-off."""
    return answer.outcome is Outcome.ANSWERED and bool(answer.entry) and len(answer.details) > FOLDED


def shared(answer: Answer, words: Words, name: str) -> Message:
    """Render an answer for the whole channel, credited to the one who shared it, by name so that nobody is pinged."""
    credit = words.shared_by.format(asker=name or "…")
    parts = [
        Part(0, lambda limit: small(credit, limit)),
        *_core(answer, words, folded=folds(answer)),
        whole(1, actions([_again("more", words.more, answer) if folds(answer) else {}])),
        _footer(answer, words),
    ]
    return fitted(shorten(f"{inert(one_line(credit))}\n{_fallback(answer, words)}", TEXT), parts, answer.language)


def again(answer: Answer, words: Words, url: str) -> Message:
    """Render the short form of an answer that stands at `url` already, with a button for those who want it here."""
    pointer = [*run(f"{words.answered_before} "), *link(words.read_it, url)]
    parts = [
        whole(0, header(answer.title)),
        Part(0, lambda limit: body(answer.short, limit)),
        Part(0, lambda limit: rich([section(pointer)], limit)),
        whole(1, actions([choice(0, words.show_here, named(answer), answer.question, answer.language)])),
        _footer(answer, words),
    ]
    lines = [inert_lines(answer.title, plain(answer.short), words.answered_before), _bare(url)]
    text = shorten("\n".join(filter(None, [*lines, inert_lines(words.unofficial)])), TEXT)
    return fitted(text, parts, answer.language)


def line(text: str, language: str = "") -> Message:
    """Render one sentence."""
    return fitted(shorten(inert(one_line(text)), TEXT), [Part(0, lambda limit: small(text, limit))], language)


def _core(answer: Answer, words: Words, *, folded: bool = False) -> list[Part]:
    heading = words.nearest if answer.outcome is Outcome.DECLINED else ""
    return [
        whole(0, header(answer.title)),
        Part(0, lambda limit: body(answer.short, limit)),
        Part(3, lambda limit: [] if folded else body(answer.details, limit)),
        Part(4, lambda limit: body(answer.next_steps, limit, words.next_steps)),
        Part(2, lambda limit: contact_card(answer.contact, limit, words) if answer.contact else []),
        whole(1, _choices(heading, answer.suggestions, answer)),
        Part(1, lambda limit: small(" ".join(all_notes(answer)), limit)),
        Part(2, lambda limit: sources(answer.sources, limit, words)),
        *(part for number, other in enumerate(answer.also[:OTHERS]) for part in _other(other, words, number)),
    ]


def _other(other: Answer, words: Words, number: int) -> list[Part]:
    """Return the short answer to a further question of the same message, with its sources and a way to read on."""
    more = choice(FIRST_OTHER + number, words.more, named(other), other.title, other.language) if other.entry else {}
    return [
        whole(0, header(other.title)),
        Part(0, lambda limit: body(other.short, limit)),
        Part(2, lambda limit: sources(other.sources, limit, words)),
        whole(2, actions([more])),
    ]


def _footer(answer: Answer, words: Words) -> Part:
    text = " · ".join(filter(None, [words.unofficial, _reference(answer, words)]))
    return Part(0, lambda limit: small(text, limit))


def _reference(answer: Answer, words: Words) -> str:
    return words.reference.format(reference=answer.reference) if answer.reference else ""


def contact_card(contact: Contact, limit: int, words: Words) -> list[Block]:
    """Return the person whom people can ask, under a heading."""
    lines = [contact.name, ", ".join(filter(None, [contact.role, contact.organisation])), ", ".join(contact.fields)]
    elements = run(words.ask_person, bold=True)
    for text in filter(None, (clean(text).strip() for text in lines)):
        elements += run(f"\n{FSI}{text}{PDI}")
    url, email, phone = map(one_line, (contact.url, contact.email, contact.phone))
    mailto = f"mailto:{email}" if _EMAIL.fullmatch(email) else ""
    for text, target in ((url, url), (email, mailto), (phone, "")):
        elements += run("\n") + (link(text, target) or run(text)) if text else []
    return rich([section(elements)], limit)


def sources(given: tuple[Source, ...], limit: int, words: Words) -> list[Block]:
    """Return the sources as a list under their heading."""
    return [*_sources(given, limit, words.sources)] if given else []


@lru_cache(KEPT)
def _sources(given: tuple[Source, ...], limit: int, heading: str) -> tuple[Block, ...]:
    """Return blocks that are kept: nobody may change what is in them."""
    items = [section([*_source(source), *run(f", {one_line(source.dated)}")]) for source in given]
    listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return tuple(rich([section(run(heading, bold=True)), listed], limit))


def _source(source: Source) -> list[Block]:
    label = f"{FSI}{cut(one_line(f'{source.publisher}: {source.title}'), BODY // 20)}{PDI}"
    return link(label, source.url) or run(label)


def _choices(heading: str, offered: tuple[Suggestion, ...], answer: Answer, first: int = 0) -> list[Block]:
    shown = enumerate(offered[:CHOICES], first)
    row = actions(choice(n, one.question, one.entry, answer.question, answer.language) for n, one in shown)
    return [*small(heading), *row] if row else []


def _again(action: str, text: str, answer: Answer) -> Block:
    """Return a button that shows this answer another time, or nothing where it is of no entry."""
    asked = cut(one_line(answer.question), SHARED)
    value = {"e": named(answer), "l": answer.language, "q": asked, "r": answer.reference}
    return button(action, text, value) if answer.entry else {}


def _person(answer: Answer, words: Words) -> Block:
    """Return the button that asks a person: not in an emergency, nor where a guard declined, nor for words of ours."""
    if answer.outcome is Outcome.URGENT or (answer.outcome is Outcome.DECLINED and answer.entry):
        return {}
    asked = cut(one_line(answer.question), SHARED)
    value = {"e": named(answer) if answer.entry else "", "l": answer.language, "q": asked, "r": answer.reference}
    return button("person", words.ask_person, value) if asked and answer.reference else {}


def _feedback(answer: Answer, words: Words) -> list[Block]:
    if not answer.reference:
        return []
    buttons = {
        name: {"text": label(text, LABEL), "value": carried({"r": answer.reference, "l": answer.language, "f": judged})}
        for name, text, judged in (
            ("positive_button", words.helpful, "1"),
            ("negative_button", words.not_helpful, "0"),
        )
    }
    return [{"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback"} | buttons]}]


def _fallback(answer: Answer, words: Words) -> str:
    """Build the plain form. When it is too long, the details give way."""
    offered = (f"{n}. {one.question}" for n, one in enumerate(answer.suggestions[:CHOICES], 1))
    card = contact_text(answer.contact) if answer.contact else ""
    head = "\n".join(filter(None, [inert_lines(answer.title), inert_plain(answer.short), inert_lines(*offered), card]))
    tail = "\n".join([shorten(inert_lines(*all_notes(answer)), TEXT // 6), *source_lines(answer)])
    below = shorten("\n".join(map(_brief, answer.also[:OTHERS])), TEXT // 4)
    end = inert_lines(words.unofficial, _reference(answer, words))
    head, tail = shorten(head, TEXT // 3), shorten(f"{tail}\n{end}".strip(), TEXT * 2 // 5)
    room = TEXT - units(head) - units(tail) - units(below) - 3
    middle = shorten("\n".join(filter(None, map(inert_plain, (answer.details, answer.next_steps)))), room)
    return "\n".join(filter(None, [head, middle, below, tail]))


def _brief(other: Answer) -> str:
    return "\n".join([inert_lines(other.title, plain(other.short)), *list(source_lines(other))[:1]])


def contact_text(contact: Contact) -> str:
    """Return the same for the plain form."""
    lines = inert_lines(*contact_lines(replace(contact, url="")))
    return "\n".join(filter(None, [lines, _bare(contact.url)]))


def source_lines(answer: Answer) -> Iterator[str]:
    """Yield the first sources for the plain form, with their addresses and dates."""
    yield from map(_source_line, answer.sources[:3])


@lru_cache(KEPT)
def _source_line(source: Source) -> str:
    url = _bare(source.url)
    place = f", {url}" if url else ""
    return f"{inert(cut(one_line(source.title), TEXT // 20))}{place} ({inert(one_line(source.dated))})"


def _bare(url: str) -> str:
    """Return an editor's address as mrkdwn links it by itself, or nothing where it is too long for the plain form."""
    place = address(url).replace("&", "&amp;")
    return place if units(place) <= TEXT // 10 else ""
