"""bot/parts.py: which part of which record is told, on a small knowledge with two crime areas."""

from datetime import date

import pytest

from bot.engine import Engine
from bot.knowledge.compose import compose
from bot.knowledge.facet_schema import Facets
from bot.knowledge.schema import Crime, Knowledge
from bot.messages import Outcome, Question
from tests.small_knowledge import KNOWLEDGE
from tests.test_compose import make_crime, make_operation, make_text
from tests.test_facet_schema import DATA
from tests.toy_encoders import ToyEncoder


def _crime(area: str, name: str, **changes: object) -> Crime:
    text = make_text(
        name=name.capitalize(),
        question=f"What does the bot know about {name}?",
        short=f"Short on {name}.",
        what_it_is=f"It is {name}.",
        databases="**SMV**, a database.",
        report="Tell your police.",
        phrasings=tuple(pattern.format(name) for pattern in ("{}", "interpol {}", "all about {} please", "{} gangs")),
    )
    return make_crime(id=area, en=text, **changes)


CARS = _crime("cars", "stolen cars", operations=(make_operation("Wheels", "2025", source="page"),), related=("guns",))
GUNS = _crime("guns", "gun running", expires=date(2027, 1, 1))
FACETS = Facets.model_validate(
    DATA
    | {
        "names": {
            "notices": {"en": ["Alerts"], "fr": ["Alertes"], "es": ["Avisos"], "ar": ["تنبيهات"]},
            "guns": {"en": ["weapons"], "fr": ["armes"], "es": ["armas"], "ar": ["أسلحة"]},
        }
    }
)


def _engine(day: date = date(2026, 2, 1), **changes: object) -> Engine:
    values: dict[str, object] = {
        "entries": (*KNOWLEDGE.entries, compose(CARS), compose(GUNS)),
        "crimes": (CARS, GUNS),
        "facets": FACETS,
    }
    return Engine(KNOWLEDGE.model_copy(update=values | changes), [ToyEncoder()], today=lambda: day)


ENGINE = _engine()


def test_a_facet_is_told_with_its_own_title_under_the_area_s_id() -> None:
    answer = ENGINE.answer(Question("which database is used for stolen cars"))
    assert (answer.entry, answer.title) == ("cars", "Stolen cars: databases and tools")
    assert (answer.short, answer.details, answer.next_steps) == ("**SMV**, a database.", "", "Tell your police.")
    assert answer.explanation.rule.endswith("; facet: databases")
    assert answer.sources
    assert answer.confidence >= answer.explanation.threshold


@pytest.mark.parametrize(
    ("asked", "short"),
    [
        ("where do I report stolen cars", "Tell your police."),
        ("which operations were there against stolen cars", "**Wheels** (2025): Done."),
        ("what is meant by stolen cars", "It is stolen cars."),
        ("which crimes are related to stolen cars", "Gun running."),
        ("which crimes are related to gun running", "Stolen cars."),
    ],
)
def test_each_facet_answers_its_own_question(asked: str, short: str) -> None:
    assert ENGINE.answer(Question(asked)).short == short


@pytest.mark.parametrize("asked", ["What does the bot know about stolen cars?", "stolen cars", "interpol stolen cars"])
def test_the_area_itself_is_told_as_a_whole(asked: str) -> None:
    answer = ENGINE.answer(Question(asked))
    assert (answer.entry, answer.short) == ("cars", "Short on stolen cars.")
    assert "facet" not in answer.explanation.rule


def test_a_facet_of_which_nothing_is_known_is_told_as_a_whole() -> None:
    answer = ENGINE.answer(Question("which operations were there against gun running"))
    assert (answer.entry, answer.short) == ("guns", "Short on gun running.")


def test_an_area_that_is_only_named_is_found_by_its_name() -> None:
    answer = ENGINE.answer(Question("where do I report weapons"))
    assert (answer.entry, answer.short) == ("guns", "Tell your police.")
    assert answer.explanation.rule.startswith("area named")


def test_danger_and_small_talk_come_before_facets() -> None:
    assert ENGINE.answer(Question("bomb threat! where do I report stolen cars")).outcome is Outcome.URGENT
    assert ENGINE.answer(Question("hello greetings")).outcome is Outcome.DECLINED


def test_two_named_subjects_are_compared_side_by_side() -> None:
    answer = ENGINE.answer(Question("what is the difference between gun running and stolen cars"))
    assert (answer.entry, answer.title) == ("guns", "Gun running and Stolen cars")
    assert answer.short == "**Gun running**: It is gun running. **Stolen cars**: It is stolen cars."
    assert answer.explanation.rule == "comparison"
    assert [related.entry for related in answer.related] == []


def test_an_entry_is_compared_by_its_short_answer_and_both_are_cited() -> None:
    answer = ENGINE.answer(Question("alerts vs stolen cars"))
    assert answer.title == "Alerts and Stolen cars"
    assert answer.short == "**Alerts**: Short: What are notices?" + " **Stolen cars**: It is stolen cars."
    assert [related.entry for related in answer.related] == ["history", "guns"]
    assert len(answer.notes) == 1  # of the one that is legal


def test_in_a_language_of_only_one_of_them_both_are_told_in_english() -> None:
    answer = ENGINE.answer(Question("quelle est la différence entre les alertes et stolen cars", "fr"))
    assert (answer.language, answer.title) == ("en", "Alerts and Stolen cars")
    assert any("français" in note for note in answer.notes)


def test_an_entry_that_compares_already_wins() -> None:
    written = "difference between stolen cars and gun running"
    jobs = KNOWLEDGE.by_id["jobs"]
    jobs = jobs.model_copy(update={"en": jobs.en.model_copy(update={"phrasings": (*jobs.en.phrasings, written)})})
    others = tuple(entry for entry in KNOWLEDGE.entries if entry.id != "jobs")
    engine = _engine(entries=(*others, jobs, compose(CARS), compose(GUNS)))
    assert engine.answer(Question(written)).entry == "jobs"


def test_what_is_withheld_is_not_told_in_parts_either() -> None:
    late = _engine(date(2028, 1, 1))
    facet = late.answer(Question("where do I report gun running"))
    assert (facet.entry, facet.details) == ("guns", "")
    assert "out of date" in facet.short
    assert "It is gun running" not in late.answer(Question("difference between stolen cars and gun running")).short


def test_without_patterns_or_areas_records_are_told_as_a_whole() -> None:
    for engine in (_engine(facets=None), _engine(crimes=())):
        answer = engine.answer(Question("which database is used for stolen cars"))
        assert "facet" not in answer.explanation.rule


def test_the_knowledge_is_whole() -> None:
    assert Knowledge.model_validate(KNOWLEDGE.model_dump() | {"facets": FACETS.model_dump()}).facets == FACETS
