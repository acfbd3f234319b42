"""The agent view: prompts that fit what the person looks at, a status while working, titles; the older assistant too.

All of it is good to have and nothing is needed for an answer: without its scope, it is tried once and then left.
"""

from collections.abc import Awaitable

from adapters.slack.blocks import PROMPT_TITLE, PROMPTS, STATUS, THREAD_TITLE
from adapters.slack.memory import Memory, Recent
from adapters.slack.parse import Asked, Place
from adapters.slack.parse_views import Opened
from adapters.slack.sending import Sending
from adapters.slack.texts import cut, one_line
from bot.messages import Question
from bot.service import Bot


class Assistant:
    """Speaks to Slack's `assistant.threads` methods."""

    def __init__(self, bot: Bot, sending: Sending, memory: Memory) -> None:
        self._bot = bot
        self._sending = sending
        self._memory = memory
        self._untitled: Recent[Place, bool] = Recent()
        self._permitted = True

    async def welcome(self, opened: Opened) -> None:
        """Suggest questions, those first that fit what was last answered where the person looks."""
        if opened.place.thread_ts:
            self._untitled.put(opened.place, value=True)
        if not self._permitted:
            return
        language = self._bot.language_of(opened.asker)
        prompts = [
            {"title": cut(one_line(question), PROMPT_TITLE), "message": one_line(question)}
            for question in await self._questions(opened, language)
        ]
        # an app with the agent view must not name a thread (S31)
        where = {"thread_ts": opened.place.thread_ts} if opened.place.thread_ts else {}
        if prompts and opened.place.channel:
            call = self._sending.web.assistant_threads_setSuggestedPrompts(
                channel_id=opened.place.channel,
                title=self._bot.words(language).popular,
                prompts=prompts,
                **where,
            )
            await self._try_to("Suggesting questions", call)

    async def look(self, asked: Asked) -> None:
        """Say that an answer is being looked for. Slack takes the status away when the answer is posted."""
        if not self._permitted:
            return
        words = self._bot.words(self._bot.language_of(asked.question.asker))
        call = self._sending.web.assistant_threads_setStatus(
            channel_id=asked.place.channel,
            thread_ts=asked.place.thread_ts or asked.ts,
            status=cut(words.looking, STATUS),
        )
        await self._try_to("Setting a status", call)

    async def entitle(self, place: Place, title: str) -> None:
        """Name a conversation with the older assistant after its first answer."""
        if self._permitted and self._untitled.get(place) and title:
            self._untitled.drop(place)
            call = self._sending.web.assistant_threads_setTitle(
                channel_id=place.channel, thread_ts=place.thread_ts, title=cut(one_line(title), THREAD_TITLE)
            )
            await self._try_to("Naming a conversation", call)

    async def _try_to(self, what: str, call: Awaitable[object]) -> None:
        if await self._sending.try_to(what, call) == "missing_scope":
            self._permitted = False

    async def _questions(self, opened: Opened, language: str | None) -> list[str]:
        popular = [one.question for one in self._bot.complete("", language, PROMPTS)]
        name = self._memory.lately(opened.looking_at) if opened.looking_at else None
        last = await self._bot.reopen(Question("", reply_in=language), name, "-") if name else None
        related = [one.question for one in last.related] if last else []
        return [*dict.fromkeys([*related[: PROMPTS // 2], *popular])][:PROMPTS]
