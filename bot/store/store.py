"""The database's four jobs: claim a delivery, write what happened, show it, say whether it is well."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, and_, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.errors import StoreError
from bot.store.address import Address
from bot.store.database import connect, upgrade
from bot.store.forgetting import Forgetting
from bot.store.handoffs import HandOffs
from bot.store.records import (
    Asked,
    Done,
    Rated,
    Record,
    done_rows,
    feedback_row,
    storable,
    utc_now,
)
from bot.store.rules import RuleBook
from bot.store.tables import CLAIMED, DONE, EventClaim, Exchange, FeedbackRow, Table, Unanswered
from bot.waiting import within

LEASE = timedelta(seconds=60)  # a claim older than this belongs to a process that died
RECENT = timedelta(days=30)  # how far back an asker's own questions are looked for: the time has an index
KEEP = timedelta(hours=48)  # ids are kept this long from their claim; platforms.md S4 asks for 24 h at least
_PURGE_EVERY = timedelta(minutes=1)
_PURGE_ROWS = 1000  # at most, each time: 60,000 an hour, twice what Slack delivers (platforms.md S6)
_HEALTH_SECONDS = 1.0

Insert = sqlite.Insert | postgresql.Insert


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is remembered. `exchanges` is by outcome; `unanswered` counts different questions."""

    exchanges: dict[str, int]
    helpful: int
    not_helpful: int
    unanswered: int


class Store:
    """A database by its URL (`sqlite:///FILE`, `sqlite://` for memory, `postgresql://...`).

    Every method raises StoreError when the database can't be used. `clock` gives aware times; the clocks of
    processes that share a database must agree within a few seconds, because leases are read by them.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._address = Address.read(url)
        self._engine = connect(self._address)
        self._clock = clock
        self._purged_at: datetime | None = None
        self.handoffs = HandOffs(self._engine, self._address)
        self.forgetting = Forgetting(self._engine, self._address)
        self.rules = RuleBook(self._engine, self._address)

    async def open(self) -> None:
        """Create the file and bring the tables up to date."""
        await upgrade(self._engine, self._address)

    async def close(self) -> None:
        """Close the connections. A closed store opens them again when it is used."""
        await self._engine.dispose()

    async def healthy(self) -> bool:
        """Tell, within a second, whether the database answers."""
        try:
            await within(_HEALTH_SECONDS, self._ping())
        except (StoreError, TimeoutError):
            return False
        return True

    async def claim(self, keys: Iterable[str], token: str, lease: timedelta = LEASE) -> bool:
        """Claim all of `keys` or none: False where one is done, or is claimed by another whose lease lasts."""
        now = self._clock()
        rows = [
            {
                "key": key,
                "state": CLAIMED,
                "token": token,
                "claimed_at": now,
                "lease_until": now + lease,
                "done_at": None,
            }
            for key in _in_order(keys)
        ]
        new = self._insert(EventClaim)
        stale = and_(EventClaim.state == CLAIMED, EventClaim.lease_until <= new.excluded.claimed_at)
        statement = new.on_conflict_do_update(
            index_elements=["key"], set_=_taken(new, "state", "token", "claimed_at", "lease_until"), where=stale
        ).returning(EventClaim.key)
        with self._address.explaining():
            async with self._engine.connect() as connection:
                won = (await connection.execute(statement, rows)).all()
                if len(won) < len(rows):
                    return False  # closing the connection takes back the keys that were free
                await connection.commit()
        return True

    async def release(self, keys: Iterable[str], token: str) -> None:
        """Give the claim back, unless it is done or belongs to another by now."""
        with self._address.explaining():
            async with self._engine.begin() as connection:
                for key in _in_order(keys):
                    await connection.execute(_claimed_by(key, token))

    async def write(self, records: Sequence[Record]) -> None:
        """Write records, all or none. Writing the same ones again changes nothing.

        Raises ValueError where the database refuses one of them for what is in it.
        """
        with self._address.explaining():
            async with self._engine.begin() as connection:
                await self._write_asked(connection, [r for r in records if isinstance(r, Asked)])
                await self._write_rated(connection, [r for r in records if isinstance(r, Rated)])
                await self._write_done(connection, [r for r in records if isinstance(r, Done)])
            await self._purge()

    async def recent_exchanges(self, limit: int) -> Sequence[Exchange]:
        """Return the last exchanges, newest first."""
        return await self._rows(select(Exchange).order_by(Exchange.asked_at.desc(), Exchange.id.desc()).limit(limit))

    async def exchanges_of(self, asker: str, limit: int) -> Sequence[Exchange]:
        """Return an asker's last exchanges of the past RECENT, newest first."""
        mine = (Exchange.asker == storable(asker), Exchange.asked_at > self._clock() - RECENT)
        order = (Exchange.asked_at.desc(), Exchange.id.desc())
        return await self._rows(select(Exchange).where(*mine).order_by(*order).limit(limit))

    async def unanswered(self, limit: int, since: datetime | None = None) -> Sequence[Unanswered]:
        """Return the unanswered questions, the most asked first; `since`: those that were asked after it."""
        order = (Unanswered.times.desc(), Unanswered.last_at.desc())
        late = (Unanswered.last_at > since,) if since else ()
        return await self._rows(select(Unanswered).where(*late).order_by(*order).limit(limit))

    async def counts(self) -> Counts:
        """Count what is remembered."""
        with self._address.explaining():
            async with self._engine.connect() as connection:
                outcomes = await connection.execute(select(Exchange.outcome, func.count()).group_by(Exchange.outcome))
                ratings = await connection.execute(
                    select(FeedbackRow.helpful, func.count()).group_by(FeedbackRow.helpful)
                )
                helpful: dict[bool, int] = {row[0]: row[1] for row in ratings}
                return Counts(
                    exchanges={row[0]: row[1] for row in outcomes},
                    helpful=helpful.get(True, 0),
                    not_helpful=helpful.get(False, 0),
                    unanswered=(await connection.execute(select(func.count()).select_from(Unanswered))).scalar_one(),
                )

    def _insert(self, table: type[Table]) -> Insert:
        return sqlite.insert(table) if self._address.is_sqlite else postgresql.insert(table)

    async def _rows(self, query: Any) -> Sequence[Any]:
        with self._address.explaining():
            async with AsyncSession(self._engine) as session:
                return (await session.scalars(query)).all()

    async def _ping(self) -> None:
        with self._address.explaining():
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

    async def _write_asked(self, connection: AsyncConnection, asked: Sequence[Asked]) -> None:
        if not asked:
            return
        insert = self._insert(Exchange).on_conflict_do_nothing(index_elements=["reference"])
        result = await connection.execute(insert.returning(Exchange.reference), [one.exchange for one in asked])
        fresh = set(result.scalars())  # a batch that is written again must not count its questions again
        await self._count_unanswered(connection, [one for one in asked if one.exchange["reference"] in fresh])

    async def _count_unanswered(self, connection: AsyncConnection, asked: Sequence[Asked]) -> None:
        rows = sorted((row for one in asked if (row := one.unanswered)), key=lambda row: str(row["normalised"]))
        if not rows:
            return
        new = self._insert(Unanswered)
        counted = _taken(new, "text", "language", "outcome", "last_at", "entry", "confidence")
        counted["times"] = Unanswered.times + new.excluded.times
        await connection.execute(new.on_conflict_do_update(index_elements=["normalised"], set_=counted), rows)

    async def _write_rated(self, connection: AsyncConnection, rated: Sequence[Rated]) -> None:
        rows = sorted(map(feedback_row, rated), key=lambda row: (row["reference"], row["asker"]))
        if not rows:
            return
        new = self._insert(FeedbackRow)
        statement = new.on_conflict_do_update(
            index_elements=["reference", "asker"],
            set_=_taken(new, "helpful", "at"),
            where=FeedbackRow.at <= new.excluded.at,
        )
        await connection.execute(statement, rows)

    async def _write_done(self, connection: AsyncConnection, done: Sequence[Done]) -> None:
        rows = sorted((row for one in done for row in done_rows(one)), key=lambda row: str(row["key"]))
        if not rows:
            return
        new = self._insert(EventClaim)
        statement = new.on_conflict_do_update(
            index_elements=["key"],
            set_={"state": DONE, "done_at": func.coalesce(EventClaim.done_at, new.excluded.done_at)},
        )
        await connection.execute(statement, rows)

    async def _purge(self) -> None:
        now = self._clock()
        if self._purged_at and now - self._purged_at < _PURGE_EVERY:
            return
        self._purged_at = now
        old = select(EventClaim.key).where(EventClaim.claimed_at < now - KEEP).limit(_PURGE_ROWS)
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(EventClaim).where(EventClaim.key.in_(old.with_for_update(skip_locked=True)))
            )


def _in_order(keys: Iterable[str]) -> list[str]:
    # Every process locks rows in the same order, so that no two wait for each other.
    return sorted({storable(key) for key in keys})


def _taken(new: Insert, *columns: str) -> dict[str, Any]:
    return {column: new.excluded[column] for column in columns}


def _claimed_by(key: str, token: str) -> Delete:
    return delete(EventClaim).where(EventClaim.key == key, EventClaim.token == token, EventClaim.state == CLAIMED)
