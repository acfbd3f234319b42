"""Hand-offs and drafts in the database. A change is kept only if nobody made another one meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff.states import Expert, HandOff, Notice, State, is_settled
from bot.store.address import Address
from bot.store.records import Row, storable
from bot.store.tables import DraftRow, HandOffRow

_TEXT = 4000  # characters of any text that is kept
_MOST = 500  # unsettled ones that are looked at in one round; the oldest first


class DraftState(StrEnum):
    """What became of a draft."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Draft:
    """An expert's answer that may become an entry. `entry` and `reason` say what was decided, by `decided_at`."""

    id: int
    handoff: str
    platform: str
    question: str
    answer: str
    language: str
    expert: Expert
    answered_at: datetime
    saved_by: str
    saved_at: datetime
    state: DraftState = DraftState.NEW
    entry: str = ""
    reason: str = ""
    decided_at: datetime | None = None


class HandOffs:
    """The tables of hand-offs and drafts. Every method raises StoreError when the database can't be used."""

    def __init__(self, engine: AsyncEngine, address: Address) -> None:
        self._engine = engine
        self._address = address

    async def open(self, one: HandOff) -> HandOff:
        """Keep a new hand-off, and return the one that stands: an older one where its key is kept already."""
        insert = self._insert(HandOffRow).values(_row(one)).on_conflict_do_nothing(index_elements=["key"])
        with self._address.explaining():
            async with self._engine.begin() as connection:
                await connection.execute(insert)
                found = await connection.execute(_handoffs().where(HandOffRow.key == one.key))
                return _handoff(found.one())

    async def get(self, handoff: str) -> HandOff | None:
        """Return a hand-off by its id."""
        found = await self._all(_handoffs().where(HandOffRow.id == storable(handoff)))
        return _handoff(found[0]) if found else None

    async def by_card(self, platform: str, card: str) -> HandOff | None:
        """Return the hand-off that the experts see at a place."""
        at = (HandOffRow.platform == platform, HandOffRow.card == storable(card))
        found = await self._all(_handoffs().where(*at).limit(1))
        return _handoff(found[0]) if found else None

    async def save(self, before: HandOff, after: HandOff) -> HandOff | None:
        """Keep a change, and return it with its version; None where `before` is not what stands any more."""
        values = _row(after) | {"version": before.version + 1}
        same = (HandOffRow.id == before.id, HandOffRow.version == before.version)
        changed = await self._change(update(HandOffRow).where(*same).values(values))
        return _handoff(values) if changed else None

    async def discard(self, one: HandOff) -> bool:
        """Forget a hand-off that no expert was shown, unless it was changed meanwhile."""
        same = (HandOffRow.id == one.id, HandOffRow.version == one.version)
        return await self._change(delete(HandOffRow).where(*same)) == 1

    async def unsettled(self, platform: str) -> list[HandOff]:
        """Return the hand-offs of a platform of which something is left to do, the oldest first."""
        left = (HandOffRow.platform == platform, HandOffRow.settled.is_(False))
        return [*map(_handoff, await self._all(_handoffs().where(*left).order_by(HandOffRow.opened_at).limit(_MOST)))]

    async def add_draft(self, one: HandOff, by: Expert, at: datetime) -> Draft:
        """Keep an answered hand-off as a draft, once, and return the draft that stands."""
        insert = (
            self._insert(DraftRow).values(_draft_row(one, by, at)).on_conflict_do_nothing(index_elements=["handoff"])
        )
        with self._address.explaining():
            async with self._engine.begin() as connection:
                await connection.execute(insert)
                found = await connection.execute(_drafts().where(DraftRow.handoff == one.id))
                return _draft(found.one())

    async def drafts(self, state: DraftState | None = DraftState.NEW) -> list[Draft]:
        """Return the drafts in a state, or all of them, the oldest first."""
        wanted = (DraftRow.state == state.value,) if state else ()
        return [*map(_draft, await self._all(_drafts().where(*wanted).order_by(DraftRow.id)))]

    async def draft(self, number: int) -> Draft | None:
        """Return a draft by its number."""
        found = await self._all(_drafts().where(DraftRow.id == number))
        return _draft(found[0]) if found else None

    async def decide(self, number: int, state: DraftState, at: datetime, *, entry: str = "", reason: str = "") -> bool:
        """Note what became of a new draft. False where it was decided already, or is gone."""
        values = {"state": state.value, "entry": storable(entry), "reason": storable(reason), "decided_at": at}
        new = (DraftRow.id == number, DraftRow.state == DraftState.NEW.value)
        return await self._change(update(DraftRow).where(*new).values(values)) == 1

    def _insert(self, table: type[HandOffRow | DraftRow]) -> sqlite.Insert | postgresql.Insert:
        return sqlite.insert(table) if self._address.is_sqlite else postgresql.insert(table)

    async def _all(self, query: Executable) -> Sequence[Any]:
        with self._address.explaining():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).all()

    async def _change(self, statement: Executable) -> int:
        with self._address.explaining():
            async with self._engine.begin() as connection:
                return int(cast("CursorResult[Any]", await connection.execute(statement)).rowcount)


def _handoffs() -> Any:
    return select(HandOffRow.__table__)


def _drafts() -> Any:
    return select(DraftRow.__table__)


def _row(one: HandOff) -> Row:
    return {
        "id": one.id,
        "key": one.key,
        "platform": storable(one.platform),
        "surface": storable(one.surface),
        "question": storable(one.question, _TEXT),
        "offered": storable(one.offered, _TEXT),
        "reference": storable(one.reference),
        "language": storable(one.language),
        "asker": storable(one.asker),
        "conversation": storable(one.conversation),
        "place": storable(one.place),
        "state": one.state.value,
        "expert": storable(one.expert.key) if one.expert else "",
        "expert_name": storable(one.expert.name) if one.expert else "",
        "answer": storable(one.answer, _TEXT),
        "card": storable(one.card),
        "told": " ".join(sorted(one.told)),
        "settled": is_settled(one),
        "version": one.version,
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
    }


def _handoff(row: Any) -> HandOff:
    values = dict(row if isinstance(row, dict) else row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values.pop("settled")
    key, name = values.pop("expert"), values.pop("expert_name")
    return HandOff(
        **values
        | {
            "state": State(values["state"]),
            "expert": Expert(key, name) if key else None,
            "told": frozenset(map(Notice, values["told"].split())),
        }
    )


def _draft_row(one: HandOff, by: Expert, at: datetime) -> Row:
    row = _row(one)
    kept = {name: row[name] for name in ("platform", "question", "answer", "language", "expert", "expert_name")}
    return kept | {
        "handoff": one.id,
        "answered_at": one.changed_at,
        "saved_by": storable(by.key),
        "saved_at": at,
        "state": DraftState.NEW.value,
        "entry": "",
        "reason": "",
        "decided_at": None,
    }


def _draft(row: Any) -> Draft:
    values = dict(row._mapping)  # noqa: SLF001 - as above
    key, name = values.pop("expert"), values.pop("expert_name")
    return Draft(**values | {"expert": Expert(key, name), "state": DraftState(values["state"])})
