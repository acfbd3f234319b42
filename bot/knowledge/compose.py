"""A crime area, made into an entry like the others: its facets become the details, under headings in its language."""

from collections.abc import Iterator

from bot.knowledge.schema import DETAILS_LIMIT, LANGUAGES, Crime, CrimeText, Entry, Operation, Text
from bot.knowledge.style import STYLES, date_in_words
from bot.markup import escape

BLANK = "\n\n"


def compose(crime: Crime) -> Entry:
    """Return the entry of a crime area that `overlong` finds no fault with."""
    texts = {language: _text(crime, text, language) for language, text in _texts(crime)}
    sources = (*crime.sources, *(operation.source for operation in crime.operations))
    return Entry(
        id=crime.id,
        sources=tuple(dict.fromkeys(sources)),
        reviewed=crime.reviewed,
        review_by=crime.review_by,
        expires=crime.expires,
        related=crime.related,
        legal=crime.legal,
        en=texts["en"],
        fr=texts.get("fr"),
        es=texts.get("es"),
        ar=texts.get("ar"),
    )


def overlong(crime: Crime) -> dict[str, int]:
    """Return the languages whose details are past DETAILS_LIMIT even without operations, with their length."""
    lengths = {language: len(details(text, (), language)) for language, text in _texts(crime)}
    return {language: length for language, length in lengths.items() if length > DETAILS_LIMIT}


def _texts(crime: Crime) -> Iterator[tuple[str, CrimeText]]:
    texts = {"en": crime.en, "fr": crime.fr, "es": crime.es, "ar": crime.ar}
    return ((language, text) for language in LANGUAGES if (text := texts[language]))


def _text(crime: Crime, text: CrimeText, language: str) -> Text:
    synonyms = crime.synonyms if language == "en" else ()  # they are in any language; once is enough
    return Text(
        question=text.question,
        short=text.short,
        details=details(text, crime.operations, language),
        next_steps=text.report,
        phrasings=text.phrasings + synonyms,
        unlike=text.unlike,
    )


def details(text: CrimeText, operations: tuple[Operation, ...], language: str) -> str:
    """Return the facets as small Markdown. Operations are listed newest first; the oldest give way to DETAILS_LIMIT."""
    lines = operation_lines(operations, language)
    for count in range(len(lines), 0, -1):
        written = _details(text, lines[:count], language)
        if len(written) <= DETAILS_LIMIT:
            return written
    return _details(text, [], language)


def operation_lines(operations: tuple[Operation, ...], language: str) -> list[str]:
    """Return the operations, newest first, each as a line of small Markdown."""
    newest = sorted(operations, key=lambda operation: operation.end or operation.start, reverse=True)
    return [_operation(operation, language) for operation in newest]


def _details(text: CrimeText, operations: list[str], language: str) -> str:
    style = STYLES[language]
    facets = (
        (style.what_it_is, text.what_it_is),
        (style.what_interpol_does, text.what_interpol_does),
        (style.databases, text.databases),
        (style.notices, text.notices),
        (style.operations, "\n".join(f"- {line}" for line in operations)),
    )
    return BLANK.join(f"**{heading}**{BLANK}{body}" for heading, body in facets if body)


def _operation(operation: Operation, language: str) -> str:
    style = STYLES[language]
    when = " – ".join(date_in_words(part, language) for part in (operation.start, operation.end) if part)
    if operation.end == operation.start:
        when = date_in_words(operation.start, language)
    count = style.countries(operation.countries) if operation.countries else ""
    result = getattr(operation.result, language) or operation.result.en
    return f"**{escape(operation.name)}** ({style.comma.join(filter(None, (when, count)))}): {escape(result)}"
