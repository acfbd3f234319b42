"""bot/knowledge/style.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.style import NARROW, STYLES, date_in_words, number_in_words


@pytest.mark.parametrize(
    ("value", "en", "fr", "es", "ar"),
    [
        (196, "196", "196", "196", "196"),
        (2462, "2,462", f"2{NARROW}462", "2462", "2,462"),
        (15548, "15,548", f"15{NARROW}548", f"15{NARROW}548", "15,548"),
        (1234567, "1,234,567", f"1{NARROW}234{NARROW}567", f"1{NARROW}234{NARROW}567", "1,234,567"),
        (12345.5, "12,345.5", f"12{NARROW}345,5", f"12{NARROW}345,5", "12,345.5"),
        (-2462, "-2,462", f"-2{NARROW}462", "-2462", "-2,462"),
    ],
)
def test_a_number_is_grouped_as_its_language_does(value: float, en: str, fr: str, es: str, ar: str) -> None:
    assert [number_in_words(value, None, language) for language in STYLES] == [en, fr, es, ar]


@pytest.mark.parametrize(
    ("value", "en", "fr", "es", "ar"),
    [
        (1, "1 million", "1 million", "1 millón", "1 مليون"),
        (1.4, "1.4 million", "1,4 million", "1,4 millones", "1.4 مليون"),
        (6, "6 million", "6 millions", "6 millones", "6 ملايين"),
        (20, "20 million", "20 millions", "20 millones", "20 مليون"),
    ],
)
def test_millions_are_counted_in_words(value: float, en: str, fr: str, es: str, ar: str) -> None:
    assert [number_in_words(value, "million", language) for language in STYLES] == [en, fr, es, ar]


@pytest.mark.parametrize(
    ("as_of", "en", "fr", "es", "ar"),
    [
        ("2024", "2024", "2024", "2024", "2024"),
        ("2023-12", "December 2023", "décembre 2023", "diciembre de 2023", "ديسمبر 2023"),
        ("2026-03-01", "1 March 2026", "1er mars 2026", "1 de marzo de 2026", "1 مارس 2026"),
        ("2025-11-27", "27 November 2025", "27 novembre 2025", "27 de noviembre de 2025", "27 نوفمبر 2025"),
    ],
)
def test_a_date_is_written_in_words(as_of: str, en: str, fr: str, es: str, ar: str) -> None:
    assert [date_in_words(as_of, language) for language in STYLES] == [en, fr, es, ar]


@given(st.integers(min_value=0, max_value=10**12))
def test_no_digit_is_lost(value: int) -> None:
    for language in STYLES:
        assert "".join(filter(str.isdigit, number_in_words(value, None, language))) == str(value)
