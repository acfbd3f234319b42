"""bot.prepare: the work is done in another process, whatever becomes of that process"""

import asyncio
import logging
import os
from functools import partial
from pathlib import Path

import pytest

from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge
from bot.messages import Question
from bot.prepare import Order, Refusal, carry_out, prepare
from tests import knowledge_folder, reload_builds
from tests.databases import until
from tests.knowledge_folder import replaced

OTHER = replaced("faq/mission.yaml", "It connects police.", "It links police.")
PATIENCE = 60.0  # seconds that a process gets to start on a busy machine


async def refused(order: Order, limit: float = PATIENCE) -> str:
    found = await prepare(order, limit)
    assert isinstance(found, Refusal)
    return found.reason


async def test_the_folder_is_loaded_and_built_by_another_process_of_low_priority(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, note = knowledge_folder.write(tmp_path / "knowledge"), tmp_path / "note"
    found = await prepare(Order(folder, partial(reload_builds.noisy, note=note)))
    assert found == load(folder)
    version, process, niceness = note.read_text().split()
    assert version == load(folder).version
    assert int(process) != os.getpid()
    assert int(niceness) == min(os.nice(0) + 10, 19)
    assert capfd.readouterr().out == ""  # what it printed is no part of the answer, nor of ours


async def test_knowledge_that_is_known_is_not_built(tmp_path: Path) -> None:
    folder = knowledge_folder.write(tmp_path)
    found = await prepare(Order(folder, reload_builds.failing, known=load(folder).version))
    assert isinstance(found, Knowledge)


async def test_faults_come_back_with_file_and_line(tmp_path: Path) -> None:
    folder = knowledge_folder.write(tmp_path, {"faq/mission.yaml": "entries:\n  - id: ["})
    reason = await refused(Order(folder, reload_builds.failing))
    assert f"{folder}/faq/mission.yaml:2: a value is missing" in reason


async def test_a_process_that_fails_says_so_and_where_to_read_on(tmp_path: Path) -> None:
    reason = await refused(Order(knowledge_folder.write(tmp_path), reload_builds.failing))
    assert "exit code 1" in reason
    assert "log" in reason


async def test_a_process_that_is_killed_may_have_wanted_memory(tmp_path: Path) -> None:
    reason = await refused(Order(knowledge_folder.write(tmp_path), reload_builds.killed))
    assert "SIGKILL" in reason
    assert "memory" in reason


def is_gone(note: Path) -> bool:
    try:
        os.kill(int(note.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_process_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = Order(knowledge_folder.write(tmp_path), partial(reload_builds.endless, note=tmp_path / "note"))
    assert "more than 0 seconds" in await refused(order, 0.01)


async def test_cancelling_ends_the_process(tmp_path: Path) -> None:
    note = tmp_path / "note"
    order = Order(knowledge_folder.write(tmp_path / "knowledge"), partial(reload_builds.endless, note=note))
    task = asyncio.create_task(prepare(order))
    await until(lambda: note.is_file() and bool(note.read_text()), PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_gone(note)


async def test_two_processes_may_write_the_cache_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    build = partial(reload_builds.toy_engine, cache_dir=tmp_path / "cache")
    first, second = knowledge_folder.write(tmp_path / "first"), knowledge_folder.write(tmp_path / "second", OTHER)
    before = build(load(first))  # the engine that answers meanwhile
    found = await asyncio.gather(prepare(Order(first, build)), prepare(Order(second, build)))
    assert [*found] == [load(first), load(second)]
    with caplog.at_level(logging.WARNING):
        engines = [build(load(first)), build(load(second)), before]
    assert caplog.records == []
    said = [engine.answer(Question("interpol mission")).short for engine in engines]
    assert said == ["It connects police.", "It links police.", "It connects police."]
    assert not [*(tmp_path / "cache").rglob("*.part")]


def test_an_order_without_a_build_is_only_checked(tmp_path: Path) -> None:
    assert carry_out(Order(knowledge_folder.write(tmp_path), None)) == load(tmp_path)
