"""The bot as adapters see it: ask, choose, complete, feedback, once. Engine + store + clock."""

import asyncio
import logging
import secrets
import time
import traceback
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.browse import Browse, named
from bot.claims import Claims
from bot.conversations import Conversations
from bot.errors import StoreError
from bot.knowledge.schema import Knowledge, Words
from bot.messages import Answer, Contact, Explanation, Feedback, Outcome, Question, Suggestion
from bot.recorder import Recorder
from bot.retention import Retention
from bot.store import Asked, Done, Rated, Record, Store, utc_now
from bot.store.records import FAILURE
from bot.waiting import within

log = logging.getLogger(__name__)

_QUESTION_MARKS = ("?", "؟")
_SURE = frozenset({Outcome.ANSWERED, Outcome.URGENT})
_PREFERENCES = 10_000  # askers whose choice of language is kept
_RECENT_SECONDS = 1.0
STOP_SECONDS = 5.0  # how long `stop` waits for the store; Docker kills after 10


class Answering(Protocol):
    """What the service needs of an engine (`bot.engine.Engine`). Pure: no store, no clock but for `ms`, no await."""

    @property
    def version(self) -> str:
        """Return the hash of the knowledge it answers from."""

    @property
    def knowledge(self) -> Knowledge:
        """Return the knowledge it answers from."""

    def answer(self, question: Question) -> Answer:
        """Decide and compose. Any text, of any length."""

    def open(self, question: Question, entry_id: str) -> Answer | None:
        """Compose a named entry (a pressed "did you mean"), or None where there is no such entry."""

    def complete(self, typed: str, language: str | None, limit: int) -> tuple[Suggestion, ...]:
        """Rank the entries' questions for a half-typed one, best first."""

    def words(self, language: str | None) -> Words:
        """Return the bot's own words in `language` (a locale such as `pt-BR` will do), else in English."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which knowledge the bot answers from, since when; why there is newer that can't be used ("": there is none)."""

    version: str
    since: datetime
    refused: str = ""
    refused_at: datetime | None = None


class Bot:
    """Turns questions into answers, once each, and remembers them. Without a store it remembers nothing.

    `keep` is for how long; None: for ever.

    `ask`, `choose`, `complete` and `feedback` never raise and never wait for the store; `once` waits a moment.
    """

    def __init__(
        self,
        engine: Answering,
        store: Store | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        keep: timedelta | None = None,
    ) -> None:
        self._engine = engine
        self._standing = Standing(engine.version, clock())
        self._store = store
        self._clock = clock
        self._claims = Claims(store)
        self._conversations = Conversations(clock)
        self._recorder = Recorder(store.write) if store else None
        self._retention = Retention(store, keep, clock) if store and keep else None
        self._browse = Browse(engine.knowledge, self._today)
        self._languages: OrderedDict[str, str] = OrderedDict()

    def _today(self) -> date:
        return self._clock().date()

    async def start(self) -> None:
        """Open the store and begin to write what is recorded. Raises StoreError."""
        if self._store and self._recorder:
            await self._store.open()
            self._recorder.start()
        if self._retention:
            self._retention.start()

    async def stop(self) -> None:
        """Write what is still to be recorded, for some seconds at most; close the store."""
        if self._retention:
            await self._retention.stop()
        if self._store and self._recorder:
            await self._recorder.stop(STOP_SECONDS)
            await self._store.close()

    def use(self, engine: Answering) -> None:
        """Answer from another engine from now on; questions that are being answered finish on the old one."""
        self._engine = engine
        self._standing = Standing(engine.version, self._clock())

    def refuse(self, reason: str) -> None:
        """Note why there is newer knowledge that can't be used; "": there is none any more."""
        self._standing = replace(self._standing, refused=reason, refused_at=self._clock() if reason else None)

    @property
    def standing(self) -> Standing:
        """Which knowledge the bot answers from."""
        return self._standing

    @property
    def store(self) -> Store | None:
        """Where it remembers, if it does."""
        return self._store

    @property
    def clock(self) -> Callable[[], datetime]:
        """What tells the time."""
        return self._clock

    @property
    def contact(self) -> Contact | None:
        """Whom people are shown who want to ask a person, if anybody."""
        return self._engine.knowledge.contact.shown()

    async def healthy(self) -> bool:
        """Tell whether what is asked is remembered; answers are given either way."""
        return self._store is None or await self._store.healthy()

    async def ask(self, question: Question) -> Answer:
        """Answer a question. A failure is an answer too: kind words and a reference, its cause in the log."""
        return await self._settle(question, None)

    async def choose(self, question: Question, entry_id: str) -> Answer:
        """Answer with the entry that the asker picked; when it is gone, answer the question's text anew.

        `area/facet` picks one facet of a crime area (see `browse`).
        """
        return await self._settle(question, entry_id)

    async def reopen(self, question: Question, name: str, reference: str) -> Answer | None:
        """Return an answer that was given, by its `browse.named`, to be shown in another way: nothing is recorded.

        None where it is no longer there. A comparison, or what hung on more than the entry, is told by the question.
        """
        try:
            answer = await asyncio.to_thread(self._again, question, name)
        except Exception as error:  # noqa: BLE001 - as in `_settle`; the first answer still stands
            _log_failure(error, reference, question)
            return None
        return replace(answer, reference=reference) if answer else None

    async def overhear(self, question: Question) -> Answer | None:
        """Answer a line that nobody addressed to the bot: only a question that is scored sure, else nothing is kept."""
        if not question.text.rstrip().endswith(_QUESTION_MARKS):
            return None
        question = self._in_context(question)
        try:
            answer = await asyncio.to_thread(self._decide, question, None)
        except Exception as error:  # noqa: BLE001 - as in `_settle`; nobody asked, so nobody is told
            _log_failure(error, "-", question)
            return None
        if answer.outcome not in _SURE:
            return None
        self._conversations.remember(question, answer)
        return self._settled(question, replace(answer, reference=secrets.token_hex(4)))

    @property
    def browse(self) -> Browse:
        """What can be looked through: topics, crime areas, notices."""
        if self._browse.version != self._engine.knowledge.version:  # it was read anew
            self._browse = Browse(self._engine.knowledge, self._today)
        return self._browse

    def language_of(self, asker: str) -> str | None:
        """Return the language in which an asker wants answers, or None for the question's."""
        return self._languages.get(asker)

    def prefer(self, asker: str, language: str | None) -> None:
        """Answer an asker in a language, or, with None, in the question's. Forgotten when the process ends."""
        self._languages.pop(asker, None)
        if language:
            self._languages[asker] = language
        while len(self._languages) > _PREFERENCES:
            self._languages.popitem(last=False)

    async def recent(self, asker: str, limit: int = 5) -> tuple[str, ...]:
        """Return an asker's last questions, newest first, each once; none where the store can't tell soon."""
        if not self._store:
            return ()
        try:
            exchanges = await within(_RECENT_SECONDS, self._store.exchanges_of(asker, limit * 4))
        except (StoreError, TimeoutError):
            return ()
        return tuple(dict.fromkeys(each.question for each in exchanges))[:limit]

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
        question = self._in_context(question)
        try:
            answer = await asyncio.to_thread(self._decide, question, entry_id)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the asker gets an answer
            _log_failure(error, reference, question)
            answer = self._apology(question, reference)
        self._conversations.remember(question, answer)
        answer = replace(answer, ms=(time.perf_counter() - started) * 1000, reference=reference)
        return self._settled(question, answer)

    def _in_context(self, question: Question) -> Question:
        """Return a question with what was answered before it, and with the language that its asker prefers."""
        reply_in = question.reply_in or self.language_of(question.asker)
        return replace(question, reply_in=reply_in, context=self._conversations.turns(question))

    def _settled(self, question: Question, answer: Answer) -> Answer:
        _log_exchange(question, answer)
        self._record(Asked.of(question, answer, self._clock()))
        return answer

    def _decide(self, question: Question, entry_id: str | None) -> Answer:
        engine = self._engine  # the same to the end: another may take over meanwhile
        chosen = self._chosen(engine, question, entry_id) if entry_id else None
        return chosen or engine.answer(question)

    def _again(self, question: Question, name: str) -> Answer | None:
        engine = self._engine
        given = engine.answer(question) if question.text else None
        return given if given and named(given) == name else self._chosen(engine, question, name)

    def _chosen(self, engine: Answering, question: Question, entry_id: str) -> Answer | None:
        return engine.open(question, entry_id) or self.browse.facet(question, entry_id)

    def _apology(self, question: Question, reference: str) -> Answer:
        engine = self._engine
        words = engine.words(question.language)
        translated = question.language and words != engine.words("en")
        return Answer(
            question=question.text,
            outcome=Outcome.DECLINED,
            entry=None,
            title="",
            confidence=0.0,
            language=str(question.language)[:2].lower() if translated else "en",
            short=words.failure.replace("{reference}", reference),
            explanation=Explanation(rule=FAILURE),
            knowledge_version=engine.version,
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
