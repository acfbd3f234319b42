"""bot/understanding/clauses.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import READ_LIMIT, sentences
from bot.understanding.clauses import (
    LONG,
    MOST_QUESTIONS,
    MOST_RANKED,
    RANKED_CHARACTERS,
    asks,
    questions,
    ranked,
)


def parts(text: str) -> tuple[str, ...]:
    return sentences(text, len(text))


@pytest.mark.parametrize(
    "text",
    ["is it", "what is it", "Qui paie", "¿Quién paga?", "ومن يدفع", "ما هي", "and who pays", "the ccf?", "explique"],
)
def test_a_mark_or_a_first_word_tells_a_question(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["I lost it", "my brother is in jail", "and then he left", "", "!?!", "ok"])
def test_a_statement_is_no_question(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What is it? And who pays?", ("What is it?", "who pays?")),
        ("what is it and how long does it last", ("what is it", "how long does it last")),
        ("Can they arrest people and do they carry guns", ("Can they arrest people", "do they carry guns")),
        ("what is it and also the ccf?", ("what is it", "the ccf?")),
        ("qu'est-ce que c'est et comment la saisir ?", ("qu'est-ce que c'est", "comment la saisir ?")),
        ("¿Qué es la CCF y cómo puedo ir?", ("¿Qué es la CCF", "cómo puedo ir?")),
        ("ما هي النشرة وكم تدوم؟", ("ما هي النشرة", "وكم تدوم؟")),
        ("ccf?i247?", ("ccf?", "i247?")),
        ("I read a lot. What is it? Who pays? Thanks", ("What is it?", "Who pays?")),
    ],
)
def test_two_questions_are_told_apart(text: str, asked: tuple[str, ...]) -> None:
    assert questions(parts(text)) == asked


@pytest.mark.parametrize(
    "text",
    [
        "What is it?",
        "the difference between this and that",
        "I lost my passport and my bag. What now?",
        "is he here? what now? who decides? how long?",
        "One. Two. Three. Four. Five. What is it? Who pays?",
        "",
    ],
)
def test_one_question_and_a_long_story_are_not_split(text: str) -> None:
    assert questions(parts(text)) == ()


def test_a_single_sentence_is_not_ranked_besides_the_message() -> None:
    assert ranked(parts("What is a red notice and who pays?"), lambda _: 0.0) == ()


def test_where_there_are_too_many_sentences_those_with_a_cue_are_ranked_and_their_order_stays() -> None:
    many = [f"sentence number {number}." for number in range(60)]
    many[30] = "they took my son."
    many[31] = "what can I do?"
    chosen = ranked(many, lambda text: float("son" in text))
    assert len(chosen) == MOST_RANKED
    assert {"they took my son.", "what can I do?", many[0], many[-1]} <= set(chosen)
    assert list(chosen) == sorted(chosen, key=many.index)


def test_a_long_sentence_without_a_stop_is_read_to_its_end_in_pieces() -> None:
    text = "and then " * 100 + "they took my son"
    chosen = ranked(parts(text), lambda piece: float("son" in piece))
    assert any(piece.endswith("they took my son") for piece in chosen)
    assert all(len(piece) <= LONG for piece in chosen)


@given(st.text(st.characters(), max_size=400), st.integers(1, 30))
def test_any_message_is_ranked_within_the_limits(text: str, times: int) -> None:
    pieces = parts((text * times)[:READ_LIMIT])
    chosen = ranked(pieces, lambda _: 0.0)
    assert len(chosen) <= MOST_RANKED
    assert sum(map(len, chosen)) <= RANKED_CHARACTERS
    assert len(questions(pieces)) in {0, *range(2, MOST_QUESTIONS + 1)}
