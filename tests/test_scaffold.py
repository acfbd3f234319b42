from datetime import date
from pathlib import Path

import pytest

from bot.editing.review import review
from bot.editing.scaffold import KINDS, PLACEHOLDER, Wanted, plan
from bot.errors import EditingError
from bot.knowledge.loader import load, open_folder
from bot.messages import Outcome
from tests import knowledge_folder
from tests.knowledge_folder import MISSION, NOTICES

TODAY = date(2026, 7, 15)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return knowledge_folder.write(tmp_path)


def make(folder: Path, kind: str, entry_id: str, file: str = "") -> Path:
    made = plan(folder, load(folder), Wanted(kind, entry_id, file), TODAY)
    made.carry_out()
    [path] = made.files
    return path


def refusal(folder: Path, kind: str, entry_id: str, file: str = "") -> str:
    before = sorted(folder.rglob("*"))
    with pytest.raises(EditingError) as caught:
        make(folder, kind, entry_id, file)
    assert sorted(folder.rglob("*")) == before
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("entry_id", ["red-notice-duration", "no", "2024", "1e3", "x" * 60])
def test_what_is_made_loads_as_it_stands_and_is_all_placeholders(folder: Path, kind: str, entry_id: str) -> None:
    path = make(folder, kind, entry_id)
    knowledge = load(folder)
    assert path == folder / KINDS[kind] / f"{entry_id}.yaml"
    made = knowledge.by_id[entry_id]
    assert (made.reviewed, made.review_by) == (TODAY, date(2027, 1, 13))
    texts = (made.en.question, made.en.short, *made.en.phrasings)
    assert all(text.startswith(PLACEHOLDER) for text in texts)
    told = [remark for remark in review(open_folder(folder), TODAY, {}) if remark.kind == "placeholder"]
    assert {remark.path for remark in told} == {path}
    assert len(told) == path.read_text().count(PLACEHOLDER)


def test_two_that_are_not_filled_in_yet_do_not_clash(folder: Path) -> None:
    for kind, entry_id in (("faq", "one"), ("faq", "two"), ("guard", "three"), ("crime", "four"), ("crime", "five")):
        make(folder, kind, entry_id)
    found = review(open_folder(folder), TODAY, {})
    assert {remark.path.stem for remark in found if remark.kind == "placeholder"} == {
        "one",
        "two",
        "three",
        "four",
        "five",
    }


def test_a_guard_declines_until_an_editor_says_otherwise(folder: Path) -> None:
    path = make(folder, "guard", "opinions")
    assert load(folder).by_id["opinions"].outcome is Outcome.DECLINED
    assert "handed_off" in path.read_text()


def test_appending_leaves_what_was_there_and_follows_its_indent(folder: Path) -> None:
    assert make(folder, "faq", "fresh", "faq/notices.yaml") == folder / "faq/notices.yaml"
    after = (folder / "faq/notices.yaml").read_text()
    assert after.startswith(NOTICES + "\n  - id: fresh\n    sources: [faqs] # choose")
    flat = MISSION.replace("  - id", "- id").replace("    ", "  ")
    (folder / "faq/mission.yaml").write_text(flat)
    make(folder, "faq", "other", "faq/mission.yaml")
    assert (folder / "faq/mission.yaml").read_text().startswith(flat + "\n- id: other\n  sources:")


def test_a_new_file_may_be_named_and_bears_the_schema_line_of_its_neighbours(folder: Path) -> None:
    line = "# yaml-language-server: $schema=../schema.json"
    (folder / "faq/mission.yaml").write_text(f"{line}\n{MISSION}")
    path = make(folder, "faq", "fresh", "faq/topic.yaml")
    assert path.read_text().startswith(f"{line}\nentries:\n  - id: fresh\n")


@pytest.mark.parametrize(
    ("entry_id", "words"),
    [
        ("Red Notice!", "such as red-notice"),
        ("red_notice", "such as red-notice"),
        ("-red--notice-", "such as red-notice"),
        ("x" * 61, "at most 60"),
        ("نشرة", "lower-case letters"),
        ("", "lower-case letters"),
        ("../x", "such as x"),
        ("help", "reserved"),
        ("red-notice", "notices.yaml:2"),
        ("cybercrime", "cybercrime.yaml:1"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_id_that_can_not_be_used_is_refused_with_the_reason(
    folder: Path, kind: str, entry_id: str, words: str
) -> None:
    assert words in refusal(folder, kind, entry_id)


def test_a_file_that_exists_is_not_overwritten(folder: Path) -> None:
    (folder / "faq/mission.yaml").rename(folder / "faq/fresh.yaml")
    assert "to append to it, add --file faq/fresh.yaml" in refusal(folder, "faq", "fresh")
    (folder / "crimes/cybercrime.yaml").rename(folder / "crimes/fresh.yaml")
    assert "fresh.yaml exists." in refusal(folder, "crime", "fresh")


def test_a_crime_area_can_not_be_appended(folder: Path) -> None:
    assert "leave --file out" in refusal(folder, "crime", "fresh", "faq/notices.yaml")


def test_without_any_source_one_is_asked_for(folder: Path) -> None:
    knowledge = load(folder).model_copy(update={"sources": {}})
    with pytest.raises(EditingError, match=r"sources\.yaml"):
        plan(folder, knowledge, Wanted("faq", "fresh"), TODAY)
