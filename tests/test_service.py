"""The bot: every question answered, each delivery once, nothing forgotten, whatever becomes of the store."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import service
from bot.claims import PATIENCE
from bot.errors import StoreError
from bot.knowledge.schema import Words
from bot.messages import Answer, Feedback, Outcome, Question
from bot.service import Bot
from bot.store import Store
from bot.store.store import LEASE
from bot.store.tables import FeedbackRow
from tests.contract import BAD_INPUT
from tests.databases import DATABASES, fresh_database, opened, until, wired
from tests.fakes import KNOWLEDGE, WORDS, FakeEngine, make_bot

SECRET = "red notice for Mr Verysecret"
QUESTION = Question(SECRET, "en", "slack", "mention", "slack:C1:1.0", "slack:T1:UPRIVATE")


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request.param, tmp_path) as url:
        yield url


@asynccontextmanager
async def started(store: Store, patience: float = 30) -> AsyncIterator[Bot]:
    """A bot as it runs in a process; on a busy machine it is patient, lest it does without the store."""
    bot = Bot(FakeEngine(), store)
    bot._claims._patience = patience
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()


async def written(bot: Bot) -> None:
    recorder = bot._recorder
    assert recorder
    await until(lambda: not recorder.pending)


async def handle(bot: Bot, *keys: str) -> bool:
    """Handle a delivery, or be silent."""
    async with bot.once(*keys) as mine:
        return mine


async def crash(bot: Bot, *keys: str) -> bool:
    """Begin to handle a delivery, and never be heard of again."""
    return await bot._claims.take(keys) is not None


async def fail(bot: Bot, error: type[BaseException], *keys: str) -> None:
    """Begin to handle a delivery, and fail."""
    async with bot.once(*keys) as mine:
        assert mine
        raise error


# Answering


async def test_an_answer_carries_a_reference_and_its_time() -> None:
    answer = await make_bot().ask(QUESTION)
    assert answer.entry == "red-notice-definition"
    assert len(answer.reference) == 8
    assert answer.ms > 0


async def test_the_chosen_entry_is_opened_and_a_lost_one_is_answered_anew() -> None:
    bot = make_bot()
    assert (await bot.choose(QUESTION, "mission")).entry == "mission"
    assert (await bot.choose(QUESTION, "gone")).entry == "red-notice-definition"


@pytest.mark.parametrize("name", BAD_INPUT)
async def test_any_text_is_answered(name: str) -> None:
    assert (await make_bot().ask(Question(BAD_INPUT[name]))).short


async def test_a_failure_is_an_answer_and_its_log_entry_has_the_reference(caplog: pytest.LogCaptureFixture) -> None:
    answer = await make_bot().ask(Question("explode"))
    assert answer.reference in answer.short
    assert answer.outcome is Outcome.DECLINED
    [error] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert f"RuntimeError. reference={answer.reference}" in error.getMessage()
    assert "fakes.py" in error.getMessage()


async def test_an_apology_is_in_the_language_of_its_words() -> None:
    french = WORDS.model_copy(update={"name": "Français", "failure": "Désolé. Référence {reference}. {autre}"})

    class French(FakeEngine):
        def words(self, language: str | None) -> Words:
            return french if language == "fr" else WORDS

    for asked, spoken in (("fr", "fr"), ("de", "en"), (None, "en")):
        assert (await Bot(French()).ask(Question("explode", asked))).language == spoken


async def test_an_exchange_is_logged_without_the_question_and_the_asker(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with started(Store(url)) as bot:
        answer = await bot.ask(QUESTION)
        await bot.feedback(Feedback(answer.reference, QUESTION.asker, helpful=True))
        await written(bot)
    [line] = [record.getMessage() for record in caplog.records if record.name == "bot.service"]
    assert line.startswith(f"Answered. reference={answer.reference} platform=slack surface=mention outcome=answered ")
    assert " entry=red-notice-definition confidence=0.97 ms=" in line
    assert "UPRIVATE" not in caplog.text
    assert "verysecret" not in caplog.text.casefold()


async def test_an_error_that_repeats_the_question_does_not_bring_it_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Telltale(FakeEngine):
        def answer(self, question: Question) -> None:  # type: ignore[override]
            raise ValueError(question.text)

    assert (await Bot(Telltale()).ask(QUESTION)).short  # type: ignore[arg-type]
    assert "ValueError" in caplog.text
    assert "Verysecret" not in caplog.text


async def test_the_engine_does_not_hold_up_the_event_loop() -> None:
    class Slow(FakeEngine):
        def answer(self, question: Question):  # type: ignore[no-untyped-def] # noqa: ANN202 - as the fake's
            time.sleep(0.3)
            return super().answer(question)

    asked = asyncio.create_task(Bot(Slow()).ask(QUESTION))
    ticks = 0
    while not asked.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 3


# Remembering


async def test_what_was_asked_and_how_it_was_rated_is_remembered(url: str) -> None:
    async with started(Store(url)) as bot:
        answer = await bot.ask(QUESTION)
        chosen = await bot.choose(replace(QUESTION, text="unsure"), "mission")
        unsure = await bot.ask(replace(QUESTION, text="unsure"))
        await bot.feedback(Feedback(answer.reference, "a", helpful=True))
        await bot.feedback(Feedback(answer.reference, "a", helpful=False))
        assert await bot.healthy()
    async with opened(url) as store:
        rows = await store.recent_exchanges(10)
        assert [row.reference for row in rows] == [unsure.reference, chosen.reference, answer.reference]
        assert (rows[2].question, rows[2].asker, rows[2].surface) == (SECRET, "slack:T1:UPRIVATE", "mention")
        assert datetime.now(UTC) - rows[0].asked_at < timedelta(minutes=1)
        counts = await store.counts()
        assert (counts.helpful, counts.not_helpful, counts.unanswered) == (0, 1, 1)


async def test_a_bot_without_a_store_answers_once_each_and_is_well() -> None:
    bot = make_bot()
    await bot.start()
    assert (await bot.ask(QUESTION)).short
    await bot.feedback(Feedback("r", "a", helpful=True))
    assert await handle(bot, "e1", "m1")
    assert not await handle(bot, "m1")
    assert await bot.healthy()
    await bot.stop()


async def test_a_bot_does_not_start_on_a_database_that_is_not_there() -> None:
    bot = Bot(FakeEngine(), Store("postgresql://u@127.0.0.1:1/x"))
    with pytest.raises(StoreError, match="can't be reached"):
        await bot.start()
    await bot.stop()


# Once


async def test_a_delivery_repeated_at_any_time_is_handled_once(url: str) -> None:
    async with started(Store(url)) as bot:
        assert await handle(bot, "e1", "m1")
        assert not await handle(bot, "e1", "m1")
        assert not await handle(bot, "e2", "m1")
        assert await handle(bot, "e2", "m2")


async def test_the_same_delivery_many_times_at_once_is_handled_once_by_two_processes(url: str) -> None:
    async with started(Store(url)) as one, started(Store(url)) as other:
        pick = random.Random(3)  # noqa: S311 - not a secret
        for number in range(5):
            deliveries = [(f"e{number}:{n % 4}", f"m{number}") for n in range(20)]
            handled = await asyncio.gather(*(handle(pick.choice((one, other)), *keys) for keys in deliveries))
            assert sum(handled) == 1


@pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError, KeyboardInterrupt])
async def test_leaving_by_an_exception_gives_the_delivery_to_anyone(url: str, error: type[BaseException]) -> None:
    async with started(Store(url)) as one, started(Store(url)) as other:
        with pytest.raises(error):
            await fail(one, error, "e1", "m1")
        assert await handle(other, "e1", "m1")
        assert not await handle(one, "e1", "m1")


async def test_an_exception_where_it_is_not_ours_frees_nothing(url: str) -> None:
    async with started(Store(url)) as bot, bot.once("e1") as mine:
        assert mine
        with pytest.raises(RuntimeError):
            async with bot.once("e1"):
                raise RuntimeError
        assert not await handle(bot, "e1")


async def test_after_a_crash_before_the_claim_the_next_delivery_is_handled(url: str) -> None:
    async with started(Store(url)):
        pass  # it came, and the process died before it could claim
    async with started(Store(url)) as bot:
        assert await handle(bot, "e1")


async def test_after_a_crash_in_the_work_the_delivery_is_handled_when_the_lease_is_over(url: str) -> None:
    now = [datetime(2025, 6, 1, 12, tzinfo=UTC)]
    async with started(Store(url)) as bot:
        bot._store._clock = lambda: now[0]  # type: ignore[union-attr]
        assert await crash(bot, "e1", "m1")
    async with started(Store(url, clock=lambda: now[0])) as again:
        assert not await handle(again, "e2", "m1")
        now[0] += LEASE
        assert await handle(again, "e3", "m1")
        assert not await handle(again, "m1")


async def test_after_a_crash_once_it_is_written_as_done_nobody_handles_it_again(url: str) -> None:
    async with started(Store(url)) as bot:
        assert await handle(bot, "e1", "m1")
        await written(bot)
    day = datetime.now(UTC) + timedelta(hours=24)
    async with started(Store(url, clock=lambda: day)) as again:
        assert not await handle(again, "e2", "m1")


# Outages


@pytest.mark.parametrize("how", ["cut", "hush"])
async def test_an_outage_delays_no_answer_and_loses_no_record(how: str, tmp_path: Path) -> None:
    async with (
        fresh_database("postgresql", tmp_path) as url,
        wired(url) as wire,
        started(Store(wire.url), PATIENCE) as bot,
    ):
        assert await handle(bot, "e0")
        await written(bot)
        if how == "cut":
            await wire.cut()
        else:
            wire.hush()
        begun = time.perf_counter()
        references = []
        for number in range(30):
            async with bot.once(f"e{number + 1}") as mine:
                assert mine
                references.append((await bot.ask(QUESTION)).reference)
                await bot.feedback(Feedback(references[-1], "a", helpful=True))
            assert not await handle(bot, f"e{number + 1}")
        assert time.perf_counter() - begun < 3
        assert not await bot.healthy()
        await wire.cut()
        await wire.mend()
        await written(bot)
        async with opened(url) as store:
            assert [row.reference for row in await store.recent_exchanges(100)] == references[::-1]
            assert (await store.counts()).helpful == 30
            assert not any([await store.claim([f"e{number}"], "t") for number in range(31)])


async def test_a_locked_file_delays_no_answer_and_loses_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database._BUSY_MS", 500)
    url = f"sqlite:///{tmp_path / 'test.db'}"
    async with started(Store(url), PATIENCE) as bot, opened(url) as other:
        async with other._engine.connect() as holder:
            await holder.execution_options(immediate=True)
            await holder.begin()
            begun = time.perf_counter()
            for number in range(10):
                assert await handle(bot, f"e{number}")
                assert (await bot.ask(QUESTION)).short
            assert time.perf_counter() - begun < 2
        await written(bot)
        assert len(await other.recent_exchanges(100)) == 10


async def test_feedback_that_comes_when_the_bot_stops_is_written(url: str) -> None:
    async with started(Store(url)) as bot:
        await bot.feedback(Feedback("r1", "a", helpful=True))
    async with opened(url) as store:
        [row] = await store._rows(select(FeedbackRow))
        assert (row.reference, row.asker, row.helpful) == ("r1", "a", True)


# Showing again, overhearing, remembering what an asker wants


async def test_a_facet_is_chosen_like_an_entry_and_recorded_under_its_area(url: str) -> None:
    async with opened(url) as store, started(store) as bot:
        answer = await bot.choose(QUESTION, "crime-cybercrime/report")
        assert (answer.entry, answer.short) == ("crime-cybercrime", "Report it to your local police.")
        await written(bot)
        [row] = await store.recent_exchanges(10)
        assert (row.entry, row.reference) == ("crime-cybercrime", answer.reference)


async def test_an_answer_is_shown_again_under_its_reference_and_nothing_is_recorded(url: str) -> None:
    async with opened(url) as store, started(store) as bot:
        again = await bot.reopen(QUESTION, "red-notice-definition", "abcd1234")
        facet = await bot.reopen(QUESTION, "crime-cybercrime/report", "abcd1234")
        assert again
        assert facet
        assert (again.reference, facet.short) == ("abcd1234", "Report it to your local police.")
        assert await bot.reopen(QUESTION, "gone", "abcd1234") is None
        assert await bot.reopen(replace(QUESTION, text="explode"), "mission", "abcd1234") is None
        await written(bot)
        assert await store.recent_exchanges(10) == []


@pytest.mark.parametrize("text", ["red notice", "unsure?", "my case?", "nothing known?", "explode?", "", "?"])
async def test_a_line_that_is_overheard_is_neither_answered_nor_kept_unless_it_is_a_sure_question(
    text: str, tmp_path: Path
) -> None:
    async with opened(f"sqlite:///{tmp_path}/heard.db") as store, started(store) as bot:
        assert await bot.overhear(replace(QUESTION, text=text)) is None
        await written(bot)
        assert await store.recent_exchanges(10) == []


@pytest.mark.parametrize(("text", "outcome"), [("a red notice?", Outcome.ANSWERED), ("danger؟ ", Outcome.URGENT)])
async def test_a_sure_question_that_is_overheard_is_answered_and_recorded(
    text: str, outcome: Outcome, tmp_path: Path
) -> None:
    async with opened(f"sqlite:///{tmp_path}/heard.db") as store, started(store) as bot:
        answer = await bot.overhear(replace(QUESTION, text=text))
        assert answer
        assert answer.outcome is outcome
        await written(bot)
        assert [row.reference for row in await store.recent_exchanges(10)] == [answer.reference]


async def test_what_is_overheard_is_read_in_the_conversation_of_the_one_who_says_it() -> None:
    class Attentive(FakeEngine):
        heard: list[tuple[str, ...]] = []  # noqa: RUF012 - of this one test

        def answer(self, question: Question) -> Answer:
            self.heard.append(tuple(turn.entry for turn in question.context))
            return super().answer(question)

    bot = Bot(Attentive())
    await bot.ask(QUESTION)
    await bot.overhear(replace(QUESTION, text="and the red notice?"))
    await bot.overhear(replace(QUESTION, text="and the red notice?", asker="slack:T1:USOMEBODY"))
    assert Attentive.heard == [(), ("red-notice-definition",), ()]


async def test_the_language_that_an_asker_prefers_is_the_answer_s_unless_the_question_names_one() -> None:
    class Polyglot(FakeEngine):
        asked: list[str | None] = []  # noqa: RUF012 - of this one test

        def answer(self, question: Question) -> Answer:
            self.asked.append(question.reply_in)
            return super().answer(question)

    bot = Bot(Polyglot())
    bot.prefer(QUESTION.asker, "fr")
    await bot.ask(QUESTION)
    await bot.ask(replace(QUESTION, reply_in="ar"))
    await bot.ask(replace(QUESTION, asker="slack:T1:USOMEBODY"))
    bot.prefer(QUESTION.asker, None)
    await bot.ask(QUESTION)
    assert Polyglot.asked == ["fr", "ar", None, None]


def test_only_so_many_preferences_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_PREFERENCES", 2)
    bot = make_bot()
    for asker in "abc":
        bot.prefer(asker, "fr")
    assert [bot.language_of(asker) for asker in "abc"] == [None, "fr", "fr"]


async def test_an_asker_s_own_last_questions_come_newest_first_and_once_each(url: str) -> None:
    async with opened(url) as store, started(store) as bot:
        for text in ("first", "second", "first"):
            await bot.ask(replace(QUESTION, text=text))
        await bot.ask(replace(QUESTION, text="a stranger's", asker="slack:T1:USTRANGER"))
        await written(bot)
        assert await bot.recent(QUESTION.asker) == ("first", "second")
        assert await bot.recent(QUESTION.asker, 1) == ("first",)
        assert await bot.recent("nobody") == ()
    assert await make_bot().recent(QUESTION.asker) == ()


async def test_without_the_store_there_are_no_last_questions() -> None:
    store = Store("postgresql://nobody:x@127.0.0.1:1/none")
    assert await Bot(FakeEngine(), store).recent(QUESTION.asker) == ()
    await store.close()


def test_what_can_be_looked_through_is_of_the_knowledge_that_answers() -> None:
    engine = FakeEngine()
    bot = Bot(engine)
    assert bot.browse is bot.browse
    engine.knowledge = KNOWLEDGE.model_copy(update={"version": "another", "crimes": ()})
    assert bot.browse.crimes().items == ()
