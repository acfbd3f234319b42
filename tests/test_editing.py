"""adapters.checking, adapters.deep and adapters.editing: check, new, export and import on the command line"""

import json
import re
import time
from pathlib import Path
from typing import get_args

import pytest
import yaml

from adapters import checking, cli, deep
from bot.editing.records import Kind
from bot.editing.rows import COLUMNS, read_values
from bot.editing.sections import read_markdown, write_markdown
from bot.knowledge.loader import load
from bot.settings import Settings
from tests import knowledge_folder
from tests.knowledge_folder import MISSION, line_of, replaced
from tests.test_review import entry, faq
from tests.toy_encoders import ToyEncoder

Captured = pytest.CaptureFixture[bytes]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a valid folder, which the settings name, in an empty place."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("KNOWLEDGE_DIR", "knowledge")
    return knowledge_folder.write(tmp_path / "knowledge")


def run(captured: Captured, *arguments: str) -> tuple[int, str, str]:
    captured.readouterr()
    code = cli.main(arguments)
    said = captured.readouterr()
    return code, said.out.decode(), said.err.decode()


# --- check ---


def test_check_tells_warnings_with_file_and_line_and_a_tally(capsysbinary: Captured, folder: Path) -> None:
    code, out, _ = run(capsysbinary, "check")
    *warnings, summary, tally = out.splitlines()
    assert code == 0
    assert "knowledge/faq/mission.yaml:2: language: mission is not written in fr, es, ar" in warnings
    assert all(re.match(r"knowledge/\S+\.yaml:\d+: [a-z-]+: ", line) for line in warnings)
    assert "4 entries" in summary
    assert "no faults" in summary
    assert re.match(rf"{len(warnings)} warnings: .*\d+ language", tally)


def test_check_strict_counts_a_warning_as_a_fault(capsysbinary: Captured, folder: Path) -> None:
    assert run(capsysbinary, "check", "--strict")[0] == 2


def test_check_without_warnings_says_nothing_more_and_passes_strictly(
    capsysbinary: Captured, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "review", lambda *_: ())
    code, out, _ = run(capsysbinary, "check", "--strict")
    assert (code, out.count("\n")) == (0, 1)


def test_check_json_is_one_object_with_the_warnings(capsysbinary: Captured, folder: Path) -> None:
    code, out, _ = run(capsysbinary, "check", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert (found["entries"], found["crimes"], found["sources"], found["faults"]) == (4, 1, 2, [])
    assert found["version"] == load(folder).version
    assert {
        "path": "knowledge/faq/mission.yaml",
        "line": 2,
        "kind": "language",
        "message": "mission is not written in fr, es, ar",
    } in found["warnings"]
    assert run(capsysbinary, "check", "--format", "json", "--strict")[0] == 2


def test_check_json_holds_the_faults_and_exits_with_two(capsysbinary: Captured, folder: Path) -> None:
    knowledge_folder.write(folder, replaced("faq/mission.yaml", "sources: [faqs]", "sources: [nowhere]"))
    code, out, err = run(capsysbinary, "check", "--format", "json")
    found = json.loads(out)
    assert (code, err, found["warnings"]) == (2, "", [])
    [fault] = found["faults"]
    assert (fault["path"], fault["kind"]) == ("knowledge/faq/mission.yaml", "fault")
    assert fault["line"] == line_of(MISSION, "sources:")
    assert "nowhere" in fault["message"]


def test_check_deep_asks_the_engine(capsysbinary: Captured, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        deep, "default_encoders", lambda cache: (ToyEncoder(), ToyEncoder("english", frozenset({"en"})))
    )
    monkeypatch.setattr(checking, "review", lambda *_: ())
    ours = [f"guided tour of the building {word}" for word in ("monday", "tuesday", "friday")]
    theirs = [f"{each} {time}" for each in ours for time in ("morning", "evening")]
    knowledge_folder.write(folder, faq(entry("visits", *ours, "quite another matter"), entry("tours", *theirs)))
    code, out, _ = run(capsysbinary, "check", "--deep")
    assert code == 0
    assert re.search(
        r"knowledge/faq/more\.yaml:\d+: mistaken: the engine takes . of the 5 phrasings of visits in en for", out
    )


# --- new ---


def test_new_makes_a_file_that_passes_and_says_what_is_next(capsysbinary: Captured, folder: Path) -> None:
    code, out, _ = run(capsysbinary, "new", "faq", "red-notice-duration")
    assert code == 0
    assert "knowledge/faq/red-notice-duration.yaml: red-notice-duration is new" in out
    code, out, _ = run(capsysbinary, "check")
    assert code == 0
    assert "placeholder: red-notice-duration still says 'Write here: " in out


@pytest.mark.parametrize(("kind", "place"), [("crime", "crimes"), ("guard", "guards")])
def test_new_makes_guards_and_crime_areas(capsysbinary: Captured, folder: Path, kind: str, place: str) -> None:
    assert run(capsysbinary, "new", kind, "fresh")[0] == 0
    assert (folder / place / "fresh.yaml").exists()
    assert "fresh" in load(folder).by_id


def test_new_refuses_with_a_sentence(capsysbinary: Captured, folder: Path) -> None:
    assert run(capsysbinary, "new", "faq", "mission")[::2] == (
        2,
        "There is an entry 'mission' already: knowledge/faq/mission.yaml:2.\n",
    )
    knowledge_folder.write(folder, {"faq/mission.yaml": "entries: ["})
    code, _, err = run(capsysbinary, "new", "faq", "fresh")
    assert (code, "mission.yaml:1" in err) == (2, True)


# --- export and import ---


@pytest.mark.parametrize(("format_", "name"), [("csv", "table.csv"), ("markdown", "entries.md")])
def test_export_and_import_change_nothing(capsysbinary: Captured, folder: Path, format_: str, name: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    code, out, err = run(capsysbinary, "export", "--format", format_, "--out", name)
    assert (code, out, err) == (0, "", f"{name}: 3 entries, 4 rows. 1 crime areas stay in their files.\n")
    assert run(capsysbinary, "import", name) == (0, "Nothing changes.\n", "")
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_export_without_a_file_goes_to_standard_output(capsysbinary: Captured, folder: Path) -> None:
    code, out, err = run(capsysbinary, "export")
    assert (code, out[:12]) == (0, "\ufeffid,language")
    assert err.startswith("3 entries")


def test_import_shows_with_a_dry_run_and_then_does(capsysbinary: Captured, folder: Path) -> None:
    Path("table.csv").write_bytes("id;language;short\r\nmission;en;It links police.\r\n".encode("utf-8-sig"))
    told = "mission: en.short\n1 changes in 1 files.\n"
    code, out, _ = run(capsysbinary, "import", "table.csv", "--dry-run")
    assert (code, out) == (0, told + "Nothing was written: this was a dry run.\n")
    assert (folder / "faq/mission.yaml").read_text() == MISSION
    assert run(capsysbinary, "import", "table.csv") == (0, told, "")
    assert (folder / "faq/mission.yaml").read_text() == MISSION.replace("It connects police.", "It links police.")


def test_import_puts_new_entries_where_it_is_told(capsysbinary: Captured, folder: Path) -> None:
    head = "id,language,question,short,phrasings,sources,reviewed,review_by"
    Path("t.csv").write_text(f"{head}\nfresh,en,Is it?,It is.,fresh one,faqs,2026-07-01,2027-07-01\n")
    assert run(capsysbinary, "import", "t.csv", "--into", "faq/topic.yaml")[0] == 0
    assert yaml.safe_load((folder / "faq/topic.yaml").read_text())["entries"][0]["id"] == "fresh"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", "id,language,reviewed\nmission,en,1/7/2026\n", "row 2: reviewed: '1/7/2026' must be a date"),
        ("t.csv", "nothing", "not known: nothing"),
        ("t.xlsx", "x", "neither a table (.csv) nor a document (.md)"),
        ("t.md", "x", "Line 1 of the document"),
        ("gone.csv", None, "gone.csv can't be read: No such file"),
    ],
)
def test_import_refuses_with_a_sentence(
    capsysbinary: Captured, folder: Path, name: str, content: str | None, said: str
) -> None:
    if content is not None:
        Path(name).write_text(content)
    code, out, err = run(capsysbinary, "import", name)
    assert (code, out) == (2, "")
    assert said in err


def test_export_to_a_place_that_is_not_there_is_refused(capsysbinary: Captured, folder: Path) -> None:
    code, _, err = run(capsysbinary, "export", "--out", "nowhere/x.csv")
    assert (code, err) == (2, "nowhere/x.csv can't be written: No such file or directory.\n")


# --- big and bad ---


def test_a_folder_of_ten_thousand_entries_loads_in_seconds(tmp_path: Path) -> None:
    block = MISSION.removeprefix("entries:\n")
    for file in range(20):
        entries = (
            block.replace("id: mission", f"id: e-{file}-{n}")
            .replace("What is the mission of INTERPOL?", f"What is matter {file} of {n}?")
            .replace("interpol mission", f"matter {file} part {n}")
            for n in range(500)
        )
        knowledge_folder.write(tmp_path, {f"faq/many-{file}.yaml": "entries:\n" + "".join(entries)})
    started = time.perf_counter()
    knowledge = load(tmp_path)
    assert len(knowledge.entries) == 10_004
    assert time.perf_counter() - started < 20  # about 1 s on an idle core


def test_a_language_that_nobody_configured_is_a_fault_with_file_and_line(capsysbinary: Captured, folder: Path) -> None:
    content = MISSION + "    de:\n      question: Was?\n      short: So.\n      phrasings:\n        - was\n"
    knowledge_folder.write(folder, {"faq/mission.yaml": content})
    code, _, err = run(capsysbinary, "check")
    assert code == 2
    assert f"knowledge/faq/mission.yaml:{line_of(content, 'de:')}: unknown language 'de'" in err
    knowledge_folder.write(folder, {"faq/mission.yaml": MISSION, "words/de.yaml": "name: Deutsch\n"})
    code, _, err = run(capsysbinary, "check")
    assert code == 2
    assert "words/de.yaml: is not read: the languages are en, fr, es, ar" in err


# --- the page for editors ---

PAGE = (Path(__file__).parent.parent / "docs/editing.md").read_text("utf-8")


def test_the_page_explains_every_kind_of_warning() -> None:
    table = PAGE.split("## Warnings")[1].split("\n\n")[2]
    explained = [kind for line in table.splitlines()[2:] for kind in re.findall(r"`([a-z-]+)`", line.split("|")[1])]
    assert sorted(explained) == sorted(get_args(Kind))


def test_the_page_names_the_columns_in_their_order() -> None:
    listed = PAGE.split("for each entry and language:\n\n")[1].split("\n\n")[0]
    assert tuple(re.findall(r"`(\w+)`", listed)) == COLUMNS


def test_the_document_on_the_page_is_one() -> None:
    [row] = read_markdown(PAGE.split("```markdown\n")[1].split("```")[0].encode())
    assert read_values([row])[1] == []
    assert write_markdown([row]).decode().strip() == PAGE.split("```markdown\n")[1].split("```")[0].strip()


def test_every_command_on_the_page_is_one(capsysbinary: Captured) -> None:
    named = re.findall(r"`interpol-bot ([^`]+)`", PAGE)
    assert len(named) >= 10
    for command in named:
        assert cli.parser().parse_args(command.split()).run
