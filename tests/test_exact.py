"""bot/search/exact.py"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search import exact
from bot.search.exact import Copies, learn
from bot.text import normalise

TEXTS = ["What is a red notice?", "Qui dirige Interpol ?", "what is a RED notice", "ccf"]


def test_copies_are_found_whatever_their_case_accents_and_punctuation() -> None:
    copies = Copies(TEXTS, learn(TEXTS))
    assert copies.find("what is a réd notice") == [0, 2]
    assert copies.find("CCF?") == [3]
    assert copies.find("red notice") == []


def test_two_texts_that_share_a_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_key", lambda plain: np.uint64(7))
    copies = Copies(TEXTS, learn(TEXTS))
    assert copies.find("ccf") == [3]
    assert copies.find("nothing of the kind") == []


@given(st.lists(st.text(max_size=20), max_size=20), st.text(max_size=20))
def test_it_finds_what_a_search_one_by_one_finds(texts: list[str], text: str) -> None:
    slow = [row for row, each in enumerate(texts) if normalise(each) == normalise(text)]
    assert Copies(texts, learn(texts)).find(text) == slow
