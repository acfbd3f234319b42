"""The Discord adapter on the fake Discord: what its tests start from. A test file takes the fixtures by name."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.discord.app import DiscordAdapter
from bot.messages import Answer, Question
from tests.discord_payloads import Json
from tests.fake_discord import FakeDiscord, connected
from tests.fakes import FakeEngine, make_bot

RED_NOTICE = "what is a red notice?"


class GatedEngine(FakeEngine):
    """Answers once the test opens the gate; keeps what it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.questions: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.questions.append(question)
        self.gate.wait(timeout=10)
        return super().answer(question)


class Running:
    """A connected adapter."""

    def __init__(self, fake: FakeDiscord, adapter: DiscordAdapter) -> None:
        self.fake = fake
        self.adapter = adapter

    async def replies(self, message: Json) -> int:
        """Count the replies to a message once all is done: a later one is answered, and the adapter has stopped."""
        await self.fake.reply_to(await self.fake.say(RED_NOTICE))
        await self.adapter.stop()
        return len(self.fake.replies_to(message))


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def running(fake: FakeDiscord) -> AsyncIterator[Running]:
    async with connected(DiscordAdapter(make_bot(), fake.settings())) as adapter:
        yield Running(fake, adapter)


async def soon(happened: Callable[[], object]) -> None:
    """Wait until something is so that the fake can't see."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - a line in the log sets no event
            await asyncio.sleep(0.002)
