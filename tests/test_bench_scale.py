"""bot/bench/scale.py"""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from bot.bench.scale import PER_ENTRY, Scaling, measure_size, phrasings, questions

BASE = ("what is a red notice", "how do i become a member", "where is the office", "ccf")


def test_the_same_phrasings_come_each_time_and_more_of_them_go_on_from_fewer() -> None:
    some = [*phrasings(BASE, 95)]
    assert some == [*phrasings(BASE, 95)]
    assert some == [*islice(phrasings(BASE, 1000), 95)]
    assert len({each.entry for each in some}) == 10


def test_an_entry_has_its_phrasings_and_they_differ() -> None:
    made = [*phrasings(BASE, 2000)]
    assert {sum(each.entry == name for each in made) for name in {each.entry for each in made}} == {PER_ENTRY}
    assert len({each.text for each in made}) > 0.8 * len(made)


def test_questions_are_for_entries_that_there_are() -> None:
    entries = {each.entry for each in phrasings(BASE, 500)}
    asked = questions(BASE, 500, 30)
    assert asked == questions(BASE, 500, 30)
    assert len({query.right for query in asked}) == 30
    assert all(query.right <= entries for query in asked)
    assert len(questions(BASE, 95)) == 10


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4).filter(lambda base: any(text.split() for text in base)))
def test_phrasings_are_made_of_any_texts(base: list[str]) -> None:
    assert len([*phrasings(base, 25)]) == 25


def test_a_size_is_measured_and_the_exact_search_agrees_with_itself() -> None:
    steps: list[int] = []
    point = measure_size(BASE, 300, Scaling("token_sort", "token_sort"), steps.append)
    assert (point.phrasings, point.entries, point.recall) == (300, 30, 1)
    assert 0 < point.median_ms <= point.p99_ms
    assert len(steps) == 60


def test_another_search_as_the_exact_one_finds_other_entries() -> None:
    recall = measure_size(BASE, 300, Scaling("token_sort", "bm25s"), lambda _: None).recall
    assert recall is not None
    assert 0.2 < recall < 1


def test_hashed_vectors_stand_in_for_the_encoders() -> None:
    scaling = Scaling("use", hashed=True)
    assert [make().name for make in scaling.recipe("interpol-bot").encoders] == ["hashed-384", "hashed-512"]
    assert measure_size(BASE, 200, scaling, lambda _: None).recall is None
