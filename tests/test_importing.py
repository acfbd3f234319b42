"""bot.editing.importing and bot.editing.folder"""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.editing.folder import entry_file, faults_with, heading
from bot.editing.importing import plan
from bot.editing.records import read_records
from bot.editing.rows import Row, rows_of
from bot.editing.sections import read_markdown, write_markdown
from bot.editing.sheets import read_csv, write_csv
from bot.errors import EditingError
from bot.knowledge.loader import load
from tests import knowledge_folder
from tests.knowledge_folder import MISSION, NOTICES

OURS = Path(__file__).parent.parent / "knowledge"
WORDS = st.text("abcdefghij' :#-,[]{}&*!|>%@`\"\\éàنعم", min_size=2, max_size=40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return knowledge_folder.write(tmp_path / "knowledge")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder: Path) -> list[Row]:
    return list(rows_of(read_records(folder)))


def changed(row: Row, **cells: str) -> Row:
    return Row(row.where, dict(row.cells) | cells)


def row(entry: str, language: str = "en", **cells: str) -> Row:
    texts = {"question": f"Is {entry} {language}?", "short": "It is.", "phrasings": f"{entry} {language} words"}
    shared = {"sources": "faqs", "reviewed": "2026-07-01", "review_by": "2027-07-01"}
    return Row(f"row of {entry} {language}", {"id": entry, "language": language} | texts | shared | cells)


def refused(folder: Path, *table: Row, new_file: str = "faq/imported.yaml") -> list[str]:
    """Plan an import that must be refused, and leave everything as it is; return what it says."""
    before = contents(folder)
    with pytest.raises(EditingError) as caught:
        plan(folder, table, new_file)
    assert contents(folder) == before
    first, *problems = str(caught.value).splitlines()
    assert first == "Nothing was imported:"
    return problems


# --- there and back ---


@pytest.mark.parametrize("format_", ["csv", "markdown"])
def test_export_and_import_change_nothing(folder: Path, format_: str) -> None:
    there = rows(folder)
    back = read_csv(write_csv(there)) if format_ == "csv" else read_markdown(write_markdown(there))
    made = plan(folder, back)
    assert (made.changes, dict(made.files)) == ((), {})


def test_our_own_knowledge_goes_there_and_back(tmp_path: Path) -> None:
    ours = shutil.copytree(OURS, tmp_path / "ours")
    there = rows(ours)
    assert len(there) >= 80
    for back in (read_csv(write_csv(there)), read_markdown(write_markdown(there))):
        assert plan(ours, back).changes == ()


@settings(max_examples=25, deadline=None)
@given(WORDS, WORDS, st.lists(WORDS, min_size=1, max_size=4))
def test_any_words_come_back_as_they_went_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, question: str, short: str, phrasings: list[str]
) -> None:
    folder = knowledge_folder.write(tmp_path_factory.mktemp("any"))
    before = contents(folder)
    wanted = changed(rows(folder)[0], question=question, short=short, phrasings="\n".join(phrasings))
    try:
        plan(folder, read_csv(write_csv([wanted]))).carry_out()
    except EditingError:
        assert contents(folder) == before
        return
    found = rows(folder)[0].cells
    assert (found["question"], found["short"]) == (question.strip(), short.strip())
    assert found["phrasings"].splitlines() == [" ".join(each.split()) for each in phrasings if each.strip()]
    assert plan(folder, read_csv(write_csv(rows(folder)))).changes == ()


# --- changes ---


def test_a_change_touches_its_field_only_and_is_told(folder: Path) -> None:
    before = contents(folder)
    notice = rows(folder)[1]
    made = plan(folder, [changed(notice, short="A *request*.", phrasings="red notice meaning\nnew one", legal="TRUE")])
    assert contents(folder) == before
    made.carry_out()
    assert made.changes == ("red-notice: legal", "red-notice: en.short", "red-notice: en.phrasings, 1 more, 1 fewer")
    after = contents(folder)
    assert {name for name in after if after[name] != before.get(name)} == {"faq/notices.yaml"}
    expected = (
        NOTICES.replace("A **request** to find and provisionally arrest a person.", '"A *request*."')
        .replace("what does red notice mean", "new one")
        .replace("related: [mission, cybercrime]\n", "related: [mission, cybercrime]\n    legal: true\n")
    )
    assert after["faq/notices.yaml"].decode() in {expected, expected.replace('"A *request*."', "A *request*.")}


def test_a_new_language_and_a_new_entry_are_added(folder: Path) -> None:
    french = row("mission", "fr", sources="", reviewed="", review_by="", question="Quelle mission ?")
    made = plan(folder, [rows(folder)[0], french, row("fresh", related="mission"), row("fresh", "ar", short="نعم")])
    made.carry_out()
    assert made.changes == ("mission: fr is new", "fresh: new, in en, ar")
    knowledge = load(folder)
    mission, fresh = knowledge.by_id["mission"], knowledge.by_id["fresh"]
    assert mission.fr
    assert mission.fr.question == "Quelle mission ?"
    assert (folder / "faq/mission.yaml").read_text().startswith(MISSION)
    assert (fresh.related, fresh.ar and fresh.ar.short) == (("mission",), "نعم")
    assert (folder / "faq/imported.yaml").exists()


def test_new_entries_go_where_they_are_sent(folder: Path) -> None:
    plan(folder, [row("fresh", outcome="declined", sources="")], "guards/danger.yaml").carry_out()
    assert (folder / "guards/danger.yaml").read_text().startswith(knowledge_folder.DANGER)
    assert load(folder).by_id["fresh"].outcome == "declined"


def test_columns_and_rows_that_are_left_out_change_nothing(folder: Path) -> None:
    made = plan(folder, [Row("row 2", {"id": "red-notice", "language": "fr", "short": "Autre."})])
    assert made.changes == ("red-notice: fr.short",)


def test_a_translation_that_is_not_there_may_stay_empty(folder: Path) -> None:
    empty = dict.fromkeys(("question", "short", "phrasings"), "")
    assert plan(folder, [rows(folder)[0], row("mission", "ar", **empty)]).changes == ()


def test_a_new_file_names_the_schema_as_its_neighbours_do(folder: Path) -> None:
    line = "# yaml-language-server: $schema=../schema.json"
    (folder / "faq/mission.yaml").write_text(f"{line}\n{MISSION}")
    plan(folder, [row("fresh")]).carry_out()
    assert (folder / "faq/imported.yaml").read_text().startswith(f"{line}\nentries:\n  - id: fresh\n")
    assert heading(folder / "guards") == b""


# --- what is refused ---


def test_what_would_not_load_is_refused_and_told_at_its_rows(folder: Path) -> None:
    problems = refused(
        folder,
        row("fresh", short="x" * 301),
        row("fresh", "fr", phrasings="interpol mission"),
        row("other", related="nowhere", sources="nothing"),
    )
    assert len(problems) == 4
    assert problems[0].startswith("row of fresh en: en.short: has 301 characters")
    assert any(f"{folder}/faq/mission.yaml:" in each and "also a phrasing of 'fresh'" in each for each in problems)
    assert any(each.startswith("row of other en: related[1]: there is no entry 'nowhere'") for each in problems)


def test_rows_that_do_not_fit_the_folder_are_all_told(folder: Path) -> None:
    empty = dict.fromkeys(("question", "short", "details", "phrasings"), "")
    problems = refused(
        folder,
        row("cybercrime"),
        row("fresh", "fr"),
        row("other", reviewed=""),
        changed(rows(folder)[0], **empty),
        Row("row 9", {"id": "danger", "language": "fr", "short": "Vite."}),
    )
    assert problems == [
        "row of cybercrime en: cybercrime is a crime area: change it in cybercrime.yaml",
        "row of fresh fr: fresh is new and has no row in English",
        "row of other en: reviewed is empty",
        "line 6: the texts are empty; to take a translation away, take it out of the YAML file",
        "row 9: question is missing: danger is new in fr",
        "row 9: phrasings is missing: danger is new in fr",
    ]


@pytest.mark.parametrize(
    "name", ["../x.yaml", "faq/x.yml", "crimes/x.yaml", "x.yaml", "faq/.x.yaml", "faq/a/b.yaml", ""]
)
def test_a_file_that_can_not_take_entries_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(EditingError, match=r"faq/notices\.yaml"):
        entry_file(folder, name)


def test_a_file_written_in_brackets_is_named(folder: Path) -> None:
    (folder / "faq/mission.yaml").write_text(
        "entries:\n  - {id: mission, sources: [faqs], reviewed: 2026-07-01, review_by: 2027-07-01, "
        "en: {question: Q, short: S, phrasings: [interpol mission]}}\n"
    )
    assert "mission.yaml: line 2 is written with { and }" in refused(folder, row("mission"))[0]


# --- all or nothing ---


def test_a_file_that_someone_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    made = plan(folder, [changed(rows(folder)[0], short="New.")])
    (folder / "faq/mission.yaml").write_text(MISSION + "# mine\n")
    before = contents(folder)
    with pytest.raises(EditingError, match="changed by someone else"):
        made.carry_out()
    assert contents(folder) == before


def test_when_the_second_file_can_not_be_written_the_first_is_put_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(folder, [changed(rows(folder)[0], short="New."), changed(rows(folder)[1], short="New.")])
    before = contents(folder)
    replace = os.replace

    def failing(source: Path, target: Path) -> None:
        if target.name == "notices.yaml":
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(EditingError, match=r"notices\.yaml can't be written: No space left"):
        made.carry_out()
    assert contents(folder) == before


def test_a_file_keeps_its_mode(folder: Path) -> None:
    path = folder / "faq/mission.yaml"
    path.chmod(0o640)
    plan(folder, [changed(rows(folder)[0], short="New.")]).carry_out()
    assert path.stat().st_mode & 0o777 == 0o640


def test_trying_out_leaves_nothing_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    [fault] = faults_with(folder, {folder / "faq/new.yaml": b"entries:\n  - id: [\n"})
    assert fault.path == folder / "faq/new.yaml"
    assert list((tmp_path / "temporary").iterdir()) == []
