"""What can only be seen across the files of the knowledge, each with the file and line of both sides."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.checks import Keys
from bot.knowledge.loader import load
from bot.knowledge.schema import PLACEHOLDERS, Words
from bot.text import normalise
from tests.fakes import WORDS
from tests.knowledge_folder import CYBERCRIME, FILES, MISSION, NOTICES, SOURCES, line_of, replaced, told, write

EN_WORDS = FILES["words/en.yaml"]


# --- ids ---


def test_an_id_that_stands_in_two_files_names_both_places(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("guards/danger.yaml", "id: danger", "id: mission")))

    assert fault == (
        "guards/danger.yaml",
        2,
        "id: 'mission' stands twice, first in faq/mission.yaml:2: an id is used once",
    )


def test_a_crime_area_can_not_take_the_id_of_an_entry(tmp_path: Path) -> None:
    content = CYBERCRIME.replace("id: cybercrime", "id: mission")
    notices = NOTICES.replace("[mission, cybercrime]", "[mission]")

    [fault] = told(write(tmp_path, {"crimes/cybercrime.yaml": content, "faq/notices.yaml": notices}))

    assert fault[:2] == ("crimes/cybercrime.yaml", 1)
    assert "first in faq/mission.yaml:2" in fault[2]


def test_an_id_that_stands_twice_in_one_file_names_the_first_line(tmp_path: Path) -> None:
    twice = MISSION + MISSION.removeprefix("entries:\n").replace("mission of INTERPOL", "aim").replace(
        "interpol mission", "interpol aim"
    )

    [fault] = told(write(tmp_path, {"faq/mission.yaml": twice}))

    assert fault == ("faq/mission.yaml", 11, "id: 'mission' stands twice, first in line 2: an id is used once")


@pytest.mark.parametrize("reserved", ["help", "none", "'null'"])
def test_a_reserved_id_is_refused(tmp_path: Path, reserved: str) -> None:
    [(name, line, message)] = told(write(tmp_path, replaced("guards/danger.yaml", "id: danger", f"id: {reserved}")))

    assert (name, line) == ("guards/danger.yaml", 2)
    assert "is reserved" in message


# --- phrasings ---


@pytest.mark.parametrize(
    "phrasing",
    [
        "interpol mission",
        "Interpol  MISSION?!",
        "«interpol, mission»",
        "intérpol mission",
        "\uff49\uff4e\uff54\uff45\uff52\uff50\uff4f\uff4c mission",
        "interpol\u00a0mission",
    ],
)
def test_a_phrasing_of_two_entries_names_both_places(tmp_path: Path, phrasing: str) -> None:
    [fault] = told(write(tmp_path, replaced("guards/danger.yaml", "- i am in danger", f"- {phrasing}")))

    other = line_of(MISSION, "- interpol mission")
    message = (
        f"{phrasing!r} is also a phrasing of 'mission' (faq/mission.yaml:{other}): the bot could not tell them apart"
    )
    assert fault == ("guards/danger.yaml", 10, f"en.phrasings[1]: {message}; keep one")


def test_a_phrasing_clashes_with_the_question_of_another_entry(tmp_path: Path) -> None:
    changes = replaced("guards/danger.yaml", "- i am in danger", "- what is the mission of interpol")

    [(name, line, message)] = told(write(tmp_path, changes))

    assert (name, line) == ("guards/danger.yaml", 10)
    assert f"(faq/mission.yaml:{line_of(MISSION, 'question:')})" in message


def test_phrasings_in_different_languages_of_two_entries_clash(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("faq/notices.yaml", "- définition notice rouge", "- interpol mission")))

    assert fault[:2] == ("faq/notices.yaml", line_of(NOTICES, "- définition"))
    assert fault[2].startswith("fr.phrasings[1]: 'interpol mission' is also a phrasing of 'mission'")


def test_a_synonym_of_a_crime_area_clashes_with_the_phrasing_of_an_entry(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("crimes/cybercrime.yaml", "- computer crime", "- Interpol mission")))

    assert fault[:2] == ("crimes/cybercrime.yaml", line_of(CYBERCRIME, "- computer crime"))
    assert "synonyms[1]" in fault[2]
    assert "'mission'" in fault[2]


def test_a_synonym_of_a_crime_area_clashes_with_its_own_phrasing(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("crimes/cybercrime.yaml", "- computer crime", "- interpol cybercrime")))

    assert fault[:2] == ("crimes/cybercrime.yaml", line_of(CYBERCRIME, "- computer crime"))
    assert "stands twice in this entry: it is also en.phrasings[1]" in fault[2]


def test_a_phrasing_that_stands_twice_in_an_entry_is_told(tmp_path: Path) -> None:
    changes = replaced("faq/notices.yaml", "- what does red notice mean", "- Red notice: meaning")
    changes = {
        name: str(content).replace("- Red notice: meaning", "- 'Red notice: meaning'")
        for name, content in changes.items()
    }

    [fault] = told(write(tmp_path, changes))

    first = line_of(NOTICES, "- red notice meaning")
    message = f"'Red notice: meaning' stands twice in this entry: it is also en.phrasings[1] (line {first}); remove one"
    assert fault == ("faq/notices.yaml", first + 1, f"en.phrasings[2]: {message}")


def test_the_question_is_a_phrasing_already(tmp_path: Path) -> None:
    changes = replaced("faq/mission.yaml", "- interpol mission", "- what is the mission of interpol")

    [(name, line, message)] = told(write(tmp_path, changes))

    assert (name, line) == ("faq/mission.yaml", line_of(MISSION, "- interpol mission"))
    assert "it is also the question itself" in message


def test_two_languages_of_one_entry_may_share_a_phrasing(tmp_path: Path) -> None:
    changes = replaced("faq/notices.yaml", "- définition notice rouge", "- red notice meaning")

    assert told(write(tmp_path, changes)) == []


def test_a_phrasing_without_words_is_told(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("faq/mission.yaml", "- interpol mission", "- '?!'")))

    assert fault[:2] == ("faq/mission.yaml", line_of(MISSION, "- interpol mission"))
    assert "has no words in it" in fault[2]


# --- links ---


def test_related_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    changes = replaced("faq/notices.yaml", "related: [mission, cybercrime]", "related: [mission, cyber-crime]")

    assert told(write(tmp_path, changes)) == [
        ("faq/notices.yaml", line_of(NOTICES, "related:"), "related[2]: there is no entry 'cyber-crime'")
    ]


@pytest.mark.parametrize(
    ("related", "words"),
    [("[red-notice]", "can't be related to itself"), ("[mission, mission]", "'mission' stands twice")],
)
def test_related_to_itself_or_twice_is_told(tmp_path: Path, related: str, words: str) -> None:
    [(name, line, message)] = told(write(tmp_path, replaced("faq/notices.yaml", "[mission, cybercrime]", related)))

    assert (name, line) == ("faq/notices.yaml", line_of(NOTICES, "related:"))
    assert words in message


def test_a_source_that_is_not_listed_is_told(tmp_path: Path) -> None:
    changes = replaced("faq/mission.yaml", "sources: [faqs]", "sources:\n      - faqs\n      - faq")

    assert told(write(tmp_path, changes)) == [
        ("faq/mission.yaml", 5, "sources[2]: there is no source 'faq' in sources.yaml")
    ]


def test_the_source_of_an_operation_that_is_not_listed_is_told(tmp_path: Path) -> None:
    changes = replaced("crimes/cybercrime.yaml", "source: faqs", "source: nowhere")

    assert told(write(tmp_path, changes)) == [
        (
            "crimes/cybercrime.yaml",
            line_of(CYBERCRIME, "source: faqs"),
            "operations[1].source: there is no source 'nowhere' in sources.yaml",
        )
    ]


def test_a_source_cited_twice_by_one_entry_is_told(tmp_path: Path) -> None:
    [fault] = told(write(tmp_path, replaced("faq/mission.yaml", "sources: [faqs]", "sources: [faqs, faqs]")))

    assert fault == ("faq/mission.yaml", 3, "sources[2]: 'faqs' stands twice: remove one")


@pytest.mark.parametrize("sources", ["", "    sources: []\n"])
def test_an_answer_without_sources_is_told(tmp_path: Path, sources: str) -> None:
    [fault] = told(write(tmp_path, replaced("faq/mission.yaml", "    sources: [faqs]\n", sources)))

    assert fault == ("faq/mission.yaml", 2, "mission has no sources: an answer cites at least one")


def test_a_crime_area_without_sources_is_told(tmp_path: Path) -> None:
    content = CYBERCRIME.replace("sources: [cyber-page]\n", "").replace(
        "    source: faqs\n", "    source: cyber-page\n"
    )
    bare = content[: content.index("operations:")] + content[content.index("en:\n  name") :]
    sources = SOURCES[: SOURCES.index("cyber-page:")]

    found = told(write(tmp_path, {"crimes/cybercrime.yaml": bare, "sources.yaml": sources}))

    assert found == [("crimes/cybercrime.yaml", 1, "cybercrime has no sources: an answer cites at least one")]


def test_a_guard_needs_no_sources(tmp_path: Path) -> None:
    assert load(write(tmp_path)).by_id["danger"].sources == ()


def test_a_source_that_nothing_cites_is_told(tmp_path: Path) -> None:
    extra = SOURCES + SOURCES.replace("faqs:", "unused-page:").split("cyber-page:")[0]

    assert told(write(tmp_path, {"sources.yaml": extra})) == [
        (
            "sources.yaml",
            line_of(extra, "unused-page:"),
            "unused-page: no entry cites this source: cite it or remove it",
        )
    ]


def test_a_source_that_only_an_operation_cites_is_used(tmp_path: Path) -> None:
    changes = {
        "sources.yaml": SOURCES + SOURCES.replace("faqs:", "report:").split("cyber-page:")[0],
        "crimes/cybercrime.yaml": CYBERCRIME.replace("source: faqs", "source: report"),
    }

    assert load(write(tmp_path, dict(changes))).by_id["cybercrime"].sources == ("cyber-page", "report")


def test_links_to_a_broken_file_are_not_called_dangling(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {"crimes/cybercrime.yaml": CYBERCRIME + "\t- broken"}
    changes |= replaced("faq/notices.yaml", "[mission, cybercrime]", "[cybercrime, nowhere]")

    found = told(write(tmp_path, changes))

    assert [(name, line) for name, line, _ in found] == [
        ("crimes/cybercrime.yaml", CYBERCRIME.count("\n") + 1),
        ("faq/notices.yaml", line_of(NOTICES, "related:")),
    ]
    assert "nowhere" in found[1][2]


def test_links_to_an_entry_with_faults_are_not_called_dangling(tmp_path: Path) -> None:
    found = told(write(tmp_path, replaced("faq/mission.yaml", "phrasings:", "phrasing:")))

    assert {name for name, _, _ in found} == {"faq/mission.yaml"}


def test_a_broken_list_of_sources_does_not_make_every_citation_a_fault(tmp_path: Path) -> None:
    found = told(write(tmp_path, {"sources.yaml": SOURCES + "\t: broken"}))

    assert [name for name, _, _ in found] == ["sources.yaml"]


# --- the bot's own words ---


@pytest.mark.parametrize(("name", "placeholder"), PLACEHOLDERS.items())
def test_words_without_what_is_filled_in_are_told(tmp_path: Path, name: str, placeholder: str) -> None:
    line = line_of(EN_WORDS, f"{name}: ") if name != "reference" else line_of(EN_WORDS, "reference: Reference")
    lines = EN_WORDS.splitlines()
    lines[line - 1] = f"{name}: Something"

    found = told(write(tmp_path, {"words/en.yaml": "\n".join(lines)}))

    assert found == [("words/en.yaml", line, f"{name}: {{{placeholder}}} is missing: the bot fills it in")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Only {limit} of {length}", "{length} is not known: only {limit} is filled in here"),
        ("Only {limit} {}", "{} is not known"),
        ("Only {limit!r}", "{limit} is not known"),
        ("Only {limit:>999999999}", "{limit} is not known"),
        ("Only {limit.__class__} {limit}", "{limit.__class__} is not known"),
        ("Only {limit", "a { or } stands alone"),
        ("Only } {limit}", "a { or } stands alone"),
    ],
)
def test_words_with_other_braces_are_told(tmp_path: Path, text: str, words: str) -> None:
    line = line_of(EN_WORDS, "too_long: ")
    lines = EN_WORDS.splitlines()
    lines[line - 1] = f"too_long: '{text}'"

    found = told(write(tmp_path, {"words/en.yaml": "\n".join(lines)}))

    assert ("words/en.yaml", line) in [(name, at) for name, at, message in found if words in message]


def test_words_that_are_never_filled_in_hold_no_braces(tmp_path: Path) -> None:
    content = EN_WORDS.replace("sources: Sources", "sources: 'Sources of {asker}'")
    content = content.replace("- What is a red notice?", "- 'What is {this}?'")

    found = told(write(tmp_path, {"words/en.yaml": content}))

    assert [(line, message) for _, line, message in found] == [
        (line_of(content, "{this}"), "examples[1]: {this} is not known: nothing is filled in here"),
        (line_of(content, "{asker}'"), "sources: {asker} is not known: nothing is filled in here"),
    ]


def test_every_placeholder_belongs_to_a_field_of_the_words() -> None:
    filled = {name: f"{{{placeholder}}}" for name, placeholder in PLACEHOLDERS.items()}

    assert filled.keys() <= Words.model_fields.keys()
    assert all(placeholder in getattr(WORDS, name) for name, placeholder in filled.items())


# --- normal forms ---


@given(st.text(max_size=60) | st.text("ab 0A'é-", max_size=8))
def test_the_keys_are_the_normal_forms(text: str) -> None:
    keys = Keys()
    assert keys[text] == keys[text] == normalise(text)
