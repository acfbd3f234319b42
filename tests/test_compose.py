"""A crime area becomes an entry: headings and dates in its language, the newest operations first, within the limit."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.compose import compose, details, overlong
from bot.knowledge.loader import load
from bot.knowledge.schema import DETAILS_LIMIT, LANGUAGES, Crime, CrimeText, Operation, Translated
from bot.knowledge.style import STYLES
from bot.markup import Items, parse, plain
from tests.knowledge_folder import CYBERCRIME, line_of, replaced, told, write


def make_text(**changes: Any) -> CrimeText:
    values: dict[str, Any] = {
        "name": "Cybercrime",
        "question": "What about cybercrime?",
        "short": "It helps.",
        "what_it_is": "Crime.",
        "what_interpol_does": "Work.",
        "report": "Tell the police.",
        "phrasings": ("interpol cybercrime",),
    }
    return CrimeText(**(values | changes))


def make_operation(name: str = "Operation One", start: str = "2025", **changes: Any) -> Operation:
    values: dict[str, Any] = {"name": name, "start": start, "result": Translated(en="Done."), "source": "report"}
    return Operation(**(values | changes))


def make_crime(**changes: Any) -> Crime:
    values: dict[str, Any] = {
        "id": "cybercrime",
        "sources": ("page",),
        "reviewed": date(2026, 7, 1),
        "review_by": date(2027, 7, 1),
        "en": make_text(),
    }
    return Crime(**(values | changes))


def test_an_entry_takes_over_what_the_crime_area_says() -> None:
    crime = make_crime(related=("mission",), legal=True, synonyms=("computer crime",), fr=make_text())

    entry = compose(crime)

    assert (entry.id, entry.related, entry.legal) == ("cybercrime", ("mission",), True)
    assert (entry.reviewed, entry.review_by) == (date(2026, 7, 1), date(2027, 7, 1))
    assert (entry.en.question, entry.en.short) == ("What about cybercrime?", "It helps.")
    assert entry.en.next_steps == "Tell the police."
    assert entry.languages() == ("en", "fr")


def test_synonyms_become_phrasings_once() -> None:
    entry = compose(make_crime(synonyms=("computer crime", "ciberdelito"), fr=make_text()))

    assert entry.en.phrasings == ("interpol cybercrime", "computer crime", "ciberdelito")
    assert entry.fr is not None
    assert entry.fr.phrasings == ("interpol cybercrime",)


def test_sources_of_operations_are_cited_once_each() -> None:
    operations = (make_operation(), make_operation(source="page"), make_operation(source="report"))

    assert compose(make_crime(operations=operations)).sources == ("page", "report")


def test_facets_stand_under_headings_and_empty_ones_are_left_out() -> None:
    text = make_text(databases="- one\n- two", notices="")

    written = details(text, (make_operation(),), "en")

    assert written == (
        "**What it is**\n\nCrime.\n\n**What INTERPOL does**\n\nWork.\n\n**Databases and tools**\n\n- one\n- two\n\n"
        "**Operations**\n\n- **Operation One** (2025): Done."
    )


@pytest.mark.parametrize(
    ("language", "when"),
    [
        ("en", "(1 July 2025 – January 2026, 72 countries)"),
        ("fr", "(1er juillet 2025 – janvier 2026, 72 pays)"),
        ("es", "(1 de julio de 2025 – enero de 2026, 72 países)"),
        ("ar", "(1 يوليو 2025 – يناير 2026، 72 دولة)"),
    ],
)
def test_dates_and_counts_are_in_the_language(language: str, when: str) -> None:
    operation = make_operation(start="2025-07-01", end="2026-01", countries=72)

    assert when in plain(details(make_text(), (operation,), language))


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1, "1 country"),
        ("es", 1, "1 país"),
        ("fr", 1, "1 pays"),
        ("ar", 1, "دولة واحدة"),
        ("ar", 2, "دولتان"),
        ("ar", 7, "7 دول)"),
        ("ar", 11, "11 دولة"),
        ("ar", 103, "103 دول)"),
        ("ar", 196, "196 دولة"),
    ],
)
def test_countries_follow_the_grammar(language: str, count: int, words: str) -> None:
    assert words in plain(details(make_text(), (make_operation(countries=count),), language))


def test_every_language_has_a_style_with_twelve_months() -> None:
    assert tuple(STYLES) == LANGUAGES
    assert all(len(set(style.months.split())) == 12 for style in STYLES.values())


def test_an_operation_of_one_day_has_one_date() -> None:
    written = details(make_text(), (make_operation(start="2025-07-18", end="2025-07-18"),), "en")

    assert "(18 July 2025):" in written


def test_the_newest_operations_come_first() -> None:
    operations = (
        make_operation("Middle", "2024-05"),
        make_operation("Newest", "2023", end="2026-01"),
        make_operation("Oldest", "2019-12-31"),
    )

    written = details(make_text(), operations, "en")

    assert written.index("Newest") < written.index("Middle") < written.index("Oldest")


def test_a_result_that_is_not_translated_is_told_in_english() -> None:
    both = make_operation("Both", result=Translated(en="Done.", fr="Fait."))

    written = details(make_text(), (both, make_operation("Alone")), "fr")

    assert "**Both** (2025): Fait." in written
    assert "**Alone** (2025): Done." in written


def test_names_and_results_are_plain_text() -> None:
    operation = make_operation("*Star* [x](y)", result=Translated(en="<b> & `c` 1. _d_"))

    assert "- *Star* [x](y) (2025): <b> & `c` 1. _d_" in plain(details(make_text(), (operation,), "en"))


@given(count=st.integers(1, 40), length=st.integers(1, 180), facet=st.integers(1, 1700))
def test_the_oldest_operations_give_way_to_the_limit(count: int, length: int, facet: int) -> None:
    operations = tuple(
        make_operation(f"Operation {number}", str(1980 + number), result=Translated(en="r" * length))
        for number in range(count)
    )

    written = details(make_text(what_it_is="w" * facet), operations, "en")

    assert len(written) <= DETAILS_LIMIT
    assert parse(written)
    blocks = [block for block in parse(written) if isinstance(block, Items)]
    kept = len(blocks[0].items) if blocks else 0
    assert written.count("Operation ") == kept
    assert all(f"Operation {number}*" in written for number in range(count - kept, count))


def test_facets_past_the_limit_are_a_fault_with_the_line_of_the_language(tmp_path: Path) -> None:
    changes = replaced("crimes/cybercrime.yaml", "It runs operations.", "word " * 378)

    [(name, line, message)] = told(write(tmp_path, changes))

    assert (name, line) == ("crimes/cybercrime.yaml", line_of(CYBERCRIME, "  name: Cybercrime") - 1)
    assert message.startswith("en: what_it_is, what_interpol_does")
    assert f"the limit is {DETAILS_LIMIT}" in message


def test_facets_are_overlong_only_where_no_operation_could_give_way() -> None:
    short = make_crime(operations=tuple(make_operation(result=Translated(en="r" * 200)) for _ in range(50)))
    long = make_crime(fr=make_text(what_it_is="w" * 1000, what_interpol_does="w" * 900))

    assert overlong(short) == {}
    assert overlong(long).keys() == {"fr"}


def test_a_loaded_crime_area_is_an_entry_like_the_others(tmp_path: Path) -> None:
    entry = load(write(tmp_path)).by_id["cybercrime"]

    assert "18 July 2025 – 31 January 2026, 72 countries" in entry.en.details
    assert entry.sources == ("cyber-page", "faqs")
