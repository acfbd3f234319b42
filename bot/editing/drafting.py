"""An expert's answer as a new entry: its own words, a source that an editor names, and only what loads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.editing.folder import Plan, faults_with, heading
from bot.editing.scaffold import ID_LIMIT, REVIEW_AFTER, Wanted, check_id, path_of
from bot.editing.yaml_edit import edit, entry_lines, scalar
from bot.errors import EditingError
from bot.knowledge.schema import LANGUAGES, SHORT_LIMIT, Knowledge
from bot.markup import escape
from bot.store import Draft
from bot.text import clean, normalise

SOURCES = "sources.yaml"
LINE_LIMIT = 200  # characters of a question, as in fields.py
_SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor makes of a draft. What is empty is taken from the draft; `topic` is a file of faq/, or its stem.

    The source is an id of `sources.yaml`, or a page's title and address, which are added there. A draft in another
    language than English needs `english_question` and `english_short`: every entry is written in English.
    """

    entry: str
    topic: str = ""
    question: str = ""
    short: str = ""
    details: str = ""
    phrasings: tuple[str, ...] = ()
    source: str = ""
    source_title: str = ""
    source_url: str = ""
    english_question: str = ""
    english_short: str = ""


def plan(folder: Path, knowledge: Knowledge, draft: Draft, wish: Wish, today: date) -> Plan:
    """Return what accepting a draft writes. Raises EditingError that names everything that is missing or wrong."""
    check_id(folder, wish.entry)
    path = path_of(folder, Wanted("faq", wish.entry, _file(wish.topic)))
    texts = _texts(draft, wish)
    source, listed = _source(folder, knowledge, wish, today)
    entry: dict[str, Any] = {
        "id": wish.entry,
        "sources": (source,),
        "reviewed": today.isoformat(),
        "review_by": (today + REVIEW_AFTER).isoformat(),
        **texts,
    }
    before = {each: each.read_bytes() for each in (path, *listed) if each.exists()}
    note = f"# From draft {draft.id}: a person's answer of {draft.answered_at.date()}, hand-off {draft.handoff}."
    start = before.get(path, heading(path.parent))
    files = {path: edit(start, (), [[note, *entry_lines(entry)]]), **listed}
    faults = faults_with(folder, files)
    if faults:
        raise EditingError("The draft can't become an entry as it is:\n" + "\n".join(map(str, faults)))
    added = tuple(f"{each}: {source} is new" for each in listed)
    return Plan((f"{path}: {wish.entry} is new, from draft {draft.id}", *added), files, before)


def _file(topic: str) -> str:
    return topic if not topic or "/" in topic else f"faq/{topic.removesuffix('.yaml')}.yaml"


def _texts(draft: Draft, wish: Wish) -> Mapping[str, Any]:
    language = draft.language if draft.language in LANGUAGES else "en"
    problems = []
    asked = clean(draft.question)
    question = wish.question or asked
    if len(question) > LINE_LIMIT:
        problems.append(f"The question has {len(question)} characters: put it shorter with --question.")
    short, details = _parts(draft.answer)
    if wish.short:
        short, details = wish.short, _markdown(draft.answer)
    if not short or len(short) > SHORT_LIMIT:
        problems.append(f"The short answer may have {SHORT_LIMIT} characters, not {len(short)}: write it with --short.")
    if language != "en" and not (wish.english_question and wish.english_short):
        problems.append(
            f"The draft is in {draft.language}, and every entry is written in English: "
            "add --english-question and --english-short."
        )
    if problems:
        raise EditingError("\n".join(problems))
    return _languages(language, question, short, wish.details or details, asked, wish)


def _languages(language: str, question: str, short: str, details: str, asked: str, wish: Wish) -> Mapping[str, Any]:
    words = wish.entry.replace("-", " ")  # an entry needs a phrasing beside its question, and its id says what it is on
    others = _others(question, [asked[:LINE_LIMIT].strip(), *wish.phrasings])
    if language != "en" and not others:
        raise EditingError("A phrasing is missing: add --phrasing, another way to ask it in the draft's language.")
    text: dict[str, Any] = {"question": question, "short": short, "phrasings": others or (words,)}
    if details:
        text["details"] = details
    if language == "en":
        return {"en": text}
    english = {"question": wish.english_question, "short": wish.english_short, "phrasings": (words,)}
    return {"en": english, language: text}


def _others(question: str, phrasings: Sequence[str]) -> tuple[str, ...]:
    """Return the phrasings that do not say the same as the question, each once."""
    found = {normalise(question): ""}
    for each in phrasings:
        found.setdefault(normalise(each), each)
    return tuple(filter(None, found.values()))


def _parts(answer: str) -> tuple[str, str]:
    """Return the first sentences, as many as a short answer holds, and the rest; both as Markdown."""
    first, *others = _lines(answer) or [""]
    short, rest = "", ""
    for sentence in _SENTENCE_END.split(first):
        longer = f"{short} {sentence}".strip()
        if rest or (short and len(escape(longer)) > SHORT_LIMIT):
            rest = f"{rest} {sentence}".strip()
        else:
            short = longer
    return escape(short), _markdown("\n".join(filter(None, [rest, *others])))


def _markdown(text: str) -> str:
    """Return Markdown that shows a plain text as it stands, each line a paragraph."""
    return "\n\n".join(map(escape, _lines(text)))


def _lines(text: str) -> list[str]:
    """Return what is seen of a text, line by line, without the empty ones."""
    seen = ("".join(char for char in line if char.isprintable()).strip() for line in text.splitlines())
    return [line for line in seen if line]


def _source(folder: Path, knowledge: Knowledge, wish: Wish, today: date) -> tuple[str, dict[Path, bytes]]:
    """Return the source's id, and what listing it writes."""
    if wish.source:
        if wish.source not in knowledge.sources:
            raise EditingError(f"{wish.source!r} is not listed in {SOURCES}: add it there, or name --source-title.")
        return wish.source, {}
    if not (wish.source_title and wish.source_url):
        raise EditingError(
            "A source is missing, and nothing is said without one: add --source-title and --source-url for a page that "
            f"says the same, or --source with an id of {SOURCES}."
        )
    for known, record in knowledge.sources.items():
        if record.url == wish.source_url:
            return known, {}
    name = _free(re.sub(r"[^a-z0-9]+", "-", wish.source_title.lower()).strip("-")[: ID_LIMIT - 3], knowledge)
    host = urlsplit(wish.source_url).hostname or ""
    lines = [
        f"{name}:",
        f"  publisher: {scalar(host.removeprefix('www.') or wish.source_url)}",
        f"  title: {scalar(wish.source_title)}",
        f"  url: {scalar(wish.source_url)}",
        f'  as_of: "{today}" # read on this day; if the page bears a date, put that and take undated away',
        "  undated: true",
    ]
    path = folder / SOURCES
    content = path.read_bytes() if path.exists() else b""
    gap = b"" if not content or content.endswith(b"\n") else b"\n"
    return name, {path: content + gap + "".join(f"{line}\n" for line in lines).encode()}


def _free(name: str, knowledge: Knowledge) -> str:
    name = name.strip("-") or "page"
    numbered = [name, *(f"{name}-{number}" for number in range(2, len(knowledge.sources) + 3))]
    return next(each for each in numbered if each not in knowledge.sources)
