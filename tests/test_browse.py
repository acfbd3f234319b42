"""bot/browse.py: topics, crime areas, facets and notices, listed in the asker's language."""

from datetime import date
from pathlib import Path

import pytest

from bot.browse import COMMANDS, Browse, named
from bot.engine import Engine
from bot.knowledge.loader import load
from bot.knowledge.schema import LANGUAGES
from bot.markup import parse
from bot.messages import Outcome, Question
from bot.service import Bot
from tests.fakes import KNOWLEDGE, WORDS
from tests.small_knowledge import KNOWLEDGE as SMALL
from tests.toy_encoders import ToyEncoder

REAL = Browse(load(Path(__file__).parent.parent / "knowledge"), lambda: date(2026, 12, 1))
FAKE = Browse(KNOWLEDGE, lambda: date(2026, 12, 1))


# commands


@pytest.mark.parametrize(
    ("typed", "name", "language"),
    [
        ("", "help", "en"),
        ("help", "help", "en"),
        ("HELP!", "help", "en"),
        ("aide", "help", "fr"),
        ("themes", "topics", "fr"),
        ("Temas", "topics", "es"),
        ("delitos", "crimes", "es"),
        ("crime", "crimes", "en"),
        ("notices", "notices", "en"),
        ("privacidad", "privacy", "es"),
        ("avis", "feedback", "fr"),
        ("مواضيع", "topics", "ar"),
    ],
)
def test_a_command_is_read_in_the_language_it_is_typed_in(typed: str, name: str, language: str) -> None:
    found = REAL.command(typed)
    assert found
    assert (found.name, found.language) == (name, language)


def test_a_word_of_several_languages_is_read_in_the_asker_s() -> None:
    found = REAL.command("notices", "fr-CA")
    assert found
    assert found.language == "fr"


@pytest.mark.parametrize(
    ("typed", "area", "language"),
    [
        ("crime cybercrime", "crime-cybercrime", "en"),
        ("crime hacking", "crime-cybercrime", "en"),
        ("crime drug-trafficking", "crime-drug-trafficking", "en"),
        ("crime Traite des êtres humains", "crime-human-trafficking", "en"),
        ("delito trafico de drogas", "crime-drug-trafficking", "es"),
        ("جريمة الإرهاب", "crime-terrorism", "ar"),
    ],
)
def test_a_crime_area_is_known_by_its_names(typed: str, area: str, language: str) -> None:
    found = REAL.command(typed)
    assert found
    assert (found.name, found.area, found.language) == ("crime", area, language)


@pytest.mark.parametrize("typed", ["what is a red notice?", "crime statistics", "help me", "topics of the day", "stop"])
def test_anything_else_is_a_question(typed: str) -> None:
    assert REAL.command(typed) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_one_language_mean_one_command_each(language: str) -> None:
    words = REAL._words(language).commands
    typed = [word for name in COMMANDS for word in getattr(words, name)]
    assert len(typed) == len(set(typed))
    found = {word: REAL.command(word, language) for word in typed}
    assert {one.language for one in found.values() if one} == {language}
    assert None not in found.values()


@pytest.mark.parametrize("line", ["stop", "Stop.", "arrête", "basta", "توقف"])
def test_stop_is_understood_in_every_language(line: str) -> None:
    assert REAL.stops(line)
    assert not REAL.stops(f"{line} the notice")


# lists


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_area_and_notice_leads_to_an_entry(language: str) -> None:
    known = REAL._knowledge.by_id
    topics = [REAL.topic(one.entry, language) for one in REAL.topics(language).items]
    listed = [item for topic in topics if topic for item in topic.items]
    listed += [*REAL.crimes(language).items, *REAL.notices(language).items]
    assert all(topics)
    assert len(REAL.crimes(language).items) == 17
    assert {item.entry for item in listed} <= known.keys()
    assert all(item.question for item in listed)
    assert {known[item.entry].outcome for item in listed} <= {Outcome.ANSWERED, Outcome.HANDED_OFF}


def test_a_language_that_is_not_known_is_english() -> None:
    assert REAL.topics("de").language == "en"
    assert REAL.topics("fr_CA").language == "fr"
    assert REAL.topics("fr").title == "Thèmes"


def test_a_topic_without_entries_is_not_listed_and_guards_are_not_shown() -> None:
    assert [one.entry for one in FAKE.topics().items] == ["notices", "about"]
    about = FAKE.topic("about")
    assert about
    assert [one.entry for one in about.items] == ["mission"]
    assert FAKE.topic("none") is None


def test_areas_stand_in_the_order_of_the_alphabet() -> None:
    names = [item.question for item in REAL.crimes("en").items]
    assert names == sorted(names)


def test_notices_are_listed_by_name_or_by_question() -> None:
    items = REAL.notices("es").items
    assert items[0].question == "Notificación roja"
    assert any(item.question.startswith("¿Qué es") for item in items)


# the card and its facets


def test_a_card_has_the_facts_of_the_record_and_a_facet_for_each_thing_it_says() -> None:
    card = FAKE.crime("crime-cybercrime")
    assert card
    assert (card.name, card.question) == ("Cybercrime", "How does INTERPOL fight cybercrime?")
    assert card.facts == (
        ("Latest operation", "Synergia, July 2025, 72 countries"),
        ("Operations on record", "1"),
        ("Last checked", "1 January 2026"),
    )
    facets = ["what_it_is", "what_interpol_does", "operations", "report", "related"]
    assert [one.entry for one in card.facets] == [f"crime-cybercrime/{name}" for name in facets]
    assert (card.facets[-2].question, card.facets[0].question) == (WORDS.how_to_report, "What it is")
    assert FAKE.crime("none") is None
    assert card.answer.sources


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_facet_of_every_area_is_answered_in_the_language(language: str) -> None:
    cards = [REAL.crime(item.entry, language) for item in REAL.crimes(language).items]
    facets = [(card, facet) for card in cards if card for facet in card.facets]
    assert len(facets) > 17 * 5
    for card, facet in facets:
        answer = REAL.facet(Question(facet.question, language=language), facet.entry)
        assert answer
        assert (answer.entry, answer.language, answer.outcome) == (card.answer.entry, language, Outcome.ANSWERED)
        assert named(answer) == facet.entry
        assert card.name in answer.title
        assert answer.sources
        assert parse(answer.short)


@pytest.mark.parametrize("named", ["crime-cybercrime", "crime-cybercrime/", "crime-cybercrime/x", "none/report", "/"])
def test_what_names_no_facet_is_not_answered(named: str) -> None:
    assert FAKE.facet(Question("q"), named) is None


def test_the_language_that_the_asker_chose_comes_before_that_of_the_text() -> None:
    answer = REAL.facet(Question("q", language="en", reply_in="ar"), "crime-terrorism/report")
    assert answer
    assert answer.language == "ar"


def test_a_bot_on_the_real_engine_lists_what_that_answers_from() -> None:
    bot = Bot(Engine(SMALL, [ToyEncoder()]))
    assert bot.browse.version == SMALL.version
    assert bot.browse.command("help")
