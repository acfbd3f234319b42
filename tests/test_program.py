"""The real program, `interpol-bot`, in a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import knowledge_folder

PROGRAM = Path(sys.executable).with_name("interpol-bot")
PATIENCE = 60.0  # seconds that a program gets to start on a busy machine


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(tmp_path: Path, cache: Path) -> dict[str, str]:
    """Return what the real program is started with: a small knowledge, a shared cache, the poorest locale."""
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "CACHE_DIR": str(cache),
        "HTTP_PORT": "0",
        "KNOWLEDGE_DIR": str(knowledge_folder.write(tmp_path / "knowledge")),
    }


def start(environment: dict[str, str], *arguments: str | bytes) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    command = [PROGRAM, *arguments]
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)  # noqa: S603 - our own


def test_the_program_speaks_utf8_in_the_poorest_locale(environment: dict[str, str]) -> None:
    question = "what is a red notice? ما هي ".encode() + b"\xff"
    with start(environment, "ask", "--json", question) as program:
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, err) == (0, b"")
    assert json.loads(out.decode())["q"] == "what is a red notice? ما هي \ufffd"


def test_batch_answers_as_it_goes_and_is_interrupted_quietly(environment: dict[str, str]) -> None:
    with start(environment, "ask", "--json", "--batch") as program:
        assert program.stdin
        assert program.stdout
        assert program.stderr
        for text in ("what is a red notice?", "interpol mission"):
            program.stdin.write(json.dumps({"q": text}).encode() + b"\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["q"] == text
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 130
        assert program.stderr.read() == b""


def test_a_reader_who_goes_away_is_no_drama(environment: dict[str, str]) -> None:
    with start(environment, "ask", "--json", "--batch") as program:
        assert program.stdin
        assert program.stdout
        assert program.stderr
        program.stdout.close()
        program.stdin.write(b'{"q": "what is a red notice?"}\n' * 3)
        program.stdin.flush()
        assert program.wait(PATIENCE) == 1
        assert program.stderr.read() == b""


def lines_until(program: subprocess.Popen[bytes], last: str) -> list[str]:
    """Read what it says up to a line that begins with `last`, or to its end."""
    assert program.stdout
    said: list[str] = []
    while line := program.stdout.readline().decode():
        said.append(line.rstrip("\n"))
        if line.startswith(last):
            break
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_what_is_connected_answers_and_stops_cleanly(environment: dict[str, str], number: int) -> None:
    with start(environment | {"LOG_LEVEL": "DEBUG", "SLACK_APP_TOKEN": "xapp-made-up"}, "serve") as program:
        said = lines_until(program, "Ready")
        address = next(line for line in said if line.startswith("Playground")).removeprefix("Playground: ")
        answer = httpx.get(address + "/api/ask?q=my+secret+red+notice", trust_env=False)
        assert answer.json()["q"] == "my secret red notice"
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))):
            started = time.monotonic()
            program.send_signal(number)
            out, err = program.communicate(timeout=PATIENCE)
        assert program.returncode == 0
        assert time.monotonic() - started < 10
    assert any(line.startswith("Knowledge: 4 entries") for line in said)
    assert any(line.startswith("Slack: not connected.") and "SLACK_BOT_TOKEN" in line for line in said)
    assert any(line.startswith("Discord: not connected.") and "DISCORD_TOKEN" in line for line in said)
    assert out.decode().splitlines() == ["Stopping …", "Stopped."]
    log = err.decode()
    assert "Answered." in log
    assert "Traceback" not in log
    assert "secret" not in log
    assert "made-up" not in log


def standing(address: str) -> dict[str, str]:
    return dict(httpx.get(address + "/readyz", trust_env=False).json()["knowledge"])


def wait_for(address: str, condition: Callable[[dict[str, str]], bool]) -> None:
    """Wait until the bot says so of its knowledge."""
    until = time.monotonic() + 3 * PATIENCE  # two processes load the encoders, one after the other
    while not condition(standing(address)):
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def ended(program: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a program that a failed test would wait for."""
    with program:
        try:
            yield program
        finally:
            program.kill()


def test_a_running_bot_takes_up_changed_knowledge_when_told_and_survives_broken(environment: dict[str, str]) -> None:
    folder = Path(environment["KNOWLEDGE_DIR"])

    def save(content: str) -> None:
        knowledge_folder.write(folder, {"faq/mission.yaml": content})
        program.send_signal(signal.SIGHUP)

    with ended(start(environment | {"RELOAD_SECONDS": "0"}, "serve")) as program:
        said = lines_until(program, "Ready")
        address = next(line for line in said if line.startswith("Playground")).removeprefix("Playground: ")
        before = standing(address)
        save("entries:\n  - id: [")
        wait_for(address, lambda found: "faq/mission.yaml:2: " in found.get("refused", ""))
        assert standing(address)["version"] == before["version"]
        save(knowledge_folder.MISSION.replace("It connects police.", "It links police."))
        wait_for(address, lambda found: found["version"] != before["version"])
        answer = httpx.get(address + "/api/ask?q=interpol+mission", trust_env=False).json()
        program.send_signal(signal.SIGTERM)
        _, err = program.communicate(timeout=PATIENCE)
    assert "It links police." in answer["text"]
    assert program.returncode == 0
    assert re.search(r"ERROR bot\.reload: .*\n.*faq/mission\.yaml:2: ", err.decode())
    assert "Traceback" not in err.decode()


def test_serve_on_a_port_in_use_says_what_to_do(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(environment | {"HTTP_PORT": str(port)}, "serve") as program:
            _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 2
    assert f"port {port}" in err.decode()
    assert "HTTP_PORT" in err.decode()
    assert "Traceback" not in err.decode()
