import io
import json
import logging
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import asking, cli, command
from bot.errors import SettingsError
from bot.messages import Answer, Question
from bot.settings import Settings
from bot.settings_page import SECRET, env_example, markdown
from tests import knowledge_folder
from tests.fakes import FakeEngine, make_answer

PROGRAM = Path(sys.executable).with_name("interpol-bot")
KEYS = ["q", "outcome", "entry", "confidence", "language", "text", "sources", "suggestions", "ms", "also"]
PATIENCE = 60.0  # seconds that a program gets to start on a busy machine
Captured = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def _quiet_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run in an empty folder, without any setting of the developer's; leave signals and loggers as they were."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    handler = signal.getsignal(signal.SIGTERM)
    levels = {name: logging.getLogger(name).level for name in ("bot", "adapters")}
    yield
    signal.signal(signal.SIGTERM, handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def _fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "load_engine", lambda _settings: (None, FakeEngine()))


def refused(captured: Captured, *arguments: str) -> str:
    """Run a command line that argparse refuses; return what it said."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    return captured.readouterr().err.decode()


# --- ask ---


@pytest.mark.usefixtures("_fake_engine")
def test_ask_prints_the_answer_with_its_sources(capsysbinary: Captured) -> None:
    assert cli.main(["ask", "what is a red notice?"]) == 0
    printed = capsysbinary.readouterr().out.decode()
    assert "A red notice is a request" in printed
    assert "https://www.interpol.int/en/FAQs" in printed
    assert "\x1b" not in printed


@pytest.mark.usefixtures("_fake_engine")
def test_ask_takes_a_question_without_quotation_marks(capsysbinary: Captured) -> None:
    assert cli.main(["ask", "--json", "what", "is", "a", "red", "notice"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["q"] == "what is a red notice"


@pytest.mark.usefixtures("_fake_engine")
def test_ask_json_prints_one_object_on_one_line(capsysbinary: Captured) -> None:
    assert cli.main(["ask", "--json", "arabic"]) == 0
    printed = capsysbinary.readouterr().out
    assert printed.count(b"\n") == 1
    assert list(json.loads(printed)) == KEYS
    assert "النشرة الحمراء".encode() in printed


@pytest.mark.usefixtures("_fake_engine")
def test_ask_explain_says_why_under_the_answer_and_in_json(capsysbinary: Captured) -> None:
    assert cli.main(["ask", "--explain", "what is a red notice?"]) == 0
    printed = capsysbinary.readouterr().out.decode()
    assert printed.index("A red notice is a request") < printed.index("Why this answer: red-notice-definition")
    assert cli.main(["ask", "--json", "--explain", "what is a red notice?"]) == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert list(found) == [*KEYS, "explanation"]
    assert found["explanation"]["rule"] == "sure"


@pytest.mark.usefixtures("_fake_engine")
def test_an_empty_question_is_answered_too(capsysbinary: Captured) -> None:
    assert cli.main(["ask", "--json", ""]) == 0
    assert json.loads(capsysbinary.readouterr().out)["outcome"] == "declined"


class ToldEngine(FakeEngine):
    """Keeps the questions that it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return make_answer(question.text)


def batch(monkeypatch: pytest.MonkeyPatch, lines: bytes, *options: str) -> tuple[int, ToldEngine]:
    engine = ToldEngine()
    monkeypatch.setattr(asking, "load_engine", lambda _settings: (None, engine))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    return cli.main(["ask", "--json", "--batch", *options]), engine


def test_batch_answers_each_line_in_order_and_carries_other_keys_through(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: Captured
) -> None:
    lines = b'{"q": "one", "id": 7, "tags": ["a"]}\n\n  \n{"q": "two", "lang": "fr", "entry": "not ours"}'
    code, engine = batch(monkeypatch, lines, "--lang", "es")
    first, second = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert code == 0
    assert [(question.text, question.language) for question in engine.asked] == [("one", "es"), ("two", "fr")]
    assert list(first) == [*KEYS, "id", "tags"]
    assert (first["q"], first["id"], first["tags"]) == ("one", 7, ["a"])
    assert list(second) == KEYS
    assert second["entry"] == "red-notice-definition"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nope", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"question": "x"}', '"q" is not a text'),
        (b'{"q": "x", "lang": 1}', '"lang" is not a text'),
        (b'{"q": "x", "n": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_malformed_line_is_named_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: Captured, line: bytes, why: str
) -> None:
    code, engine = batch(monkeypatch, b'{"q": "one"}\n' + line + b'\n{"q": "two"}\n')
    captured = capsysbinary.readouterr()
    assert code == 2
    assert [question.text for question in engine.asked] == ["one", "two"]
    assert captured.out.count(b"\n") == 2
    assert captured.err.startswith(b"Line 2 was left out")
    assert why in captured.err.decode()


def test_batch_takes_half_surrogates_a_byte_order_mark_and_bytes_that_are_not_utf8(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: Captured
) -> None:
    code, engine = batch(monkeypatch, b'\xef\xbb\xbf{"q": "red \\ud83d"}\r\n{"q": "\xff"}\n')
    printed = [json.loads(line)["q"] for line in capsysbinary.readouterr().out.splitlines()]
    assert code == 0
    assert printed == [question.text for question in engine.asked] == ["red \ud83d", "\ufffd"]


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["sreve"], "invalid choice: 'sreve'"),
        (["ask"], "a question is missing"),
        (["ask", "x", "--lang", "xx"], "invalid choice: 'xx'"),
        (["ask", "--batch"], "add --json"),
        (["ask", "--json", "--batch", "x"], "leave the question out"),
        (["ask", "x", "--jsn"], "unrecognized arguments: --jsn"),
        (["check", "--knowledge"], "expected one argument"),
    ],
)
def test_a_wrong_option_gets_one_sentence(capsysbinary: Captured, arguments: list[str], said: str) -> None:
    sentence = refused(capsysbinary, *arguments)
    assert said in sentence
    assert "--help" in sentence
    assert sentence.count("\n") == 1


@pytest.mark.parametrize("command", [["check"], ["ask", "x"], ["serve"]])
def test_a_missing_folder_gets_a_sentence(capsysbinary: Captured, tmp_path: Path, command: list[str]) -> None:
    assert cli.main([*command, "--knowledge", str(tmp_path / "nowhere")]) == 2
    said = capsysbinary.readouterr().err.decode()
    assert str(tmp_path / "nowhere") in said
    assert "KNOWLEDGE_DIR" in said


@pytest.mark.parametrize("command", [["check"], ["ask", "x"], ["serve"]])
def test_broken_yaml_gets_file_line_and_fault(capsysbinary: Captured, tmp_path: Path, command: list[str]) -> None:
    knowledge_folder.write(tmp_path, {"faq/mission.yaml": "entries:\n  - id: [\n"})
    assert cli.main([*command, "--knowledge", str(tmp_path)]) == 2
    said = capsysbinary.readouterr().err.decode()
    assert re.search(r"faq/mission\.yaml:[23]: ", said)
    assert "Traceback" not in said


def test_settings_that_can_not_be_read_are_all_named(capsysbinary: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "many")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    assert cli.main(["settings"]) == 2
    said = capsysbinary.readouterr().err.decode()
    assert "HTTP_PORT" in said
    assert "LOG_LEVEL" in said


@pytest.mark.usefixtures("_fake_engine")
def test_a_database_address_that_can_not_be_used_is_explained(
    capsysbinary: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/x.db")
    assert cli.main(["migrate"]) == 2
    assert "DATABASE_URL" in capsysbinary.readouterr().err.decode()


# --- which modules a command brings ---

HEAVY = {"bot.engine", "bot.store", "discord", "slack_bolt", "slack_sdk", "sklearn", "onnxruntime", "starlette", "rich"}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_found_and_says_what_it_takes(capsysbinary: Captured, name: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([name, "--help"])
    assert caught.value.code == 0
    assert capsysbinary.readouterr().out.startswith(f"usage: interpol-bot {name}".encode())


@pytest.mark.parametrize(
    ("command", "brought"),
    [("check", set()), ("new", set()), ("export", set()), ("settings", set()), ("migrate", {"bot.store"})],
)
def test_a_command_does_not_wait_for_what_it_does_not_need(command: str, brought: set[str]) -> None:
    code = f"import sys; from adapters.cli import COMMANDS, find; find(COMMANDS[{command!r}][0]); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode().split()  # noqa: S603 - our own
    assert HEAVY.intersection(loaded) == brought


# --- check, migrate, settings, version ---


def test_check_counts_what_is_there(capsysbinary: Captured, tmp_path: Path) -> None:
    assert cli.main(["check", "--knowledge", str(knowledge_folder.write(tmp_path))]) == 0
    assert b"4 entries, 1 crime areas, 2 sources" in capsysbinary.readouterr().out


def test_check_finds_the_folder_in_the_settings(
    capsysbinary: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(knowledge_folder.write(tmp_path / "mine")))
    assert cli.main(["check"]) == 0
    assert b"no faults" in capsysbinary.readouterr().out


def test_migrate_makes_the_database_and_says_its_version(capsysbinary: Captured, tmp_path: Path) -> None:
    assert [cli.main(["migrate"]), cli.main(["migrate"])] == [0, 0]
    first, second = capsysbinary.readouterr().out.splitlines()
    assert first == second
    assert b"version" in first
    assert (tmp_path / "interpol-bot.db").exists()


def test_settings_shows_values_and_hides_secrets(capsysbinary: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "made-up")
    assert cli.main(["settings"]) == 0
    printed = capsysbinary.readouterr().out.decode()
    assert re.search(r"^HTTP_PORT +8400$", printed, re.MULTILINE)
    assert re.search(rf"^DISCORD_TOKEN +{re.escape(SECRET)}$", printed, re.MULTILINE)
    assert "made-up" not in printed


def test_settings_prints_the_docs_page_and_the_example(capsysbinary: Captured) -> None:
    assert cli.main(["settings", "--markdown"]) == 0
    assert capsysbinary.readouterr().out.decode() == markdown()
    assert cli.main(["settings", "--env"]) == 0
    assert capsysbinary.readouterr().out.decode() == env_example()


def test_the_version_is_printed(capsysbinary: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert re.fullmatch(rb"interpol-bot \d+\.\d+\.\d+\n", capsysbinary.readouterr().out)


# --- .env ---


def test_the_real_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=1\nLOG_LEVEL=DEBUG\nDATABASE_URL='postgresql://u:${x}@h/n'\nBARE\n")
    found = command.environment(tmp_path / ".env", {"HTTP_PORT": "2"})
    assert found == {"HTTP_PORT": "2", "LOG_LEVEL": "DEBUG", "DATABASE_URL": "postgresql://u:${x}@h/n"}


def test_no_file_is_no_trouble(tmp_path: Path) -> None:
    assert command.environment(tmp_path / ".env", {"A": "b"}) == {"A": "b"}


def test_a_file_that_is_not_text_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env.*UTF-8"):
        command.environment(tmp_path / ".env", {})


def test_commands_read_the_file(capsysbinary: Captured, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=4321\n")
    assert cli.main(["settings"]) == 0
    assert b"4321" in capsysbinary.readouterr().out
