"""A folder of YAML becomes Knowledge, or says everything that is wrong with it, with file and line."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.schema import Entry
from bot.knowledge.yaml_lines import BrokenYamlError, Document, read
from bot.messages import Outcome
from tests.knowledge_folder import FILES, MISSION, NOTICES, SOURCES, line_of, replaced, told, write

EN_WORDS = FILES["words/en.yaml"]
FAQS = "https://www.interpol.int/en/FAQs"  # the address of the first source


def test_a_valid_folder_becomes_knowledge(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path))

    assert [entry.id for entry in knowledge.entries] == ["mission", "red-notice", "danger", "cybercrime"]
    assert [crime.id for crime in knowledge.crimes] == ["cybercrime"]
    assert knowledge.by_id["danger"].outcome is Outcome.URGENT
    assert knowledge.by_id["mission"].reviewed == date(2026, 7, 1)
    assert knowledge.by_id["red-notice"].languages() == ("en", "fr")
    assert knowledge.sources["faqs"].as_of == "2021"
    assert knowledge.contact.name == "Jane Example"
    assert knowledge.words["en"].reference == "Reference {reference}"
    assert knowledge.synonyms == (("hq", "headquarters"),)


@pytest.mark.parametrize("content", [None, "", "# nobody\n", "name: ''\n"])
def test_the_contact_may_be_left_out_or_empty(tmp_path: Path, content: str | None) -> None:
    assert load(write(tmp_path, {"contact.yaml": content})).contact.name == ""


def test_synonyms_may_be_left_out(tmp_path: Path) -> None:
    assert load(write(tmp_path, {"synonyms.yaml": None})).synonyms == ()


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + MISSION.replace("\n", "\r\n").encode()

    assert load(write(tmp_path, {"faq/mission.yaml": content})).by_id["mission"].en.short == "It connects police."


def test_a_byte_order_mark_inside_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + MISSION.encode() + b"\xef\xbb\xbf  - id: second\n"

    [(name, line, message)] = told(write(tmp_path, {"faq/more.yaml": content}))

    assert (name, line) == ("faq/more.yaml", MISSION.count("\n") + 1)
    assert "U+FEFF" in message


def test_lines_are_right_in_files_with_windows_line_ends(tmp_path: Path) -> None:
    content = MISSION.replace("short: It", "shrot: It").replace("\n", "\r\n")

    assert ("faq/mission.yaml", line_of(content, "shrot")) in [
        fault[:2] for fault in told(write(tmp_path, {"faq/mission.yaml": content}))
    ]


# --- what is read ---


def test_a_missing_folder_says_which_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="KNOWLEDGE_DIR") as caught:
        load(tmp_path / "nowhere")

    assert str(tmp_path / "nowhere") in str(caught.value)


def test_a_file_in_place_of_the_folder_says_which_setting_to_mend(tmp_path: Path) -> None:
    (tmp_path / "knowledge").write_text("x")

    with pytest.raises(KnowledgeError, match="KNOWLEDGE_DIR"):
        load(tmp_path / "knowledge")


def test_an_empty_folder_names_what_it_needs(tmp_path: Path) -> None:
    assert [(name, line) for name, line, _ in told(tmp_path)] == [(".", 0), ("sources.yaml", 0), ("words/en.yaml", 0)]


def test_missing_required_files_are_named_without_an_avalanche(tmp_path: Path) -> None:
    found = told(write(tmp_path, {"sources.yaml": None, "words/en.yaml": None}))

    assert [(name, line) for name, line, _ in found] == [("sources.yaml", 0), ("words/en.yaml", 0)]
    assert all("is missing" in message for _, _, message in found)


@pytest.mark.parametrize(
    "name", ["faq/.mission.yaml.swp", "faq/mission.yaml~", "faq/#mission.yaml#", ".git/x.yaml", "faq/.#a.yaml"]
)
def test_hidden_files_and_backups_are_passed_over(tmp_path: Path, name: str) -> None:
    plain = load(write(tmp_path / "plain"))
    beside = load(write(tmp_path / "beside", {name: "{{{ broken", "README.md": "# words", "schema.json": "{}"}))

    assert beside == plain


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("faq/more.yml", "rename it to more.yaml"),
        ("faq/MORE.YAML", "rename it to MORE.yaml"),
        ("faq/deeper/more.yaml", "belong into faq/"),
        ("faqs/more.yaml", "belong into faq/"),
        ("mission.yaml", "belong into faq/"),
        ("words/de.yaml", "the languages are en, fr, es, ar"),
    ],
)
def test_a_file_that_would_not_be_read_is_a_fault(tmp_path: Path, name: str, words: str) -> None:
    [(path, line, message)] = told(write(tmp_path, {name: MISSION}))

    assert (path, line) == (name, 0)
    assert words in message


def test_a_folder_that_links_to_itself_is_reported_and_does_not_loop(tmp_path: Path) -> None:
    (write(tmp_path) / "again").symlink_to(tmp_path)

    assert all(name.startswith("again/") and "is not read" in message for name, _, message in told(tmp_path))


@pytest.mark.parametrize("name", ["faq/round.yaml", "crimes/round.yaml"])
def test_a_link_that_leads_to_itself_is_told(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).symlink_to(tmp_path / name)

    [(path, line, message)] = told(tmp_path)

    assert (path, line) == (name, 0)
    assert message.startswith("can't be read: ")


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (write(tmp_path) / "faq" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")

    [(name, line, message)] = told(tmp_path)

    assert (name, line) == ("faq/gone.yaml", 0)
    assert message.startswith("can't be read: ")


def test_the_version_follows_names_and_content(tmp_path: Path) -> None:
    def version(folder: str, changes: dict[str, str | bytes | None]) -> str:
        return load(write(tmp_path / folder, changes)).version

    same = [version("a", {}), version("b", {}), version("c", {"README.md": "not read"})]
    others = [
        version("d", {"contact.yaml": "name: Other\n"}),
        version("e", {"faq/mission.yaml": None, "faq/moved.yaml": MISSION}),
        version("f", {"contact.yaml": None}),
    ]

    assert len(set(same)) == 1
    assert len({*same, *others}) == 4
    assert all(len(found) == 12 and int(found, 16) >= 0 for found in same + others)


# --- faults of one file ---


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        # YAML itself
        ("    en:\n      question", "\ten:\n      question", "\ten:", "a tab can't be used"),
        ("It connects police.", "'It connects police.", "short:", "quote that opens here is never closed"),
        ("short: It connects police.", "short: It: connects", "short:", "a colon can't stand here"),
        ("short: It connects police.", "short: 'It's'", "short:", "apostrophe"),
        ("short: It connects police.", "short: *bold* words", "short:", "starts with * needs quotes"),
        ("short: It connects police.", "short: @police", "short:", "needs quotes"),
        ("sources: [faqs]", "sources: [faqs", "sources:", "the [ is never closed"),
        ("sources: [faqs]", "sources: &x [faqs]", "sources:", "an anchor (&x)"),
        ("sources: [faqs]", "sources: *x", "sources:", "an alias (*x)"),
        ("sources: [faqs]", "sources: !!python/tuple [faqs]", "sources:", "a tag"),
        ("short: It connects police.", "short: It\x07", "short:", "an invisible character, U+0007"),
        ("entries:", "---\na: b\n---\nentries:", "---\nentries", "a second document"),
        # fields
        ("phrasings:", "phrasing:", "phrasing:", "unknown field 'en.phrasing'; did you mean 'phrasings'?"),
        ("phrasings:", "zzz:", "zzz:", "unknown field 'en.zzz'; the fields here are question, short, details"),
        ("    en:", "    de: {}\n    en:", "de:", "unknown language 'de'; the languages are en, fr, es, ar"),
        ("      short: It connects police.\n", "", "en:", "the field 'en.short' is missing"),
        ("    reviewed: 2026-07-01\n", "", "- id:", "the field 'reviewed' is missing"),
        ("    en:", "    en:\n      short: twice", "short: It", "the field 'short' stands twice, first on line 7"),
        ("sources: [faqs]", "sorces: [faqs]", "sorces:", "unknown field 'sorces'; did you mean 'sources'?"),
        # types
        ("- interpol mission", "- no", "- no", "en.phrasings[1]: yes, no, on, off, true and false count"),
        ("- interpol mission", "- 911", "- 911", "en.phrasings[1]: 911 counts as a number, not as text: put quotes"),
        ("- interpol mission", "-", "        -", "en.phrasings[1]: is empty"),
        ("- interpol mission", "- interpol: mission", "- interpol:", "must be text, not fields with values"),
        ("- interpol mission", "- [interpol]", "- [", "must be text, not a list"),
        ("short: It connects police.", "short:", "short:", "en.short: is empty: write a text"),
        ("reviewed: 2026-07-01", "reviewed: 2026-07-32", "reviewed:", "reviewed: must be a date such as 2026-07-31"),
        ("reviewed: 2026-07-01", "reviewed: 2026", "reviewed:", "must be a date such as 2026-07-31, not 2026"),
        ("sources: [faqs]", "sources: faqs", "sources:", "sources: must be a list"),
        ("sources: [faqs]", "sources: [faqs]\n    contact: 'yes'", "contact:", "must be true or false"),
        ("sources: [faqs]", "sources: [faqs]\n    threshold: '0.5'", "threshold:", "must be a number"),
        ("sources: [faqs]", "sources: [faqs]\n    threshold: 2", "threshold:", "must be at most 1"),
        ("sources: [faqs]", "sources: [faqs]\n    outcome: answred", "outcome:", "must be one of 'answered'"),
        # limits
        ("id: mission", "id: Mission!", "id:", "id: must be lower-case letters, digits and single hyphens"),
        ("id: mission", f"id: {'m' * 61}", "id:", "id: has 61 characters; the limit is 60"),
        ("id: mission", "id: ''", "id:", "id: must be lower-case"),
        ("It connects police.", "x" * 301, "short:", "en.short: has 301 characters; the limit is 300"),
        ("- interpol mission", "- x", "- x", "en.phrasings[1]: is too short: it needs at least 2"),
        ("phrasings:\n        - interpol mission", "phrasings: []", "phrasings:", "must have at least 1, not 0"),
        ("question: What", 'question: "Two\\nlines" # ', "question:", "en.question: must be on one line"),
        ("review_by: 2027-07-01", "review_by: 2026-07-01", "review_by:", "must be later than reviewed (2026-07-01)"),
        # markup
        ("It connects police.", "See <b>this</b>", "short:", "en.short: HTML can't be used here"),
        ("It connects police.", "'[a](http://x.org)'", "short:", "a link must start with https://"),
    ],
)
def test_a_fault_in_an_entry_is_told_with_its_line(tmp_path: Path, old: str, new: str, at: str, words: str) -> None:
    assert_told(tmp_path, replaced("faq/mission.yaml", old, new), at, words)


@pytest.mark.parametrize(
    ("name", "content", "line", "words"),
    [
        ("faq/notices.yaml", NOTICES.replace("short: U", "shorts: U"), 17, "unknown field 'fr.shorts'; did you mean"),
        ("faq/mission.yaml", "", 1, "must be fields with values"),
        ("faq/mission.yaml", "- id: x\n", 1, "must be fields with values"),
        ("faq/mission.yaml", "entries:\n", 1, "entries: must be a list"),
        ("faq/mission.yaml", "# first\nentries:\n  - just text\n", 3, "entries[1]: must be fields with values"),
        ("faq/mission.yaml", "just text", 1, "must be fields with values"),
        ("faq/mission.yaml", "entries: []\n? [a]\n: b\n", 2, "a field's name must be text"),
        ("sources.yaml", SOURCES.replace("faqs:", "FAQs:"), 1, "FAQs: must be lower-case letters"),
        ("sources.yaml", SOURCES.replace(": 2021", ": 2021-13"), 5, "faqs.as_of: is not a day of the calendar"),
        ("sources.yaml", SOURCES.replace("as_of: 2021", "as_of: last year"), 5, "must be a date: YYYY, YYYY-MM or"),
        ("sources.yaml", SOURCES.replace(FAQS, "www.interpol.int"), 4, "must be an address"),
        ("sources.yaml", SOURCES.replace(FAQS, "https://[x"), 4, "is not an address"),
        ("sources.yaml", SOURCES.replace(FAQS, "https://x.org/a b"), 4, "must be an address"),
        ("contact.yaml", "name: A\nurl: javascript:alert(1)\n", 2, "url: must be an address"),
        ("contact.yaml", "name: A\nemail: nobody\n", 2, "email: must be an e-mail address"),
        ("contact.yaml", "name: A\nfax: 1\n", 2, "unknown field 'fax'"),
        ("synonyms.yaml", "- [a, b]\n- [alone]\n", 2, "[2]: must have at least 2, not 1"),
        ("synonyms.yaml", "- [a, b]\n- [c, 7]\n", 2, "[2][2]: 7 counts as a number"),
        ("words/fr.yaml", "name: Français\n", 1, "the field 'declined' is missing"),
        ("words/en.yaml", EN_WORDS + "examples: [a]\n", EN_WORDS.count("\n") + 1, "the field 'examples' stands twice"),
        ("sources.yaml", SOURCES + "  udnated: true\n", 12, "field 'cyber-page.udnated'; did you mean 'undated'?"),
        ("crimes/cybercrime.yaml", "- a\n", 1, "must be fields with values"),
    ],
)
def test_a_fault_in_any_file_is_told_with_its_line(
    tmp_path: Path, name: str, content: str, line: int, words: str
) -> None:
    found = told(write(tmp_path, {name: content}))

    assert (name, line) in [(path, at) for path, at, message in found if words in message], found


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("start: 2025-07-18", "start: 2025-07-40", "start:", "operations[1].start: is not a day of the calendar"),
        ("end: 2026-01-31", "end: 2025-07-17", "end:", "must not be earlier than start (2025-07-18)"),
        ("countries: 72", "countries: '72'", "countries:", "must be a whole number"),
        ("countries: 72", "countries: 0", "countries:", "must be at least 1"),
        ("countries:", "contries:", "contries:", "unknown field 'operations[1].contries'; did you mean 'countries'?"),
        ("      en: 45,000", "      fr: 45,000", "result:", "the field 'operations[1].result.en' is missing"),
        ("  report: Tell", "  reprot: Tell", "reprot:", "unknown field 'en.reprot'; did you mean 'report'?"),
        ("- computer crime", "- c", "- c\n", "synonyms[1]: is too short"),
    ],
)
def test_a_fault_in_a_crime_area_is_told_with_its_line(tmp_path: Path, old: str, new: str, at: str, words: str) -> None:
    assert_told(tmp_path, replaced("crimes/cybercrime.yaml", old, new), at, words)


def assert_told(folder: Path, changes: dict[str, str | bytes | None], at: str, words: str) -> None:
    """Of the one changed file a fault is told that says these words, on the line where `at` stands first."""
    [(name, content)] = changes.items()
    line = str(content)[: str(content).index(at)].count("\n") + 1

    found = told(write(folder, changes))

    assert (name, line) in [(path, number) for path, number, message in found if words in message], found


def test_latin_1_bytes_are_told_with_the_line_of_the_first(tmp_path: Path) -> None:
    content = NOTICES.encode("latin-1")

    [(name, line, message)] = told(write(tmp_path, {"faq/notices.yaml": content}))

    assert (name, line) == ("faq/notices.yaml", line_of(NOTICES, "définition"))
    assert "save the file as UTF-8" in message
    assert "0xE9" in message


def test_a_field_that_stands_twice_names_both_lines_each_time(tmp_path: Path) -> None:
    content = "name: A\nrole: B\nname: C\nrole: {deep: 1}\nname: D\n"

    assert told(write(tmp_path, {"contact.yaml": content})) == [
        ("contact.yaml", 3, "the field 'name' stands twice, first on line 1: remove one"),
        ("contact.yaml", 4, "the field 'role' stands twice, first on line 2: remove one"),
        ("contact.yaml", 5, "the field 'name' stands twice, first on line 1: remove one"),
    ]


def test_aliases_can_not_blow_up(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50))

    assert [fault[:2] for fault in told(write(tmp_path, {"contact.yaml": bomb}))] == [("contact.yaml", 1)]


@pytest.mark.parametrize("unit", ["[", "{a: ", "- "])
def test_deep_nesting_is_a_fault(tmp_path: Path, unit: str) -> None:
    [(name, line, message)] = told(write(tmp_path, {"contact.yaml": unit * 5000}))

    assert (name, line) == ("contact.yaml", 1)
    assert "nested" in message


def test_all_faults_of_all_files_come_at_once_in_file_order(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "contact.yaml": "nmae: A\nphone: 7\n",
        "faq/mission.yaml": MISSION.replace("short:", "shrot:").replace("[faqs]", "[faqs, nowhere]"),
        "guards/danger.yaml": "entries: [",
    }

    found = [(name, line) for name, line, _ in told(write(tmp_path, changes))]

    assert found == [
        ("contact.yaml", 1),
        ("contact.yaml", 2),
        ("faq/mission.yaml", 3),
        ("faq/mission.yaml", 6),
        ("faq/mission.yaml", 8),
        ("guards/danger.yaml", 1),
    ]


def test_the_error_reads_as_file_line_and_sentence(tmp_path: Path) -> None:
    write(tmp_path, replaced("faq/mission.yaml", "It connects police.", "It is `code`."))

    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path)

    where = f"{tmp_path / 'faq' / 'mission.yaml'}:8: en.short: `code` can't be used here"
    assert str(caught.value).startswith(f"The knowledge has 1 fault:\n{where}")


def test_an_overdue_review_still_loads(tmp_path: Path) -> None:
    content = MISSION.replace("2026-07-01", "2001-01-01").replace("2027-07-01", "2002-01-01")

    assert load(write(tmp_path, {"faq/mission.yaml": content})).by_id["mission"].review_by == date(2002, 1, 1)


# --- any bytes, many entries ---


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text(alphabet="-: \n\t'\"[]{}&*!|>#%@`,abc019_.?~x", max_size=80).map(str.encode),
    ),
)
def test_any_bytes_load_or_raise_knowledge_error(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path, {name: content})

    for _, line, message in told(tmp_path):
        assert line >= 0
        assert message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_in_an_entry_loads_or_raises_knowledge_error(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["faq/notices.yaml", "crimes/cybercrime.yaml", "words/en.yaml", "sources.yaml"]))
    lines = FILES[name].splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key = lines[number].partition(":")[0]
    value = data.draw(
        st.sampled_from(["", "[]", "{}", "no", "7", ".inf", "0x" + "f" * 29, "1:30", "[1, {a: b}]", "''"])
    )
    lines[number] = f"{key}: {value}"
    write(tmp_path, {name: "\n".join(lines)})

    for _, line, message in told(tmp_path):
        assert 0 <= line <= len(lines)
        assert message


def test_what_only_looks_like_a_number_or_a_date_stays_text() -> None:
    raw = b"a: 0b_\nb: .inf\nc: 2026-07-01\nd: '7'\ne: 1" + b"0" * 30 + b"\nf: 7\n7: x\n"

    data = read(raw).data

    assert data == {"a": "0b_", "b": ".inf", "c": "2026-07-01", "d": "7", "e": "1" + "0" * 30, "f": 7, "7": "x"}


@given(st.binary(max_size=300))
def test_reading_any_bytes_gives_a_document_or_one_broken_line(raw: bytes) -> None:
    try:
        found = read(raw)
    except BrokenYamlError as error:
        found = Document(faults=[(error.line, error.message)])

    assert all(1 <= line <= raw.count(b"\n") + raw.count(b"\r") + 1 and message for line, message in found.faults)


def test_a_thousand_entries_load_in_about_a_second(tmp_path: Path) -> None:
    entry = NOTICES.removeprefix("entries:\n").replace("related: [mission, cybercrime]", "related: [entry-1]")
    numbered = [
        entry.replace("id: red-notice", f"id: entry-{number}")
        .replace("What is a red notice?", f"What is thing {number}?")
        .replace("- red notice meaning", "\n".join(f"- thing {number} asked in way {way}" for way in range(10)))
        .replace("\n- thing", "\n        - thing")
        .replace("what does red notice mean", f"meaning of {number}")
        .replace("Qu'est-ce qu'une notice rouge ?", f"Qu'est-ce que {number} ?")
        .replace("définition notice rouge", f"définition {number}")
        for number in range(2, 1002)
    ]
    first = NOTICES.replace("id: red-notice", "id: entry-1").replace("[mission, cybercrime]", "[mission]")
    write(tmp_path, {"faq/notices.yaml": first, "faq/many.yaml": "entries:\n" + "".join(numbered)})

    started = time.thread_time()
    knowledge = load(tmp_path)
    seconds = time.thread_time() - started

    assert len(knowledge.entries) == 1004
    assert seconds < 5  # about one second on an idle core; the rest is for a busy machine


def test_knowledge_can_not_be_changed(tmp_path: Path) -> None:
    entry: Entry = load(write(tmp_path)).by_id["mission"]

    with pytest.raises(ValidationError, match="frozen"):
        entry.id = "other"  # type: ignore[misc]
