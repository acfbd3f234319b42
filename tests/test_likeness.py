"""bot.editing.likeness: each fast way against its plain, slow twin"""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.editing import likeness
from bot.editing.likeness import alike, contrary, diversities, nearest, pieces, same_words
from bot.text import normalise

WORDS = st.sampled_from(
    [*"abé", "notice", "notices", "notise", "police", "polise", "red", "read", "the", "interpol", "النشرة", "النشره"]
)
KEYS = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), max_size=12)
ANY_KEYS = st.lists(st.text(max_size=20).map(normalise).filter(bool), min_size=2, max_size=8)
COMMON = st.frozensets(WORDS, max_size=3)
LEAST = st.sampled_from([60, 85])


# --- the same words ---


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("art theft interpol", "car theft interpol", False),
        ("what does the ccf do", "what does the un do", False),
        ("humen traficking", "human trafficking", True),
        ("is there a red notice", "is there red notice", True),  # "a" is common
        ("sltd definition", "definition", False),  # "sltd" is not
    ],
)
def test_two_phrasings_are_the_same_but_for_spelling_and_common_words(first: str, second: str, same: bool) -> None:
    assert same_words(first, second, frozenset({"a", "the"})) is same
    assert same_words(second, first, frozenset({"a", "the"})) is same


def slowly_alike(keys: list[str], common: frozenset[str], least: float) -> set[tuple[int, int]]:
    """Compare every two."""
    ordered = [" ".join(sorted(key.split())) for key in keys]
    return {
        (one, other)
        for one, other in combinations(range(len(keys)), 2)
        if fuzz.ratio(ordered[one], ordered[other]) >= least and same_words(keys[one], keys[other], common)
    }


@given(keys=KEYS | ANY_KEYS, owned=st.lists(st.integers(0, 2), min_size=12), common=COMMON, least=LEAST)
def test_none_is_missed_by_looking_for_one_word_of_each(
    keys: list[str], owned: list[int], common: frozenset[str], least: int
) -> None:
    found = [*alike(keys, owned, common, least)]
    assert set(found) == {
        (one, other) for one, other in slowly_alike(keys, common, least) if owned[one] != owned[other]
    }
    assert len(found) == len(set(found))


@given(ours=KEYS, theirs=KEYS, common=COMMON, least=LEAST)
def test_contraries_are_those_of_every_pair(
    ours: list[str], theirs: list[str], common: frozenset[str], least: int
) -> None:
    both, end = ours + theirs, len(ours)
    expected = {(one, other - end) for one, other in slowly_alike(both, common, least) if one < end <= other}
    assert set(contrary(ours, theirs, common, least)) == expected


@given(keys=KEYS)
def test_blocks_make_no_difference(keys: list[str]) -> None:
    def found() -> tuple[set[tuple[int, int]], list[int]]:
        near = nearest(pieces(keys)).tolist() if len(keys) > 1 else []
        return set(alike(keys, range(len(keys)), frozenset(), 60)), near

    whole = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "_ROWS", 3)
        patch.setattr(likeness, "_FEW", 1)
        patch.setattr(likeness, "_SLICE", 3)
        assert found() == whole


# --- one entry's own ---


def test_diversity_is_the_mean_share_of_words_that_only_one_of_two_has() -> None:
    entries = [["a b", "b a"], ["a b", "c d"], ["a b", "a c"], ["a b", "a c", "d"], ["a"], []]
    assert diversities(entries) == pytest.approx([0, 1, 2 / 3, (2 / 3 + 1 + 1) / 3, 1, 1])


def slow_diversity(keys: list[str]) -> float:
    sets = [set(key.split()) for key in keys]
    distances = [1 - len(a & b) / len(a | b) for a, b in combinations(sets, 2)]
    return sum(distances) / len(distances) if distances else 1


@given(entries=st.lists(KEYS, max_size=4))
def test_the_diversity_of_all_entries_at_once_is_that_of_each(entries: list[list[str]]) -> None:
    assert diversities(entries) == pytest.approx([*map(slow_diversity, entries)], abs=1e-5)


# --- nearest in writing ---


def slow_pieces(keys: list[str]) -> list[dict[str, float]]:
    """Weigh the pieces word by word, as the textbook has it."""
    counts = [Counter(f" {word} "[at : at + 3] for word in key.split() for at in range(len(word))) for key in keys]
    used_by = Counter(piece for count in counts for piece in count)
    vectors = []
    for count in counts:
        weights = {
            piece: (1 + math.log(number)) * (math.log((1 + len(keys)) / (1 + used_by[piece])) + 1)
            for piece, number in count.items()
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        vectors.append({piece: weight / length for piece, weight in weights.items()})
    return vectors


def slow_cosine(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(piece, 0.0) for piece, weight in one.items())


@given(keys=st.one_of(ANY_KEYS, KEYS.filter(lambda keys: len(keys) > 1)))
def test_pieces_and_nearest_are_those_of_the_textbook(keys: list[str]) -> None:
    slow = slow_pieces(keys)
    cosines = np.array([[slow_cosine(one, other) for other in slow] for one in slow])
    vectors = pieces(keys)
    assert np.allclose((vectors @ vectors.T).toarray(), cosines, atol=1e-9)
    np.fill_diagonal(cosines, -1)
    found = nearest(vectors)
    assert (found != np.arange(len(keys))).all()
    assert np.allclose(cosines[np.arange(len(keys)), found], cosines.max(axis=1), atol=1e-6)


def test_of_equals_the_first_is_the_nearest() -> None:
    assert nearest(pieces(["a red notice", "notice a red", "red a notice", "else"])).tolist()[:3] == [1, 0, 0]
