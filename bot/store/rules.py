"""The rules that administrators chose, by place."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.rules import Rules
from bot.store.address import Address
from bot.store.tables import RulesRow


class RuleBook:
    """Reads and writes them. Every method raises StoreError when the database can't be used."""

    def __init__(self, engine: AsyncEngine, address: Address) -> None:
        self._engine = engine
        self._address = address

    async def all(self, platform: str) -> Mapping[str, Rules]:
        """Return a platform's rules by place: a few rows for each workspace."""
        query = select(RulesRow.place, RulesRow.language, RulesRow.experts, RulesRow.public, RulesRow.follow_up)
        with self._address.explaining():
            async with self._engine.connect() as connection:
                found = (await connection.execute(query.where(RulesRow.place.startswith(f"{platform}:")))).all()
        return {row.place: Rules(row.language, row.experts, row.public, row.follow_up) for row in found}

    async def put(self, chosen: Mapping[str, Rules], at: datetime) -> None:
        """Keep what was chosen for places; where that is nothing at all, forget the place. All or none."""
        insert = sqlite.insert(RulesRow) if self._address.is_sqlite else postgresql.insert(RulesRow)
        columns = ("language", "experts", "public", "follow_up", "changed_at")
        upsert = insert.on_conflict_do_update(
            index_elements=["place"], set_={name: insert.excluded[name] for name in columns}
        )
        with self._address.explaining():
            async with self._engine.begin() as connection:
                for place, rules in sorted(chosen.items()):
                    if rules == Rules():
                        await connection.execute(delete(RulesRow).where(RulesRow.place == place))
                    else:
                        await connection.execute(upsert, _row(place, rules, at))


def _row(place: str, rules: Rules, at: datetime) -> dict[str, object]:
    return {
        "place": place,
        "language": rules.language,
        "experts": rules.experts,
        "public": rules.public,
        "follow_up": rules.follow_up,
        "changed_at": at,
    }
