"""bot/search/lexical.py, tested against a slow, obvious twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.search import lexical
from bot.search.lexical import Lexicon, learn
from bot.text import normalise

PHRASINGS = ["what is a red notice", "who leads interpol", "how do i report a stolen passport", "red alert, what is it"]
LEXICON = Lexicon(learn(PHRASINGS))
ALL = np.arange(len(PHRASINGS))


def cosines(text: str) -> np.ndarray:
    return LEXICON.cosines(LEXICON.terms(text), ALL)


def test_a_phrasing_is_itself() -> None:
    assert [cosines(text)[row] for row, text in enumerate(PHRASINGS)] == pytest.approx([1.0] * 4, abs=1e-5)


def test_slips_case_and_accents_keep_it_nearest() -> None:
    slipped = np.array(
        [cosines(text) for text in ("WHAT IS A RÉD NOTISE", "who leeds interpol?", "i report stolen pasport how")]
    )
    assert list(slipped.argmax(axis=1)) == [0, 1, 2]
    assert slipped.max(axis=1).min() > 0.3


@given(st.text(max_size=60))
def test_any_text_has_cosines_between_nought_and_one(text: str) -> None:
    row = cosines(text)
    assert row.shape == (len(PHRASINGS),)
    assert np.all(row >= 0)
    assert np.all(row <= 1 + 1e-6)


def test_the_phrasings_own_cosines_are_those_of_their_texts() -> None:
    assert np.allclose(LEXICON.own(ALL), [cosines(text) for text in PHRASINGS], atol=1e-6)
    assert np.array_equal(LEXICON.row(2).ids, LEXICON.terms(PHRASINGS[2]).ids)


def test_it_is_the_usual_tf_idf_of_words_and_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "KEPT", 10_000)
    mine = Lexicon(learn(PHRASINGS))
    plain = [normalise(text) for text in PHRASINGS]
    words = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True).fit_transform(plain)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).fit_transform(plain)
    slow = (words @ words.T + pieces @ pieces.T).toarray() / 2
    assert np.allclose(mine.own(ALL), slow, atol=0.02)  # sklearn counts a whole short word's piece differently


def test_only_the_weightiest_features_of_a_long_text_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "KEPT", 3)
    short = Lexicon(learn(PHRASINGS))
    assert len(short.terms(" ".join(PHRASINGS)).ids) == 6
    assert short.own(ALL).diagonal() == pytest.approx([1.0] * 4, abs=1e-5)


def test_rare_features_lead_to_the_phrasings_that_share_them() -> None:
    assert list(LEXICON.near(LEXICON.terms("a stolen pasport"), 1)) == [2]
    assert set(LEXICON.near(LEXICON.terms("red"), 4)) >= {0, 3}
    assert list(LEXICON.near(LEXICON.terms("qqq zzz"), 4)) == []


def test_common_features_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "RARE", 1)
    rare = Lexicon(learn(PHRASINGS))
    assert list(rare.near(rare.terms("red"), 4)) == []
    assert list(rare.near(rare.terms("stolen"), 1)) == [2]


def test_at_most_so_many_entries_of_the_lists_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "POSTINGS", 0)
    assert list(LEXICON.near(LEXICON.terms("stolen passport"), 4)) == []
