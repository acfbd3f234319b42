"""bot/understanding/follow_up.py: what the words of a follow-up tell, on the names of the real knowledge."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.loader import load
from bot.messages import Turn
from bot.understanding.follow_up import FollowUps, language_wanted, wants_more
from bot.understanding.reading import Reader
from bot.understanding.subjects import Subjects

KNOWLEDGE = load(Path(__file__).parent.parent / "knowledge")
READER = Reader(KNOWLEDGE, {})
FOLLOW_UPS = FollowUps(KNOWLEDGE, Subjects(KNOWLEDGE, READER.synonyms), READER.exact)
RED = Turn("what is a red notice?", "red-notice-definition", "en")
CYBER = Turn("what does interpol do about hacking", "crime-cybercrime", "en")


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("and how long does it last?", "en", "how long does it last red notice"),
        ("who decides that?", "en", "who decides that red notice"),
        ("how long?", "en", "how long red notice"),
        ("et combien de temps dure-t-elle ?", "fr", "combien de temps dure t elle notice rouge"),
        ("qui décide ça ?", "fr", "qui decide ca notice rouge"),
        ("¿y cuánto dura?", "es", "cuanto dura notificacion roja"),
        ("وكم تدوم؟", "ar", "وكم تدوم النشرة الحمراء"),
        ("كيف يمكن حذفها؟", "ar", "كيف يمكن حذفها النشرة الحمراء"),
    ],
)
def test_what_points_back_is_read_with_the_subject(text: str, language: str, read: str) -> None:
    assert FOLLOW_UPS.expanded(text, RED, language) == read


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("and the yellow one?", "en", "what is a yellow notice"),
        ("what about a blue notice", "en", "what is a blue notice"),
        ("et la jaune ?", "fr", "une notice jaune quest ce que cest"),
        ("¿y la amarilla?", "es", "notificacion amarilla"),
        ("والصفراء؟", "ar", "النشرة الصفراء"),
    ],
)
def test_another_subject_takes_the_place_of_the_last_one_s(text: str, language: str, read: str) -> None:
    expanded = FOLLOW_UPS.expanded(text, RED, language)
    assert expanded
    assert read in expanded


def test_the_question_that_was_typed_is_asked_of_the_other_subject() -> None:
    assert FOLLOW_UPS.expanded("and terrorism?", CYBER, "en") == "what does interpol do about terrorism"


def test_where_the_last_question_names_nothing_the_title_of_its_answer_tells_the_subject() -> None:
    turn = Turn("how long does it last", "red-notice-duration", "en")
    assert FOLLOW_UPS.expanded("who decides that?", turn, "en") == "who decides that red notice"
    turn = Turn("who pays", "funding-budget", "en")
    assert FOLLOW_UPS.expanded("and who pays most?", turn, "en") == "who pays most how is interpol funded"


@pytest.mark.parametrize(
    "text",
    [
        "how long does a yellow notice last?",
        "and is terrorism a crime that they deal with?",
        "lost passport",
        "I want to report a crime to the police",
        "it is what it is and that is all there is to say about that",
        "",
        "?!",
    ],
)
def test_what_names_its_own_subject_or_says_enough_is_no_follow_up(text: str) -> None:
    assert FOLLOW_UPS.expanded(text, RED, "en") is None


def test_an_entry_that_is_gone_is_no_context() -> None:
    assert FOLLOW_UPS.expanded("how long does it last?", Turn("x", "no-such-entry", "en"), "en") is None


def test_what_the_subject_alone_is_answered_with_adds_nothing() -> None:
    duration = Turn("how long does a red notice last", "red-notice-duration", "en")
    assert not FOLLOW_UPS.adds("red-notice-duration", duration, "en")
    assert not FOLLOW_UPS.adds("red-notice-definition", duration, "en")
    assert FOLLOW_UPS.adds("red-notice-public", duration, "en")
    assert not FOLLOW_UPS.adds("ccf-role", Turn("how long does the ccf take", "ccf-timeline", "en"), "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in Spanish?", "es"),
        ("what about in Spanish?", "es"),
        ("can you say that in French please", "fr"),
        ("en français", "fr"),
        ("et en anglais ?", "en"),
        ("¿y en inglés?", "en"),
        ("lo mismo en árabe, por favor", "ar"),
        ("بالعربية", "ar"),
        ("وبالإنجليزية؟", "en"),
        ("English?", "en"),
    ],
)
def test_a_language_can_be_asked_for(text: str, language: str) -> None:
    assert language_wanted(text) == language


@pytest.mark.parametrize(
    "text", ["is a French lawyer needed", "in Spanish or French?", "what about it?", "Spain", "english police", ""]
)
def test_a_language_that_is_only_named_is_not_asked_for(text: str) -> None:
    assert language_wanted(text) is None


@pytest.mark.parametrize(
    "text", ["source?", "More!", "and the source?", "hey, tell me more", "plus", "¿fuente?", "المصدر؟"]
)
def test_more_or_the_source_can_be_asked_for(text: str) -> None:
    assert wants_more(text)


@pytest.mark.parametrize("text", ["more countries", "open source", "who is the source of it", ""])
def test_other_questions_ask_for_no_more(text: str) -> None:
    assert not wants_more(text)


@given(st.text(st.characters(), max_size=80), st.sampled_from(["en", "fr", "es", "ar"]))
def test_any_text_is_a_follow_up_or_none(text: str, language: str) -> None:
    expanded = FOLLOW_UPS.expanded(text, RED, language)
    assert expanded is None or expanded.strip()
