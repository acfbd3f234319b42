"""bot/search/ngrams.py"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.search.ngrams import FEATURES, WORDS, features


def test_a_text_has_its_words_pairs_and_pieces_counted() -> None:
    ids, counts = features("Red red!")
    words, pieces = counts[ids < WORDS], counts[ids >= WORDS]
    assert sorted(words) == [1, 2]  # "red red" once, "red" twice
    # " red " has four pieces of two characters, three of three, two of four, one of five, each twice
    assert list(pieces) == [2] * 10


def test_the_same_text_has_the_same_numbers_on_every_machine() -> None:
    ids, _ = features("a red notice")
    assert ids[:3].tolist() == sorted(ids[:3].tolist())
    assert int(ids.astype(np.int64).sum()) == int(features("A réd notice?")[0].astype(np.int64).sum())


def test_a_text_without_words_has_none() -> None:
    assert len(features("!? \N{WAVING HAND SIGN}")[0]) == 0


@given(st.text(max_size=80))
def test_numbers_ascend_and_stay_in_range(text: str) -> None:
    ids, counts = features(text)
    assert len(ids) == len(counts)
    assert np.all(np.diff(ids) > 0)
    assert np.all((ids >= 0) & (ids < FEATURES))
    assert np.all(counts >= 1)
