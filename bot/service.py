"""The bot as adapters see it: ask, choose, complete, feedback, once. Engine + store + clock."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Protocol

from bot.knowledge.schema import Words
from bot.messages import Answer, Feedback, Outcome, Question, Suggestion

log = logging.getLogger(__name__)


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
    """Turns questions into answers, once each, and remembers them.

    `ask`, `choose` and `complete` never raise and never wait for the store.
    """

    def __init__(self, engine: Answering) -> None:
        self._engine = engine
        self._claims: set[str] = set()

    async def start(self) -> None:
        """Open the store and begin to write what is recorded. Raises StoreError."""

    async def stop(self) -> None:
        """Write what is still to be recorded, close the store."""

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
        """Remember whether an answer helped."""

    @asynccontextmanager
    async def once(self, *keys: str) -> AsyncIterator[bool]:
        """Claim a delivery by the platform's ids. True: handle it. False: it is done or being handled: be silent.

        Leaving the block marks it done; leaving it by an exception gives the claim back, so that the
        platform's next delivery is answered. Several keys are one claim (`event_id` and team/channel/ts).
        """
        mine = not self._claims.intersection(keys)
        if mine:
            self._claims.update(keys)
        try:
            yield mine
        except BaseException:
            if mine:
                self._claims.difference_update(keys)
            raise

    async def _settle(self, question: Question, entry_id: str | None) -> Answer:
        reference = secrets.token_hex(4)
        started = time.perf_counter()
        try:
            answer = await asyncio.to_thread(self._decide, question, entry_id)
        except Exception:
            log.exception("Answering failed. reference=%s platform=%s", reference, question.platform)
            answer = self._apology(question, reference)
        return replace(answer, reference=reference, ms=(time.perf_counter() - started) * 1000)

    def _decide(self, question: Question, entry_id: str | None) -> Answer:
        chosen = self._engine.open(question, entry_id) if entry_id else None
        return chosen or self._engine.answer(question)

    def _apology(self, question: Question, reference: str) -> Answer:
        words = self._engine.words(question.language)
        return Answer(
            question=question.text,
            outcome=Outcome.DECLINED,
            entry=None,
            title="",
            confidence=0.0,
            language="en",
            short=words.failure.format(reference=reference),
            knowledge_version=self._engine.version,
        )
