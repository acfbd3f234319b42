import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.discord.app import DiscordAdapter
from tests.contract import AdapterContract, ChatContract, Reply
from tests.discord_payloads import BOT_USER, OTHER_BOT
from tests.discord_rules import live_markup, markdown_texts, pings, read_aloud, violations
from tests.fake_discord import FakeDiscord, connected
from tests.fakes import make_bot

# what the fake engine's editor, and the renderer's own headings, mean to be alive
_EDITED = {
    "**request**",
    "*not*",
    "**What to do next**",
    "**Jane Example**",
    "- ",
    "1. ",
    "2. ",
    "3. ",
    "link https://www.interpol.int/en/FAQs",
    "link https://example.org/a%7Cb?c=%3Cd%3E&e=%22",
}
_CONTACT_NAME = re.compile(r"\*\*.*channel.*\*\*")  # the card's first line is bold, whatever the name


def _reply(body: dict[str, Any]) -> Reply:
    return Reply(read_aloud(body), body)


class _Rig:
    """What both ways of asking share."""

    def __init__(self, fake: FakeDiscord, adapter: DiscordAdapter) -> None:
        self.fake = fake
        self.adapter = adapter

    def violations(self, reply: Reply) -> list[str]:
        return violations(reply.payload) + [str(faults) for _, faults in self.fake.refused]

    def alive(self, reply: Reply) -> list[str]:
        found = [mark for text in markdown_texts(reply.payload) for mark in live_markup(text)]
        return pings(reply.payload) + [
            mark for mark in found if mark not in _EDITED and not _CONTACT_NAME.fullmatch(mark)
        ]


class MentionRig(_Rig):
    """A person mentions the bot in a server's channel."""

    async def ask(self, text: str) -> Reply:
        message = await self.fake.say(text)
        return _reply((await self.fake.reply_to(message)).body)

    async def deliver_own(self, text: str) -> int:
        return await self._deliver_ignored(text, BOT_USER)

    async def deliver_from_bot(self, text: str) -> int:
        return await self._deliver_ignored(text, BOT_USER | {"id": str(OTHER_BOT)})

    async def deliver_twice(self, text: str) -> int:
        message = await self.fake.say(text)
        await self.fake.gateway.dispatch("MESSAGE_CREATE", message)
        return await self._count(message)

    async def _deliver_ignored(self, text: str, author: dict[str, Any]) -> int:
        return await self._count(await self.fake.say(text, author=author))

    async def _count(self, message: dict[str, Any]) -> int:
        """Count the replies once all is done: a later message is answered, and the adapter has stopped."""
        await self.ask("what is a red notice?")
        await self.adapter.stop()
        return len(self.fake.replies_to(message))


class SlashRig(_Rig):
    """A person sends `/interpol ask`."""

    async def ask(self, text: str) -> Reply:
        return _reply(await self.fake.answer_to(await self.fake.slash(text)))


class TestMention(ChatContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[MentionRig]:
        async with FakeDiscord() as fake, connected(DiscordAdapter(make_bot(), fake.settings())) as adapter:
            yield MentionRig(fake, adapter)


class TestSlashCommand(AdapterContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[SlashRig]:
        async with FakeDiscord() as fake, connected(DiscordAdapter(make_bot(), fake.settings())) as adapter:
            yield SlashRig(fake, adapter)
