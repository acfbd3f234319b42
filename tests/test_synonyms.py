"""bot/understanding/synonyms.py"""

from hypothesis import given
from hypothesis import strategies as st

from bot.text import normalise
from bot.understanding.synonyms import Synonyms

SAID = {
    "en": ["who is the secretary general", "secretary general of interpol", "what is a red notice", "red alert"],
    "fr": ["qui est le secretaire general"],
}
SYNONYMS = Synonyms(
    [
        ["secretary general", "sec gen", "secgen", "secrétaire général"],
        ["red notice", "red alert", "red bulletin"],
        ["nobody", "says this"],
    ],
    SAID,
)


def test_a_term_that_no_phrasing_uses_gives_way_to_one_in_the_asker_s_language() -> None:
    assert SYNONYMS.replace("Who is the Sec Gen?", "en") == "who is the secretary general"
    assert SYNONYMS.replace("qui est le secgen", "fr") == "qui est le secretaire general"


def test_where_a_language_uses_none_the_most_used_of_all_is_taken() -> None:
    assert SYNONYMS.replace("sec gen", "ar") == "secretary general"


def test_terms_in_use_stay_and_so_does_the_text() -> None:
    for text in ("What is a RED alert?", "nobody says this", "generally secular"):
        assert SYNONYMS.replace(text, "en") == text


def test_a_group_of_which_nothing_is_used_is_left_out() -> None:
    assert len(SYNONYMS.groups) == 2


@given(st.text(max_size=80))
def test_any_text_is_replaced_at_most_once(text: str) -> None:
    once = SYNONYMS.replace(text, "en")
    assert normalise(SYNONYMS.replace(once, "en")) == normalise(once)
