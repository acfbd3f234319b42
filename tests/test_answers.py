"""The real knowledge on the real encoders: the seed's questions, and labelled questions that were never indexed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.building import Builder
from bot.engine import Engine, phrasings_of
from bot.evaluation import Result, evaluate, load_labels
from bot.knowledge.loader import load
from bot.markup import plain
from bot.messages import Outcome, Question
from bot.search.encoder_specs import DEFAULT
from bot.text import normalise

ROOT = Path(__file__).parent.parent
LABELLED = load_labels(ROOT / "tests/evaluation")
KNOWLEDGE = load(ROOT / "knowledge")

# the floor, some points under what docs/evaluation.md reports, so that chance does not break the build
RIGHT_AT_LEAST = {"seed": 1.0, "plain": 0.74, "noisy": 0.7, "near-subject": 0.82, "urgent": 0.9, "off-subject": 0.92}
WRONG_AT_MOST = 0.03


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    assert request.config.cache
    return Builder(DEFAULT, request.config.cache.mkdir("vectors"))(KNOWLEDGE)


@pytest.fixture(scope="module")
def results(engine: Engine) -> tuple[Result, ...]:
    return evaluate(engine, LABELLED)


FOUND_AT_LEAST = 0.9  # of the questions with an entry: answered, or among the three that are offered


def test_most_questions_find_their_entry(results: tuple[Result, ...]) -> None:
    own = [result for result in results if result.asked.label.entry]
    assert sum(result.right or result.offered for result in own) / len(own) >= FOUND_AT_LEAST


@pytest.mark.parametrize("kind", RIGHT_AT_LEAST)
def test_labelled_questions_are_answered_right(results: tuple[Result, ...], kind: str) -> None:
    own = [result for result in results if result.asked.kind == kind]
    misses = [
        (result.asked.label.q, result.answer.outcome.value, result.answer.entry) for result in own if not result.right
    ]
    assert 1 - len(misses) / len(own) >= RIGHT_AT_LEAST[kind], misses


def test_wrong_answers_are_rare(results: tuple[Result, ...]) -> None:
    wrong = [(result.asked.label.q, result.answer.entry) for result in results if result.wrong]
    assert len(wrong) / len(results) <= WRONG_AT_MOST, wrong


def test_no_labelled_question_is_a_phrasing() -> None:
    phrasings = {normalise(phrasing.text) for phrasing in phrasings_of(KNOWLEDGE)}
    held_out = load_labels(ROOT / "tests/evaluation/held-out")
    written_apart = [asked.label.q for asked in (*LABELLED, *held_out) if asked.kind != "seed"]
    assert [question for question in written_apart if normalise(question) in phrasings] == []


def test_every_label_names_a_known_entry_or_an_outcome() -> None:
    ids = {entry.id for entry in KNOWLEDGE.entries}
    held_out = load_labels(ROOT / "tests/evaluation/held-out")
    assert [
        asked.label.q
        for asked in (*LABELLED, *held_out)
        if not asked.label.outcome and not ids.intersection(asked.label.entry)
    ] == []


def test_danger_that_is_as_near_as_anything_else_gets_emergency_guidance(engine: Engine) -> None:
    answer = engine.answer(Question("my sister is locked in a house and they took her passport please help"))
    assert (answer.outcome, answer.entry) == (Outcome.URGENT, "trafficking-victim-now")


SEED_FACTS = {
    "Do INTERPOL agents arrest people?": ("agents-arrest-power", ("only in films", "national police")),
    "What does INTERPOL do about environmental crime?": ("crime-environmental", ("wildlife", "Thunder 2025")),
    "What does INTERPOL do about terrorism?": ("crime-terrorism", ("Catalyst",)),
    "What does INTERPOL do about cybercrime?": ("crime-cybercrime", ("Synergia III", "94 arrests")),
    "How many databases does INTERPOL have?": ("databases-overview", ("19", "17")),
    "What is the SLTD database?": ("sltd-database", ("2002",)),
    "What is the IGCI in Singapore?": ("igci-singapore", ("Singapore",)),
    "What is a Red Notice?": ("red-notice-definition", ("request", "provisionally arrest")),
    "How many countries are members of INTERPOL?": ("member-count", ("196",)),
    "How do I send a request to the CCF?": ("ccf-how-to-submit", ("26 March 2026", "portal")),
}


@pytest.mark.parametrize("asked", SEED_FACTS)
def test_what_the_seed_says_is_answered_corrected_and_sourced(engine: Engine, asked: str) -> None:
    entry, facts = SEED_FACTS[asked]
    answer = engine.answer(Question(asked))
    assert answer.entry == entry
    said = plain(f"{answer.short}\n\n{answer.details}\n\n{answer.next_steps}").casefold()
    assert [fact for fact in facts if fact.casefold() not in said] == []
    assert answer.sources


def test_each_of_the_seventeen_crime_areas_is_answered_by_its_record(engine: Engine) -> None:
    assert len(KNOWLEDGE.crimes) == 17
    asked = {
        crime.id: engine.answer(Question(f"what does interpol do about {crime.en.name.lower()}"))
        for crime in KNOWLEDGE.crimes
    }
    assert {crime: answer.entry for crime, answer in asked.items()} == {crime: crime for crime in asked}
    assert all(answer.sources and answer.next_steps for answer in asked.values())


def _spoken() -> Iterator[tuple[str, str]]:
    for entry in KNOWLEDGE.entries:
        for language in entry.languages():
            text = entry.text(language) or entry.en
            yield entry.id, f"{text.question} {text.short} {text.details} {text.next_steps}"


def test_nobody_s_case_is_told_and_no_look_alike_site_is_named() -> None:
    refused = ("Polanski", "interpol-icp.org", "inpofrd.org", "cyberdivisionhq.com", "Meng Hongwei", "Selebi")
    assert [(entry, name) for entry, said in _spoken() for name in refused if name.casefold() in said.casefold()] == []
    assert not [source.url for source in KNOWLEDGE.sources.values() if any(name in source.url for name in refused)]
