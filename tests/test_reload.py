"""bot.reload: a folder changes while the bot runs"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot import reload
from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge
from bot.messages import Answer, Question
from bot.prepare import Order, Refusal, carry_out
from bot.reload import Build, Reloader, shortened, state_of
from bot.service import Bot, Standing
from tests import knowledge_folder, reload_builds
from tests.databases import until
from tests.fakes import FakeEngine, make_answer
from tests.knowledge_folder import MISSION
from tests.reload_builds import VersionedEngine, toy_engine

PATIENCE = 60.0  # seconds that a process gets to start on a busy machine
CHANGED = MISSION.replace("It connects police.", "It links police.")
QUESTION = Question("interpol mission")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return knowledge_folder.write(tmp_path / "knowledge")


@asynccontextmanager
async def watched(
    folder: Path, build: Build, *, seconds: float = 0.02, cached: bool = True
) -> AsyncIterator[tuple[Bot, Reloader]]:
    """A bot on a folder, and what watches it."""
    knowledge = load(folder)
    bot = Bot(VersionedEngine(knowledge))
    reloader = Reloader(bot, folder, build, knowledge.version, seconds=seconds, cached=cached)
    reloader.start()
    try:
        yield bot, reloader
    finally:
        await reloader.stop()


def answering(answer: Callable[[Order], Knowledge | Refusal]) -> Callable[[Order], Awaitable[Knowledge | Refusal]]:
    async def prepare(order: Order) -> Knowledge | Refusal:
        return answer(order)

    return prepare


@pytest.fixture
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test the start of another process, which `test_prepare.py` tries out."""
    monkeypatch.setattr(reload, "prepare", answering(carry_out))


def move(folder: Path, place: Path) -> None:
    folder.rename(place)


def save(folder: Path, content: str | bytes, name: str = "faq/mission.yaml") -> None:
    knowledge_folder.write(folder, {name: content})


# --- what is taken up ---


@pytest.mark.parametrize("cached", [True, False])
async def test_a_changed_file_is_taken_up_while_the_bot_runs(folder: Path, tmp_path: Path, cached: bool) -> None:
    build = partial(toy_engine, cache_dir=tmp_path / "cache" if cached else None)
    async with watched(folder, build, cached=cached) as (bot, _):
        before = bot.standing
        save(folder, CHANGED)
        await until(lambda: bot.standing.version != before.version, PATIENCE)
        answer = await bot.ask(QUESTION)
    assert (answer.short, answer.knowledge_version) == ("It links police.", load(folder).version)
    assert bot.standing.version == load(folder).version
    assert bot.standing.since > before.since
    assert bot.standing.refused == ""


@pytest.mark.usefixtures("_in_this_process")
async def test_what_changed_before_the_watch_began_is_taken_up(folder: Path) -> None:
    bot = Bot(FakeEngine())
    reloader = Reloader(bot, folder, VersionedEngine, "another", seconds=0.02)
    reloader.start()
    await until(lambda: bot.standing.version == load(folder).version, PATIENCE)
    await reloader.stop()


@pytest.mark.usefixtures("_in_this_process")
async def test_unwatched_knowledge_is_read_when_asked_for(folder: Path) -> None:
    async with watched(folder, VersionedEngine, seconds=0) as (bot, reloader):
        save(folder, CHANGED)
        reloader.force()
        await until(lambda: bot.standing.version == load(folder).version, PATIENCE)


@pytest.mark.usefixtures("_in_this_process")
async def test_the_same_knowledge_saved_again_builds_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.reload")
    async with watched(folder, reload_builds.failing) as (bot, reloader):
        save(folder, MISSION)
        reloader.force()
        await until(lambda: "Answers come from knowledge" in caplog.text, PATIENCE)
    assert bot.standing.refused == ""


class WaitingEngine(FakeEngine):
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def answer(self, question: Question) -> Answer:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return make_answer(question.text, knowledge_version="old")


async def test_a_question_finishes_on_the_engine_on_which_it_began() -> None:
    old = WaitingEngine()
    bot = Bot(old)
    asked = asyncio.create_task(bot.ask(Question("red notice")))
    await until(old.begun.is_set)
    bot.use(FakeEngine())
    newer = await bot.ask(Question("red notice"))
    old.go_on.set()
    assert newer.knowledge_version == FakeEngine.version
    assert (await asked).knowledge_version == "old"


# --- what is not ---


@pytest.mark.usefixtures("_in_this_process")
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (MISSION[: MISSION.index("question") + 12], ":6: "),  # half-saved: the field "question" and no more
        ("entries:\n  - id: [\n", ":2: "),
        (b"entries:\n\t- id: x\n", ":2: a tab"),
        ("entries:\n".encode("utf-16"), ":1: this is not UTF-8"),
    ],
)
async def test_broken_yaml_leaves_the_old_knowledge_and_says_file_and_line(
    folder: Path, caplog: pytest.LogCaptureFixture, content: str | bytes, line: str
) -> None:
    async with watched(folder, VersionedEngine) as (bot, _):
        before = bot.standing
        save(folder, content)
        await until(lambda: bool(bot.standing.refused), PATIENCE)
        assert f"mission.yaml{line}" in bot.standing.refused
        assert f"mission.yaml{line}" in caplog.text
        assert (bot.standing.version, bot.standing.since) == (before.version, before.since)
        assert bot.standing.refused_at is not None
        assert (await bot.ask(Question("red notice"))).entry == "red-notice-definition"
        save(folder, CHANGED)
        await until(lambda: bot.standing.version == load(folder).version, PATIENCE)
    assert Standing(bot.standing.version, bot.standing.since) == bot.standing  # and nothing is refused


@pytest.mark.usefixtures("_in_this_process")
async def test_a_folder_that_goes_away_leaves_the_old_knowledge(folder: Path, tmp_path: Path) -> None:
    async with watched(folder, VersionedEngine) as (bot, _):
        move(folder, tmp_path / "elsewhere")
        await until(lambda: "No such file" in bot.standing.refused, PATIENCE)
        move(tmp_path / "elsewhere", folder)
        await until(lambda: not bot.standing.refused, PATIENCE)


class BrokenEngine(VersionedEngine):
    """Fails at every question."""

    def answer(self, question: Question) -> Answer:
        raise RuntimeError("as the test wished")


@pytest.mark.usefixtures("_in_this_process")
@pytest.mark.parametrize("build", [BrokenEngine, reload_builds.failing])
async def test_an_engine_that_can_not_be_built_or_asked_never_takes_over(folder: Path, build: Build) -> None:
    async with watched(folder, build, cached=False) as (bot, _):
        save(folder, CHANGED)
        await until(lambda: "RuntimeError" in bot.standing.refused, PATIENCE)
        assert bot.standing.version != load(folder).version


async def test_what_failed_is_tried_again_when_forced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge = load(folder).model_copy(update={"version": "newer"})
    outcomes: list[Knowledge | Refusal] = [Refusal("out of memory"), knowledge]
    monkeypatch.setattr(reload, "prepare", answering(lambda _order: outcomes.pop(0)))
    async with watched(folder, VersionedEngine) as (bot, reloader):
        save(folder, CHANGED)
        await until(lambda: bot.standing.refused == "out of memory")
        reloader.force()
        await until(lambda: bot.standing.version == "newer")


async def test_stopping_gives_up_what_is_being_prepared(folder: Path, tmp_path: Path) -> None:
    note = tmp_path / "note"
    async with watched(folder, partial(reload_builds.endless, note=note)) as (bot, reloader):
        save(folder, CHANGED)
        await until(lambda: note.is_file() and bool(note.read_text()), PATIENCE)
        await reloader.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(int(note.read_text()), 0)
    assert bot.standing.refused == ""


# --- when ---


async def test_a_save_in_several_steps_is_read_once_when_it_is_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["before", "half", "more", "whole", "whole"]
    looks: list[str] = []
    read: list[str] = []

    def look(_folder: Path) -> str:
        looks.append(steps[min(len(looks), len(steps) - 1)])
        return looks[-1]

    def prepared(_order: Order) -> Refusal:
        read.append(looks[-1])
        return Refusal("seen")

    monkeypatch.setattr(reload, "state_of", look)
    monkeypatch.setattr(reload, "prepare", answering(prepared))
    async with watched(folder, VersionedEngine):
        await until(lambda: len(looks) > 2 * len(steps))
    assert read == ["whole"]


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("longer than it was"),
        lambda path: os.utime(path, ns=(0, 1)),
        lambda path: path.unlink(),
        lambda path: path.rename(path.with_name("b.yaml")),
        lambda path: path.with_name("b.yaml").write_text(""),
        lambda path: path.with_name("b.yml").symlink_to("nowhere"),
    ],
)
def test_every_change_shows_in_the_state(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = tmp_path / "faq/a.yaml"
    path.parent.mkdir()
    path.write_text("x")
    before = state_of(tmp_path)
    assert state_of(tmp_path) == before
    change(path)
    assert state_of(tmp_path) != before


def test_a_file_put_in_the_place_of_another_shows_though_size_and_time_are_the_same(tmp_path: Path) -> None:
    path, other = tmp_path / "a.yaml", tmp_path / "other"
    path.write_text("x")
    before = state_of(tmp_path)
    other.write_text("y")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert state_of(tmp_path) != before


def test_a_folder_that_is_not_there_has_a_state_too(tmp_path: Path) -> None:
    assert state_of(tmp_path / "nowhere") == ()


def test_a_long_reason_is_told_in_part() -> None:
    told = shortened("\n".join(f"fault {n}" for n in range(100)))
    assert told.splitlines()[0] == "fault 0"
    assert told.splitlines()[-1] == "… and 80 more: interpol-bot check tells them all"
    assert shortened("one\ntwo") == "one\ntwo"
