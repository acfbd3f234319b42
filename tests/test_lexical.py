"""bot/search/lexical.py"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.search.lexical import Lexicon

PHRASINGS = ["what is a red notice", "who leads interpol", "how do i report a stolen passport"]
LEXICON = Lexicon(PHRASINGS)


def test_a_phrasing_is_itself() -> None:
    assert np.allclose(np.diag(LEXICON.similarities(PHRASINGS)), 1)


def test_slips_case_and_accents_keep_it_nearest() -> None:
    slipped = LEXICON.similarities(["WHAT IS A RÉD NOTISE", "who leeds interpol?", "i report stolen pasport how"])
    assert list(slipped.argmax(axis=1)) == [0, 1, 2]
    assert slipped.max(axis=1).min() > 0.3


@given(st.text(max_size=60))
def test_any_text_has_similarities_between_nought_and_one(text: str) -> None:
    row = LEXICON.similarities([text])[0]
    assert row.shape == (3,)
    assert np.all(row >= 0)
    assert np.all(row <= 1 + 1e-9)


def test_the_phrasings_own_similarities_are_those_of_their_texts() -> None:
    assert np.allclose(LEXICON.own(), LEXICON.similarities(PHRASINGS))
