"""bot/facets.py: facets and comparisons on the real knowledge and the real encoders, by questions of our own."""

import time
from collections.abc import Iterator
from statistics import median

import pytest

from adapters.building import Builder
from bot.engine import Engine
from bot.facets import FacetFinder
from bot.knowledge.extract import FACETS, facet, written
from bot.knowledge.fields import DETAILS_LIMIT, LANGUAGES, SHORT_LIMIT
from bot.knowledge.loader import load
from bot.knowledge.schema import Crime
from bot.markup import parse
from bot.messages import Answer, Question
from bot.search.encoder_specs import DEFAULT
from bot.search.encoders import default_encoders
from bot.text import Languages, normalise
from tests.facet_questions import COMPARISONS, QUESTIONS, WHOLE
from tests.test_facet_schema import ROOT

KNOWLEDGE = load(ROOT / "knowledge")
# an entry on just this database, written by hand, is as right as the facet
CLOSER = {
    ("vehicle", "databases"): "stolen-vehicles-database",
    ("cultural-heritage", "databases"): "works-of-art-idart",
    ("firearms", "databases"): "firearms-database",
    ("against-children", "databases"): "icse-database",
}
LIMIT_MS = 10.0  # about 3 on an idle core of ours; CI's are slower and shared


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    assert request.config.cache
    return Builder(DEFAULT, request.config.cache.mkdir("vectors"))(KNOWLEDGE)


@pytest.fixture(scope="module")
def finder() -> FacetFinder:
    assert KNOWLEDGE.facets
    return FacetFinder(KNOWLEDGE, KNOWLEDGE.facets, default_encoders())


@pytest.fixture(scope="module")
def answers(engine: Engine) -> dict[str, Answer]:
    return {asked: engine.answer(Question(asked)) for asked, *_ in (*QUESTIONS, *WHOLE, *COMPARISONS)}


def is_right(answer: Answer, area: str, name: str) -> bool:
    return (answer.entry, told(answer)) == (f"crime-{area}", name) or answer.entry == CLOSER.get((area, name))


def told(answer: Answer) -> str:
    """Return the facet that an answer tells, "" for none."""
    return answer.explanation.rule.partition("facet: ")[2]


def test_our_questions_are_on_every_area_every_facet_and_in_every_language() -> None:
    languages = Languages(LANGUAGES)
    assert {f"crime-{area}" for _, area, _ in QUESTIONS} == {crime.id for crime in KNOWLEDGE.crimes}
    assert {facet for _, _, facet in QUESTIONS} == set(FACETS)
    assert {languages.detect(asked) for asked, _, _ in QUESTIONS} == set(LANGUAGES)
    assert len(QUESTIONS) >= 60


def test_no_question_of_ours_is_a_phrasing_or_a_pattern() -> None:
    phrasings = {
        normalise(phrasing)
        for entry in KNOWLEDGE.entries
        for language in entry.languages()
        for phrasing in (entry.text(language) or entry.en).phrasings
    }
    patterns = {
        normalise(pattern.replace("{area}", written(crime, language).name))
        for crime in KNOWLEDGE.crimes
        for language in LANGUAGES
        for name in FACETS
        for pattern in getattr(getattr(KNOWLEDGE.facets, name), language).phrasings
    }
    assert [asked for asked, _, _ in QUESTIONS if normalise(asked) in phrasings | patterns] == []


def test_questions_on_a_facet_are_answered_with_it(answers: dict[str, Answer]) -> None:
    missed = [
        (asked, answers[asked].entry, told(answers[asked]))
        for asked, area, name in QUESTIONS
        if not is_right(answers[asked], area, name)
    ]
    assert len(missed) / len(QUESTIONS) <= 0.05, missed


def test_a_facet_that_is_not_asked_for_is_hardly_ever_told(answers: dict[str, Answer]) -> None:
    wrong = [
        (asked, answers[asked].entry, told(answers[asked]))
        for asked, area, name in QUESTIONS
        if told(answers[asked]) and not is_right(answers[asked], area, name)
    ]
    assert len(wrong) <= 1, wrong


def test_questions_on_an_area_are_answered_with_the_whole_record(answers: dict[str, Answer]) -> None:
    found = {asked: (answers[asked].entry, told(answers[asked])) for asked, _ in WHOLE}
    assert found == {asked: (f"crime-{area}", "") for asked, area in WHOLE}


def test_the_facet_is_picked_right_and_surely(finder: FacetFinder) -> None:
    languages = Languages(LANGUAGES)
    picked = {
        asked: finder.facet(asked, f"crime-{area}", languages.detect(asked)) for asked, area, _ in QUESTIONS
    }  # fmt: skip
    right = [asked for asked, _, name in QUESTIONS if picked[asked].facet == name and picked[asked].sure]
    assert len(right) / len(QUESTIONS) >= 0.95, [asked for asked, *_ in QUESTIONS if asked not in right]


@pytest.mark.parametrize(("asked", "first", "second"), COMPARISONS)
def test_comparisons_are_told_side_by_side(answers: dict[str, Answer], asked: str, first: str, second: str) -> None:
    answer = answers[asked]
    both = KNOWLEDGE.by_id[first].sources + KNOWLEDGE.by_id[second].sources
    assert (answer.entry, answer.explanation.rule) == (first, "comparison")
    assert {source.url for source in answer.sources} == {KNOWLEDGE.sources[source].url for source in both}
    assert f"{answer.short}\n{answer.details}".count("**") >= 4


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("what is the difference between a notice and a diffusion", "diffusion-vs-notice"),
        ("difference between interpol and europol", "difference-europol"),
        ("red notice vs arrest warrant", "red-notice-vs-arrest-warrant"),
    ],
)
def test_an_entry_that_compares_wins(engine: Engine, asked: str, entry: str) -> None:
    assert engine.answer(Question(asked)).entry == entry


def test_a_question_on_nothing_of_the_kind_is_left_alone(engine: Engine) -> None:
    for asked in ("what is a red notice", "how many countries are members", "what about interpolation"):
        assert "facet" not in engine.answer(Question(asked)).explanation.rule


def test_finding_the_facet_takes_milliseconds(finder: FacetFinder) -> None:
    def took(asked: str, area: str) -> float:
        started = time.perf_counter()
        finder.facet(asked, f"crime-{area}", "en")
        return (time.perf_counter() - started) * 1000

    assert median(took(asked, area) for asked, area, _ in QUESTIONS) < LIMIT_MS


def _records() -> Iterator[tuple[Crime, str, str]]:
    for crime in KNOWLEDGE.crimes:
        yield from ((crime, language, name) for language in LANGUAGES for name in FACETS)


def test_every_facet_of_every_area_in_every_language_keeps_to_the_limits() -> None:
    told_facets = 0
    for crime, language, name in _records():
        said = facet(crime, name, "T", tuple(written(each, language).name for each in KNOWLEDGE.crimes[:4]), language)
        if said:
            told_facets += 1
            assert 0 < len(said.short) <= SHORT_LIMIT, (crime.id, language, name)
            assert len(said.details) <= DETAILS_LIMIT, (crime.id, language, name)
            assert parse(said.short)
            assert said.details == "" or parse(said.details)
    assert told_facets > len(KNOWLEDGE.crimes) * len(LANGUAGES) * (len(FACETS) - 2)
