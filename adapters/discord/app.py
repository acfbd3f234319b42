"""The connection to Discord: takes what people send, hands it to the bot, sends what it answers. No rules in here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import parse
from adapters.discord.render import (
    CHOICES_LIMIT,
    EPHEMERAL,
    Rendered,
    render,
    render_choices,
    render_help,
    render_note,
    render_short,
)
from bot.errors import ConnectError
from bot.messages import Answer
from bot.service import Bot
from bot.settings import Settings

log = logging.getLogger(__name__)

START_LIMIT = 30.0  # seconds until Discord must have greeted us
DEFER_AFTER = 1.5  # seconds; a first response is due within 3 (platforms.md D1)
STOP_GRACE = 5.0  # seconds that answers under way get when the bot stops

# Discord's error codes (platforms.md D4)
_INVALID_FORM = 50035
_ALREADY_ACKNOWLEDGED = 40060
_GONE = frozenset({403, 404})  # status: no right to write there; the message, channel or interaction is no more

_REFUSED = (
    "Discord refused the token (DISCORD_TOKEN). Copy it anew from the Developer Portal: your application, Bot, "
    "Reset Token. See docs/discord.md."
)
_CLOSE_CODES = {
    4004: _REFUSED,
    4014: (
        "Discord refused the intents of the bot (close code 4014). It asks for guilds, guild_messages and dm_messages "
        "only, none of which is privileged, and needs no other: if the code was changed to ask for Message Content, "
        "Server Members or Presence, take that out again, or switch that intent on in the Developer Portal: your "
        "application, Bot, Privileged Gateway Intents."
    ),
}

_Interaction = discord.Interaction[discord.Client]
_Send = Callable[[Rendered], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Parts:
    """A rendered message as discord.py takes it."""

    content: str
    embeds: list[discord.Embed]
    view: discord.ui.View


class _Commands(app_commands.Group):
    """`/interpol ask` and `/interpol help`."""

    def __init__(self, adapter: "DiscordAdapter") -> None:
        super().__init__(name="interpol", description="Ask about INTERPOL. Unofficial: this bot is not INTERPOL.")
        self._adapter = adapter

    @app_commands.command(description="Ask a question about INTERPOL")
    @app_commands.describe(
        question="Your question; pick one of those offered, or type your own",
        private="Only you see the answer (True, if you leave this out), or everyone here does (False)",
    )
    async def ask(self, interaction: _Interaction, question: str, private: bool = True) -> None:  # noqa: FBT002 - discord.py reads the option off the signature
        """Answer a question."""
        await self._adapter.ask(interaction, question, private=private)

    @ask.autocomplete("question")
    async def complete(self, interaction: _Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer known questions for a half-typed one."""
        return await self._adapter.complete(interaction, typed)

    @app_commands.command(description="How to ask, and questions to try")
    async def help(self, interaction: _Interaction) -> None:
        """Say how to ask."""
        await self._adapter.help(interaction)


class DiscordAdapter:
    """Discord: mentions, direct messages, `/interpol`, buttons. Needs no privileged intent.

    `start_limit` and `defer_after` are in seconds.
    """

    name = "Discord"

    def __init__(
        self, bot: Bot, settings: Settings, *, start_limit: float = START_LIMIT, defer_after: float = DEFER_AFTER
    ) -> None:
        self._bot = bot
        self._settings = settings
        self._start_limit = start_limit
        self._defer_after = defer_after
        self._client = _make_client()
        self._tree = app_commands.CommandTree(self._client)
        self._tree.add_command(_Commands(self))
        self._tree.error(self._on_command_error)
        for listener in (self.on_ready, self.on_message, self.on_interaction):
            self._client.event(listener)
        self._ready = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[Any]] = set()

    async def start(self) -> str:
        """Connect, and return a sentence that says as whom. Raises ConnectError within the start limit."""
        _prepare_library(self._settings)
        self._running = asyncio.create_task(self._client.start(self._settings.discord_token), name="discord")
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self._running, waiting}, timeout=self._start_limit, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self._ready.is_set():
            failure = self._failure()
            await self.stop()
            raise ConnectError(failure)
        self._running.add_done_callback(partial(_log_end, settings=self._settings))
        self._work(self._register_commands())
        count = len(self._client.guilds)
        return f"Discord: connected as {self._client.user} in {count} {'server' if count == 1 else 'servers'}."

    async def stop(self) -> None:
        """Finish the answers under way, within a grace period, and disconnect."""
        if self._working:
            await asyncio.wait(self._working, timeout=STOP_GRACE)
        await self._client.close()
        left = [task for task in (*self._working, self._running) if task]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # --- what Discord delivers ---

    async def on_ready(self) -> None:
        """Discord has greeted us, for the first time or again."""
        self._ready.set()

    async def on_message(self, message: discord.Message) -> None:
        """Someone wrote where the bot can read."""
        me = self._client.user
        if me and parse.is_for(message, me.id):
            await self._once(f"discord:message:{message.id}", partial(self._answer_message, message))

    async def on_interaction(self, interaction: _Interaction) -> None:
        """A button was pressed. Commands come here as well, and are the command tree's."""
        press = parse.read_press(_custom_id(interaction))
        if press:
            await self._once(f"discord:interaction:{interaction.id}", partial(self._press, interaction, press))

    async def ask(self, interaction: _Interaction, text: str, *, private: bool) -> None:
        """`/interpol ask`."""
        entry = parse.picked_entry(text)
        question = parse.read_interaction(interaction, parse.spoken(entry) if entry else text, "slash")
        answering = partial(self._bot.choose, question, entry) if entry else partial(self._bot.ask, question)
        await self._once(
            f"discord:interaction:{interaction.id}",
            partial(self._answer_interaction, interaction, answering, private=private),
        )

    async def help(self, interaction: _Interaction) -> None:
        """`/interpol help`."""
        words = self._bot.words(parse.language(str(interaction.locale)))
        await self._once(
            f"discord:interaction:{interaction.id}",
            partial(self._say, interaction, render_help(words, private=True)),
        )

    async def complete(self, interaction: _Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Half a question was typed."""
        language = parse.language(str(interaction.locale))
        offered = await asyncio.to_thread(self._bot.complete, typed, language, CHOICES_LIMIT)
        return [app_commands.Choice(name=name, value=value) for name, value in render_choices(offered)]

    async def _on_command_error(self, interaction: _Interaction, error: app_commands.AppCommandError) -> None:
        if isinstance(error, app_commands.CommandInvokeError):
            log.error("A command failed.", exc_info=error.original)
            return
        log.warning("Discord sent a command that is not ours: %s. It may be of another version.", type(error).__name__)
        await self.help(interaction)

    # --- what the bot answers ---

    async def _answer_message(self, message: discord.Message) -> None:
        answer = await self._bot.ask(parse.read_message(message))
        try:
            await self._send(answer, partial(_reply, message), private=False)
        except discord.HTTPException as error:
            _settle_refusal(error, answer)

    async def _press(self, interaction: _Interaction, press: parse.Press) -> None:
        if press.entry:
            text = parse.label_of(interaction.message, _custom_id(interaction)) or parse.spoken(press.entry)
            question = parse.read_interaction(interaction, text, "button")
            answering = partial(self._bot.choose, question, press.entry)
            private = parse.is_private(interaction.message)
            await self._answer_interaction(interaction, answering, private=private)
        else:
            await self._bot.feedback(parse.read_feedback(interaction, press))
            words = self._bot.words(parse.language(str(interaction.locale)))
            await self._say(interaction, render_note(words.thanks_for_feedback))

    async def _answer_interaction(
        self, interaction: _Interaction, answering: Callable[[], Coroutine[Any, Any, Answer]], *, private: bool
    ) -> None:
        """Answer at once where that is quick, else tell Discord to wait."""
        work = self._work(answering())
        try:
            await asyncio.wait({work}, timeout=self._defer_after)
            if not work.done():
                await interaction.response.defer(ephemeral=private, thinking=True)
            await self._send(await work, partial(_respond, interaction), private=private)
        except discord.HTTPException as error:
            _settle_refusal(error, await work)

    async def _send(self, answer: Answer, send: _Send, *, private: bool) -> None:
        words = self._bot.words(answer.language)
        try:
            await send(render(answer, words, private=private))
        except discord.HTTPException as error:
            if error.code != _INVALID_FORM:
                raise
            log.warning("Discord refused a message's form, sending it plain. reference=%s", answer.reference)
            await send(render_short(answer, words, private=private))

    async def _say(self, interaction: _Interaction, rendered: Rendered) -> None:
        try:
            await _respond(interaction, rendered)
        except discord.HTTPException as error:
            _settle_refusal(error, None)

    # --- work under way ---

    async def _once(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Handle a delivery that nobody has handled yet. The adapter's edge: no failure goes further than this."""
        task = asyncio.current_task()
        if task:
            self._track(task)
        try:
            async with self._bot.once(key) as mine:
                if mine:
                    await work()
        except Exception:
            log.exception("Handling a delivery failed. %s", key)

    def _work(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._track(task)
        return task

    def _track(self, task: asyncio.Task[Any]) -> None:
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _register_commands(self) -> None:
        """Tell Discord our commands: one request that changes nothing where they are known already."""
        try:
            await self._tree.sync()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning(
                "Discord did not take the /interpol commands (%s); mentions and direct messages work. Check that the "
                "invitation had the scope applications.commands, then restart.",
                error,
            )

    def _failure(self) -> str:
        """Return a sentence for why there is no connection."""
        if self._running and self._running.done() and not self._running.cancelled():
            return _explain(self._running.exception(), self._settings)
        return (
            f"Discord did not greet the bot within {self._start_limit:g} seconds. Check the network, "
            "DISCORD_API_BASE and DISCORD_GATEWAY, and discordstatus.com."
        )


def _make_client() -> discord.Client:
    """Return a client that keeps as little as it can: no members, no messages."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak, so nothing is missing
    return discord.Client(
        intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_messages=None,
        guild_ready_timeout=0,  # nothing waits for the servers' details: a message brings all that is needed
        allowed_mentions=discord.AllowedMentions.none(),
    )


def _prepare_library(settings: Settings) -> None:
    """Point discord.py at the addresses of the settings: it has them as module-level values, for the whole process."""
    if settings.discord_api_base != Route.BASE:
        Route.BASE = settings.discord_api_base
    if yarl.URL(settings.discord_gateway) != DiscordWebSocket.DEFAULT_GATEWAY:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway)
    library = logging.getLogger("discord")
    if library.getEffectiveLevel() < logging.INFO:
        library.setLevel(logging.INFO)  # its DEBUG lines hold the token's requests and people's questions


def _explain(error: BaseException | None, settings: Settings) -> str:
    """Return what went wrong and what to do, for the person who can mend it."""
    if isinstance(error, discord.LoginFailure):
        return _REFUSED
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _CLOSE_CODES[4014]
    if isinstance(error, discord.ConnectionClosed):
        return _CLOSE_CODES.get(error.code, f"Discord closed the connection with code {error.code}.")
    if isinstance(error, aiohttp.ClientError | OSError):
        return f"Discord can't be reached at {settings.discord_api_base}: {error}. Check the network."
    return f"Discord could not be connected: {error}."


def _log_end(running: "asyncio.Task[None]", settings: Settings) -> None:
    if not running.cancelled() and (error := running.exception()):
        log.error("Discord: the connection ended for good. %s", _explain(error, settings))


def _settle_refusal(error: discord.HTTPException, answer: Answer | None) -> None:
    """Log a refusal that is final. Raises any other, with the answer's reference: the delivery is then not done."""
    reference = answer.reference if answer else "none"
    if error.status not in _GONE and error.code != _ALREADY_ACKNOWLEDGED:
        error.add_note(f"reference={reference}")
        raise error
    log.warning("Discord would not take an answer: %s. reference=%s", error, reference)


def _custom_id(interaction: _Interaction) -> str:
    data: Any = interaction.data  # a union of what commands, buttons and forms bring
    return str((data or {}).get("custom_id", ""))


def _parts(rendered: Rendered) -> _Parts:
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rendered.components):
        for button in row["components"]:
            style = discord.ButtonStyle(button["style"])
            view.add_item(
                discord.ui.Button(style=style, label=button["label"], custom_id=button["custom_id"], row=number)
            )
    view.stop()  # presses come to on_interaction; a view that listened would be kept in memory for ever
    return _Parts(rendered.content, [discord.Embed.from_dict(embed) for embed in rendered.embeds], view)


async def _reply(message: discord.Message, rendered: Rendered) -> None:
    """Reply to the message; the nonce makes Discord drop a second reply to it (platforms.md D8)."""
    parts = _parts(rendered)
    await message.channel.send(
        parts.content,
        embeds=parts.embeds,
        view=parts.view,
        reference=message.to_reference(fail_if_not_exists=False),
        mention_author=False,
        allowed_mentions=discord.AllowedMentions.none(),
        nonce=str(message.id),
    )


async def _respond(interaction: _Interaction, rendered: Rendered) -> None:
    """Answer the interaction, or fill in the answer that Discord was told to wait for."""
    parts = _parts(rendered)
    none = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.edit_original_response(
            content=parts.content, embeds=parts.embeds, view=parts.view, allowed_mentions=none
        )
    else:
        await interaction.response.send_message(
            parts.content,
            embeds=parts.embeds,
            view=parts.view,
            allowed_mentions=none,
            ephemeral=bool(rendered.flags & EPHEMERAL),
        )
