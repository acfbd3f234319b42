"""The deeper check: what is not wrong in knowledge that loads, but an editor should look at. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import chain
from urllib.parse import urlsplit

from bot.editing.limits import Preview, review_limits
from bot.editing.phrasings import review_phrasings
from bot.editing.records import Kind, Remark, day_of
from bot.editing.scaffold import PLACEHOLDER
from bot.knowledge.checks import Record
from bot.knowledge.loader import Opened
from bot.knowledge.schema import LANGUAGES
from bot.knowledge.yaml_lines import Place, fields
from bot.markup import Inline, Link, MarkupError, Paragraph, Span, parse

SOON = timedelta(days=30)
BESIDE = 2  # languages that are compared at a time
Page = tuple[str, str, str]  # what makes two addresses the same page


def review(opened: Opened, today: date, previews: Mapping[str, Preview]) -> tuple[Remark, ...]:
    """Return every remark on a folder, in file order.

    `previews` render an answer as a platform, named by the key, would show it.
    """
    records = opened.records
    pages = {_page(source.url) for source in opened.knowledge.sources.values()}
    with ThreadPoolExecutor(BESIDE) as beside:  # comparing is C, rendering is Python: together they use two cores
        doubtful = beside.map(lambda language: [*review_phrasings(records, language, opened.keys)], LANGUAGES)
        found = {
            *review_limits(opened.knowledge, {record.id: record for record in records}, previews, today),
            *(_synonyms(opened.synonyms, records) if opened.synonyms else ()),
            *chain.from_iterable(_upkeep(record, pages, today) for record in records),
        }
        return tuple(sorted(found.union(*doubtful)))


def _upkeep(record: Record, pages: AbstractSet[Page], today: date) -> Iterator[Remark]:
    yield from _languages(record)
    yield from _dates(record, today)
    for place, text in _written(record):
        yield from _placeholder(record, place, text)
        yield from _links(record, place, text, pages)


def _remark(record: Record, kind: Kind, message: str, *place: str | int) -> Remark:
    return Remark(record.path, record.line(*place), kind, message)


def _languages(record: Record) -> Iterator[Remark]:
    missing = [language for language in LANGUAGES if record.get(language) is None]
    if missing:
        yield _remark(record, "language", f"{record.id} is not written in {', '.join(missing)}", "id")


def _dates(record: Record, today: date) -> Iterator[Remark]:
    due, expires = day_of(record, "review_by"), day_of(record, "expires")
    if due and due < today:
        yield _remark(record, "overdue", f"{record.id} was to be checked again by {due}", "review_by")
    elif due and due <= today + SOON:
        yield _remark(record, "due", f"{record.id} is to be checked again by {due}", "review_by")
    if expires and expires < today:
        yield _remark(record, "expired", f"{record.id} is withheld since {expires}", "expires")
    elif expires and expires <= today + SOON:
        yield _remark(record, "due", f"{record.id} is withheld after {expires}", "expires")


def _written(record: Record) -> Iterator[tuple[Place, str]]:
    """Yield every text of a record in every language, with its place."""
    for language in LANGUAGES:
        for field in fields(record.get(language)):
            yield from record.texts(language, field)


def _placeholder(record: Record, place: Place, text: str) -> Iterator[Remark]:
    if text.startswith(PLACEHOLDER):
        yield _remark(record, "placeholder", f"{record.id} still says {text!r}", *place)


# --- links ---


def _links(record: Record, place: Place, text: str, pages: AbstractSet[Page]) -> Iterator[Remark]:
    if "](" not in text:
        return
    for address in _addresses(text):
        if _page(address) not in pages:
            message = f"{record.id} links to {address}, which is not among the sources: list it in sources.yaml"
            yield _remark(record, "link", message, *place)


def _page(address: str) -> Page:
    """Return the page of an address: not its scheme, a `www.`, a last slash, or the part it shows."""
    parts = urlsplit(address)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _addresses(markdown: str) -> Iterator[str]:
    try:
        blocks = parse(markdown)
    except MarkupError:  # a phrasing or a question: no markup there
        return
    for block in blocks:
        for line in (block.children,) if isinstance(block, Paragraph) else block.items:
            yield from _linked(line)


def _linked(inlines: Sequence[Inline]) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Link):
            yield inline.url
        elif not isinstance(inline, Span):
            yield from _linked(inline.children)


# --- synonyms ---


def _synonyms(groups: Record, records: Sequence[Record]) -> Iterator[Remark]:
    texts = (text for record in records for _, text in (*_written(record), *record.texts("synonyms")))
    used = f" {_worded(' # '.join(texts))} "
    for number in range(len(groups.get() or ())):
        for place, word in groups.texts(number):
            if f" {_worded(word)} " not in used:
                yield _remark(groups, "synonym", f"nobody says {word!r}: no phrasing and no text holds it", *place)


def _worded(text: str) -> str:
    """Return the words alone; `normalise` would take longer than all the rest of the review."""
    # a space stays as it is: there are ten times as many as other marks
    return " ".join(re.sub(r"[^\w\s]|_", " ", text.casefold().replace("'", "").replace("’", "")).split())
