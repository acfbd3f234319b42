import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Candidate, Contact, Explanation, Outcome, Question, Rewrite, Suggestion
from bot.plain import (
    all_notes,
    answer_object,
    answer_text,
    best,
    contact_lines,
    explanation_object,
    percent,
    to_json,
)
from tests.fakes import CONTACT, FakeEngine, make_answer

KEYS = ["q", "outcome", "entry", "confidence", "language", "text", "sources", "suggestions", "ms", "also"]


def test_the_object_has_exactly_the_promised_keys_in_their_order() -> None:
    found = answer_object(make_answer())
    assert list(found) == KEYS
    assert list(found["sources"][0]) == ["title", "url", "as_of"]


def test_the_object_says_what_the_answer_says() -> None:
    found = answer_object(make_answer("Red notice?"))
    assert (found["q"], found["outcome"], found["entry"]) == ("Red notice?", "answered", "red-notice-definition")
    assert (found["confidence"], found["language"], found["ms"]) == (0.97, "en", 1.5)
    assert found["sources"] == [{"title": "FAQs", "url": "https://www.interpol.int/en/FAQs", "as_of": "2021"}]


def test_the_text_has_every_part_without_markup_a_blank_line_between() -> None:
    assert answer_text(make_answer(contact=CONTACT)).split("\n\n") == [
        "A red notice is a request to find and provisionally arrest a person.",
        "It is not a warrant.",
        "- asked for by a member country\n- see the FAQ (https://www.interpol.int/en/FAQs)",
        "Search the public notices on INTERPOL's website.",
        "This is general information, not legal advice.",
        "Jane Example, Partner, Example LLP\nData Protection",
    ]


def test_an_answer_with_nothing_but_a_short_text_leaves_no_blank_lines() -> None:
    assert answer_text(make_answer(short="No.", details="", next_steps="", notes=())) == "No."


def test_empty_fields_of_a_contact_leave_no_trace() -> None:
    assert contact_lines(Contact("Jane", email="jane@example.org")) == ("Jane", "jane@example.org")


def test_suggestions_are_the_three_best_the_best_first() -> None:
    shuffled = tuple(Suggestion(f"entry-{n}", "?", n / 10) for n in (1, 4, 2, 3))
    assert [suggestion.entry for suggestion in best(shuffled)] == ["entry-4", "entry-3", "entry-2"]
    assert [each["confidence"] for each in answer_object(make_answer(suggestions=shuffled))["suggestions"]] == [
        0.4,
        0.3,
        0.2,
    ]


@pytest.mark.parametrize("text", ["red notice", "unsure", "my case", "danger", "hostile", "arabic", "anything"])
def test_every_kind_of_answer_becomes_an_object(text: str) -> None:
    found = answer_object(FakeEngine().answer(Question(text)))
    assert found["outcome"] in set(Outcome)
    assert found["text"]


def test_letters_stay_letters() -> None:
    assert to_json({"q": "ما هي"}) == '{"q": "ما هي"}'.encode()


@given(st.text(st.characters(), max_size=40))
def test_json_of_any_text_even_half_a_surrogate_pair_reads_back_as_it_was(text: str) -> None:
    assert json.loads(to_json({"q": text}).decode("utf-8")) == {"q": text}


@given(st.text(st.characters(categories=["Cs"]), min_size=1, max_size=5))
def test_half_surrogates_are_written_as_escapes(text: str) -> None:
    assert b"\\ud" in to_json({"q": "red " + text + " notice"})


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 %"), (0.001, "under 1 %"), (0.414, "41 %"), (0.998, "over 99 %"), (1.0, "100 %")]
)
def test_confidence_is_never_rounded_to_certainty(share: float, words: str) -> None:
    assert percent(share) == words


def test_a_second_question_is_an_object_of_its_own_with_title_text_and_sources() -> None:
    other = make_answer(entry="mission", title="What is the mission?", short="To **prevent** crime.", details="")
    [found] = answer_object(make_answer(also=(other,)))["also"]
    assert (found["entry"], found["title"], found["language"]) == ("mission", "What is the mission?", "en")
    assert found["text"].startswith("To prevent crime.")
    assert found["sources"][0]["url"] == "https://www.interpol.int/en/FAQs"


def test_notes_of_several_answers_are_told_once() -> None:
    other = make_answer(notes=("This is general information, not legal advice.", "An old figure."))
    assert all_notes(make_answer(also=(other,))) == ("This is general information, not legal advice.", "An old figure.")


def test_the_reasons_are_an_object_with_every_signal_and_every_rewrite() -> None:
    runner_up = Candidate("mission", "What is the mission?", "your mission", 0.2, (("dense", 0.5),))
    first = make_answer().explanation
    why = replace(first, candidates=(*first.candidates, runner_up), rewrites=(Rewrite("filler", "red notice?"),))
    found = explanation_object(make_answer(explanation=why))
    assert (found["rule"], found["threshold"], found["knowledge"]) == ("sure", 0.7, "0123456789ab")
    assert found["rewrites"] == [{"kind": "filler", "text": "red notice?"}]
    assert found["candidates"][0]["signals"] == {"dense": 0.9}
    assert found["candidates"][0]["phrasing"] == "what is a red notice"
    assert found["margin"] == pytest.approx(0.77)


def test_without_candidates_there_is_no_margin() -> None:
    assert explanation_object(make_answer(explanation=Explanation(rule="no words")))["margin"] == 0
