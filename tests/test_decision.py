"""bot/decision.py: each rule on rankings made by hand."""

import pytest

from bot.decision import FOLLOW_UP_FROM, Rules
from bot.messages import Outcome
from bot.search.index import Hit, Ranking
from tests.small_knowledge import KNOWLEDGE

RULES = Rules({entry.id: entry for entry in KNOWLEDGE.entries})
SURE, NEAR = 0.8, 0.4


def ranking(*hits: tuple[str, float], exact: str | None = None, text: str = "asked") -> Ranking:
    made = tuple(Hit(entry, confidence, confidence, "a phrasing", ()) for entry, confidence in hits)
    return Ranking(text, made, SURE, NEAR, exact)


def test_an_answer_is_sure_from_the_threshold_on() -> None:
    found = RULES.sure([ranking(("jobs", SURE))])
    assert found
    assert (found.rule, found.threshold, found.hit.entry, found.exact) == ("sure", SURE, "jobs", False)
    assert RULES.sure([ranking(("jobs", SURE - 0.01))]) is None


def test_a_phrasing_letter_for_letter_is_named_as_such() -> None:
    found = RULES.sure([ranking(("jobs", 0.995), exact="jobs")])
    assert found
    assert (found.rule, found.exact) == ("exact phrasing", True)


def test_the_whole_message_comes_before_its_sentences_and_answers_before_small_talk() -> None:
    whole, part = ranking(("jobs", 0.85), text="whole"), ranking(("history", 0.99), text="part")
    found = RULES.sure([whole, part])
    assert found
    assert found.text == "whole"
    found = RULES.sure([ranking(("hello", 0.99)), part])
    assert found
    assert found.hit.entry == "history"


@pytest.mark.parametrize(
    ("hits", "urgent"),
    [
        ([("danger", 0.3), ("jobs", 0.2)], True),
        ([("danger", 0.29), ("jobs", 0.2)], False),
        ([("jobs", 0.9), ("danger", 0.5)], False),
    ],
)
def test_danger_comes_first_where_it_is_likely_and_likeliest(hits: list[tuple[str, float]], urgent: bool) -> None:
    assert bool(RULES.urgent([ranking(*hits)])) == urgent


def test_a_sentence_must_be_surer_than_the_whole_message() -> None:
    whole = ranking(("jobs", 0.2))
    assert RULES.urgent([whole, ranking(("danger", 0.49))]) is None
    found = RULES.urgent([whole, ranking(("danger", 0.5), text="part")])
    assert found
    assert (found.text, found.rule) == ("part", "urgent")


def test_when_nothing_is_sure_an_emergency_that_is_near_is_an_alarm() -> None:
    assert RULES.alarm(ranking(("jobs", 0.6), ("danger", NEAR)))
    assert RULES.alarm(ranking(("jobs", 0.6), ("danger", NEAR - 0.01))) is None


def test_a_follow_up_must_be_surer_and_must_be_answered() -> None:
    assert RULES.follow_up(ranking(("jobs", FOLLOW_UP_FROM)))
    assert RULES.follow_up(ranking(("jobs", FOLLOW_UP_FROM - 0.01))) is None
    assert RULES.follow_up(ranking(("my-case", 0.99))) is None


def test_a_guard_that_is_likeliest_is_followed() -> None:
    found = RULES.polite(ranking(("hello", 0.3), ("weather", 0.2), ("jobs", 0.4)))
    assert found
    assert (found.hit.entry, found.rule, found.threshold) == ("hello", "likeliest", NEAR)
    assert RULES.polite(ranking(("jobs", 0.6), ("hello", 0.5))) is None
    assert RULES.polite(ranking(("my-case", 0.49))) is None
    assert RULES.polite(ranking(("my-case", 0.5)))


def test_only_what_answers_or_hands_over_is_offered_each_once_best_first() -> None:
    rankings = [ranking(("hello", 0.9), ("jobs", 0.2)), ranking(("my-case", 0.3), ("jobs", 0.5), ("danger", 0.4))]
    assert [(hit.entry, hit.confidence) for hit in RULES.offered(rankings)] == [("jobs", 0.5), ("my-case", 0.3)]


def test_an_entry_s_own_threshold_counts() -> None:
    strict = {entry.id: entry.model_copy(update={"threshold": 0.95}) for entry in KNOWLEDGE.entries}
    assert Rules(strict).sure([ranking(("jobs", 0.94))]) is None


def test_where_nothing_was_ranked_nothing_is_found() -> None:
    empty = ranking()
    assert RULES.urgent([empty]) is RULES.sure([empty]) is RULES.alarm(empty) is RULES.polite(empty) is None
    assert RULES.offered([empty]) == ()


def test_outcomes_are_the_entries() -> None:
    assert RULES.outcome(ranking(("danger", 1.0)).hits[0]) is Outcome.URGENT
