"""bot/search/spelling.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.spelling import MOST, Spelling

COMMON = frozenset({"policy", "police", "wine", "what", "is", "a", "the", "insert", "arrested"})
SPELLING = Spelling(["INTERPOL publishes a red notice.", "A passport; the commission; extradition"], COMMON)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("wat is a red notise", "wat is a red notice"),
        ("Interpole", "interpol"),
        ("lost my passprot!", "lost my passport!"),
        ("extraditoin?", "extradition?"),
        ("comission", "commission"),
    ],
)
def test_a_slip_is_mended(slip: str, meant: str) -> None:
    assert SPELLING.repair(slip) == meant


@pytest.mark.parametrize("text", ["police policy", "interpolation", "red wine", "notic", "123 ?! \U0001f693", ""])
def test_real_words_short_words_and_far_words_stay(text: str) -> None:
    assert SPELLING.repair(text) in {text, text.replace("notic", "notice")}


def test_interpolation_is_not_interpol() -> None:
    assert SPELLING.repair("interpolation in excel") == "interpolation in excel"


def test_only_so_many_words_of_a_long_text_are_looked_up() -> None:
    text = " ".join(["notise"] * (MOST + 5))
    assert SPELLING.repair(text).split().count("notice") == MOST


def test_what_is_too_long_for_a_word_stays() -> None:
    assert SPELLING.repair("notise" * 10) == "notise" * 10


@given(st.text(max_size=100))
def test_any_text_keeps_everything_but_its_words(text: str) -> None:
    def bones(value: str) -> str:
        return "".join("w" if char.isalpha() else char for char in value if not char.isalpha())

    assert bones(SPELLING.repair(text)) == bones(text)
