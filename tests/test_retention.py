"""Retention: old records are deleted at the start and day by day, on either database."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import retention
from bot.retention import Retention
from bot.service import Bot
from bot.store import Store
from tests.databases import DATABASES, fresh_database, fresh_store, until, wired
from tests.fakes import FakeEngine
from tests.test_forgetting import ME, fill
from tests.test_handoff_desk import Clock


@pytest.mark.parametrize("kind", DATABASES)
async def test_at_the_start_what_is_too_old_is_deleted(kind: str, tmp_path: Path) -> None:
    async with fresh_database(kind, tmp_path) as url:
        store = Store(url)
        await store.open()
        await fill(store, ME, "old", days=91)
        await fill(store, ME, "young", days=1)
        bot = Bot(FakeEngine(), Store(url), clock=Clock(), keep=timedelta(days=90))
        await bot.start()
        async with asyncio.timeout(20):
            while [row.question for row in await store.recent_exchanges(9)] != ["young"]:  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.01)
        await bot.stop()
        await store.close()


async def test_for_ever_means_for_ever(tmp_path: Path) -> None:
    async with fresh_store("sqlite", tmp_path) as store:
        await fill(store, ME, "old", days=10_000)
        bot = Bot(FakeEngine(), store, clock=Clock())
        await bot.start()
        assert bot._retention is None
        await bot.stop()
        assert len(await store.recent_exchanges(9)) == 1


async def test_the_next_day_what_has_become_too_old_is_deleted(tmp_path: Path) -> None:
    clock = Clock()
    async with fresh_store("sqlite", tmp_path) as store:
        await fill(store, ME, "question", days=89)
        kept = Retention(store, timedelta(days=90), clock)
        assert await kept.delete() == 0
        clock.now += timedelta(days=2)
        assert await kept.delete() == 5


async def test_a_store_that_is_away_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention, "AGAIN", 0.01)
    caplog.set_level("INFO", "bot.retention")
    async with fresh_database("postgresql", tmp_path) as url, wired(url) as wire:
        store = Store(wire.url)
        await store.open()
        await fill(store, ME, "old question", days=91)
        await wire.cut()
        kept = Retention(store, timedelta(days=90), Clock())
        kept.start()
        await until(lambda: "could not be deleted" in caplog.text)
        await wire.mend()
        await until(lambda: "Deleted 5 records" in caplog.text)
        assert "old question" not in caplog.text
        await kept.stop()
        await store.close()
