"""Messages: mentions and direct ones are answered, edits and deletions followed, threads followed with restraint."""

import asyncio
from dataclasses import replace

from slack_sdk.errors import SlackApiError

from adapters.slack import parse, render
from adapters.slack.assistant import Assistant
from adapters.slack.memory import Memory, Post
from adapters.slack.replies import Reply, in_place, reply, workspace
from adapters.slack.sending import Payload, Sending, gone
from bot.browse import named
from bot.known_rules import KnownRules
from bot.messages import Outcome
from bot.rules import Rules
from bot.service import Bot

STATUS_SECONDS = 1.0  # an answer that is not there by then is announced


class Conversations:
    """Answers what people write. `home` is the workspace's address, with a slash at its end; known when connected."""

    def __init__(self, bot: Bot, sending: Sending, memory: Memory, assistant: Assistant, rules: KnownRules) -> None:
        self._bot = bot
        self._sending = sending
        self._memory = memory
        self._assistant = assistant
        self._rules = rules
        self.home = ""

    async def hear(self, body: Payload, bot_user: str) -> None:
        """Take any message event. Raises one of `sending.FAILURES`."""
        if key := parse.deletion(body):
            await self._withdraw(key)
        elif changed := parse.edit(body, bot_user):
            await self._correct(changed)
        elif asked := parse.message(body, bot_user):
            await self._answer(asked)
        elif overheard := parse.overheard(body, bot_user):
            await self._follow(overheard)

    async def _answer(self, asked: parse.Asked) -> None:
        async with self._bot.once(*asked.keys) as mine:
            if not mine:
                return
            thread = (asked.place.channel, asked.place.thread_ts)
            if asked.question.surface == "mention":
                if self._bot.browse.stops(asked.question.text):
                    await self._mute(asked)
                    return
                self._memory.called(thread)
            rules = await self._of(asked)
            here = replace(asked, question=in_place(self._bot, asked.question, rules))
            async with self._memory.lock(asked.post):
                if self._memory.is_deleted(asked.post):
                    return
                if rules.public is False and asked.question.surface == "mention":
                    await self._whisper(asked, await self._reply(here))
                else:
                    await self._post(asked, await self._reply(here))

    async def _of(self, asked: parse.Asked) -> Rules:
        return await self._rules.of(workspace(asked.question), asked.place.channel)

    async def _whisper(self, asked: parse.Asked, given: Reply) -> None:
        """Answer to the asker alone."""
        user = asked.question.asker.rpartition(":")[2]
        await self._sending.send(self._sending.to_person(asked.place, user), given.message, given.reference)

    async def _reply(self, asked: parse.Asked) -> Reply:
        """Reply; in a direct message, say after a while that the answer is being looked for."""
        task = asyncio.create_task(reply(self._bot, asked.question))
        if asked.question.surface == "direct":
            done, _ = await asyncio.wait({task}, timeout=STATUS_SECONDS)
            if not done:
                await self._assistant.look(asked)
        return await task

    async def _post(self, asked: parse.Asked, given: Reply, *, heard: bool = False) -> None:
        message, channel, answer = given.message, asked.place.channel, given.answer
        name = named(answer) if answer and answer.outcome is Outcome.ANSWERED else ""
        public = name and asked.question.surface != "direct"
        near = self._memory.near(channel, name) if public else None
        if answer and near:
            message = render.again(answer, self._bot.words(answer.language), near)
        ts = await self._sending.send(self._sending.to_channel(asked.place), message, given.reference)
        self._memory.posted(asked.post, Post(channel, ts, heard))
        if public and not near:
            self._memory.saw(channel, name, self._address(asked.place, ts), asked.post)
        if answer:
            await self._assistant.entitle(asked.place, answer.title or asked.question.text)

    def _address(self, place: parse.Place, ts: str) -> str:
        """Return where a message stands, as Slack writes it."""
        thread = f"?thread_ts={place.thread_ts}&cid={place.channel}" if place.thread_ts else ""
        return f"{self.home}archives/{place.channel}/p{ts.replace('.', '')}{thread}"

    async def _follow(self, asked: parse.Asked) -> None:
        """Answer a line that nobody addressed to the bot, in a thread that it was called into, if that is sure."""
        thread = (asked.place.channel, asked.place.thread_ts)
        if not self._memory.follows(thread):
            return
        rules = await self._of(asked)
        async with self._bot.once(*asked.keys) as mine:
            if not mine:
                return
            if self._bot.browse.stops(asked.question.text):
                await self._mute(asked)
                return
            if rules.follow_up is False or rules.public is False:
                return
            question = in_place(self._bot, asked.question, rules)
            async with self._memory.lock(asked.post):
                answer = None if self._memory.is_deleted(asked.post) else await self._bot.overhear(question)
                if answer:
                    message = render.answer(answer, self._bot.words(answer.language))
                    await self._post(asked, Reply(message, answer), heard=True)

    async def _mute(self, asked: parse.Asked) -> None:
        self._memory.mute((asked.place.channel, asked.place.thread_ts))
        words = self._bot.words(self._bot.language_of(asked.question.asker))
        await self._sending.send(self._sending.to_channel(asked.place), render.line(words.muted))

    async def _correct(self, asked: parse.Asked) -> None:
        """Answer a changed question in place of its first answer; a message that was never answered stays so."""
        async with self._bot.once(*asked.keys) as mine, self._memory.lock(asked.post):
            post = self._memory.post(asked.post) if mine else None
            if post is None:
                return
            here = replace(asked, question=in_place(self._bot, asked.question, await self._of(asked)))
            given = await self._again(here, heard=post.heard)
            self._memory.changed(asked.post)
            if given is None:
                await self._remove(asked.post, post)
                return
            try:
                to = self._sending.in_place_of(post.channel, post.ts)
                await self._sending.send(to, given.message, given.reference)
            except SlackApiError as refusal:
                if not gone(refusal):
                    raise
                self._memory.forget(asked.post)

    async def _again(self, asked: parse.Asked, *, heard: bool) -> Reply | None:
        if not heard:
            return await reply(self._bot, asked.question)
        answer = await self._bot.overhear(asked.question)
        return Reply(render.answer(answer, self._bot.words(answer.language)), answer) if answer else None

    async def _withdraw(self, key: str) -> None:
        """Delete the answer to a message that was deleted."""
        async with self._memory.lock(key):
            self._memory.deleted(key)
            if post := self._memory.post(key):
                await self._remove(key, post)

    async def _remove(self, key: str, post: Post) -> None:
        await self._sending.delete(post.channel, post.ts)
        self._memory.forget(key)
