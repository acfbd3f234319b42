"""What is deleted: everything past its time, and everything of one person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from bot.handoff.states import KEPT_OPEN
from bot.store.address import Address
from bot.store.records import storable
from bot.store.tables import DraftRow, Exchange, FeedbackRow, HandOffRow, Unanswered

BATCH = 5000
UNSETTLED = 3 * KEPT_OPEN
Deleted = Mapping[str, int]  # rows by table


class Forgetting:
    """Deletes. Every method raises StoreError when the database can't be used."""

    def __init__(self, engine: AsyncEngine, address: Address) -> None:
        self._engine = engine
        self._address = address

    async def before(self, time: datetime) -> Deleted:
        """Delete what is older; exchanges a batch at a time, so that nobody waits long for a locked table.

        A hand-off whose asker was not told the end yet stays until that can't be done any more.
        """
        deleted = await self._delete(
            delete(FeedbackRow).where(FeedbackRow.at < time),
            delete(Unanswered).where(Unanswered.last_at < time),
            delete(DraftRow).where(DraftRow.saved_at < time),
            delete(HandOffRow).where(
                or_(
                    and_(HandOffRow.opened_at < time, HandOffRow.settled),
                    HandOffRow.opened_at < time - UNSETTLED,  # nobody can be told any more
                )
            ),
        )
        old = select(Exchange.id).where(Exchange.asked_at < time).limit(BATCH)
        exchanges, last = 0, BATCH
        while last == BATCH:
            last = sum((await self._delete(delete(Exchange).where(Exchange.id.in_(old)))).values())
            exchanges += last
        return {**deleted, "exchanges": exchanges}

    async def of(self, asker: str) -> Deleted:
        """Delete what a person asked, said of answers, and had handed over; drafts made of it, too.

        An unanswered question that others asked in the same words stays: it is theirs as well.
        """
        key = storable(asker)
        handoffs = select(HandOffRow.id).where(HandOffRow.asker == key)
        return await self._delete(
            delete(Unanswered).where(_asked_by_nobody_but(key)),
            delete(DraftRow).where(DraftRow.handoff.in_(handoffs)),
            delete(HandOffRow).where(HandOffRow.asker == key),
            delete(FeedbackRow).where(FeedbackRow.asker == key),
            delete(Exchange).where(Exchange.asker == key),
        )

    async def _delete(self, *statements: Delete) -> Deleted:
        """Delete in one transaction: all of it or nothing."""
        deleted: dict[str, int] = {}
        with self._address.explaining():
            async with self._engine.begin() as connection:
                for statement in statements:
                    result = cast("CursorResult[Any]", await connection.execute(statement))
                    deleted[str(statement.table)] = int(result.rowcount)
        return deleted


def _asked_by_nobody_but(asker: str) -> ColumnElement[bool]:
    mine, other = aliased(Exchange), aliased(Exchange)
    asked = exists().where(and_(mine.question == Unanswered.text, mine.asker == asker))
    shared = exists().where(and_(other.question == Unanswered.text, other.asker != asker))
    return and_(asked, ~shared)
