"""What a platform would have to leave out of an answer. The renderers cut by construction; here the loss is told."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.composer import Composer
from bot.editing.records import Remark
from bot.knowledge.checks import Record
from bot.knowledge.schema import Knowledge, Words
from bot.markup import Inline, Paragraph, Span, parse
from bot.messages import Answer, Explanation, Question

CITED = 40  # characters of a text that a remark repeats
_NEITHER = re.compile(r"[\W_]+")  # neither letter nor digit: what str.isalnum refuses
Preview = Callable[[Answer, Words], Any]  # an answer → the JSON that a platform shows


def review_limits(
    knowledge: Knowledge, records: Mapping[str, Record], previews: Mapping[str, Preview], today: date
) -> Iterator[Remark]:
    """Yield where a platform, by its name in `previews`, can't show an entry whole, language by language."""
    composer = Composer(knowledge, lambda: today)
    seen: set[tuple[str, str, str]] = set()
    for entry in knowledge.entries:
        for language in entry.languages() if entry.id in records else ():
            answer = composer.entry(Question(""), entry, 1.0, Explanation(language=language))
            parts = _parts(answer)
            for platform, preview in previews.items():
                shown = Shown(" ".join(_texts(preview(answer, composer.words(language)))))
                yield from _lost(records[entry.id], parts, language, platform, shown)
                yield from _long_questions(records, answer, platform, shown, seen)


def _lost(
    record: Record, parts: Mapping[str, list[str]], language: str, platform: str, shown: "Shown"
) -> Iterator[Remark]:
    for field, spans in parts.items():
        missing = [span for span in spans if span not in shown]
        if missing:
            message = (
                f"{platform} can't show all of {record.id} in {language}: {field} loses up to {sum(map(len, missing))} "
                f"characters, from {missing[0][:CITED]!r} on; shorten it"
            )
            place = (field,) if field == "sources" else (language, field)
            yield Remark(record.path, record.line(*place), "limit", message)


def _long_questions(
    records: Mapping[str, Record], answer: Answer, platform: str, shown: "Shown", seen: set[tuple[str, str, str]]
) -> Iterator[Remark]:
    """Yield the related questions that are cut on their buttons, each once: at their own entry."""
    for other in answer.related:
        key = (platform, other.entry, answer.language)
        if other.entry in records and key not in seen and other.question not in shown:
            seen.add(key)
            record = records[other.entry]
            message = (
                f"{platform} cuts the question of {other.entry} in {answer.language} on a button, where it is "
                f"related: {len(other.question)} characters are too many"
            )
            yield Remark(record.path, record.line(answer.language, "question"), "limit", message)


def _parts(answer: Answer) -> dict[str, list[str]]:
    """Return the runs of text that a reader must see, by the field in which an editor wrote them."""
    return {
        "question": [answer.title],
        "short": [*_spans(answer.short)],
        "details": [*_spans(answer.details)],
        "next_steps": [*_spans(answer.next_steps)],
        "sources": [source.title for source in answer.sources if answer.language == "en"],  # the same in all: told once
    }


def _spans(markdown: str) -> Iterator[str]:
    for block in parse(markdown):
        for line in (block.children,) if isinstance(block, Paragraph) else block.items:
            yield from _words(line)


def _words(inlines: Iterable[Inline]) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Span):
            yield inline.text
        else:
            yield from _words(inline.children)


def _texts(node: Any) -> Iterator[str]:
    """Yield every text in a platform's JSON."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


class Shown:
    """Everything that a platform shows of an answer. A text is in it when its letters are, in their order."""

    def __init__(self, whole: str) -> None:
        self._whole = whole
        self._letters = ""

    def __contains__(self, text: str) -> bool:
        if text in self._whole:
            return True
        self._letters = self._letters or letters(self._whole)
        return letters(text) in self._letters


def letters(text: str) -> str:
    """Return the letters and digits alone: what escaping, marks and line breaks leave as it is."""
    return _NEITHER.sub("", "".join(text.split()))  # the spaces first, and fast: most of it is those
