"""How each language writes headings, dates and numbers: the one table that says so."""

from collections.abc import Callable
from dataclasses import dataclass

NARROW = "\N{NARROW NO-BREAK SPACE}"
MILLION = "million"  # the one scale that figures have


@dataclass(frozen=True, slots=True)
class Style:
    """How one language puts it. `months` are twelve words; `day` and `month` are formats; `countries` counts them.

    `group` parts thousands, from `grouped` digits on. `million` is the word for so many millions.
    """

    what_it_is: str
    what_interpol_does: str
    databases: str
    notices: str
    operations: str
    months: str
    day: str
    month: str
    countries: Callable[[int], str]
    million: Callable[[float], str]
    group: str
    decimal: str
    grouped: int = 4
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
    return f"{count} دول" if _few(count) else f"{count} دولة"


def _few(count: float) -> bool:
    """Say whether Arabic counts so many with the plural: CLDR's "few"."""
    return count == int(count) and 3 <= count % 100 <= 10  # noqa: PLR2004 - as CLDR says


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
        million=lambda _: "million",
        group=",",
        decimal=".",
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
        million=lambda count: "million" if count < 2 else "millions",  # noqa: PLR2004 - French counts 1.9 as one
        group=NARROW,
        decimal=",",
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
        million=lambda count: "millón" if count == 1 else "millones",
        group=NARROW,
        decimal=",",
        grouped=5,  # the academies: a number of four digits stands undivided
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
        million=lambda count: "ملايين" if _few(count) else "مليون",
        group=",",
        decimal=".",
        comma="، ",
    ),
}


def date_in_words(as_of: str, language: str) -> str:
    """Return YYYY, YYYY-MM or YYYY-MM-DD as the language writes it."""
    style = STYLES[language]
    year, *rest = as_of.split("-")
    if not rest:
        return year
    month = style.months.split()[int(rest[0]) - 1]
    if len(rest) == 1:
        return style.month.format(month=month, year=year)
    day = style.first if rest[1] == "01" else str(int(rest[1]))
    return style.day.format(day=day, month=month, year=year)


def number_in_words(value: float, scale: str | None, language: str) -> str:
    """Return a number as the language writes it; `scale` is MILLION, of which it counts so many, or None."""
    style = STYLES[language]
    whole, _, fraction = f"{value}".partition(".")
    if len(whole.removeprefix("-")) >= style.grouped:
        whole = f"{int(whole):,}".replace(",", style.group)
    written = f"{whole}{style.decimal}{fraction}" if fraction else whole
    return f"{written} {style.million(value)}" if scale == MILLION else written
