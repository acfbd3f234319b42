"""The databases that the store's tests run on, each fresh and gone afterwards, and a wire that can be cut.

PostgreSQL is looked for at TEST_POSTGRES_URL. Where none answers, its tests are skipped and say so; with
REQUIRE_POSTGRES=1, as in `.ci/run`, they fail.
"""

import asyncio
import atexit
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.store import Store

DATABASES = ("sqlite", "postgresql")
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
_idle: list[str] = []  # databases made before and empty again: making one takes longer than most tests


@asynccontextmanager
async def fresh_database(kind: str, folder: Path) -> AsyncIterator[str]:
    """Give the URL of an empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.db'}"
        return
    name = _idle.pop() if _idle else await _create()
    try:
        yield urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()
    finally:
        await _run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", name)
        _idle.append(name)


@asynccontextmanager
async def fresh_store(kind: str, folder: Path) -> AsyncIterator[Store]:
    """Give an open store on an empty database of this kind."""
    async with fresh_database(kind, folder) as url, opened(url) as store:
        yield store


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Give a store, open, and close it."""
    store = Store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _create() -> str:
    name = f"interpol_bot_test_{secrets.token_hex(6)}"
    if fault := await _fault(f"CREATE DATABASE {name}"):
        where = urlsplit(POSTGRES).netloc.rpartition("@")[2]
        message = f"No PostgreSQL to test with at {where} ({fault}). Start one or name one in TEST_POSTGRES_URL."
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)  # a developer without PostgreSQL; `.ci/run` starts one and sets REQUIRE_POSTGRES=1
    atexit.register(lambda: asyncio.run(_run(f"DROP DATABASE {name} WITH (FORCE)")))
    return name


async def _fault(statement: str) -> Exception | None:
    try:
        await _run(statement)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return error
    return None


async def _run(statement: str, database: str = "") -> None:
    connection = await asyncpg.connect(POSTGRES, database=database or None, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class Wire:
    """A TCP proxy before a database. `cut` ends all connections and refuses new ones; `hush` lets nothing through."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._connections: set[asyncio.Task[None]] = set()
        self._clear = asyncio.Event()
        self._clear.set()

    @property
    def url(self) -> str:
        """The database's URL through this wire."""
        user, _, _ = self._parts.netloc.rpartition("@")
        return self._parts._replace(netloc=f"{user}@127.0.0.1:{self._port}").geturl()

    async def mend(self) -> None:
        """Let everything through, on new connections."""
        self._clear.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection and refuse new ones."""
        if self._server:
            self._server.close()
            self._server = None
        for connection in self._connections:
            connection.cancel()
        await until(lambda: not self._connections)

    def hush(self) -> None:
        """Keep the connections, accept new ones, but pass nothing on: a server that hangs."""
        self._clear.clear()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._connect(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        connection.add_done_callback(lambda _: writer.transport.abort())  # also where it was cut before it began

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._parts.hostname, self._parts.port or 5432)
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            writer.transport.abort()
            back.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._clear.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[Wire]:
    """Give a wire to the database at `url`, mended."""
    wire = Wire(url)
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, not only one with an event
            await asyncio.sleep(0.01)
