"""DATABASE_URL, read; and what to say when the database at that address fails."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError, StatementError

from bot.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_OPTIONS: dict[str, frozenset[str]] = {"sqlite": frozenset(), "postgresql": frozenset({"ssl", "host", "port"})}
_FAULTS = (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_FORMS = "DATABASE_URL must look like sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is. `url` may hold a password: never log it; `name` may be shown."""

    url: URL

    @classmethod
    def read(cls, url: str) -> "Address":
        """Read DATABASE_URL. Raises StoreError."""
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):
            # `from None`: the parser's message repeats the address, and with it the password.
            raise StoreError(f"DATABASE_URL can't be read. {_FORMS}") from None
        if parsed.drivername not in _DRIVERS:
            raise StoreError(f"DATABASE_URL starts with {parsed.drivername}:, which is not known. {_FORMS}")
        parsed = parsed.set(drivername=_DRIVERS[parsed.drivername])
        return cls(_with_options(parsed, _OPTIONS[parsed.get_backend_name()]))

    @property
    def is_sqlite(self) -> bool:
        """Tell SQLite from PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """Return SQLite's file; None for a database in memory or on a server."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @property
    def name(self) -> str:
        """Return the address as it may be shown: no user, no password."""
        if self.is_sqlite:
            return f"the file {self.file}" if self.file else "memory"
        return f"{self.url.host or 'localhost'}:{self.url.port or 5432}"

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn the drivers' errors into a StoreError that says what to do.

        A record that the database will never take raises ValueError instead: trying again is of no use.
        """
        try:
            yield
        except _FAULTS as error:
            cause = _cause(error)
            if _is_refusal(error, cause):
                # `from None`: PostgreSQL's message repeats the row, and with it the question.
                raise ValueError(f"The database refuses the record ({type(cause).__name__}).") from None
            raise StoreError(
                self._sqlite_sentence(cause) if self.is_sqlite else self._postgres_sentence(cause)
            ) from error

    def _sqlite_sentence(self, cause: BaseException) -> str:
        text = str(cause)
        if "locked" in text:
            return f"The database, {self.name}, is locked by another program. Stop that program, or wait."
        if "not a database" in text:
            return f"The database, {self.name}, is not a SQLite file. Name another in DATABASE_URL, or move it away."
        if isinstance(cause, OSError) or "unable to open" in text or "readonly" in text:
            return (
                f"The database, {self.name}, can't be opened for writing. "
                "Check that this user may write to it and to its folder, or name another in DATABASE_URL."
            )
        if isinstance(cause, sqlite3.Error):
            return f"The database, {self.name}, failed: {text}."
        return f"The database, {self.name}, failed ({type(cause).__name__})."

    def _postgres_sentence(self, cause: BaseException) -> str:
        if isinstance(cause, asyncpg.InvalidAuthorizationSpecificationError):  # a wrong password is one of these
            return (
                f"The database server at {self.name} refuses the user {self.url.username!r} or the password. "
                "Check both in DATABASE_URL."
            )
        if isinstance(cause, asyncpg.InvalidCatalogNameError):
            return (
                f"The database server at {self.name} has no database {self.url.database!r}. "
                "Create it, or name another in DATABASE_URL."
            )
        if isinstance(cause, asyncpg.InsufficientPrivilegeError):
            return f"The user {self.url.username!r} may not do that at {self.name}. Give it rights on the database."
        if isinstance(cause, OSError | TimeoutError | asyncpg.CannotConnectNowError | asyncpg.InterfaceError):
            return (
                f"The database server at {self.name} can't be reached. "
                "Check that it runs and that DATABASE_URL names its host and port."
            )
        return f"The database server at {self.name} failed ({type(cause).__name__})."


def _with_options(url: URL, known: frozenset[str]) -> URL:
    if "ssl" in known and "sslmode" in url.query:  # what libpq and most hosters call it; asyncpg's name is ssl
        url = url.update_query_dict({"ssl": url.query["sslmode"]}).difference_update_query(["sslmode"])
    if unknown := sorted(set(url.query) - known):
        raise StoreError(f"DATABASE_URL has options that are not known: {', '.join(unknown)}. Take them out.")
    return url


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error; SQLAlchemy wraps asyncpg's twice."""
    cause = error.orig if isinstance(error, StatementError) and error.orig is not None else error
    wrapped = isinstance(cause.__cause__, asyncpg.PostgresError | asyncpg.InterfaceError)
    return cause.__cause__ if wrapped and cause.__cause__ else cause


def _is_refusal(error: BaseException, cause: BaseException) -> bool:
    sqlstate = str(getattr(cause, "sqlstate", ""))
    return isinstance(error, IntegrityError) or isinstance(cause, ValueError) or sqlstate.startswith("22")
