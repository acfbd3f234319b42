"""Connects to Slack, acknowledges, sends. Reading is parse.py's work, composing render.py's, answering the bot's."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.slack import parse, render
from bot.errors import ConnectError
from bot.messages import Answer, Feedback, Question
from bot.service import Bot
from bot.settings import Settings

log = logging.getLogger(__name__)

# Bolt and the SDK write whole payloads into their INFO and DEBUG lines; people's questions must not get into logs.
_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.WARNING)
# Bolt looks for SLACK_BOT_TOKEN in the environment by itself, and warns where `_build_app` gives it a client instead.
_library_log.addFilter(lambda record: record.getMessage() != warning_client_prioritized_and_token_skipped())

EVENTS_PATH = "/slack/events"
ACK_SECONDS = 2.0  # Slack waits 3 s for an acknowledgement (S1, S2)
CONNECT_SECONDS = 20.0
STOP_SECONDS = 5.0  # for answers under way when the bot is stopped
REQUEST_SECONDS = 30.0
BODY_LIMIT = 1_000_000  # bytes; Slack's deliveries are far smaller

# what Slack answers when it can't take the blocks; the plain form goes out instead
_TOO_RICH = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "blocks_too_long"}
_BAD_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
}
_PRIVATE = {"response_type": "ephemeral"}
_SEND_FAILURES = (SlackApiError, ClientError, TimeoutError)

_T = TypeVar("_T")
Payload = dict[str, Any]
Sender = Callable[[Payload], Awaitable[object]]


class _Socket(AsyncSocketModeHandler):
    """Bolt's handler, which also acknowledges what Bolt can't read: else Slack would send it again (S9)."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        try:
            await super().handle(client, req)
        except Exception as error:  # noqa: BLE001 - as in SlackAdapter._receive: the other entry
            log.warning("A delivery from Slack could not be read. error=%s", type(error).__name__)
            await client.send_socket_mode_response({"envelope_id": req.envelope_id})


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
        self._socket: _Socket | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._web = AsyncWebClient(
            settings.slack_bot_token, settings.slack_api_base_url, retry_handlers=_retries(), logger=_library_log
        )
        self._app = self._build_app()

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
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        app.command(re.compile(""))(self._on_command)
        app.action(re.compile(""))(self._on_press)
        return app

    # connecting

    async def start(self) -> str:
        """Connect, and return what is connected in one sentence. Raises ConnectError."""
        self._check_settings()
        self._web.session = ClientSession(timeout=ClientTimeout(total=REQUEST_SECONDS))
        try:
            identity = await self._identify()
            if self._settings.slack_app_token:
                await self._open_socket()
        except ConnectError:
            await self.stop()
            raise
        way = "Socket Mode" if self._settings.slack_app_token else f"HTTP, waiting for Slack at {EVENTS_PATH}"
        return f"Slack: connected as @{identity.user} in {identity.team} ({way})."

    async def stop(self) -> None:
        """Disconnect, after the answers under way are out."""
        if self._socket:
            await self._socket.client.close()  # type: ignore[no-untyped-call]
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

    def _check_settings(self) -> None:
        if not self._settings.slack_bot_token:
            raise ConnectError(
                "Slack: SLACK_BOT_TOKEN is missing. Copy it (xoxb-…) from your app's page OAuth & Permissions."
            )
        if not (self._settings.slack_app_token or self._settings.slack_signing_secret):
            raise ConnectError(
                "Slack: besides SLACK_BOT_TOKEN, set SLACK_APP_TOKEN (xapp-…, for Socket Mode) "
                "or SLACK_SIGNING_SECRET (for HTTP). Both are on your app's page Basic Information."
            )

    async def _identify(self) -> AuthorizeResult:
        who = await self._call("SLACK_BOT_TOKEN", self._web.auth_test())
        self._identity = AuthorizeResult(
            enterprise_id=who.get("enterprise_id"),
            team_id=who.get("team_id"),
            team=who.get("team"),
            user=who.get("user"),
            bot_user_id=who.get("user_id"),
            bot_id=who.get("bot_id"),
            bot_token=self._settings.slack_bot_token,
        )
        return self._identity

    async def _open_socket(self) -> None:
        token = self._settings.slack_app_token
        opened = await self._call("SLACK_APP_TOKEN", self._web.apps_connections_open(app_token=token))
        self._socket = _Socket(
            self._app, token, logger=_library_log, web_client=self._web, ping_interval=self._ping_seconds
        )
        self._socket.client.wss_uri = opened["url"]  # else connect() asks itself, and retries a refused token for ever
        self._socket.client.message_listeners.append(self._hear)
        try:
            await asyncio.wait_for(self._socket.client.connect(), CONNECT_SECONDS)  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            raise ConnectError("Slack: the Socket Mode connection could not be opened. Check the network.") from error

    async def _call(self, setting: str, request: Awaitable[Any]) -> Any:
        try:
            return await request
        except SlackApiError as error:
            raise ConnectError(_advice(setting, _code(error))) from error
        except (ClientError, TimeoutError, OSError) as error:
            where = self._settings.slack_api_base_url
            raise ConnectError(
                f"Slack can't be reached at {where}: check the network and SLACK_API_BASE_URL."
            ) from error

    # receiving

    async def _hear(self, client: AsyncBaseSocketModeClient, message: Payload, _: str | None = None) -> None:
        connections = message.get("num_connections", 1) if message.get("type") == "hello" else 1
        if isinstance(connections, int) and connections > 1:
            log.warning("Slack has %d connections open to this app: each event goes to only one of them.", connections)
        if "envelope_id" in message and "payload" not in message:  # the SDK passes over it; Slack would send it again
            await client.send_socket_mode_response({"envelope_id": message["envelope_id"]})

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
        if asked := parse.message(body, self._known().bot_user_id or ""):
            await self._in_time(self._answer_message(asked))

    async def _on_command(self, body: Payload, ack: AsyncAck) -> None:
        asked = parse.command(body)
        if not asked:
            await ack(render.payload(render.help(self._bot.words())) | _PRIVATE)
            return
        # Not claimed with `once`: the answer rides on the acknowledgement, and a repeated envelope needs it again.
        task = self._spawn(self._reply(asked.question, private=True))
        done, _ = await asyncio.wait({task}, timeout=ACK_SECONDS)
        if done:
            message, _reference = task.result()
            await ack(render.payload(message) | _PRIVATE)
        else:
            await ack()
            self._spawn(self._answer_late(task, asked.response_url)).add_done_callback(_log_late)

    async def _on_press(self, body: Payload, ack: AsyncAck) -> None:
        await ack()
        if press := parse.press(body):
            handle = {"choose": self._choose, "share": self._share}.get(press.action, self._note_feedback)
            await self._in_time(handle(press))

    # answering

    async def _answer_message(self, asked: parse.Asked) -> None:
        async with self._bot.once(*asked.keys) as mine:
            if mine:
                message, reference = await self._reply(asked.question)
                await self._send(self._to_channel(asked.place), message, reference)

    async def _answer_late(self, reply: asyncio.Task[tuple[render.Message, str]], response_url: str) -> None:
        message, reference = await reply
        await self._send(self._by_response_url(response_url), message, reference)

    async def _choose(self, press: parse.Press) -> None:
        async with self._bot.once(press.key) as mine:
            if mine:
                message, reference = await self._reply(press.question, press.entry, private=press.private)
                to = self._by_response_url(press.response_url) if press.private else self._to_channel(press.place)
                await self._send(to, message, reference)

    async def _share(self, press: parse.Press) -> None:
        try:
            async with self._bot.once(press.key) as mine:
                answer = await self._answer(press.question, press.entry) if mine else None
                if answer:
                    message = render.shared(answer, self._bot.words(answer.language), press.name)
                    # not chat.postMessage: response_url also reaches channels where the bot is no member
                    in_channel = self._by_response_url(press.response_url, response_type="in_channel")
                    await self._send(in_channel, message, answer.reference)
        except _SEND_FAILURES:
            words = self._bot.words(press.question.language)
            await self._send(self._by_response_url(press.response_url), render.line(words.share_failed))
            return
        if answer:
            done = render.answer(answer, self._bot.words(answer.language), private=True, shared=True)
            await self._send(self._by_response_url(press.response_url, replace_original=True), done, answer.reference)

    async def _note_feedback(self, press: parse.Press) -> None:
        async with self._bot.once(press.key) as mine:
            if mine:
                helpful = press.action == "helpful"
                await self._bot.feedback(Feedback(press.reference, press.question.asker, helpful))
                thanks = render.line(self._bot.words(press.question.language).thanks_for_feedback)
                where = {"thread_ts": press.place.thread_ts} if press.place.thread_ts else {}
                await self._send(self._by_response_url(press.response_url, **where), thanks, press.reference)

    async def _reply(self, question: Question, entry: str = "", *, private: bool = False) -> tuple[render.Message, str]:
        if not entry and parse.wants_help(question.text):
            return render.help(self._bot.words(question.language)), "-"
        answer = await self._answer(question, entry)
        return render.answer(answer, self._bot.words(answer.language), private=private), answer.reference

    async def _answer(self, question: Question, entry: str) -> Answer:
        return await (self._bot.choose(question, entry) if entry else self._bot.ask(question))

    # sending

    async def _send(self, sender: Sender, message: render.Message, reference: str = "-") -> None:
        """Send, in the plain form where Slack refuses the blocks. Raises what the last try raised."""
        try:
            try:
                await sender(render.payload(message))
            except SlackApiError as refusal:
                if _code(refusal) not in _TOO_RICH:
                    raise
                log.warning("Slack refused the blocks, sending text. reference=%s error=%s", reference, _code(refusal))
                await sender(render.payload(message, plain=True))
        except _SEND_FAILURES as error:
            log.error("An answer could not be sent. reference=%s error=%s", reference, _code(error))  # noqa: TRY400 - raised
            raise

    def _to_channel(self, place: parse.Place) -> Sender:
        async def send(payload: Payload) -> None:
            await self._web.chat_postMessage(channel=place.channel, thread_ts=place.thread_ts or None, **payload)

        return send

    def _by_response_url(self, response_url: str, **changes: str | bool) -> Sender:
        """Only the asker sees what is sent by it, unless `changes` to the fields of a response say otherwise (S23)."""
        web = self._web
        client = AsyncWebhookClient(
            response_url, session=web.session, proxy=web.proxy, logger=_library_log, retry_handlers=_retries()
        )

        async def send(payload: Payload) -> None:
            reply = await client.send_dict(payload | _PRIVATE | {"replace_original": False} | changes)
            if reply.status_code != 200:  # noqa: PLR2004 - HTTP's OK
                raise SlackApiError("Slack refused a reply.", reply)  # type: ignore[no-untyped-call]

        return send

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


def _retries() -> list[AsyncRetryHandler]:
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
        AsyncRateLimitErrorRetryHandler(max_retry_count=3),
        AsyncServerErrorRetryHandler(max_retry_count=2),
    ]


def _code(error: Exception) -> str:
    """Return Slack's own name of a failure, else the error's."""
    response = getattr(error, "response", None)
    if isinstance(response, WebhookResponse):
        return response.body or str(response.status_code)
    data = getattr(response, "data", None)
    return str(data.get("error")) if isinstance(data, dict) and data.get("error") else type(error).__name__


def _advice(setting: str, code: str) -> str:
    if code not in _BAD_TOKEN:
        return f"Slack: {setting} was not accepted, Slack says {code!r}. See docs/slack.md, Troubleshooting."
    page = "OAuth & Permissions (xoxb-…)" if setting == "SLACK_BOT_TOKEN" else "Basic Information (xapp-…)"
    return f"Slack: {setting} is wrong or no longer valid ({code}). Copy it anew from your app's page {page}."
