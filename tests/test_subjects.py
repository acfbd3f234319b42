"""bot/understanding/subjects.py"""

from pathlib import Path

import pytest

from bot.knowledge.loader import load
from bot.understanding.reading import Reader
from bot.understanding.subjects import Subjects

KNOWLEDGE = load(Path(__file__).parent.parent / "knowledge")
SUBJECTS = Subjects(KNOWLEDGE, Reader(KNOWLEDGE, {}).synonyms)
RED = "red-notice-definition"


@pytest.mark.parametrize(
    "text", ["what is a red notice?", "Les notices rouges", "¿una notificación roja?", "والنشرة الحمراء", "red alert"]
)
def test_a_subject_is_found_by_any_of_its_names_in_any_language(text: str) -> None:
    assert SUBJECTS.find(text) == (RED,)


def test_subjects_are_found_in_their_order() -> None:
    found = SUBJECTS.find("is hacking worse than terrorism, and who is the CCF?")
    assert found[:2] == ("crime-cybercrime", "crime-terrorism")
    assert SUBJECTS.name(found[2], "en") == "ccf"


def test_what_stands_in_most_questions_is_no_subject() -> None:
    assert SUBJECTS.find("what is INTERPOL?") == ()


def test_a_subject_is_called_by_its_name_in_the_asker_s_language() -> None:
    assert [SUBJECTS.name(RED, each) for each in ("en", "fr", "es", "ar")] == [
        "red notice",
        "notice rouge",
        "notificacion roja",
        "النشرة الحمراء",
    ]


@pytest.mark.parametrize("words", [["yellow"], ["jaune"], ["amarilla"], ["الصفراء"], ["والصفراء"]])
def test_half_a_name_beside_another_subject_of_the_kind_is_enough(words: list[str]) -> None:
    assert SUBJECTS.like(words, RED) == "yellow-notice"


@pytest.mark.parametrize("words", [["notice"], ["red"], ["weather"], [], ["yellow", "car"]])
def test_words_that_are_no_name_or_leave_it_open_are_none(words: list[str]) -> None:
    assert SUBJECTS.like(words, RED) is None


def test_a_subject_gives_way_to_another() -> None:
    assert SUBJECTS.replaced("How long does a Red Notice last?", RED, "yellow notice") == (
        "how long does a yellow notice last"
    )
    assert SUBJECTS.without("the red notice") == ["the"]
