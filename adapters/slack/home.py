"""The App Home, the shortcuts and the modal."""

import asyncio

from adapters.slack import parse_views, render, views
from adapters.slack.blocks import Message
from adapters.slack.parse import Place, Press
from adapters.slack.replies import Reply
from adapters.slack.sending import Sending
from bot.messages import Question
from bot.service import Bot

POPULAR = 5
RECENT = 5


class Home:
    """Publishes the App Home, opens modals, and shows what is pressed in them."""

    def __init__(self, bot: Bot, sending: Sending) -> None:
        self._bot = bot
        self._sending = sending

    async def publish(self, opened: parse_views.Opened) -> None:
        """Show the App Home to the one who opened it. The choice of language that it keeps counts again."""
        if opened.language and not self._bot.language_of(opened.asker):
            self._bot.prefer(opened.asker, opened.language)
        await self._publish(opened.user, opened.asker)

    async def prefer(self, press: Press) -> None:
        """Answer in the language that was picked from now on, and show the App Home in it."""
        self._bot.prefer(press.question.asker, press.chosen if press.chosen in self._names() else None)
        await self._publish(user_of(press.question.asker), press.question.asker)

    async def _publish(self, user: str, asker: str) -> None:
        preferred = self._bot.language_of(asker)
        view = views.home(
            self._bot.words(preferred),
            preferred or "en",
            self._bot.complete("", preferred, POPULAR),
            await self._bot.recent(asker, RECENT),
            names=self._names(),
            preferred=preferred,
        )
        await self._sending.try_to("Showing the App Home", self._sending.web.views_publish(user_id=user, view=view))

    def _names(self) -> dict[str, str]:
        return self._bot.browse.languages()

    async def use(self, shortcut: parse_views.Shortcut) -> None:
        """Answer the words of a message to the one who asks for it alone; anywhere else, open the modal."""
        async with self._bot.once(shortcut.key) as mine:
            if mine and shortcut.on_message:
                await self._answer_message(shortcut)
            elif mine:
                language = self._bot.language_of(shortcut.question.asker)
                view = views.ask(self._bot.words(language), language or "en")
                await self._sending.web.views_open(trigger_id=shortcut.trigger, view=view)

    async def _answer_message(self, shortcut: parse_views.Shortcut) -> None:
        to = self._sending.by_response_url(shortcut.response_url)
        if not shortcut.question.text.strip():
            language = self._bot.language_of(shortcut.question.asker)
            await self._sending.send(to, render.line(self._bot.words(language).no_text, language or ""))
            return
        answer = await self._bot.ask(shortcut.question)
        message = render.answer(answer, self._bot.words(answer.language), private=True)
        await self._sending.send(to, message, answer.reference)

    def waiting(self, question: Question) -> views.View:
        """Return the modal that stands until the answer is there."""
        language = self._bot.language_of(question.asker)
        words = self._bot.words(language)
        return views.shown(render.line(f"interpol-bot {words.looking}", language or ""), words)

    def modal(self, given: Reply) -> views.View:
        """Return the modal that shows an answer."""
        return self._modal(given.message, given.answer.language if given.answer else None)

    def _modal(self, message: Message, language: str | None) -> views.View:
        return views.shown(message, self._bot.words(language))

    async def follow(self, late: asyncio.Task[Reply], view: str) -> None:
        """Show an answer that came too late for the acknowledgement."""
        given = await late
        await self._sending.web.views_update(view_id=view, view=self.modal(given))

    async def show(self, press: Press, message: Message, language: str | None) -> None:
        """Show what was pressed in the App Home in a modal, in a modal in its place; if that fails, directly."""
        view = self._modal(message, language)
        web = self._sending.web
        call = (
            web.views_open(trigger_id=press.trigger, view=view)
            if press.home
            else web.views_update(view_id=press.view, view=view)
        )
        if await self._sending.try_to("Opening a view", call):
            direct = Place(user_of(press.question.asker))  # a person's id opens the direct messages with them
            await self._sending.send(self._sending.to_channel(direct), message)


def user_of(asker: str) -> str:
    """Return the person's id out of our own key."""
    return asker.rpartition(":")[2]
