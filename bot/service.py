"""The bot as adapters see it: ask, choose, complete, feedback, once. Engine + store + clock."""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.claims import Claims
from bot.knowledge.schema import Words
from bot.messages import Answer, Explanation, Feedback, Outcome, Question, Suggestion
from bot.recorder import Recorder
from bot.store import Asked, Done, Rated, Record, Store, utc_now
from bot.store.records import FAILURE

log = logging.getLogger(__name__)

STOP_SECONDS = 5.0  # how long `stop` waits for the store; Docker kills after 10


class Answering(Protocol):
    """What the service needs of an engine (`bot.engine.Engine`). Pure: no store, no clock but for `ms`, no await."""

    @property
    def version(self) -> str:
        """Return the hash of the knowledge it answers from."""

    def answer(self, question: Question) -> Answer:
        """Decide and compose. Any text, of any length."""

    def open(self, question: Question, entry_id: str) -> Answer | None:
        """Compose a named entry (a pressed "did you mean"), or None where there is no such entry."""

    def complete(self, typed: str, language: str | None, limit: int) -> tuple[Suggestion, ...]:
        """Rank the entries' questions for a half-typed one, best first."""

    def words(self, language: str | None) -> Words:
        """Return the bot's own words in `language` (a locale such as `pt-BR` will do), else in English."""


class Bot:
    """Turns questions into answers, once each, and remembers them. Without a store it remembers nothing.

    `ask`, `choose`, `complete` and `feedback` never raise and never wait for the store; `once` waits a moment.
    """

    def __init__(
        self, engine: Answering, store: Store | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._claims = Claims(store)
        self._recorder = Recorder(store.write) if store else None

    async def start(self) -> None:
        """Open the store and begin to write what is recorded. Raises StoreError."""
        if self._store and self._recorder:
            await self._store.open()
            self._recorder.start()

    async def stop(self) -> None:
        """Write what is still to be recorded, for some seconds at most; close the store."""
        if self._store and self._recorder:
            await self._recorder.stop(STOP_SECONDS)
            await self._store.close()

    async def healthy(self) -> bool:
        """Tell whether what is asked is remembered; answers are given either way."""
        return self._store is None or await self._store.healthy()

    async def ask(self, question: Question) -> Answer:
        """Answer a question. A failure is an answer too: kind words and a reference, its cause in the log."""
        return await self._settle(question, None)

    async def choose(self, question: Question, entry_id: str) -> Answer:
        """Answer with the entry that the asker picked; when it is gone, answer the question's text anew."""
        return await self._settle(question, entry_id)

    def complete(self, typed: str, language: str | None = None, limit: int = 25) -> tuple[Suggestion, ...]:
        """Rank the known questions for a half-typed one, best first; popular ones for an empty text."""
        return self._engine.complete(typed, language, limit)

    def words(self, language: str | None = None) -> Words:
        """Return the bot's own words in the asker's language, else in English."""
        return self._engine.words(language)

    async def feedback(self, feedback: Feedback) -> None:
        """Remember whether an answer helped; an asker's last word on an answer counts."""
        self._record(Rated(feedback, self._clock()))

    @asynccontextmanager
    async def once(self, *keys: str) -> AsyncIterator[bool]:
        """Claim a delivery by the platform's ids. True: handle it. False: it is done or being handled: be silent.

        Leaving the block marks it done; leaving it by an exception gives the claim back, so that the
        platform's next delivery is answered. Several keys are one claim (`event_id` and team/channel/ts).
        A process that dies in the block loses the claim after a minute.
        """
        claim = await self._claims.take(keys)
        try:
            yield claim is not None
        except BaseException:
            if claim:
                await self._claims.give_back(claim)
            raise
        if claim:
            self._claims.finish(claim)
            self._record(Done(keys, self._clock()))

    async def _settle(self, question: Question, entry_id: str | None) -> Answer:
        reference = secrets.token_hex(4)
        started = time.perf_counter()
        try:
            answer = await asyncio.to_thread(self._decide, question, entry_id)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the asker gets an answer
            _log_failure(error, reference, question)
            answer = self._apology(question, reference)
        answer = replace(answer, reference=reference, ms=(time.perf_counter() - started) * 1000)
        _log_exchange(question, answer)
        self._record(Asked.of(question, answer, self._clock()))
        return answer

    def _decide(self, question: Question, entry_id: str | None) -> Answer:
        chosen = self._engine.open(question, entry_id) if entry_id else None
        return chosen or self._engine.answer(question)

    def _apology(self, question: Question, reference: str) -> Answer:
        words = self._engine.words(question.language)
        translated = question.language and words != self._engine.words("en")
        return Answer(
            question=question.text,
            outcome=Outcome.DECLINED,
            entry=None,
            title="",
            confidence=0.0,
            language=str(question.language)[:2].lower() if translated else "en",
            short=words.failure.replace("{reference}", reference),
            explanation=Explanation(rule=FAILURE),
            knowledge_version=self._engine.version,
        )

    def _record(self, record: Record) -> None:
        if self._recorder:
            self._recorder.put(record)


def _log_exchange(question: Question, answer: Answer) -> None:
    """Never the question, never the asker."""
    log.info(
        "Answered. reference=%s platform=%s surface=%s outcome=%s entry=%s confidence=%.2f ms=%.1f",
        answer.reference,
        question.platform,
        question.surface,
        answer.outcome.value,
        answer.entry or "-",
        answer.confidence,
        answer.ms,
    )


def _log_failure(error: Exception, reference: str, question: Question) -> None:
    """Where it failed and on what kind of error; not its message, which may repeat the question."""
    log.error(
        "Answering failed: %s. reference=%s platform=%s surface=%s\n%s",
        type(error).__name__,
        reference,
        question.platform,
        question.surface,
        "".join(traceback.format_tb(error.__traceback__)),
    )
