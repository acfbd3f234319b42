"""The recorder, on a list instead of a database. With a real store: test_service.py."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.errors import StoreError
from bot.recorder import Recorder
from bot.store import Done, Record
from tests.databases import until

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
AWAY = StoreError("The database is away.")


class Paper:
    """What was written, in order; fails as told. "poison" is refused for ever."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tries = 0
        self.away = False
        self.hangs = False

    async def write(self, records: Sequence[Record]) -> None:
        self.tries += 1
        if self.hangs:
            await asyncio.Future()
        if self.away:
            raise AWAY
        keys = [key for record in records if isinstance(record, Done) for key in record.keys]
        if "poison" in keys:
            raise ValueError("The database refuses the record.")
        self.lines += keys


def record(name: object) -> Done:
    return Done((str(name),), NOON)


@asynccontextmanager
async def recording(paper: Paper, limit: int = 100) -> AsyncIterator[Recorder]:
    recorder = Recorder(paper.write, limit=limit, pause=0.01)
    recorder.start()
    try:
        yield recorder
    finally:
        paper.away = paper.hangs = False
        await recorder.stop(5)


async def test_everything_is_written_in_order() -> None:
    paper = Paper()
    async with recording(paper, limit=1000) as recorder:
        for number in range(500):
            recorder.put(record(number))
        await until(lambda: not recorder.pending)
    assert paper.lines == [str(number) for number in range(500)]
    assert paper.tries < 10


async def test_what_came_before_the_start_is_written_after_it() -> None:
    paper = Paper()
    recorder = Recorder(paper.write)
    recorder.put(record("early"))
    recorder.start()
    recorder.start()
    await recorder.stop(5)
    assert paper.lines == ["early"]


async def test_an_outage_is_waited_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    paper = Paper()
    paper.away = True
    async with recording(paper) as recorder:
        recorder.put(record("a"))
        await until(lambda: paper.tries > 3)
        recorder.put(record("b"))
        paper.away = False
        await until(lambda: not recorder.pending)
    assert paper.lines == ["a", "b"]
    assert [entry.levelname for entry in caplog.records] == ["WARNING", "INFO"]
    assert "The database is away." in caplog.text


async def test_when_too_many_wait_the_oldest_are_dropped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    paper = Paper()
    paper.away = True
    async with recording(paper, limit=10) as recorder:
        recorder.put(record("first"))
        await until(lambda: paper.tries > 0)  # it is being written: no longer in the queue
        for number in range(25):
            recorder.put(record(number))
        paper.away = False
        await until(lambda: not recorder.pending)
    assert paper.lines == ["first", *map(str, range(15, 25))]
    assert "15 were dropped" in caplog.text


async def test_a_refused_record_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    paper = Paper()
    async with recording(paper) as recorder:
        for name in ("a", "b", "poison", "c", "poison", "d"):
            recorder.put(record(name))
        await until(lambda: not recorder.pending)
        recorder.put(record("e"))
    assert paper.lines == ["a", "b", "c", "d", "e"]
    assert caplog.text.count("A record was dropped.") == 2


@pytest.mark.parametrize("how", ["away", "hangs"])
async def test_stopping_does_not_wait_for_ever(how: str, caplog: pytest.LogCaptureFixture) -> None:
    paper = Paper()
    setattr(paper, how, True)
    recorder = Recorder(paper.write, pause=0.01)
    recorder.start()
    recorder.put(record("a"))
    recorder.put(record("b"))
    async with asyncio.timeout(5):
        await recorder.stop(0.1)
    assert "2 records could not be written" in caplog.text


async def test_a_fault_of_ours_ends_the_recorder_with_a_cry_not_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(records: Sequence[Record]) -> None:
        raise RuntimeError("a bug")

    recorder = Recorder(broken)
    recorder.start()
    recorder.put(record("a"))
    await until(lambda: "The recorder ended" in caplog.text)
    recorder.put(record("b"))
    await recorder.stop(5)
    assert "2 records could not be written" in caplog.text
