"""What administrators chose: kept by place, over the wider place's, known while the database is away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.known_rules import FRESH_SECONDS, KnownRules
from bot.rules import Rules
from bot.store import Store, utc_now
from tests.databases import DATABASES, fresh_database, opened


@pytest.fixture(params=DATABASES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with fresh_database(request.param, tmp_path) as url, opened(url) as one:
        yield one


async def test_rules_are_kept_changed_and_forgotten(store: Store) -> None:
    await store.rules.put(
        {"slack:T1": Rules("fr", "C9", public=False, follow_up=True), "discord:1": Rules("en")}, utc_now()
    )
    assert await store.rules.all("slack") == {"slack:T1": Rules("fr", "C9", public=False, follow_up=True)}
    await store.rules.put({"slack:T1": Rules(public=True), "slack:T1:C1": Rules("ar")}, utc_now())
    assert await store.rules.all("slack") == {"slack:T1": Rules(public=True), "slack:T1:C1": Rules("ar")}
    await store.rules.put({"slack:T1": Rules()}, utc_now())
    assert await store.rules.all("slack") == {"slack:T1:C1": Rules("ar")}


async def test_a_channels_rules_go_over_the_workspaces(store: Store) -> None:
    known = KnownRules("slack", store)
    await known.choose({("T1", ""): Rules("fr", "C9", public=False), ("T1", "C1"): Rules(public=True)}, utc_now())
    assert await known.of("T1", "C1") == Rules("fr", "C9", public=True)
    assert await known.of("T1", "C2") == await known.of("T1") == Rules("fr", "C9", public=False)
    assert await known.of("T2", "C1") == Rules()
    assert await known.experts() == {"C9"}


async def test_another_processs_changes_show_after_a_while(store: Store) -> None:
    now = [0.0]
    known = KnownRules("slack", store, lambda: now[0])
    assert await known.of("T1") == Rules()
    await store.rules.put({"slack:T1": Rules("fr")}, utc_now())
    assert await known.of("T1") == Rules()
    now[0] = FRESH_SECONDS
    assert await known.of("T1") == Rules("fr")


async def test_while_the_database_is_away_what_was_known_holds(tmp_path: Path) -> None:
    now = [0.0]
    async with opened(f"sqlite:///{tmp_path / 'bot.db'}") as store:
        known = KnownRules("slack", store, lambda: now[0])
        await known.choose({("T1", ""): Rules("fr")}, utc_now())

        async def away(platform: str) -> dict[str, Rules]:
            raise StoreError(f"No {platform}.")

        store.rules.all = away  # type: ignore[method-assign]
        now[0] = FRESH_SECONDS
        assert await known.of("T1") == Rules("fr")


async def test_without_a_database_nothing_holds_and_nothing_can_be_chosen() -> None:
    known = KnownRules("slack", None)
    assert await known.of("T1", "C1") == Rules()
    with pytest.raises(StoreError):
        await known.choose({("T1", ""): Rules("fr")}, utc_now())
