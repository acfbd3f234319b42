"""bot/search/names.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.names import Mention, Names

NAMES = Names(
    {
        "cars": ["stolen cars", "voitures volées", "السيارات المسروقة"],
        "money": ["غسل الأموال", "money laundering"],
        "people": ["people smuggling", "smuggling"],
        "drugs": ["drug smuggling"],
        "one": ["shared name"],
        "other": ["shared names"],
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Is a STOLEN CAR listed?", ["cars"]),
        ("des voitures volees ici", ["cars"]),
        ("سيارات مسروقة", ["cars"]),
        ("للسيارات المسروقة", ["cars"]),
        ("ما الجرائم المرتبطة بغسل الأموال", ["money"]),
        ("drug smuggling and smuggling", ["drugs", "people"]),
        ("shared name", []),
        ("stolen bicycles", []),
        ("carstolen cars", []),
        ("", []),
    ],
)
def test_names_are_found_as_whole_words_in_any_number(text: str, found: list[str]) -> None:
    assert [mention.of for mention in NAMES.find(text)] == found


def test_a_mention_tells_its_words() -> None:
    assert NAMES.find("was my stolen car seen") == (Mention("cars", 2, 4),)


def test_names_give_way_to_a_neutral_word() -> None:
    text = "Stolen cars, or drug smuggling: a stolen car?"
    assert NAMES.replaced(text, "cars", "this crime") == "this crime or drug smuggling a this crime"
    assert NAMES.replaced(text, "money", "x") == "stolen cars or drug smuggling a stolen car"


@given(st.text(max_size=200))
def test_mentions_stand_in_the_text_in_order_and_apart(text: str) -> None:
    edges = [edge for mention in NAMES.find(text) for edge in (mention.start, mention.end)]
    assert edges == sorted(edges)
    assert all(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))
    assert isinstance(NAMES.replaced(text, "cars", "x"), str)


def test_without_names_nothing_is_found() -> None:
    assert Names({}).find("stolen cars") == ()
