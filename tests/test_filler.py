"""bot/understanding/filler.py"""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import READ_LIMIT, clean, has_words
from bot.understanding.filler import is_filler, strip


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("hey bot quick q: can interpol arrest people pls", "can interpol arrest people"),
        ("Hi there! Sorry to bother you, what is a red notice? Thanks in advance!", "what is a red notice?"),
        ("good morning. i have a question: who pays?", "who pays?"),
        ("well, what is a red notice?", "what is a red notice?"),
        ("Bonjour, j'ai une petite question : qui finance Interpol ? Merci d'avance !", "qui finance Interpol ?"),
        ("slt", "slt"),
        ("Hola, buenas tardes, una pregunta: ¿qué es la CCF? gracias", "¿qué es la CCF?"),
        ("السلام عليكم، عندي سؤال: ما هي النشرة الحمراء؟ شكراً جزيلاً", "ما هي النشرة الحمراء؟"),
        ("salam, chno houwa interpol 3afak", "chno houwa interpol"),
        ("HELLO EVERYONE WHAT IS THE CCF", "WHAT IS THE CCF"),
    ],
)
def test_filler_around_a_question_is_taken_off(text: str, question: str) -> None:
    assert strip(text) == question
    assert not is_filler(question)


@pytest.mark.parametrize(
    "text", ["Hello", "good morning! thanks", "bonjour", "merci beaucoup", "مرحبا", "hola, gracias"]
)
def test_filler_alone_stays_what_it_is(text: str) -> None:
    assert strip(text) == text
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    [
        "well known criminals",
        "thanks for your help",
        "help me",
        "question everything",
        "what does hello mean in French",
        "please help, I was kidnapped",
        "salutations in arabic",
    ],
)
def test_words_that_belong_to_the_question_stay(text: str) -> None:
    assert strip(text).endswith(text.removeprefix("please "))


@given(st.text(st.characters(), max_size=120))
def test_of_any_text_with_words_some_are_left(text: str) -> None:
    seen = clean(text)
    left = strip(seen)
    assert has_words(left) == has_words(seen)
    assert left in seen or not has_words(seen)


@pytest.mark.parametrize("piece", ["hi ", "hi, ", "quick question ", "thanks ", ". ", "! hi ", "so "])
def test_any_amount_of_filler_takes_calls_in_proportion(piece: str) -> None:
    def calls(length: int) -> int:
        counted = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal counted
            counted += 1

        text = (piece * length)[:length]
        sys.setprofile(count)
        try:
            strip(text)
        finally:
            sys.setprofile(None)
        return counted

    assert calls(READ_LIMIT) <= 6 * calls(READ_LIMIT // 4)
