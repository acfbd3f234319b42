"""Figures and names that change stand once, in `facts.yaml`; texts hold `{member-count}` or `{member-count:date}`.

They are filled in before a text is checked, so that limits and Markdown hold for what people read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from bot.knowledge.fields import LANGUAGES, EveryLanguage
from bot.knowledge.schema import Fact
from bot.knowledge.style import date_in_words, number_in_words
from bot.knowledge.yaml_lines import Place
from bot.markup import escape

NEAR = 60  # of 100: how alike a mistyped id must be to be suggested
_ASKED = frozenset({"phrasings", "unlike", "synonyms"})  # what people type is never filled in
_UNMARKED = frozenset({"question", "name", "result"})  # plain text: nothing in it is escaped
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


@dataclass(slots=True)
class Filled:
    """A file's data with the facts in it, and what can't be filled in, each with its place."""

    data: Any
    problems: list[tuple[Place, str]] = field(default_factory=list)


def fill(data: Any, facts: Mapping[str, Fact]) -> Filled:
    """Fill the facts into the data of an entry file or a crime area; each record cites its facts' sources."""
    filled = Filled(data)
    if isinstance(data, dict) and isinstance(data.get("entries"), list):
        records = [_record(each, ("entries", number), facts, filled) for number, each in enumerate(data["entries"])]
        filled.data = {**data, "entries": records}
    else:
        filled.data = _record(data, (), facts, filled)
    return filled


def used_in(data: Any) -> frozenset[str]:
    """Return the ids of the facts that texts within the data name, whether there are such facts or not."""
    found = (_BRACES.findall(text) for _, _, text in _texts(data, (), None) if "{" in text)
    return frozenset(inner.removesuffix(":date") for each in found for inner in each if inner)


def in_words(fact: Fact, language: str) -> str:
    """Return a fact's value as the language writes it, without markup."""
    if isinstance(fact.value, EveryLanguage):
        return str(getattr(fact.value, language))
    if isinstance(fact.value, date):
        return date_in_words(fact.value.isoformat(), language)
    return number_in_words(fact.value, fact.scale, language)


def _texts(data: Any, place: Place, language: str | None) -> Iterator[tuple[Place, str, str]]:
    """Yield each text that is in a language, with its place and its language."""
    if isinstance(data, str) and language:
        yield place, language, data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in _ASKED:
                yield from _texts(value, (*place, key), key if key in LANGUAGES else language)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*place, number), language)


def _record(record: Any, place: Place, facts: Mapping[str, Fact], filled: Filled) -> Any:
    texts = {inner: (language, text) for inner, language, text in _texts(record, (), None) if _BRACES.search(text)}
    if not texts:
        return record
    written: dict[Place, str] = {}
    for inner, (language, text) in texts.items():
        written[inner], wrong = _write(text, language, facts, marked=not _UNMARKED.intersection(inner))
        filled.problems += [((*place, *inner), each) for each in wrong]
    sources = (facts[each].source for each in sorted(used_in(record)) if each in facts)
    return _cite(_replaced(record, (), written), sources)


def _replaced(data: Any, place: Place, written: Mapping[Place, str]) -> Any:
    if isinstance(data, dict):
        return {key: _replaced(value, (*place, key), written) for key, value in data.items()}
    if isinstance(data, list):
        return [_replaced(value, (*place, number), written) for number, value in enumerate(data)]
    return written.get(place, data)


def _cite(record: Any, sources: Iterator[str]) -> Any:
    own = record.get("sources", [])
    return record | {"sources": list(dict.fromkeys([*own, *sources]))} if _are_texts(own) else record


def _are_texts(own: Any) -> bool:
    return isinstance(own, list) and all(isinstance(each, str) for each in own)


def _write(text: str, language: str, facts: Mapping[str, Fact], *, marked: bool) -> tuple[str, list[str]]:
    """Return the text with its facts, and what is wrong with it."""
    wrong: list[str] = []

    def value(match: re.Match[str]) -> str:
        name, _, form = (match[1] or "").partition(":")
        if complaint := _complaint(match[0], name, facts):
            wrong.append(complaint)
            return match[0]
        fact = facts[name]
        found = date_in_words(fact.as_of, language) if form else in_words(fact, language)
        return escape(found) if marked and isinstance(fact.value, EveryLanguage) and not form else found

    return _BRACES.sub(value, text), wrong


def _complaint(braces: str, name: str, facts: Mapping[str, Fact]) -> str | None:
    if not name:
        return "a { or } stands alone: only {fact-id} and {fact-id:date} are filled in"
    if name not in facts:
        near = process.extractOne(name, facts.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        return f"{braces} is not in facts.yaml" + (f"; did you mean {{{near[0]}}}?" if near else "")
    if braces not in {f"{{{name}}}", f"{{{name}:date}}"}:
        return f"{braces} is not known: {{{name}}} is the value and {{{name}:date}} its date"
    return None
