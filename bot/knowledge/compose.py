"""A crime area, made into an entry like the others: its facets become the details, under headings in its language."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.knowledge.schema import DETAILS_LIMIT, LANGUAGES, Crime, CrimeText, Entry, Operation, Text
from bot.markup import escape

BLANK = "\n\n"


@dataclass(frozen=True, slots=True)
class Style:
    """How one language puts it. `months` are twelve words; `day` and `month` are formats; `countries` counts them."""

    what_it_is: str
    what_interpol_does: str
    databases: str
    notices: str
    operations: str
    months: str
    day: str
    month: str
    countries: Callable[[int], str]
    comma: str = ", "
    first: str = "1"  # the first day of a month


def _english_countries(count: int) -> str:
    return "1 country" if count == 1 else f"{count} countries"


def _french_countries(count: int) -> str:
    return f"{count} pays"


def _spanish_countries(count: int) -> str:
    return "1 país" if count == 1 else f"{count} países"


def _arabic_countries(count: int) -> str:
    if count <= 2:  # noqa: PLR2004 - Arabic has a dual
        return ("دولة واحدة", "دولتان")[count - 1]
    return f"{count} دول" if 3 <= count % 100 <= 10 else f"{count} دولة"  # noqa: PLR2004 - CLDR's "few"


STYLES = {
    "en": Style(
        what_it_is="What it is",
        what_interpol_does="What INTERPOL does",
        databases="Databases and tools",
        notices="Notices used",
        operations="Operations",
        months="January February March April May June July August September October November December",
        day="{day} {month} {year}",
        month="{month} {year}",
        countries=_english_countries,
    ),
    "fr": Style(
        what_it_is="De quoi s’agit-il ?",
        what_interpol_does="Ce que fait INTERPOL",
        databases="Bases de données et outils",
        notices="Notices utilisées",
        operations="Opérations",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        day="{day} {month} {year}",
        month="{month} {year}",
        countries=_french_countries,
        first="1er",
    ),
    "es": Style(
        what_it_is="Qué es",
        what_interpol_does="Qué hace INTERPOL",
        databases="Bases de datos y herramientas",
        notices="Notificaciones utilizadas",
        operations="Operaciones",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        day="{day} de {month} de {year}",
        month="{month} de {year}",
        countries=_spanish_countries,
    ),
    "ar": Style(
        what_it_is="ما المقصود بها",
        what_interpol_does="ما يقوم به الإنتربول",
        databases="قواعد البيانات والأدوات",
        notices="النشرات المستخدمة",
        operations="العمليات",
        months="يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        day="{day} {month} {year}",
        month="{month} {year}",
        countries=_arabic_countries,
        comma="، ",
    ),
}


def compose(crime: Crime) -> Entry:
    """Return the entry of a crime area that `overlong` finds no fault with."""
    texts = {language: _text(crime, text, language) for language, text in _texts(crime)}
    sources = (*crime.sources, *(operation.source for operation in crime.operations))
    return Entry(
        id=crime.id,
        sources=tuple(dict.fromkeys(sources)),
        reviewed=crime.reviewed,
        review_by=crime.review_by,
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
    )


def details(text: CrimeText, operations: tuple[Operation, ...], language: str) -> str:
    """Return the facets as small Markdown. Operations are listed newest first; the oldest give way to DETAILS_LIMIT."""
    newest = sorted(operations, key=lambda operation: operation.end or operation.start, reverse=True)
    for count in range(len(newest), 0, -1):
        written = _details(text, newest[:count], language)
        if len(written) <= DETAILS_LIMIT:
            return written
    return _details(text, [], language)


def _details(text: CrimeText, operations: list[Operation], language: str) -> str:
    style = STYLES[language]
    facets = (
        (style.what_it_is, text.what_it_is),
        (style.what_interpol_does, text.what_interpol_does),
        (style.databases, text.databases),
        (style.notices, text.notices),
        (style.operations, "\n".join(f"- {_operation(operation, language)}" for operation in operations)),
    )
    return BLANK.join(f"**{heading}**{BLANK}{body}" for heading, body in facets if body)


def _operation(operation: Operation, language: str) -> str:
    style = STYLES[language]
    when = " – ".join(_date(part, style) for part in (operation.start, operation.end) if part)
    if operation.end == operation.start:
        when = _date(operation.start, style)
    count = style.countries(operation.countries) if operation.countries else ""
    result = getattr(operation.result, language) or operation.result.en
    return f"**{escape(operation.name)}** ({style.comma.join(filter(None, (when, count)))}): {escape(result)}"


def _date(as_of: str, style: Style) -> str:
    year, *rest = as_of.split("-")
    if not rest:
        return year
    month = style.months.split()[int(rest[0]) - 1]
    if len(rest) == 1:
        return style.month.format(month=month, year=year)
    day = style.first if rest[1] == "01" else str(int(rest[1]))
    return style.day.format(day=day, month=month, year=year)
