"""Connects to Slack, acknowledges, hands over. What is said to what is the themes' work, beside this file."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_bolt import BoltResponse
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.slack import lists, parse, parse_experts, parse_settings, parse_views, render
from adapters.slack.assistant import Assistant
from adapters.slack.conversations import Conversations
from adapters.slack.doctor import Finding, advice, examine, unreachable, unset
from adapters.slack.experts import Experts
from adapters.slack.home import Home
from adapters.slack.memory import Memory
from adapters.slack.presses import Presses
from adapters.slack.replies import Reply, in_place, reply, workspace
from adapters.slack.selftest import SelfTest
from adapters.slack.sending import PRIVATE, Payload, Sending, code, retries
from adapters.slack.settings import Administration
from adapters.slack.socket import Client, Socket, hide_tickets
from adapters.slack.steps import Steps
from bot.errors import ConnectError
from bot.health import Connection
from bot.known_rules import KnownRules
from bot.service import Bot
from bot.settings import Settings

log = logging.getLogger(__name__)

# Bolt and the SDK write whole payloads into their INFO and DEBUG lines; people's questions must not get into logs.
_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.WARNING)
_library_log.addFilter(hide_tickets)
# Bolt looks for SLACK_BOT_TOKEN in the environment by itself, and warns where `_build_app` gives it a client instead.
_library_log.addFilter(lambda record: record.getMessage() != warning_client_prioritized_and_token_skipped())

EVENTS_PATH = "/slack/events"
ACK_SECONDS = 2.0  # Slack waits 3 s for an acknowledgement (S1, S2)
CONNECT_SECONDS = 20.0
STOP_SECONDS = 5.0  # for answers under way when the bot is stopped
REQUEST_SECONDS = 30.0
BODY_LIMIT = 1_000_000  # bytes; Slack's deliveries are far smaller

_T = TypeVar("_T")


class SlackAdapter:
    """The bot in one Slack workspace: by Socket Mode with an app token, else by HTTP with a signing secret.

    `ping_seconds` is how soon a dead socket is noticed.
    """

    name = "Slack"

    def __init__(self, bot: Bot, settings: Settings, *, ping_seconds: float = 5.0) -> None:
        self._bot = bot
        self._settings = settings
        self._ping_seconds = ping_seconds
        self._identity: AuthorizeResult | None = None
        self._socket: Socket | None = None
        self._refused = ""
        self._who: AsyncSlackResponse | None = None  # what auth.test told at the start, for the first self-test
        self._tasks: set[asyncio.Task[Any]] = set()
        self._web = AsyncWebClient(
            settings.slack_bot_token, settings.slack_api_base_url, retry_handlers=retries(), logger=_library_log
        )
        self._sending = Sending(self._web)
        memory = Memory()
        self._rules = KnownRules("slack", bot.store)
        self._home = Home(bot, self._sending)
        self._assistant = Assistant(bot, self._sending, memory)
        self._conversations = Conversations(bot, self._sending, memory, self._assistant, self._rules)
        self._experts = Experts(bot, self._sending, settings, self._rules)
        self._presses = Presses(bot, self._sending, self._home, self._experts, self._rules)
        self._steps = Steps(bot, self._sending)
        self._administration = Administration(bot, self._sending, self._rules)
        self._app = self._build_app()
        self._selftest = SelfTest(self._look)

    def _build_app(self) -> AsyncApp:
        async def authorize() -> AuthorizeResult:  # Bolt can't call a method here
            return self._known()

        app = AsyncApp(
            name="interpol-bot",
            logger=_library_log,
            signing_secret=self._settings.slack_signing_secret,
            # Our own `authorize` spares Bolt's second auth.test, and keeps SLACK_CLIENT_ID in the environment from
            # switching Bolt to OAuth. The client is only Bolt's, and has no token: it is never called.
            authorize=authorize,
            client=AsyncWebClient(base_url=self._settings.slack_api_base_url, logger=_library_log),
            # an event is acknowledged when it is answered (or after ACK_SECONDS), so that a failure is delivered again
            process_before_response=True,
            # whatever no listener takes reaches `_failed`, which acknowledges it (S9)
            raise_error_for_unhandled_request=True,
        )
        app.error(self._failed)
        # Bolt tries them one after the other, at some 50 µs each: those that are used most come first
        app.command(re.compile(""))(self._on_command)
        app.action(re.compile(""))(self._on_press)
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        for event in ("app_home_opened", "assistant_thread_started", "assistant_thread_context_changed"):
            app.event(event)(self._on_open)
        app.event("function_executed")(self._on_step)
        app.shortcut(re.compile(""))(self._on_shortcut)
        app.view(parse_views.ASK)(self._on_submit)
        app.view(parse_experts.ANSWER)(self._on_written)
        app.view(parse_settings.SETTINGS)(self._on_chosen)
        return app

    # connecting

    async def start(self) -> str:
        """Connect, and return what is connected in one sentence. Raises ConnectError."""
        try:
            return await self._start()
        except ConnectError as error:
            self._refused = str(error)
            raise

    async def _start(self) -> str:
        if missing := unset(self._settings):
            raise ConnectError(f"Slack: {missing}")
        self._web.session = ClientSession(timeout=ClientTimeout(total=REQUEST_SECONDS))
        try:
            identity = await self._identify()
            if self._settings.slack_app_token:
                await self._open_socket()
        except ConnectError:
            await self.stop()
            raise
        self._experts.start()
        self._selftest.start()
        way = "Socket Mode" if self._settings.slack_app_token else f"HTTP, waiting for Slack at {EVENTS_PATH}"
        return f"Slack: connected as @{identity.user} in {identity.team} ({way})."

    async def stop(self) -> None:
        """Disconnect, after the answers under way are out."""
        await self._selftest.stop()
        await self._experts.stop()
        if self._socket:
            await self._socket.client.close()
            self._socket = None
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._web.session:
            await self._web.session.close()
        self._identity = None

    def routes(self) -> list[Route]:
        """Return what the web app must serve for Slack: nothing in Socket Mode."""
        if self._settings.slack_app_token or not self._settings.slack_signing_secret:
            return []
        return [Route(EVENTS_PATH, self._receive, methods=["POST"])]

    async def _look(self) -> tuple[Finding, ...]:
        who, self._who = self._who, None
        return await examine(self._web, self._settings, live=self.state().live, who=who)

    def state(self) -> Connection:
        """Say whether what people ask can reach the bot, and what the self-test found."""
        live = self._socket.client.is_live if self._socket else bool(self._identity)
        return Connection(self.name, live, (self._refused,) if self._refused else self._selftest.to_mend)

    async def _identify(self) -> AuthorizeResult:
        self._who = who = await self._call("SLACK_BOT_TOKEN", self._web.auth_test())
        self._identity = AuthorizeResult(
            enterprise_id=who.get("enterprise_id"),
            team_id=who.get("team_id"),
            team=who.get("team"),
            user=who.get("user"),
            bot_user_id=who.get("user_id"),
            bot_id=who.get("bot_id"),
            bot_token=self._settings.slack_bot_token,
        )
        self._conversations.home = str(who.get("url") or "")
        return self._identity

    async def _open_socket(self) -> None:
        token = self._settings.slack_app_token
        opened = await self._call("SLACK_APP_TOKEN", self._web.apps_connections_open(app_token=token))
        self._socket = Socket(self._app, Client(token, self._web, _library_log, self._ping_seconds))
        self._socket.client.wss_uri = opened["url"]  # else connect() asks itself, and retries a refused token for ever
        try:
            await asyncio.wait_for(self._socket.client.connect(), CONNECT_SECONDS)
        except TimeoutError as error:
            raise ConnectError("Slack: the Socket Mode connection could not be opened. Check the network.") from error

    async def _call(self, setting: str, request: Awaitable[Any]) -> Any:
        try:
            return await request
        except SlackApiError as error:
            raise ConnectError(f"Slack: {advice(setting, code(error))}") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise ConnectError(unreachable(self._settings)) from error

    # receiving

    async def _receive(self, request: Request) -> Response:
        """Take one HTTP delivery: 401 unsigned, 400 unreadable, 413 too large, 503 not connected yet."""
        body = await _read(request)
        if body is None:
            return PlainTextResponse("Too large.", 413)
        try:
            if not self._is_signed(body.decode(), request):
                return PlainTextResponse("The signature is wrong or too old.", 401)
            if not self._identity:
                return PlainTextResponse("Not connected yet.", 503)
            delivery = to_async_bolt_request(request, body)
            if parse.is_readable(delivery.body):
                return to_starlette_response(await self._app.async_dispatch(delivery))
        except Exception as error:  # noqa: BLE001 - a malformed body makes Bolt raise whatever it happens to raise
            log.warning("A delivery from Slack could not be read. error=%s", type(error).__name__)
        return PlainTextResponse("The body can't be read.", 400)

    def _is_signed(self, body: str, request: Request) -> bool:
        """Bolt verifies too, but after parsing the body, and it fails on a timestamp that is no number."""
        stamp, signature = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        if not (stamp.isascii() and stamp.isdigit() and signature.isascii()):
            return False
        return SignatureVerifier(self._settings.slack_signing_secret).is_valid(body, stamp, signature)

    def _known(self) -> AuthorizeResult:
        if not self._identity:
            raise ConnectError("Slack delivered something before the bot was connected.")
        return self._identity

    async def _failed(self, error: Exception) -> BoltResponse | None:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200)
        log.error("A delivery from Slack failed.", exc_info=error)
        return None

    async def _on_message(self, body: Payload) -> None:
        await self._in_time(self._hear_out(body, self._known().bot_user_id or ""))

    async def _hear_out(self, body: Payload, bot_user: str) -> None:
        line = parse_experts.line(body, bot_user, await self._experts.channels())
        if not line or not await self._experts.hear(line):
            await self._conversations.hear(body, bot_user)

    async def _on_open(self, body: Payload) -> None:
        opened = parse_views.opened(body)
        if opened and opened.tab == "home":
            await self._in_time(self._home.publish(opened))
        elif opened and opened.tab in {"messages", "thread"}:
            await self._in_time(self._assistant.welcome(opened))

    async def _on_step(self, body: Payload) -> None:
        if step := parse_views.step(body):
            await self._in_time(self._steps.run(step))

    async def _on_command(self, body: Payload, ack: AsyncAck) -> None:
        asked = parse.command(body)
        if not asked:
            await ack(render.payload(lists.help(self._bot.words())) | PRIVATE)
            return
        if self._bot.browse.sets(asked.question.text):
            await ack()
            await self._in_time(self._administration.open(parse_settings.wanted(body)))
            return
        # Not claimed with `once`: the answer rides on the acknowledgement, and a repeated envelope needs it again.
        task = self._spawn(self._reply(asked))
        done, _ = await asyncio.wait({task}, timeout=ACK_SECONDS)
        if done:
            await ack(render.payload(task.result().message) | PRIVATE)
        else:
            await ack()
            self._spawn(self._answer_late(task, asked.response_url)).add_done_callback(_log_late)

    async def _reply(self, asked: parse.Asked) -> Reply:
        rules = await self._rules.of(workspace(asked.question), asked.place.channel)
        return await reply(self._bot, in_place(self._bot, asked.question, rules), private=rules.public is not False)

    async def _answer_late(self, late: asyncio.Task[Reply], response_url: str) -> None:
        given = await late
        await self._sending.send(self._sending.by_response_url(response_url), given.message, given.reference)

    async def _on_press(self, body: Payload, ack: AsyncAck) -> None:
        await ack()
        if press := parse.press(body):
            await self._in_time(self._presses.do(press))
        elif doing := parse_experts.press(body):
            await self._in_time(self._experts.do(doing))

    async def _on_shortcut(self, body: Payload, ack: AsyncAck) -> None:
        await ack()
        if shortcut := parse_views.shortcut(body):
            await self._in_time(self._home.use(shortcut))

    async def _on_submit(self, body: Payload, ack: AsyncAck) -> None:
        """Answer in the modal itself, within the acknowledgement."""
        submitted = parse_views.submitted(body)
        if not submitted:
            await ack()
            return
        task = self._spawn(reply(self._bot, submitted.question))
        done, _ = await asyncio.wait({task}, timeout=ACK_SECONDS)
        view = self._home.modal(task.result()) if done else self._home.waiting(submitted.question)
        await ack(response_action="update", view=view)
        if not done:
            self._spawn(self._home.follow(task, submitted.view)).add_done_callback(_log_late)

    async def _on_written(self, body: Payload, ack: AsyncAck) -> None:
        """Keep an expert's answer before the modal closes, then bring it to its asker."""
        written = parse_experts.written(body)
        told, one = await self._experts.write(written) if written else ({}, None)
        await ack(**told)
        if one:
            await self._in_time(self._experts.settle(one))

    async def _on_chosen(self, body: Payload, ack: AsyncAck) -> None:
        """Keep an administrator's choices before the modal closes."""
        chosen = parse_settings.chosen(body)
        await ack(**(await self._administration.keep(chosen) if chosen else {}))

    # tasks

    async def _in_time(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, but return (and so acknowledge) in time for Slack; what is late goes on by itself."""
        task = self._spawn(work)
        done, _ = await asyncio.wait({task}, timeout=ACK_SECONDS)
        if done:
            task.result()
        else:
            task.add_done_callback(_log_late)

    def _spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _log_late(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("Work that Slack no longer waits for failed.", exc_info=error)


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
