"""The store, on SQLite and on PostgreSQL alike."""

import asyncio
import random
import threading
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.schema import DropTable

from bot.errors import StoreError
from bot.messages import Answer, Explanation, Feedback, Outcome, Question, Suggestion
from bot.store import Asked, Done, Rated, Record, Store
from bot.store.records import FAILURE, QUESTION_LIMIT
from bot.store.store import KEEP, LEASE, RECENT
from bot.store.tables import EventClaim, FeedbackRow, Table
from tests.contract import BAD_INPUT
from tests.databases import DATABASES, fresh_database, fresh_store, opened, wired
from tests.fakes import make_answer

NOON = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
QUESTION = Question("What is a red notice?", "en", "slack", "slash", "slack:C1:", "slack:T1:U1")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=DATABASES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with fresh_store(request.param, tmp_path) as store:
        store._clock = Clock()
        yield store


def clock_of(store: Store) -> Clock:
    assert isinstance(store._clock, Clock)
    return store._clock


def asked(text: str = QUESTION.text, reference: str = "r1", at: datetime = NOON, **changes: object) -> Asked:
    return Asked.of(replace(QUESTION, text=text), make_answer(text, reference=reference, **changes), at)


def gap(text: str, reference: str, at: datetime = NOON) -> Asked:
    return asked(text, reference, at, outcome=Outcome.DECLINED, entry=None, explanation=Explanation())


async def feedback(store: Store) -> list[tuple[str, str, bool]]:
    query = select(FeedbackRow).order_by(FeedbackRow.reference, FeedbackRow.asker)
    return [(row.reference, row.asker, row.helpful) for row in await store._rows(query)]


async def claims(store: Store) -> dict[str, str]:
    return {row.key: row.state for row in await store._rows(select(EventClaim))}


# Records


async def test_an_exchange_comes_back_as_it_was_written(store: Store) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=8)))
    await store.write([asked(at=elsewhere, ms=1.5)])
    [row] = await store.recent_exchanges(10)
    assert row.asked_at == NOON
    assert row.asked_at.utcoffset() == timedelta(0)
    assert (row.reference, row.platform, row.surface, row.conversation, row.asker) == (
        ("r1", "slack", "slash", "slack:C1:", "slack:T1:U1")
    )
    assert (row.question, row.language, row.outcome, row.entry) == (
        ("What is a red notice?", "en", "answered", "red-notice-definition")
    )
    assert (row.confidence, row.ms, row.knowledge_version) == (0.97, 1.5, "0123456789ab")


@pytest.mark.parametrize(
    "change", [{"question": None}, {"question": "\ud83d"}, {"asked_at": NOON.replace(tzinfo=None)}], ids=str
)
async def test_a_record_that_can_never_be_written_is_refused_rather_than_tried_again(
    store: Store, change: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"refuses|surrogates"):
        await store.write([Asked(asked().exchange | change, None)])


async def test_a_text_that_postgresql_can_not_hold_is_refused(tmp_path: Path) -> None:
    async with fresh_store("postgresql", tmp_path) as store:
        with pytest.raises(ValueError, match="refuses"):
            await store.write([Asked({**asked().exchange, "question": "\x00"}, None)])


async def test_the_newest_exchanges_come_first(store: Store) -> None:
    await store.write([asked(reference=f"r{n}", at=NOON + timedelta(minutes=n % 4)) for n in range(8)])
    assert [row.reference for row in await store.recent_exchanges(3)] == ["r7", "r3", "r6"]


async def test_an_asker_s_exchanges_of_late_are_theirs_alone(store: Store) -> None:
    times = [NOON - RECENT, *(NOON - timedelta(minutes=n) for n in range(3, 0, -1))]
    await store.write([asked(reference=f"r{n}", at=at) for n, at in enumerate(times)])
    mine = (await store.recent_exchanges(1))[0].asker
    assert [row.reference for row in await store.exchanges_of(mine, 2)] == ["r3", "r2"]
    assert [row.reference for row in await store.exchanges_of(mine, 10)] == ["r3", "r2", "r1"]
    assert await store.exchanges_of("slack:T1:USTRANGER", 10) == []


async def test_writing_a_batch_again_changes_nothing(store: Store) -> None:
    batch: list[Record] = [
        asked(),
        gap("who am I", "r2"),
        gap("who am I", "r3"),
        Rated(Feedback("r1", "u", helpful=True), NOON),
    ]
    await store.write(batch)
    await store.write([*batch, gap("who am I", "r4")])
    counts = await store.counts()
    assert counts.exchanges == {"answered": 1, "declined": 3}
    assert (counts.helpful, counts.not_helpful, counts.unanswered) == (1, 0, 1)
    [question] = await store.unanswered(10)
    assert question.times == 3


async def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    broken = Asked({**asked(reference="r2").exchange, "question": None}, None)
    with pytest.raises(ValueError, match="refuses"):
        await store.write([asked(), broken])
    assert await store.recent_exchanges(10) == []


async def test_any_text_can_be_kept(store: Store) -> None:
    for name, text in BAD_INPUT.items():
        hostile = Question(text, text, text, text, text, text)
        answer = make_answer(text, outcome=Outcome.SUGGESTED, entry=None, reference=name, explanation=Explanation())
        rated = Rated(Feedback(text, text, helpful=False), NOON)
        await store.write([Asked.of(hostile, answer, NOON), rated, Done((text,), NOON)])
        assert not await store.claim([text], "t"), name
    rows = {row.reference: row for row in await store.recent_exchanges(100)}
    for name, text in BAD_INPUT.items():
        assert len(rows[name].question) == min(len(text), QUESTION_LIMIT), name
    assert (await store.counts()).not_helpful == len(BAD_INPUT)


# Unanswered questions


async def test_a_repeated_question_counts_up_however_it_is_typed(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    await store.write([gap("Where is  my cat?", "r1"), gap("where is my CAT", "r2"), gap("something else", "r3")])
    await store.write([gap(" where is my cat?? ", "r4", later)])
    first, second = await store.unanswered(10)
    assert (first.text, first.times, first.first_at, first.last_at) == (" where is my cat?? ", 3, NOON, later)
    assert (second.text, second.times) == ("something else", 1)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"outcome": Outcome.ANSWERED}, False),
        ({"outcome": Outcome.URGENT}, False),
        ({"outcome": Outcome.DECLINED}, False),  # by an entry: a guard
        ({"outcome": Outcome.DECLINED, "entry": None}, True),
        ({"outcome": Outcome.DECLINED, "entry": None, "explanation": Explanation(rule=FAILURE)}, False),
        ({"outcome": Outcome.SUGGESTED, "entry": None}, True),
        ({"outcome": Outcome.HANDED_OFF}, True),
    ],
)
def test_only_what_an_editor_can_mend_is_unanswered(changes: dict[str, Any], kept: bool) -> None:
    assert (asked(**changes).unanswered is not None) is kept


def test_an_empty_question_is_not_an_unanswered_one() -> None:
    assert gap(" ?! ", "r1").unanswered is None


async def test_an_unanswered_question_keeps_the_best_entry_found(store: Store) -> None:
    choices = (Suggestion("mission", "?", 0.41), Suggestion("other", "?", 0.2))
    await store.write([asked("unsure", outcome=Outcome.SUGGESTED, entry=None, confidence=0.5, suggestions=choices)])
    [question] = await store.unanswered(10)
    assert (question.entry, question.confidence, question.outcome) == ("mission", 0.41, "suggested")


# Feedback


async def test_the_last_word_of_each_asker_counts(store: Store) -> None:
    def rated(asker: str, *, helpful: bool, minute: int) -> Rated:
        return Rated(Feedback("r1", asker, helpful), NOON + timedelta(minutes=minute))

    await store.write([rated("a", helpful=True, minute=1), rated("b", helpful=True, minute=1)])
    await store.write([rated("a", helpful=False, minute=3), rated("a", helpful=True, minute=2)])
    assert await feedback(store) == [("r1", "a", False), ("r1", "b", True)]


async def test_feedback_on_an_unknown_reference_is_kept(store: Store) -> None:
    await store.write([Rated(Feedback("nobody-knows", "a", helpful=True), NOON)])
    assert await feedback(store) == [("nobody-knows", "a", True)]


# Claims


async def test_a_live_claim_is_refused_to_others(store: Store) -> None:
    assert await store.claim(["e1"], "a")
    assert not await store.claim(["e1"], "b")


async def test_a_claim_over_several_keys_takes_all_or_none(store: Store) -> None:
    assert await store.claim(["e1", "m1"], "a")
    assert not await store.claim(["e0", "m1", "z9"], "b")
    assert await claims(store) == {"e1": "claimed", "m1": "claimed"}


async def test_what_is_done_is_never_handled_again(store: Store) -> None:
    assert await store.claim(["e1"], "a")
    await store.write([Done(("e1",), NOON)])
    clock_of(store).now += timedelta(hours=24)
    assert not await store.claim(["e1", "other"], "b")


async def test_done_counts_even_where_the_claim_was_never_stored(store: Store) -> None:
    await store.write([Done(("e1",), NOON)])
    assert not await store.claim(["e1"], "a")


async def test_a_claim_whose_lease_is_over_goes_to_the_next(store: Store) -> None:
    assert await store.claim(["e1", "m1"], "a")
    clock_of(store).now += LEASE - timedelta(seconds=1)
    assert not await store.claim(["m1"], "b")
    clock_of(store).now += timedelta(seconds=1)
    assert await store.claim(["m1"], "b")
    assert not await store.claim(["m1"], "c")


async def test_a_claim_given_back_can_be_taken_at_once(store: Store) -> None:
    assert await store.claim(["e1", "m1"], "a")
    await store.release(["e1", "m1"], "a")
    assert await store.claim(["e1", "m1"], "b")


async def test_nobody_gives_back_what_is_another_s_or_done(store: Store) -> None:
    assert await store.claim(["e1"], "a")
    clock_of(store).now += LEASE
    assert await store.claim(["e1"], "b")
    await store.release(["e1"], "a")
    assert await claims(store) == {"e1": "claimed"}
    await store.write([Done(("e1",), NOON)])
    await store.release(["e1"], "b")
    assert await claims(store) == {"e1": "done"}


async def test_old_claims_are_purged_and_those_of_the_last_day_kept(store: Store) -> None:
    await store.write([Done((f"old{n}",), NOON) for n in range(5)])
    assert await store.claim(["lost"], "a")
    clock_of(store).now += timedelta(hours=24)
    await store.write([Done(("new",), clock_of(store).now)])
    assert len(await claims(store)) == 7
    clock_of(store).now = NOON + KEEP + timedelta(seconds=1)
    await store.write([])
    assert await claims(store) == {"new": "done"}


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("seed", range(2))
async def test_among_many_at_once_exactly_one_wins(kind: str, seed: int, tmp_path: Path) -> None:
    pick = random.Random(seed)  # noqa: S311 - not a secret
    async with fresh_database(kind, tmp_path) as url, opened(url) as one, opened(url) as other:
        for round_number in range(4):
            keys = [f"{round_number}:{n}" for n in range(6)]
            wanted = [pick.sample(keys, pick.randint(1, 3)) for _ in range(24)]
            claimed = await asyncio.gather(
                *(pick.choice((one, other)).claim(some, f"t{n}") for n, some in enumerate(wanted))
            )
            won = [set(some) for some, mine in zip(wanted, claimed, strict=True) if mine]
            held = set().union(*won)
            assert sum(map(len, won)) == len(held), "two claims hold the same key"
            assert all(held & set(some) for some in wanted), "somebody lost to nobody"
            assert {key for key in await claims(one) if key.startswith(f"{round_number}:")} == held


async def test_claims_behave_like_a_slow_plain_twin_through_crashes(store: Store) -> None:
    """A crash is what it looks like from outside: after a claim, nothing more is heard of it."""
    pick = random.Random(7)  # noqa: S311 - not a secret
    clock, twin = clock_of(store), Twin()
    for step in range(150):
        keys, token = pick.sample(["a", "b", "c", "d"], pick.randint(1, 2)), f"t{step}"
        match pick.choice(("claim", "claim", "claim and crash", "wait", "late done", "late release")):
            case "wait":
                clock.now += timedelta(seconds=pick.choice((1, 20, 61)))
            case "late done":
                await store.write([Done(tuple(keys), clock.now)])
                twin.done.update(keys)
            case "late release":
                await store.release(keys, "t0")
            case action:
                mine = await store.claim(keys, token)
                assert mine == twin.claim(keys, clock.now), (step, action, keys)
                if mine and action == "claim":
                    await store.release(keys, token)
                    twin.release(keys)
        if len(twin.done) == 4:
            clock.now += KEEP + timedelta(minutes=2)
            await store.write([])
            twin = Twin()


class Twin:
    """Claims in a dictionary."""

    def __init__(self) -> None:
        self.leases: dict[str, datetime] = {}
        self.done: set[str] = set()

    def claim(self, keys: list[str], now: datetime) -> bool:
        if any(key in self.done or self.leases.get(key, now) > now for key in keys):
            return False
        self.leases.update(dict.fromkeys(keys, now + LEASE))
        return True

    def release(self, keys: list[str]) -> None:
        for key in keys:
            self.leases.pop(key, None)


# Well or not


async def test_an_open_store_is_healthy(store: Store) -> None:
    assert await store.healthy()


async def test_a_server_that_is_gone_or_hangs_is_not_healthy(tmp_path: Path) -> None:
    async with fresh_database("postgresql", tmp_path) as url, wired(url) as wire, opened(wire.url) as store:
        wire.hush()
        assert not await store.healthy()
        await wire.cut()
        assert not await store.healthy()
        await wire.mend()
        assert await store.healthy()


async def test_a_store_in_memory_takes_its_users_in_turn() -> None:
    async with opened("sqlite://") as store:
        claimed = await asyncio.gather(*(store.claim([f"e{n}", f"e{n + 1}"], f"t{n}") for n in range(20)))
        held = await store._rows(select(func.count()).select_from(EventClaim))
        assert held == [2 * sum(claimed)]


# Errors


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "DATABASE_URL can't be read"),
        ("postgresql://u:secret@host:port/name", "DATABASE_URL can't be read"),
        ("mysql://u:secret@host/name", "starts with mysql:"),
        ("postgresql://u:secret@host/name?colour=red", "options that are not known: colour"),
        ("sqlite:///x.db?mode=ro", "options that are not known: mode"),
        ("postgresql://u:secret@127.0.0.1:1/name", "can't be reached"),
        ("sqlite:///{folder}", "can't be opened for writing"),
        ("sqlite:///{folder}/file/below/x.db", "can't be opened for writing"),
        ("sqlite:///{folder}/file", "is not a SQLite file"),
    ],
)
async def test_a_wrong_address_gets_a_sentence_that_says_what_to_do(url: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("This is no database. " * 100)
    with pytest.raises(StoreError, match=sentence) as caught:
        await Store(url.format(folder=tmp_path)).open()
    assert "secret" not in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)


def test_a_file_that_can_not_be_opened_leaves_nothing_running(tmp_path: Path) -> None:
    async def fail() -> None:
        with pytest.raises(StoreError):
            await Store(f"sqlite:///{tmp_path}").open()

    before = threading.active_count()
    for _ in range(20):
        asyncio.run(fail())
    assert threading.active_count() == before


async def test_an_unknown_user_and_an_unknown_database_are_named(tmp_path: Path) -> None:
    async with fresh_database("postgresql", tmp_path) as url:
        with pytest.raises(StoreError, match="has no database"):
            await Store(url + "_not").open()
        user = f"//{url.split('//')[1].split('@')[0]}@"
        with pytest.raises(StoreError, match="refuses the user 'nobody_here' or the password"):
            await Store(url.replace(user, "//nobody_here:secret@")).open()


async def test_a_locked_file_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.database._BUSY_MS", 50)
    async with opened(f"sqlite:///{tmp_path / 'test.db'}") as store, store._engine.connect() as holder:
        await holder.execution_options(immediate=True)
        await holder.begin()
        with pytest.raises(StoreError, match="locked by another program"):
            await store.claim(["e1"], "t")


async def test_no_error_repeats_a_question_not_even_in_its_traceback(store: Store) -> None:
    secret = "hush " * 3  # not as it stands in the source, which tracebacks quote
    broken = Asked({**asked(secret).exchange, "outcome": None}, None)
    with pytest.raises(ValueError, match="refuses") as refused:
        await store.write([broken])
    async with store._engine.begin() as connection:
        await connection.execute(DropTable(Table.metadata.tables["exchanges"]))
    with pytest.raises(StoreError, match="failed") as failed:
        await store.write([asked(secret)])
    for caught in (refused, failed):
        assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgres://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("postgresql+asyncpg://u@h/n", "postgresql+asyncpg://u@h/n"),
        ("postgresql://u@h/n?sslmode=require", "postgresql+asyncpg://u@h/n?ssl=require"),
    ],
)
def test_addresses_in_use_are_understood(url: str, driver: str) -> None:
    assert str(Store(url)._address.url) == driver


def test_an_answer_s_record_does_not_hold_the_answer() -> None:
    """Records wait in memory during an outage."""
    record = Asked.of(replace(QUESTION, text="x" * 40_000), make_answer("y" * 40_000), NOON)
    values = [*record.exchange.values()]
    assert not any(isinstance(value, Answer) for value in values)
    assert sum(len(value) for value in values if isinstance(value, str)) < QUESTION_LIMIT + 200
