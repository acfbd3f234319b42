"""Understanding on the real knowledge and the real encoders, by questions of our own: each is what people type."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.building import Builder
from bot.conversations import Conversations
from bot.engine import Engine
from bot.knowledge.loader import load
from bot.messages import Answer, Outcome, Question
from bot.search.encoder_specs import DEFAULT
from tests.test_facet_schema import ROOT

KNOWLEDGE = load(ROOT / "knowledge")


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    assert request.config.cache
    return Builder(DEFAULT, request.config.cache.mkdir("vectors"))(KNOWLEDGE)


def talk(engine: Engine, *texts: str) -> Iterator[Answer]:
    """Ask one after the other in one conversation, as the bot does."""
    kept = Conversations(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    for text in texts:
        asked = Question(text, conversation="slack:T1:C1:1.0", asker="slack:T1:U1")
        answer = engine.answer(replace(asked, context=kept.turns(asked)))
        kept.remember(asked, answer)
        yield answer


@pytest.mark.parametrize(
    ("text", "entry", "language"),
    [
        ("hey bot quick q: can interpol arrest people pls", "agents-arrest-power", "en"),
        ("Bonjour, petite question : qui finance Interpol ? Merci !", "funding-budget", "fr"),
        ("Hola, una pregunta: cuantos paises son miembros? gracias", "member-count", "es"),
        ("السلام عليكم، عندي سؤال: من يمول الإنتربول؟ شكرا", "funding-budget", "ar"),
        ("COMMENT FAIRE EFFACER UNE NOTICE", "ccf-deletion-request", "fr"),
        ("🚨🚨 what is a red notice ❤️", "red-notice-definition", "en"),
        ("notice rouge duree", "red-notice-duration", "fr"),
        ("ccf?", "ccf-role", "en"),
        ("i247", "i-24-7", "en"),
        ("ncb", "ncb", "en"),
        ("quelle est la durée d'une red notice", "red-notice-duration", "fr"),
        ("cuanto dura un red notice", "red-notice-duration", "es"),
        ("what is a notice rouge", "red-notice-definition", "en"),
        ("chno houwa interpol", "what-is-interpol", "ar"),
        ("ma hiya al nashra al hamra", "red-notice-definition", "ar"),
        ("meen yi2dar yitlob nashra 7amra", "red-notice-who-requests", "ar"),
    ],
)
def test_a_question_is_understood_however_it_is_written(engine: Engine, text: str, entry: str, language: str) -> None:
    answer = engine.answer(Question(text))
    assert (answer.entry, answer.language) == (entry, language)


def test_an_emergency_in_arabic_in_latin_letters_is_one(engine: Engine) -> None:
    assert engine.answer(Question("salam, ana fi khatar sa3douni")).outcome is Outcome.URGENT


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("What is a red notice? And who can ask for one?", ["red-notice-definition", "red-notice-who-requests"]),
        ("what is a red notice and how long does it last", ["red-notice-definition", "red-notice-duration"]),
        ("Qu'est-ce que la CCF et comment la saisir ?", ["ccf-role", "ccf-how-to-submit"]),
        ("¿Qué es la CCF? ¿Y cuánto tarda en decidir?", ["ccf-role", "ccf-timeline"]),
        ("ما هي النشرة الحمراء وكم تدوم؟", ["red-notice-definition", "red-notice-duration"]),
        ("ccf? i247?", ["ccf-role", "i-24-7"]),
        ("what is the ccf and how do I contact it?", ["ccf-role", "ccf-how-to-submit"]),
    ],
)
def test_two_questions_get_two_answers(engine: Engine, text: str, entries: list[str]) -> None:
    answer = engine.answer(Question(text))
    assert [answer.entry, *(other.entry for other in answer.also)] == entries
    assert all(other.sources for other in (answer, *answer.also))


@pytest.mark.parametrize(
    "text",
    [
        "When and why was interpol founded",
        "what is the difference between a red notice and a yellow notice and which is worse",
        "what is a red notice? what does red notice mean?",
    ],
)
def test_one_question_gets_one_answer(engine: Engine, text: str) -> None:
    assert engine.answer(Question(text)).also == ()


@pytest.mark.parametrize(
    ("texts", "entries"),
    [
        (
            ["what is a red notice?", "and how long does it last?", "who decides that?", "and the yellow one?"],
            ["red-notice-definition", "red-notice-duration", "red-notice-who-requests", "yellow-notice"],
        ),
        (
            [
                "Qu'est-ce qu'une notice rouge ?",
                "et combien de temps dure-t-elle ?",
                "qui décide ça ?",
                "et la jaune ?",
            ],
            ["red-notice-definition", "red-notice-duration", "red-notice-who-requests", "yellow-notice"],
        ),
        (
            ["¿Qué es una notificación roja?", "¿y cuánto dura?", "¿quién decide eso?", "¿y la amarilla?"],
            ["red-notice-definition", "red-notice-duration", "red-notice-who-requests", "yellow-notice"],
        ),
        (
            ["ما هي النشرة الحمراء؟", "وكم تدوم؟", "من يقرر ذلك؟", "والصفراء؟"],
            ["red-notice-definition", "red-notice-duration", "red-notice-who-requests", "yellow-notice"],
        ),
        (["what is the ccf", "how much does it cost?"], ["ccf-role", "ccf-lawyer-needed"]),
        (["what does interpol do about cybercrime?", "and terrorism?"], ["crime-cybercrime", "crime-terrorism"]),
    ],
)
def test_a_follow_up_is_read_with_what_was_said_before(engine: Engine, texts: list[str], entries: list[str]) -> None:
    assert [answer.entry for answer in talk(engine, *texts)] == entries


def test_a_facet_can_be_asked_for_by_a_follow_up(engine: Engine) -> None:
    asked = ("what does interpol do about human trafficking?", "which operations were there against it?")
    *_, answer = talk(engine, *asked)
    assert answer.entry == "crime-human-trafficking"
    assert answer.explanation.rule.endswith("facet: operations")


@pytest.mark.parametrize(
    ("text", "language"),
    [("what about in Spanish?", "es"), ("en français ?", "fr"), ("بالعربية", "ar"), ("and in English", "en")],
)
def test_the_last_answer_can_be_had_in_another_language(engine: Engine, text: str, language: str) -> None:
    *_, answer = talk(engine, "how long does a red notice last", text)
    assert (answer.entry, answer.language) == ("red-notice-duration", language)


@pytest.mark.parametrize(
    "text",
    [
        "is it raining?",
        "how do I cook it?",
        "what's its stock price?",
        "and the weather?",
        "who sings it?",
        "can i buy it on amazon?",
        "what time is it?",
        "et la pizza ?",
        "¿quién canta eso?",
        "والبيتزا؟",
    ],
)
@pytest.mark.parametrize("before", ["what is a red notice", "what is the ccf", "what does interpol do about terrorism"])
def test_what_has_nothing_to_do_with_it_is_no_follow_up(engine: Engine, before: str, text: str) -> None:
    *_, answer = talk(engine, before, text)
    assert answer.outcome in {Outcome.DECLINED, Outcome.SUGGESTED}


def test_after_an_emergency_or_small_talk_nothing_is_a_follow_up(engine: Engine) -> None:
    for between in ("help, my child was just kidnapped", "thank you"):
        *_, answer = talk(engine, "what is a red notice", between, "and how long does it last?")
        assert "follow-up" not in answer.explanation.rule
