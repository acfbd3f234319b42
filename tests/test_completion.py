"""bot/completion.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.completion import Completion
from tests.small_knowledge import KNOWLEDGE

COMPLETION = Completion(KNOWLEDGE.entries, ("How can I work there?",))


@pytest.mark.parametrize(
    "typed", ["vac", "vacan", "VACANCIES", "vacanices", "recruitment", "how can i wo", "careers recr"]
)
def test_the_meant_question_comes_first_while_it_is_typed(typed: str) -> None:
    assert COMPLETION.complete(typed, "en", 25)[0].question == "How can I work there?"


def test_nothing_typed_shows_the_examples_first() -> None:
    found = COMPLETION.complete("", "en", 3)
    assert len(found) == 3
    assert found[0].question == "How can I work there?"


def test_questions_are_in_the_person_s_language_else_in_english() -> None:
    assert COMPLETION.complete("alertes colorées", "fr", 5)[0].question == "Que sont les notices ?"
    assert COMPLETION.complete("vacancies", "fr", 5)[0].question == "How can I work there?"


def test_what_fits_nothing_gives_nothing() -> None:
    assert COMPLETION.complete("zzzzqqqqxxxx", "en", 25) == ()


@given(st.text(max_size=80), st.integers(0, 30))
def test_any_text_gives_at_most_the_limit_each_entry_once_best_first(typed: str, limit: int) -> None:
    found = COMPLETION.complete(typed, "en", limit)
    assert len(found) <= limit
    assert len({each.entry for each in found}) == len(found)
    confidences = [each.confidence for each in found]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
