"""The migrations, on SQLite and on PostgreSQL alike."""

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store import migrate
from bot.store.address import Address
from bot.store.database import MIGRATIONS, configuration, connect
from bot.store.tables import Table
from tests.databases import DATABASES, fresh_database, opened

MIGRATE = "import asyncio, sys; from bot.store import migrate; print(asyncio.run(migrate(sys.argv[1])))"
BROKEN = """
revision, down_revision = "0004", "0003"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    raise RuntimeError("broken on purpose")
"""


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request.param, tmp_path) as url:
        yield url


async def tables(url: str) -> set[str]:
    engine = connect(Address.read(url))
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    return set(names)


async def test_the_migrations_make_the_tables_that_the_code_means(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    async with opened(url) as store, store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_version_is_said_and_a_second_run_changes_nothing(url: str) -> None:
    assert await migrate(url) == "The database is at version 0003."
    async with opened(url) as store:
        assert await store.claim(["e1"], "t")
    assert await migrate(url) == "The database is at version 0003."
    async with opened(url) as store:
        assert not await store.claim(["e1"], "t")


async def test_processes_that_start_at_once_migrate_once(url: str) -> None:
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    ended = await asyncio.gather(*(process.communicate() for process in started))
    assert [out.decode().strip() for out, _ in ended] == ["The database is at version 0003."] * 3, ended


async def test_stores_opened_at_once_migrate_once(url: str) -> None:
    assert set(await asyncio.gather(*(migrate(url) for _ in range(6)))) == {"The database is at version 0003."}


async def test_a_new_file_that_another_program_is_writing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (id)")
        other.execute("BEGIN IMMEDIATE")
        migration = asyncio.create_task(migrate(f"sqlite:///{file}"))
        await asyncio.wait({migration}, timeout=0.3)
        assert not migration.done()
        other.execute("COMMIT")
        assert await migration == "The database is at version 0003."


async def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    async with opened(url) as store, store._engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"at version 9999.* at 0003, does not know.*Update the program"):
        await migrate(url)
    assert "exchanges" in await tables(url)


async def test_a_migration_that_fails_leaves_nothing_behind(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "0003_broken.py").write_text("import sqlalchemy as sa\nfrom alembic import op\n" + BROKEN)
    await migrate(url)
    before = await tables(url)
    monkeypatch.setattr("bot.store.database.MIGRATIONS", folder)
    with pytest.raises(RuntimeError, match="broken on purpose"):
        await migrate(url)
    assert await tables(url) == before
    monkeypatch.undo()
    assert await migrate(url) == "The database is at version 0003."


async def test_the_way_back_leads_to_an_empty_database(url: str) -> None:
    async with opened(url) as store, store._engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "base"))
    assert await tables(url) == {"alembic_version"}
    assert await migrate(url) == "The database is at version 0003."
