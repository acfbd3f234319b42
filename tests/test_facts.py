"""bot/knowledge/facts.py: figures and names are written once and filled into texts, with every fault in its place."""

from pathlib import Path

import pytest
import yaml

from bot.knowledge.facts import fill, used_in
from bot.knowledge.loader import load
from bot.knowledge.style import NARROW
from bot.markup import plain
from tests.knowledge_folder import CYBERCRIME, FILES, MISSION, NOTICES, SOURCES, line_of, told, write

FACTS = """\
notices-issued:
  value: 15548
  as_of: 2024
  source: figures
searches:
  value: 1.4
  scale: million
  as_of: 2023-12
  source: faqs
chosen-on:
  value: 2025-11-27
  as_of: 2025-11-27
  source: faqs
president:
  value:
    en: A *new* one [France]
    fr: Une nouvelle (France)
    es: Una nueva (Francia)
    ar: رئيسة جديدة (فرنسا)
  as_of: 2025-11
  source: faqs
  note: This is never shown.
"""
FIGURES = SOURCES + "figures:\n  publisher: P\n  title: T\n  url: https://example.org/f\n  as_of: 2024\n"
SHORT = "short: It connects police."
EVERY = "{notices-issued} in {notices-issued:date}; {searches}, {chosen-on}, {president} ({president:date})."


def folder(
    tmp_path: Path, short: str = EVERY, facts: str | None = FACTS, more: dict[str, str | bytes | None] | None = None
) -> Path:
    """Write the small folder with facts, and a text that holds them."""
    mission = MISSION.replace(SHORT, f'short: "{short}"')
    files: dict[str, str | bytes | None] = {"faq/mission.yaml": mission, "facts.yaml": facts, "sources.yaml": FIGURES}
    return write(tmp_path, files | (more or {}))


def test_a_text_holds_values_and_dates_in_words(tmp_path: Path) -> None:
    short = load(folder(tmp_path)).by_id["mission"].en.short

    assert plain(short) == ("15,548 in 2024; 1.4 million, 27 November 2025, A *new* one [France] (November 2025).")


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("fr", f"15{NARROW}548 (2024), le 27 novembre 2025"),
        ("es", f"15{NARROW}548 (2024), le 27 de noviembre de 2025"),
        ("ar", "15,548 (2024), le 27 نوفمبر 2025"),
    ],
)
def test_each_language_has_its_own_style(tmp_path: Path, language: str, wanted: str) -> None:
    text = f"""    {language}:
      question: "?? {{searches}}"
      short: "{{notices-issued}} ({{notices-issued:date}}), le {{chosen-on}}"
      phrasings: [abc]
"""
    entry = load(folder(tmp_path, more={"faq/mission.yaml": MISSION.replace(SHORT, f"short: '{EVERY}'") + text})).by_id[
        "mission"
    ]
    found = entry.text(language)

    assert found is not None
    assert plain(found.short) == wanted
    assert found.question.startswith("?? 1")


def test_facts_stand_in_crime_areas_and_in_the_results_of_operations(tmp_path: Path) -> None:
    crime = CYBERCRIME.replace("45,000 addresses", "Some {notices-issued} addresses").replace(
        "Crime against computers.", "Some {searches} crimes."
    )
    entry = load(folder(tmp_path, more={"crimes/cybercrime.yaml": crime})).by_id["cybercrime"]

    assert "15,548 addresses" in entry.en.details
    assert "1.4 million crimes." in plain(entry.en.details)
    assert entry.sources == ("cyber-page", "figures", "faqs")


def test_a_fact_s_source_is_cited_by_the_entry_and_counts_as_used(tmp_path: Path) -> None:
    assert load(folder(tmp_path)).by_id["mission"].sources == ("faqs", "figures")


def test_an_entry_may_rest_on_its_facts_alone(tmp_path: Path) -> None:
    mission = MISSION.replace(SHORT, f'short: "{EVERY}"').replace("    sources: [faqs]\n", "")

    assert load(folder(tmp_path, more={"faq/mission.yaml": mission})).by_id["mission"].sources == ("faqs", "figures")


def test_phrasings_are_never_filled_in(tmp_path: Path) -> None:
    mission = MISSION.replace(SHORT, f'short: "{EVERY}"').replace("- interpol mission", '- "mission {searches}"')

    phrasings = load(folder(tmp_path, more={"faq/mission.yaml": mission})).by_id["mission"].en.phrasings

    assert phrasings == ("mission {searches}",)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("{no-such}", "en.short: {no-such} is not in facts.yaml"),
        ("{serches}", "en.short: {serches} is not in facts.yaml; did you mean {searches}?"),
        ("{searches:year}", "en.short: {searches:year} is not known: {searches} is the value and {searches:date} its"),
        ("{searches:}", "en.short: {searches:} is not known"),
        ("{}", "en.short: a { or } stands alone: only {fact-id} and {fact-id:date} are filled in"),
        ("a { b", "en.short: a { or } stands alone"),
        ("a } b", "en.short: a { or } stands alone"),
    ],
)
def test_what_can_not_be_filled_in_is_a_fault_with_its_line(tmp_path: Path, wrong: str, message: str) -> None:
    mission = MISSION.replace(SHORT, f'short: "{EVERY} {wrong}"')

    [(name, line, found)] = told(folder(tmp_path, more={"faq/mission.yaml": mission}))

    assert (name, line) == ("faq/mission.yaml", line_of(mission, "short:"))
    assert found.startswith(message)


def test_limits_hold_for_what_people_read(tmp_path: Path) -> None:
    fits, too_long = "x" * 293 + " {searches}", "x" * 299 + " {chosen-on}"
    used = NOTICES.replace("It is *not* a warrant.", EVERY)
    ok = folder(tmp_path / "a", fits.replace(" {searches}", " {notices-issued}"), more={"faq/notices.yaml": used})

    assert told(ok) == []
    assert "the limit is 300" in told(folder(tmp_path / "b", too_long, more={"faq/notices.yaml": used}))[0][2]


def test_markup_is_checked_again_with_the_facts_in_it(tmp_path: Path) -> None:
    [(_, _, message)] = told(folder(tmp_path, EVERY + " # [{president}](http://example.org)"))

    assert message.startswith("en.short: a link must start with https://")


def test_a_fact_that_no_text_holds_is_a_fault(tmp_path: Path) -> None:
    [fault] = told(folder(tmp_path, EVERY.replace("{chosen-on}, ", "")))

    assert fault == (
        "facts.yaml",
        line_of(FACTS, "chosen-on"),
        "chosen-on: no text holds this fact: use it or remove it",
    )


def test_a_fact_with_an_unknown_source_is_a_fault(tmp_path: Path) -> None:
    facts = FACTS.replace("source: figures", "source: fgures")

    faults = told(folder(tmp_path, facts=facts, more={"sources.yaml": SOURCES}))

    assert faults == [
        (
            "facts.yaml",
            line_of(facts, "fgures"),
            "notices-issued.source: there is no source 'fgures' in sources.yaml",
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "value: 15548",
            "value: yes",
            "notices-issued.value: must be a number, a date such as 2026-07-31, or one line",
        ),
        ("value: 15548", "value: many", "notices-issued.value: must be a number"),
        ("value: 15548", "value: {en: a, fr: b}", "notices-issued.value: must be a number"),
        ("value: 15548", "value: 2025-02-30", "notices-issued.value: must be a number"),
        ("scale: million", "scale: billion", "searches.scale: must be 'million', not 'billion'"),
        ("value: 2025-11-27", "value: 2025-11-27\n  scale: million", "chosen-on.scale: only a number has a scale"),
        ("as_of: 2024", "as_of: last year", "notices-issued.as_of: must be a date: YYYY"),
        ("note: This", "remark: This", "unknown field 'president.remark'"),
    ],
)
def test_a_broken_fact_is_one_fault_and_texts_that_hold_it_are_none(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in FACTS

    [(name, _, found)] = told(folder(tmp_path, facts=FACTS.replace(old, new)))

    assert (name, found[: len(message)]) == ("facts.yaml", message)


def test_without_a_file_of_facts_every_use_is_a_fault(tmp_path: Path) -> None:
    found = told(folder(tmp_path, "{searches}", facts=None, more={"sources.yaml": SOURCES}))

    assert [message for _, _, message in found] == ["en.short: {searches} is not in facts.yaml"]


def test_a_file_of_facts_that_can_not_be_read_is_the_only_fault(tmp_path: Path) -> None:
    assert [name for name, _, _ in told(folder(tmp_path, facts="a: [figures"))] == ["facts.yaml"]


def test_data_that_is_no_record_is_left_as_it_is() -> None:
    nothing: tuple[object, ...] = (None, [], "{a}", {"entries": [None, 3, {"en": None}]}, {"en": [{"short": 3}]})
    for data in nothing:
        assert fill(data, {}).data == data


def test_the_facts_that_are_used_are_found_in_every_language() -> None:
    data = yaml.safe_load(FILES["faq/notices.yaml"].replace("Une demande.", "'{a} {b:date} {c'"))

    assert used_in(data) == {"a", "b"}
