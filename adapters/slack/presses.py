"""Pressed buttons: choosing, more, sharing, looking through, judging, asking a person."""

from dataclasses import replace

from adapters.slack import render
from adapters.slack.blocks import Message
from adapters.slack.experts import Experts
from adapters.slack.home import Home
from adapters.slack.parse import Press
from adapters.slack.replies import reply, shown, workspace
from adapters.slack.sending import FAILURES, Sender, Sending
from bot.known_rules import KnownRules
from bot.messages import Answer, Feedback
from bot.service import Bot


class Presses:
    """Does what a press asks for, once. Everything raises one of `sending.FAILURES`."""

    def __init__(self, bot: Bot, sending: Sending, home: Home, experts: Experts, rules: KnownRules) -> None:
        self._bot = bot
        self._sending = sending
        self._home = home
        self._experts = experts
        self._rules = rules

    async def do(self, press: Press) -> None:
        """Do what a press asks for."""
        if press.action == "share":
            await self._share(press)
            return
        handle = {
            "choose": self._choose,
            "more": self._more,
            "browse": self._browse,
            "language": self._home.prefer,
            "person": self._experts.ask,
        }.get(press.action, self._note_feedback)
        async with self._bot.once(press.key) as mine:
            if mine:
                await handle(press)

    async def _choose(self, press: Press) -> None:
        given = await reply(self._bot, press.question, press.entry, private=press.private)
        language = given.answer.language if given.answer else press.question.language
        if press.view:
            await self._home.show(press, given.message, language)
            return
        to = (
            self._sending.by_response_url(press.response_url)
            if press.private
            else self._sending.to_channel(press.place)
        )
        await self._sending.send(to, given.message, given.reference)

    async def _more(self, press: Press) -> None:
        """Show the whole answer: in place of the short one where only the presser sees it, else to the presser."""
        answer = await self._given(press)
        if answer is None:
            return
        own = press.private or press.place.channel.startswith("D")
        message = render.answer(answer, self._bot.words(answer.language), private=press.private, unfolded=True)
        await self._show(press, message, answer.language, instead=own)

    async def _browse(self, press: Press) -> None:
        message = shown(self._bot, press.chosen, press.question.language)
        await self._show(press, message, press.question.language, instead=press.private)

    async def _show(self, press: Press, message: Message, language: str | None, *, instead: bool) -> None:
        if press.view:
            await self._home.show(press, message, language)
            return
        to = self._sending.by_response_url(press.response_url, replace_original=instead, **_thread(press))
        await self._sending.send(to, message, press.reference or "-")

    async def _share(self, press: Press) -> None:
        if (await self._rules.of(workspace(press.question), press.place.channel)).public is False:
            refused = self._bot.words(press.question.language).settings_private
            await self._sending.send(self._sending.by_response_url(press.response_url), render.line(refused))
            return
        try:
            async with self._bot.once(press.key) as mine:
                answer = await self._given(press) if mine else None
                if answer:
                    message = render.shared(answer, self._bot.words(answer.language), press.name)
                    # not chat.postMessage: response_url also reaches channels where the bot is no member
                    await self._sending.send(self._in_channel(press), message, answer.reference)
        except FAILURES:
            failed = self._bot.words(press.question.language).share_failed
            await self._sending.send(self._sending.by_response_url(press.response_url), render.line(failed))
            return
        if answer:
            done = render.answer(answer, self._bot.words(answer.language), private=True, shared=True)
            instead = self._sending.by_response_url(press.response_url, replace_original=True)
            await self._sending.send(instead, done, answer.reference)

    def _in_channel(self, press: Press) -> Sender:
        return self._sending.by_response_url(press.response_url, response_type="in_channel")

    async def _given(self, press: Press) -> Answer | None:
        """Return the answer on which the button stood, in the language that it was in."""
        question = replace(press.question, reply_in=press.question.language)
        return await self._bot.reopen(question, press.entry, press.reference)

    async def _note_feedback(self, press: Press) -> None:
        await self._bot.feedback(Feedback(press.reference, press.question.asker, press.helpful))
        thanks = render.line(self._bot.words(press.question.language).thanks_for_feedback)
        to = self._sending.by_response_url(press.response_url, **_thread(press))
        await self._sending.send(to, thanks, press.reference)


def _thread(press: Press) -> dict[str, str]:
    return {"thread_ts": press.place.thread_ts} if press.place.thread_ts else {}
