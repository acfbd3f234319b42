"""bot/engine.py: the rules, on a small knowledge and a toy encoder."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import Engine, phrasings_of
from bot.markup import plain
from bot.messages import Outcome, Question, Rewrite, Turn
from tests.contract import BAD_INPUT
from tests.fakes import WORDS
from tests.small_knowledge import KNOWLEDGE, entry, text
from tests.toy_encoders import BrokenEncoder, ToyEncoder

ENGINE = Engine(KNOWLEDGE, [ToyEncoder()])


def test_a_phrasing_letter_for_letter_is_answered_as_such() -> None:
    answer = ENGINE.answer(Question("What is... COLOURED alerts?!"))
    assert (answer.outcome, answer.entry) == (Outcome.ANSWERED, "notices")
    assert answer.explanation.rule == "exact phrasing"
    assert answer.confidence > 0.99


def test_other_words_for_the_same_are_answered() -> None:
    answer = ENGINE.answer(Question("please say something about vacancies"))
    assert (answer.outcome, answer.entry) == (Outcome.ANSWERED, "jobs")
    assert answer.explanation.rule == "sure"
    assert answer.confidence >= answer.explanation.threshold


def test_an_answer_carries_everything_its_entry_says() -> None:
    answer = ENGINE.answer(Question("coloured alerts"))
    assert (answer.short, answer.details, answer.next_steps) == ("Short: What are notices?", "They *differ*.", "Look.")
    assert answer.title == "What are notices?"
    assert [(source.title, source.as_of) for source in answer.sources] == [("A page", "2026-01")]
    assert answer.notes == (WORDS.not_legal_advice,)
    assert [related.question for related in answer.related] == ["When was it founded?"]
    assert answer.knowledge_version == KNOWLEDGE.version
    assert answer.contact is None
    assert answer.ms > 0


def test_a_personal_case_goes_to_the_contact_person() -> None:
    answer = ENGINE.answer(Question("my own trial"))
    assert answer.outcome is Outcome.HANDED_OFF
    assert answer.contact is not None
    assert answer.contact.name == "Jane Example"


def test_without_a_contact_person_none_is_shown() -> None:
    nobody = KNOWLEDGE.model_copy(update={"contact": KNOWLEDGE.contact.model_copy(update={"name": ""})})
    assert Engine(nobody, [ToyEncoder()]).answer(Question("my own trial")).contact is None


def test_danger_comes_first_even_inside_a_longer_message() -> None:
    answer = ENGINE.answer(Question("Good morning. What are coloured alerts? There is a bomb threat here! Vacancies?"))
    assert (answer.outcome, answer.entry, answer.explanation.rule) == (Outcome.URGENT, "danger", "urgent")


def test_the_question_is_found_behind_the_small_talk() -> None:
    answer = ENGINE.answer(Question("good morning! hello greetings! tell me about vacancies. good morning"))
    assert (answer.outcome, answer.entry) == (Outcome.ANSWERED, "jobs")


def test_small_talk_gets_its_kind_word() -> None:
    answer = ENGINE.answer(Question("hello greetings"))
    assert (answer.outcome, answer.entry) == (Outcome.DECLINED, "hello")


def test_an_unsure_question_is_offered_choices_best_first() -> None:
    answer = ENGINE.answer(Question("group guided guided group"))
    assert answer.outcome is Outcome.SUGGESTED
    assert answer.entry is None
    assert 1 <= len(answer.suggestions) <= 3
    assert answer.suggestions[0].entry in {"visits", "tours"}
    confidences = [choice.confidence for choice in answer.suggestions]
    assert confidences == sorted(confidences, reverse=True)
    assert answer.confidence == confidences[0]


def test_small_talk_and_danger_are_never_offered_as_choices() -> None:
    answer = ENGINE.answer(Question("group guided guided group"))
    offered = {choice.entry for choice in answer.suggestions}
    assert offered <= {"notices", "history", "jobs", "my-case", "visits", "tours"}


def test_what_nothing_fits_is_declined_with_the_nearest_things_and_a_person() -> None:
    answer = ENGINE.answer(Question("zxcvb qwerty"))
    assert (answer.outcome, answer.entry, answer.short) == (Outcome.DECLINED, None, WORDS.declined)
    assert answer.explanation.rule == "nothing near"
    assert answer.suggestions
    assert answer.contact is not None


@pytest.mark.parametrize("text", ["", "  \n", "123 ?!", "\U0001f6a8\U0001f693"])
def test_a_message_without_words_gets_the_help(text: str) -> None:
    answer = ENGINE.answer(Question(text))
    assert answer.outcome is Outcome.DECLINED
    assert plain(answer.short) in plain(WORDS.greeting_help)
    assert answer.explanation.rule == "no words"


def test_an_entry_s_own_threshold_counts() -> None:
    strict = KNOWLEDGE.model_copy(
        update={"entries": tuple(entry.model_copy(update={"threshold": 1.0}) for entry in KNOWLEDGE.entries)}
    )
    answer = Engine(strict, [ToyEncoder()]).answer(Question("please say something about vacancies"))
    assert answer.outcome is Outcome.SUGGESTED


def test_the_answer_is_in_the_asker_s_language() -> None:
    answer = ENGINE.answer(Question("que sont les alertes colorées"))
    assert (answer.language, answer.entry, answer.title) == ("fr", "notices", "Que sont les notices ?")


def test_a_missing_translation_falls_back_to_english_and_says_so() -> None:
    answer = ENGINE.open(Question("dites-moi quelque chose sur l'histoire"), "history")
    assert answer is not None
    assert answer.language == "en"
    assert answer.notes == (WORDS.untranslated.format(language="français"),)


def test_the_language_that_the_asker_chose_decides_the_answer_s_not_the_search() -> None:
    answer = ENGINE.answer(Question("que sont les alertes colorées", reply_in="en"))
    assert (answer.language, answer.entry, answer.title) == ("en", "notices", "What are notices?")
    answer = ENGINE.answer(Question("tell me about coloured alerts", reply_in="fr-CA"))
    assert (answer.language, answer.entry) == ("fr", "notices")


def test_a_language_without_words_of_its_own_is_named_in_english() -> None:
    answer = ENGINE.open(Question("متى تأسست المنظمة؟"), "history")
    assert answer is not None
    assert answer.notes == (WORDS.untranslated.format(language="Arabic"),)


def test_the_bot_s_own_words_are_in_the_asker_s_language() -> None:
    answer = ENGINE.answer(Question("quelle recette pour une tarte"))
    assert (answer.outcome, answer.short, answer.language) == (Outcome.DECLINED, "Je ne sais pas.", "fr")
    assert ENGINE.words("fr-CA").name == "français"
    assert ENGINE.words("de").name == "English"


def test_a_picked_entry_is_opened_and_an_unknown_one_is_not() -> None:
    answer = ENGINE.open(Question("vacancies founding"), "jobs")
    assert answer is not None
    assert (answer.entry, answer.confidence, answer.explanation.rule) == ("jobs", 1.0, "chosen")
    assert ENGINE.open(Question("x"), "no-such-entry") is None


def test_the_explanation_names_what_was_considered() -> None:
    explanation = ENGINE.answer(Question("Tell me about VACANCIES!")).explanation
    assert explanation.normalised == "tell me about vacancies"
    assert explanation.language == "en"
    assert explanation.candidates[0].entry == "jobs"
    assert explanation.candidates[0].phrasing == "tell me about vacancies"
    assert {name for name, _ in explanation.candidates[0].signals} == {"toy", "words"}


def test_a_long_message_is_read_in_part_and_says_so() -> None:
    answer = ENGINE.answer(Question("tell me about vacancies. " + "x" * 5000))
    assert any("4000" in note for note in answer.notes)


def test_the_same_question_gets_the_same_number_from_another_engine() -> None:
    question = Question("please say something about vacancies")
    first, again = ENGINE.answer(question), Engine(KNOWLEDGE, [ToyEncoder()]).answer(question)
    assert again.confidence == pytest.approx(first.confidence, abs=1e-6)
    assert (again.entry, again.outcome) == (first.entry, first.outcome)


@pytest.mark.parametrize("how", ["nan", "long", "few"])
def test_a_broken_encoder_degrades_to_words_with_a_warning(how: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = Engine(KNOWLEDGE, [BrokenEncoder(how)]).answer(Question("tell me about vacancies"))
    assert answer.entry == "jobs"
    assert "less good without it" in caplog.text


def test_every_phrasing_and_every_question_is_indexed_in_its_language() -> None:
    texts = {(phrasing.text, phrasing.language) for phrasing in phrasings_of(KNOWLEDGE)}
    assert ("What are notices?", "en") in texts
    assert ("Que sont les notices ?", "fr") in texts
    assert len(phrasings_of(KNOWLEDGE)) == 17 * 10


# --- two questions in one message ---


@pytest.mark.parametrize(
    "text",
    [
        "Tell me about coloured alerts? And tell me about vacancies?",
        "hi! what is coloured alerts and what is vacancies, pls",
        "what is coloured alerts? what is vacancies?",
    ],
)
def test_two_questions_are_answered_both_in_their_order(text: str) -> None:
    answer = ENGINE.answer(Question(text))
    assert (answer.outcome, answer.entry, answer.title) == (Outcome.ANSWERED, "notices", "What are notices?")
    [other] = answer.also
    assert (other.outcome, other.entry, other.short) == (Outcome.ANSWERED, "jobs", "Short: How can I work there?")
    assert answer.explanation.rule.endswith("question 1 of 2")
    assert other.explanation.rule.endswith("question 2 of 2")
    assert other.explanation.normalised == "tell me about vacancies" or "what is vacancies" in text


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("what is coloured alerts? coloured alerts meaning?", "notices"),
        ("what is coloured alerts? what is zxcvb qwerty?", "notices"),
        ("what is coloured alerts? hello greetings?", "notices"),
    ],
)
def test_what_asks_for_one_thing_gets_one_answer(text: str, entry: str) -> None:
    answer = ENGINE.answer(Question(text))
    assert (answer.entry, answer.also) == (entry, ())


def test_a_message_full_of_questions_is_a_story_and_gets_one_answer() -> None:
    many = "what is vacancies? what is founding year? what is coloured alerts? what is open house?"
    assert ENGINE.answer(Question(many)).also == ()


def test_danger_is_answered_alone() -> None:
    answer = ENGINE.answer(Question("what is coloured alerts? what is vacancies? there is a bomb threat here"))
    assert (answer.outcome, answer.also) == (Outcome.URGENT, ())


def test_what_needs_a_person_is_not_answered_beside_something_else() -> None:
    answer = ENGINE.answer(Question("what is vacancies? what is my lawsuit?"))
    assert answer.also == ()


# --- follow-ups ---


ALERTS = Turn("what is coloured alerts", "notices", "en")
LASTING = entry("lasting", text("How long?", ("coloured alerts duration",)))
TALKED = KNOWLEDGE.model_copy(
    update={
        "entries": (*KNOWLEDGE.entries, LASTING),
        "synonyms": (("coloured alerts", "police bulletins"), ("vacancies", "job openings")),
    }
)
TALKING = Engine(TALKED, [ToyEncoder()])


def test_a_follow_up_is_read_with_what_was_talked_of() -> None:
    asked = Question("what about its duration?", context=(ALERTS,))
    answer = TALKING.answer(asked)
    assert (answer.entry, answer.question) == ("lasting", asked.text)
    assert answer.explanation.rule == "follow-up"
    assert answer.explanation.rewrites == (Rewrite("follow-up", "its duration coloured alerts"),)
    assert answer.confidence >= answer.explanation.threshold


def test_without_context_it_stays_unsure() -> None:
    assert TALKING.answer(Question("what about its duration?")).explanation.rule != "follow-up"


def test_a_sure_answer_is_not_changed_by_context() -> None:
    asked = Question("please say something about vacancies")
    alone, after = TALKING.answer(asked), TALKING.answer(replace(asked, context=(ALERTS,)))
    assert replace(after, ms=0) == replace(alone, ms=0)
    assert alone.entry == "jobs"


def test_danger_is_danger_whatever_was_talked_of() -> None:
    answer = TALKING.answer(Question("and it is a bomb threat", context=(ALERTS,)))
    assert answer.outcome is Outcome.URGENT


def test_another_subject_takes_the_place_of_the_last_one_s() -> None:
    answer = TALKING.answer(Question("and about job openings?", context=(ALERTS,)))
    assert answer.entry == "jobs"


def test_an_entry_that_is_gone_is_no_context() -> None:
    gone = Turn("what is it", "no-such-entry", "en")
    assert TALKING.answer(Question("what about its duration?", context=(gone,))).entry is None
    assert TALKING.answer(Question("in French?", context=(gone,))).explanation.rule != "follow-up"


@pytest.mark.parametrize(
    ("text", "language"), [("what about in French?", "fr"), ("en français", "fr"), ("in English", "en")]
)
def test_the_last_answer_is_given_again_in_the_language_asked_for(text: str, language: str) -> None:
    answer = ENGINE.answer(Question(text, context=(ALERTS,)))
    assert (answer.entry, answer.language, answer.question) == ("notices", language, text)
    assert answer.explanation.rule == "follow-up"


def test_the_source_is_the_last_answer_s() -> None:
    answer = ENGINE.answer(Question("source?", context=(ALERTS, Turn("vacancies", "jobs", "en"))))
    assert (answer.entry, answer.sources[0].title) == ("jobs", "A page")


def test_an_entry_that_was_picked_is_given_again_even_if_its_question_asks_for_another() -> None:
    picked = Turn("vacancies", "history", "en")
    assert ENGINE.answer(Question("in English?", context=(picked,))).entry == "history"


def test_without_anything_before_it_a_language_alone_is_no_answer() -> None:
    assert ENGINE.answer(Question("in French?")).explanation.rule != "follow-up"


# --- other readings ---


def test_another_word_for_the_same_is_understood() -> None:
    answer = TALKING.answer(Question("job openings please explain"))
    assert answer.entry == "jobs"
    assert answer.explanation.rewrites == (Rewrite("synonyms", "vacancies please explain"),)


def test_filler_and_capitals_do_not_matter() -> None:
    answer = ENGINE.answer(Question("HEY BOT QUICK Q: TELL ME ABOUT VACANCIES PLS"))
    assert (answer.entry, answer.explanation.rule) == ("jobs", "exact phrasing")
    assert [rewrite.kind for rewrite in answer.explanation.rewrites] == ["filler"]


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gets_an_answer(name: str) -> None:
    answer = ENGINE.answer(Question(BAD_INPUT[name]))
    assert plain(answer.short)


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_gets_a_whole_answer(text: str) -> None:
    answer = ENGINE.answer(Question(text))
    assert plain(answer.short)
    assert 0 <= answer.confidence <= 1
    assert (answer.outcome is Outcome.SUGGESTED) <= bool(answer.suggestions)
    assert (answer.outcome in {Outcome.ANSWERED, Outcome.HANDED_OFF, Outcome.URGENT}) <= (answer.entry is not None)
