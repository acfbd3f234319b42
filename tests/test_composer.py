"""bot/composer.py"""

import pytest

from bot.composer import Composer
from bot.knowledge.schema import Knowledge
from bot.messages import Explanation, Outcome, Question, Suggestion
from bot.text import READ_LIMIT
from tests.fakes import WORDS
from tests.small_knowledge import KNOWLEDGE

COMPOSER = Composer(KNOWLEDGE)
NOTICES, HISTORY = KNOWLEDGE.entries[:2]


def test_an_entry_in_the_asker_s_language_carries_no_note_on_translation() -> None:
    answer = COMPOSER.entry(Question("x"), NOTICES, 0.9, Explanation(language="fr"))
    assert (answer.language, answer.title) == ("fr", "Que sont les notices ?")
    assert answer.notes == (WORDS.not_legal_advice,)
    assert answer.related == (Suggestion("history", "When was it founded?"),)


@pytest.mark.parametrize(("language", "name"), [("fr", "français"), ("es", "Spanish"), ("ar", "Arabic")])
def test_a_missing_translation_is_named(language: str, name: str) -> None:
    answer = COMPOSER.entry(Question("x"), HISTORY, 0.9, Explanation(language=language))
    assert answer.language == "en"
    assert answer.notes == (WORDS.untranslated.replace("{language}", name),)


def test_only_an_answer_has_a_title() -> None:
    titles = {
        entry.outcome: COMPOSER.entry(Question("x"), entry, 1.0, Explanation()).title for entry in KNOWLEDGE.entries
    }
    assert titles.pop(Outcome.ANSWERED)
    assert set(titles.values()) == {""}


def test_a_long_question_gets_a_note_whatever_the_answer() -> None:
    long = Question("x" * (READ_LIMIT + 1))
    note = WORDS.too_long.replace("{limit}", str(READ_LIMIT))
    why = Explanation()
    choices = (Suggestion("history", "When was it founded?", 0.4),)
    assert note in COMPOSER.entry(long, HISTORY, 1.0, why).notes
    assert note in COMPOSER.suggestions(long, choices, 0.4, why).notes
    assert note in COMPOSER.unknown(long, choices, 0.1, why).notes
    assert note not in COMPOSER.unknown(Question("x" * READ_LIMIT), choices, 0.1, why).notes


def test_the_unknown_is_owned_to_with_a_person_and_the_nearest_things() -> None:
    choices = (Suggestion("history", "When was it founded?", 0.1),)
    answer = COMPOSER.unknown(Question("x"), choices, 0.1, Explanation(language="fr"))
    assert (answer.outcome, answer.short, answer.language) == (Outcome.DECLINED, "Je ne sais pas.", "fr")
    assert answer.suggestions == choices
    assert answer.contact is not None
    assert answer.contact.fields == ("Data Protection",)


def test_help_is_the_first_paragraph_in_short_and_the_rest_in_detail() -> None:
    words = WORDS.model_copy(update={"greeting_help": "First.\n\nSecond.\n\nThird."})
    helpful = Composer(Knowledge.model_validate(KNOWLEDGE.model_copy(update={"words": {"en": words}}).model_dump()))
    answer = helpful.help(Question(""), Explanation())
    assert (answer.short, answer.details) == ("First.", "Second.\n\nThird.")


def test_a_source_is_dated_in_words_in_the_answer_s_language() -> None:
    english = COMPOSER.entry(Question("x"), NOTICES, 0.9, Explanation(language="en")).sources[0]
    french = COMPOSER.entry(Question("x"), NOTICES, 0.9, Explanation(language="fr")).sources[0]
    assert (english.as_of, english.dated) == ("2026-01", "as of January 2026")
    assert french.dated == "as of janvier 2026"  # the small knowledge has English words for French
    record = KNOWLEDGE.sources["page"].model_copy(update={"undated": True})
    undated = Composer(KNOWLEDGE.model_copy(update={"sources": {"page": record}}))
    read = undated.entry(Question("x"), NOTICES, 0.9, Explanation(language="en")).sources[0]
    assert read.dated == "page without a date, read January 2026"
