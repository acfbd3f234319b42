"""bot/text.py"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import READ_LIMIT, Languages, calm, clean, has_words, normalise, sentences

LANGUAGES = Languages(("en", "fr", "es", "ar"))


def test_what_nobody_sees_is_removed() -> None:
    assert clean("red\x00 \x07notice\x7f \u202ex\u202c \ud83d \U0001f693 \u200f!") == "red notice x !"


def test_full_width_and_ligatures_become_ordinary_letters() -> None:
    assert clean("\uff43\uff43\uff46 \ufb01le") == "ccf file"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is a Red Notice?", "what is a red  notice"),
        ("Qu\u2019est-ce qu'une notice ?", "quest ce quune notice"),
        ("¿Qué es INTERPOL?", "que es interpol"),
        ("i-24/7", "I 24 7"),
    ],
)
def test_case_accents_and_punctuation_do_not_make_another_phrasing(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_what_makes_a_sign_an_emoji_goes_with_it() -> None:
    assert clean("\u2764\ufe0f red 1\ufe0f\u20e3 notice \U0001f46e\u200d\u2640\ufe0f") == "red 1 notice"


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("WHAT IS A RED NOTICE?", "what is a red notice?"),
        ("QU'EST-CE QUE LA CCF pls", "qu'est-ce que la ccf pls"),
        ("CCF", "CCF"),
        ("What does the CCF do?", "What does the CCF do?"),
        ("ما هي CCF", "ما هي ccf"),
        ("123 ?!", "123 ?!"),
    ],
)
def test_a_shouted_text_is_calmed_and_a_name_is_not(text: str, quiet: str) -> None:
    assert calm(text) == quiet


def test_words_of_one_language_tell_a_short_text_s_where_its_letters_do_not() -> None:
    known = Languages(("en", "fr", "es", "ar"), {"rouge": "fr", "duree": "fr", "passport": "en"})
    assert LANGUAGES.detect("notice rouge duree") == "en"
    assert known.detect("notice rouge duree", "en-US") == "fr"
    assert known.detect("rouge", "en-US") == "en"  # one word may be a name
    assert known.detect("what does a red notice mean for a rouge", "fr") == "en"  # the letters leave no doubt


def test_a_message_without_letters_has_no_words() -> None:
    assert not has_words(clean("\U0001f6a8 123 ?! <>"))
    assert has_words("ccf?")
    assert has_words("ما")


def test_sentences_and_lines_are_told_apart() -> None:
    assert sentences("Hello. what is a red notice? thx\nbye \n\n 123") == (
        "Hello.",
        "what is a red notice?",
        "thx",
        "bye",
    )


def test_a_question_mark_ends_a_sentence_even_without_a_space() -> None:
    assert sentences("ccf?i247? 3?4") == ("ccf?", "i247?")


def test_of_many_sentences_the_first_and_the_last_are_read() -> None:
    many = sentences(" ".join(f"sentence {letter}." for letter in "abcdefghijklmnop"), most=4)
    assert many == ("sentence a.", "sentence b.", "sentence o.", "sentence p.")


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_is_cleaned_and_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert normalise(normalise(text)) == normalise(text)
    assert all(part == part.strip() for part in sentences(text))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_quick_way_for_ascii_reads_the_same_as_the_way_for_everything(text: str) -> None:
    assert clean(text) == clean(text + "\u200b")


def test_a_megabyte_takes_no_longer_than_the_read_limit() -> None:
    started = time.perf_counter()
    assert len(clean("a " * 500_000)) <= READ_LIMIT
    sentences("?! " * 300_000)
    long = time.perf_counter() - started
    started = time.perf_counter()
    clean(("a " * READ_LIMIT)[:READ_LIMIT])
    sentences(("?! " * READ_LIMIT)[:READ_LIMIT])
    assert long < 50 * (time.perf_counter() - started)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what does a red notice mean", "en"),
        ("qu'est-ce qu'une notice rouge ?", "fr"),
        ("passeport perdu", "fr"),
        ("¿quién puede pedir una notificación roja?", "es"),
        ("ما هي النشرة الحمراء", "ar"),
        ("ما هي الـ red notice", "ar"),
        ("ccf?", "en"),
        ("europol", "en"),
        ("diffusion", "en"),
        ("bonjour", "fr"),
        ("gracias", "es"),
        ("123", "en"),
    ],
)
def test_the_language_of_short_texts_is_told(text: str, language: str) -> None:
    assert LANGUAGES.detect(text) == language


def test_where_the_text_leaves_it_open_the_hint_decides() -> None:
    assert LANGUAGES.detect("ccf?", "es-419") == "es"
    assert LANGUAGES.detect("ccf?", "pt_BR") == "en"
    assert LANGUAGES.detect("what does a red notice mean", "fr") == "en"


@pytest.mark.parametrize(
    ("locale", "language"), [("fr", "fr"), ("es-419", "es"), ("pt-BR", None), ("", None), (None, None)]
)
def test_a_locale_gives_its_language_when_known(locale: str | None, language: str | None) -> None:
    assert LANGUAGES.base(locale) == language
