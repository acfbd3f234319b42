"""The connection to the database, and its tables brought up to date."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import StoreError
from bot.store.address import Address

logging.getLogger("aiosqlite").setLevel(logging.INFO)  # its DEBUG lines repeat every value, questions among them

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_BUSY_MS = 5000  # how long SQLite waits for another process's write
_CONNECT_SECONDS = 5
_COMMAND_SECONDS = 10
_WAL_TRIES = 50
_MIGRATION_LOCK = 0x1907E201  # any number, the same in every process


def connect(address: Address) -> AsyncEngine:
    """Return an engine for `address`; nothing is opened yet."""
    if not address.is_sqlite:
        return create_async_engine(
            address.url,
            hide_parameters=True,  # an error's text must not repeat a question
            pool_pre_ping=True,
            pool_timeout=_CONNECT_SECONDS,
            connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": _COMMAND_SECONDS},
        )
    engine = create_async_engine(address.url, hide_parameters=True, **_sqlite_pool(address))
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _sqlite_pool(address: Address) -> dict[str, Any]:
    if address.file:
        return {"pool_timeout": _CONNECT_SECONDS}
    # A database in memory lives in its one connection, which transactions must take in turn.
    return {"poolclass": AsyncAdaptedQueuePool, "pool_size": 1, "max_overflow": 0}


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: the driver would leave out tables' changes
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_MS}", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Whoever reads before writing needs the write lock from the start; the others take it as they write.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


async def migrate(url: str) -> str:
    """Bring the database's tables up to date; return a sentence with their version. Raises StoreError."""
    address = Address.read(url)
    engine = connect(address)
    try:
        version = await upgrade(engine, address)
    finally:
        await engine.dispose()
    return f"The database is at version {version}."


async def upgrade(engine: AsyncEngine, address: Address) -> str:
    """Bring the tables to this program's version and return it; one process at a time. Raises StoreError."""
    with address.explaining():
        if address.file:
            await asyncio.to_thread(_try_file, address.file)
            await _use_wal(engine)
        async with engine.connect() as connection:
            await connection.execution_options(immediate=True)
            async with connection.begin():
                await _lock(connection)
                return await connection.run_sync(_upgrade)


def _try_file(file: Path) -> None:
    """Fail here if the file can't be opened: aiosqlite would leave a thread behind that may print a traceback."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA schema_version")


async def _use_wal(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        for _ in range(_WAL_TRIES):
            try:
                return await connection.run_sync(_set_wal)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
            await asyncio.sleep(_BUSY_MS / 1000 / _WAL_TRIES)  # this one statement does not wait by itself
        return await connection.run_sync(_set_wal)


def _set_wal(connection: Connection) -> None:
    cursor = connection.connection.cursor()  # past SQLAlchemy's: the mode can't be changed in a transaction
    cursor.execute("PRAGMA journal_mode=WAL")  # kept in the file
    cursor.close()


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def configuration(connection: Connection) -> Config:
    """Return what Alembic's commands need to work on an open connection. There is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> str:
    config = configuration(connection)
    scripts = ScriptDirectory.from_config(config)
    head = str(scripts.get_current_head())
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"The database is at version {current}, which this program, at {head}, does not know. "
            "Update the program, or restore the back-up made before the database was upgraded."
        )
    command.upgrade(config, "head")
    return head
