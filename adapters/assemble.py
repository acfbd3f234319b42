"""The composition root: settings in, one application out, its parts started and stopped in the right order."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from adapters.building import Builder
from adapters.discord.app import DiscordAdapter
from adapters.discord.render import preview as discord_preview
from adapters.slack.app import SlackAdapter
from adapters.slack.render import preview as slack_preview
from adapters.web.app import WebAdapter
from bot.engine import Engine
from bot.errors import ConnectError
from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge
from bot.reload import Reloader
from bot.service import Answering, Bot
from bot.settings import Settings
from bot.store import Store
from bot.store.address import Address

STOP_SECONDS = 6.0  # that an adapter gets to stop; they give answers under way 5
SLACK_HOW = (
    "Slack: not connected. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode), or SLACK_BOT_TOKEN and "
    "SLACK_SIGNING_SECRET (HTTP): see docs/slack.md."
)
DISCORD_HOW = "Discord: not connected. Set DISCORD_TOKEN: see docs/discord.md."

log = logging.getLogger(__name__)
Say = Callable[[str], None]


class Adapter(Protocol):
    """A way in and out."""

    @property
    def name(self) -> str:
        """Return what people call it."""

    async def start(self) -> str:
        """Connect; return a sentence that says how. Raises ConnectError."""

    async def stop(self) -> None:
        """Disconnect."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything, put together. `known` says what needs no start, `missing` what is not set up; a sentence each."""

    bot: Bot
    web: Adapter
    chats: tuple[Adapter, ...] = ()
    known: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reloader: Reloader | None = None

    async def start(self, say: Say) -> None:
        """Start the bot, the page, then the chat platforms; say a sentence about each.

        A chat platform that refuses us is one of the sentences. Raises StoreError, or ConnectError for the page.
        """
        await self.bot.start()
        say(await self.web.start())
        for sentence in self.known:
            say(sentence)
        await asyncio.gather(*(_start(chat, say) for chat in self.chats))
        for sentence in self.missing:
            say(sentence)
        if self.reloader:
            self.reloader.start()

    def reload(self) -> None:
        """Read the knowledge anew, changed or not."""
        if self.reloader:
            self.reloader.force()

    async def stop(self) -> None:
        """Stop the ways in, then the bot, which writes what is still to be recorded. Takes some seconds at most."""
        if self.reloader:
            await self.reloader.stop()
        await asyncio.gather(*(_stop(adapter) for adapter in (*self.chats, self.web)))
        await self.bot.stop()


async def _start(chat: Adapter, say: Say) -> None:
    try:
        say(await chat.start())
    except ConnectError as error:
        reason = str(error).removeprefix(f"{chat.name}: ")
        say(f"{chat.name}: not connected. {reason[:1].upper()}{reason[1:]}")


async def _stop(adapter: Adapter) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await adapter.stop()
    except TimeoutError:
        log.warning("%s did not stop within %.0f seconds and was left behind.", adapter.name, STOP_SECONDS)


def load_engine(settings: Settings) -> tuple[Knowledge, Engine]:
    """Load the knowledge and build the engine: seconds, when the cache is cold. Raises KnowledgeError, EncoderError."""
    knowledge = load(settings.knowledge_dir)
    return knowledge, builder(settings)(knowledge)


@lru_cache(maxsize=1)
def builder(settings: Settings) -> Callable[[Knowledge], Engine]:
    """Return what makes an engine of knowledge, here or in another process; the same one each time."""
    return Builder(settings.encoders, settings.cache_dir)


def assemble(settings: Settings, knowledge: Knowledge, engine: Answering) -> Application:
    """Put everything together; nothing is started yet. Needs a running event loop. Raises StoreError."""
    store = Store(settings.database_url)
    bot = Bot(engine, store=store, keep=timedelta(days=settings.retention_days) or None)
    slack = SlackAdapter(bot, settings) if _wants_slack(settings) else None
    discord = DiscordAdapter(bot, settings) if settings.discord_token else None
    previews = {"Slack": slack_preview, "Discord": discord_preview}
    return Application(
        bot=bot,
        web=WebAdapter(bot, settings, previews, slack.routes() if slack else (), (slack.state,) if slack else ()),
        chats=tuple(chat for chat in (slack, discord) if chat),
        known=(
            f"Knowledge: {len(knowledge.entries)} entries, version {knowledge.version}",
            f"Store: {Address.read(settings.database_url).name}",
        ),
        missing=(*(() if slack else (SLACK_HOW,)), *(() if discord else (DISCORD_HOW,))),
        reloader=Reloader(
            bot,
            settings.knowledge_dir,
            builder(settings),
            knowledge.version,
            seconds=settings.reload_seconds,
            cached=_can_write(settings.cache_dir),
        ),
    )


def _can_write(folder: Path) -> bool:
    """Tell whether a process could leave something in a folder for another one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _wants_slack(settings: Settings) -> bool:
    """Tell whether anything of Slack's is set; the adapter explains what is still missing."""
    return bool(settings.slack_bot_token or settings.slack_app_token or settings.slack_signing_secret)
