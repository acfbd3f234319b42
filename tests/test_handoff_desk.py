"""The desk: everyone is told what they must know, once, through failures, restarts and several processes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConnectError, HandOffError, StoreError
from bot.handoff.desk import GRACE, Desk
from bot.handoff.states import KEPT_OPEN, Expert, HandOff, Notice, State, Times
from bot.service import Bot
from bot.store import Store
from tests.databases import DATABASES, fresh_database, until, wired
from tests.fakes import FakeEngine
from tests.test_handoff_states import ANN, BEN, NOON, REQUEST, TIMES


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class People:
    """An outbox that keeps what it was given; `away` are those who can't be told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.away: set[str] = set()
        self.states: list[State] = []

    async def post(self, one: HandOff) -> str:
        self._tell("post")
        return f"card:{one.reference}"

    async def remind(self, one: HandOff) -> None:
        self._tell("remind")

    async def tell(self, one: HandOff, notice: Notice) -> None:
        self._tell(notice.value)

    async def refresh(self, one: HandOff) -> None:
        self.states.append(one.state)

    def _tell(self, what: str) -> None:
        if what in self.away:
            raise ConnectError("They are away.")
        self.told.append(what)


class Office:
    """A bot with a desk on a database, as one process has it."""

    def __init__(self, url: str, people: People, clock: Clock) -> None:
        self.store = Store(url, clock=clock)
        self.bot = Bot(FakeEngine(), self.store, clock=clock)
        self.desk = Desk("slack", self.store, people, clock=clock, times=TIMES)


@asynccontextmanager
async def office(url: str, people: People, clock: Clock) -> AsyncIterator[Office]:
    made = Office(url, people, clock)
    await made.bot.start()
    try:
        yield made
    finally:
        await made.desk.stop()
        await made.bot.stop()


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def opened(at: Office, reference: str = "ref1") -> HandOff:
    one = await at.desk.open(replace(REQUEST, reference=reference))
    assert one
    return one


async def test_a_question_is_shown_claimed_and_answered_and_its_asker_told_each_time(
    url: str, people: People, clock: Clock
) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        assert one.card == "card:ref1"
        await at.desk.settle(await at.desk.claim(one.id, ANN))
        await at.desk.settle(await at.desk.answer(one.id, ANN, "Because."))
        assert people.told == ["post", "taken", "answer"]
        assert people.states == [State.CLAIMED, State.ANSWERED]
        assert await at.store.handoffs.unsettled("slack") == []
        found = await at.desk.by_card("card:ref1")
        assert found
        assert (found.answer, found.expert) == ("Because.", ANN)


async def test_an_unclaimed_question_reminds_then_tells_the_asker_each_once(
    url: str, people: People, clock: Clock
) -> None:
    async with office(url, people, clock) as at:
        await opened(at)
        for minutes, expected in ((29, 1), (30, 2), (31, 2), (239, 2), (240, 3), (241, 3)):
            clock.now = NOON + timedelta(minutes=minutes)
            await at.desk.look()
            await at.desk.look()
            assert len(people.told) == expected, minutes
        assert people.told == ["post", "remind", "waiting"]


async def test_what_a_restart_falls_between_is_told_afterwards_once(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        people.away = {"answer"}
        await at.desk.settle(await at.desk.answer(one.id, ANN, "Because."))
        assert people.told == ["post"]
    people.away = set()
    for _ in range(2):
        async with office(url, people, clock) as at:
            await at.desk.look()
    assert people.told == ["post", "answer"]


async def test_of_two_processes_one_tells(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as one, office(url, people, clock) as other:
        for number in range(4):
            await opened(one, f"ref{number}")
        clock.now += timedelta(minutes=240)
        await asyncio.gather(*(at.desk.look() for at in (one, other, one, other)))
        assert Counter(people.told) == {"post": 4, "remind": 4, "waiting": 4}


async def test_of_two_experts_at_once_one_takes_it_up_and_the_other_learns_who(
    url: str, people: People, clock: Clock
) -> None:
    async with office(url, people, clock) as one, office(url, people, clock) as other:
        handoff = await opened(one)
        results = await asyncio.gather(
            one.desk.claim(handoff.id, ANN), other.desk.claim(handoff.id, BEN), return_exceptions=True
        )
        (won,) = [each for each in results if isinstance(each, HandOff)]
        (lost,) = [each for each in results if isinstance(each, HandOffError)]
        assert won.expert
        assert (lost.state, lost.expert) == ("claimed", won.expert.name)


async def test_a_question_asked_twice_is_shown_once(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        first = await opened(at)
        again = await asyncio.gather(*(opened(at) for _ in range(3)))
        assert {one.id for one in again} == {first.id}
        assert people.told == ["post"]


async def test_a_question_that_experts_can_not_be_shown_is_not_kept_and_its_asker_needs_another_way(
    url: str, people: People, clock: Clock
) -> None:
    people.away = {"post"}
    async with office(url, people, clock) as at:
        assert await at.desk.open(REQUEST) is None
        assert await at.store.handoffs.unsettled("slack") == []
        people.away = set()
        assert await at.desk.open(REQUEST)


async def test_a_question_whose_process_died_before_it_was_shown_is_shown_later(
    url: str, people: People, clock: Clock
) -> None:
    async with office(url, people, clock) as at:
        people.away = {"post"}
        at.store.handoffs.discard = _die  # type: ignore[method-assign]
        assert await at.desk.open(REQUEST) is None
    people.away = set()
    async with office(url, people, clock) as at:
        await at.desk.look()
        assert people.told == []  # it may just be being shown
        clock.now += GRACE
        await at.desk.look()
        assert people.told == ["post"]


async def _die(one: HandOff) -> bool:
    raise StoreError("The process is gone.")


async def test_one_who_can_not_be_told_is_tried_again_ever_more_seldom(url: str, people: People, clock: Clock) -> None:
    tries: list[datetime] = []

    class Counting(People):
        def _tell(self, what: str) -> None:
            if what == "answer":
                tries.append(clock.now)
            super()._tell(what)

    counting = Counting()
    async with office(url, counting, clock) as at:
        one = await opened(at)
        counting.away = {"answer"}
        await at.desk.settle(await at.desk.answer(one.id, ANN, "Because."))
        for _ in range(240):
            clock.now += timedelta(seconds=30)
            await at.desk.look()
        assert 5 < len(tries) < 12
        counting.away = set()
        clock.now += timedelta(hours=1)
        await at.desk.look()
        assert counting.told == ["post", "answer"]


async def test_one_that_nobody_answers_is_closed_in_the_end_and_its_asker_told(
    url: str, people: People, clock: Clock
) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        await at.desk.settle(await at.desk.claim(one.id, ANN))
        clock.now += KEPT_OPEN
        await at.desk.look()
        assert people.told == ["post", "taken", "expired"]
        with pytest.raises(HandOffError, match="expired"):
            await at.desk.answer(one.id, ANN, "Too late.")


async def test_what_is_given_back_can_be_taken_up_by_another(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        await at.desk.settle(await at.desk.claim(one.id, ANN))
        await at.desk.settle(await at.desk.release(one.id, ANN))
        clock.now += timedelta(minutes=1)
        await at.desk.settle(await at.desk.claim(one.id, BEN))
        assert people.told == ["post", "taken", "taken"]


async def test_only_an_answer_becomes_a_draft(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        with pytest.raises(HandOffError, match="open"):
            await at.desk.draft(one.id, ANN)
        with pytest.raises(HandOffError, match="gone"):
            await at.desk.draft("unknown", ANN)
        await at.desk.answer(one.id, ANN, "Because.")
        assert (await at.desk.draft(one.id, BEN)).answer == "Because."


async def test_while_the_store_is_away_nothing_is_promised_and_nothing_lost(
    tmp_path: Path, people: People, clock: Clock
) -> None:
    async with (
        fresh_database("postgresql", tmp_path) as url,
        wired(url) as wire,
        office(wire.url, people, clock) as at,
    ):
        one = await opened(at)
        await wire.cut()
        assert await at.desk.open(replace(REQUEST, reference="ref2")) is None
        with pytest.raises(StoreError):
            await at.desk.answer(one.id, ANN, "Because.")
        await wire.mend()
        await at.desk.settle(await at.desk.answer(one.id, ANN, "Because."))
        assert people.told == ["post", "answer"]


async def test_a_desk_that_was_started_looks_by_itself(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        await opened(at)
        clock.now += timedelta(minutes=30)
        at.desk.start()
        await until(lambda: people.told == ["post", "remind"])


async def test_without_times_nobody_is_reminded(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        never = Desk("slack", at.store, people, clock=clock, times=Times(None, None))
        await never.open(REQUEST)
        clock.now += timedelta(days=6)
        await never.look()
        assert people.told == ["post"]


async def test_a_name_is_kept_short_and_on_one_line(url: str, people: People, clock: Clock) -> None:
    async with office(url, people, clock) as at:
        one = await opened(at)
        claimed = await at.desk.claim(one.id, Expert("slack:T1:X", "An\n n" + "x" * 200))
        assert claimed.expert
        assert claimed.expert.name.startswith("An n")
        assert len(claimed.expert.name) == 80
