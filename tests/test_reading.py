"""bot/understanding/reading.py: what is compared of a message, on a small knowledge and on the real one."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.loader import load
from bot.messages import Outcome
from bot.text import READ_LIMIT
from bot.understanding.clauses import MOST_RANKED
from bot.understanding.reading import Reader

KNOWLEDGE = load(Path(__file__).parent.parent / "knowledge")
TERMS = (("secretary general", "secrétaire général", "zorgmeister"),)
READER = Reader(KNOWLEDGE.model_copy(update={"synonyms": (*KNOWLEDGE.synonyms, *TERMS)}), {})


def kinds(text: str) -> list[str]:
    return [rewrite.kind for rewrite in READER.read(text).rewrites]


def test_a_phrasing_letter_for_letter_is_read_as_it_is() -> None:
    message = READER.read("Hello, what is... A RED notice?!")
    assert (message.whole, message.sentences, message.questions) == ("what is... A RED notice?!", (), ())
    assert READER.read("What is a red notice?").rewrites == ()
    assert READER.read("hello").whole == "hello"


def test_filler_capitals_and_slips_are_mended_and_told() -> None:
    message = READER.read("HEY BOT!! HOW LONG DOES AN EXTRADITOIN TAKE PLS")
    assert message.whole == "how long does an extradition take"
    assert kinds("HEY BOT!! HOW LONG DOES AN EXTRADITOIN TAKE PLS") == ["filler", "spelling"]


def test_a_single_word_in_capitals_may_be_a_name() -> None:
    assert READER.read("NCBX").whole == "NCBX"


def test_small_talk_around_a_question_is_not_compared() -> None:
    message = READER.read("Hello!\nWhat about the prison in Lyon?\nThanks!!")
    assert message.first + message.later == ("What about the prison in Lyon?",)


def test_each_sentence_is_compared_once() -> None:
    message = READER.read("My bag was stolen in Lyon. Whom should I tell about my bag?")
    assert message.sentences == ("My bag was stolen in Lyon.", "Whom should I tell about my bag?")
    assert set(message.first + message.later) == {message.whole, *message.sentences}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("chno houwa interpol", "ar"),
        ("notice rouge durée de combien", "fr"),
        ("notice rouge duree combien", "fr"),
        ("qui decide ca la bas", "fr"),
        ("ccf", "en"),
        ("wat is dat", "en"),
    ],
)
def test_the_language_is_told_by_letters_and_by_words(text: str, language: str) -> None:
    assert READER.read(text).language == language


def test_where_the_text_leaves_it_open_the_hint_tells_the_language() -> None:
    message = READER.read("europol?!", "es")
    assert (message.language, message.told) == ("es", False)


def test_arabic_in_latin_letters_becomes_arabic() -> None:
    message = READER.read("salam, chno houwa interpol")
    assert (message.whole, message.language) == ("ما هو الإنتربول", "ar")
    assert kinds("salam, chno houwa interpol") == ["filler", "Arabic letters"]


def test_an_arabic_and_before_the_question_is_taken_off() -> None:
    assert READER.read("وكم تدوم؟").whole == "كم تدوم؟"
    assert READER.read("وثائق السفر يا أخي").whole == "وثائق السفر يا أخي"


def test_other_readings_are_other_words_and_another_language() -> None:
    words, *_ = READER.variants(READER.read("qui est donc le zorgmeister"))
    assert (words.text, words.language) == ("qui est donc le secretaire general", "fr")
    assert [rewrite.kind for rewrite in words.rewrites] == ["synonyms"]
    [french] = READER.variants(READER.read("what is the durée of a notice"))
    assert (french.language, french.answer_in) == ("fr", "en")
    assert READER.variants(READER.read("quelle est la durée d'une red chose")) == ()
    [english] = READER.variants(READER.read("quelle est la durée d'une wanted red chose"))
    assert (english.language, english.answer_in) == ("en", "fr")
    assert READER.variants(READER.read("how long does it take")) == ()


def test_slips_in_other_languages_are_another_reading() -> None:
    [variant] = READER.variants(READER.read("quiero hablar de extradizción"))
    assert variant.text == "quiero hablar de extradición"
    assert [rewrite.kind for rewrite in variant.rewrites] == ["spelling"]


def test_an_emergency_in_the_middle_of_a_long_story_is_compared() -> None:
    story = "We went for a walk. " * 40 + "My daughter was kidnapped. " + "Then we came home. " * 40
    assert "My daughter was kidnapped." in READER.read(story).sentences


@pytest.mark.parametrize("text", ["They have a gun.", "Il a une arme.", "Ayuda.", "أنا في خطر.", "Zorgblatt."])
def test_a_sentence_with_a_sign_of_an_emergency_or_an_unknown_word_is_always_compared(text: str) -> None:
    message = READER.read(f"What is the address of the office? {text}")
    assert len(message.alarming) >= 1
    assert text.rstrip(".").casefold() in " ".join(message.first).casefold()


def test_a_sentence_without_one_is_compared_where_the_whole_message_is_not_sure() -> None:
    message = READER.read("What is the address of the office? The office is in Lyon.")
    assert message.alarming == ()
    assert message.later == ("What is the address of the office?", "The office is in Lyon.")


def test_of_every_emergency_that_is_known_a_sign_is_seen() -> None:
    urgent = [entry for entry in KNOWLEDGE.entries if entry.outcome is Outcome.URGENT]
    texts = [phrasing for entry in urgent for phrasing in (entry.en.question, *entry.en.phrasings)]
    assert [text for text in texts if not READER._alarm(text)] == []


ADVERSARIAL = ("? ", "and what ", "a", "hi ", "\n", "!!", "والصفراء ", "chno ", "sec gen ", "d'", "-", "\u0301", "ab ")


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_a_megabyte_takes_no_longer_than_what_is_read_of_it(piece: str) -> None:
    def seconds(text: str) -> float:
        started = time.perf_counter()
        message = READER.read(text)
        READER.variants(message)
        assert len(message.first + message.later) <= MOST_RANKED + 4
        return time.perf_counter() - started

    whole = (piece * 1_000_000)[:1_000_000]
    read = min(seconds(whole[:READ_LIMIT]) for _ in range(2))
    assert min(seconds(whole) for _ in range(2)) < 5 * read + 0.05


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(), max_size=300), st.sampled_from([None, "fr", "es-419", "pt-BR", "ar"]))
def test_any_text_is_read(text: str, hint: str | None) -> None:
    message = READER.read(text, hint)
    assert message.language in {"en", "fr", "es", "ar"}
    assert message.first[0] == message.whole
    for variant in READER.variants(message):
        assert variant.text
