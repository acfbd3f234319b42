"""A fake Discord on loopback: HTTP API and gateway, as far as a bot that answers needs them.

The unmodified discord.py talks to it (see `FakeDiscord.settings`). It knows nothing of our renderer: messages are
checked by `tests.discord_rules`, and refused the way Discord refuses them.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from aiohttp import web

from bot.settings import Settings
from tests import fake_discord_gateway
from tests.discord_payloads import BOT, BOT_USER, PERSON, Json, payload
from tests.discord_rules import EPHEMERAL, choice_faults, violations

TOKEN = "made-up-token"
PATIENCE = 10.0  # seconds a test waits for something to happen
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4  # kinds of interactions
ANSWER, DEFERRED, CHOICES = 4, 5, 8  # kinds of their callbacks


@dataclass(slots=True)
class Sent:
    """A message that Discord took: the body as it came, and the message that became of it."""

    channel: str
    body: Json
    message: Json


@dataclass(slots=True)
class Exchange:
    """An interaction and what the bot did with it. `callbacks` are (kind, data); `edits` fill in a deferred answer."""

    data: Json
    created: float
    callbacks: list[tuple[int, Json]] = field(default_factory=list)
    edits: list[Json] = field(default_factory=list)

    @property
    def answers(self) -> list[Json]:
        """Return the bodies that a person saw, in order."""
        return [data for kind, data in self.callbacks if kind == ANSWER] + self.edits


@dataclass(slots=True)
class Failure:
    """What the fake does instead of its work, `times` times, where method and path match."""

    method: str
    path: str
    status: int
    body: Json
    headers: dict[str, str]
    times: int


class FakeDiscord:
    """The server. `async with FakeDiscord() as fake`; then start a client with `fake.settings()`.

    `deadline`: seconds an interaction waits for its first response. `gateway` is what delivers events.
    """

    def __init__(self) -> None:
        self.deadline = 3.0
        self.sent: list[Sent] = []
        self.refused: list[tuple[Json, list[str]]] = []
        self.commands: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        self.exchanges: dict[str, Exchange] = {}
        self._failures: list[Failure] = []
        self._nonces: dict[tuple[str, str], Json] = {}
        self._ids = count(1700000000000000001)
        self._changed = asyncio.Condition()
        self.gateway = fake_discord_gateway.Gateway(TOKEN, self._changed)
        self._runner = web.AppRunner(self._application(), shutdown_timeout=0.1, handle_signals=False)
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.close()
        await self._runner.cleanup()

    def settings(self, token: str = TOKEN) -> Settings:
        """Return settings that lead here."""
        return Settings(
            discord_token=token,
            discord_api_base=f"http://127.0.0.1:{self.port}/api/v10",
            discord_gateway=f"ws://127.0.0.1:{self.port}{fake_discord_gateway.PATH}",
        )

    # --- what a test makes happen ---

    def new_id(self) -> str:
        """Return a fresh snowflake."""
        return str(next(self._ids))

    async def say(self, text: str, kind: str = "mention", **changes: Any) -> Json:
        """Deliver a message and return it: a mention with `text` after it, or (`kind="direct"`) a direct message."""
        content = f"<@{BOT}> {text}" if kind == "mention" else text
        message = payload(f"message_{kind}") | {"id": self.new_id(), "content": content} | changes
        await self.gateway.dispatch("MESSAGE_CREATE", message)
        return message

    async def slash(self, text: str, *, locale: str = "en-GB", command: str = "ask", **options: Any) -> Exchange:
        """A person sends `/interpol ask`, with `options` such as `private=False`."""
        given = [{"name": "question", "type": 3, "value": text}] if command == "ask" else []
        given += [{"name": name, "type": 5, "value": value} for name, value in options.items()]
        return await self._interact(self._command(command, given, locale))

    async def type_question(self, typed: str, *, locale: str = "en-GB") -> Exchange:
        """A person types half a question."""
        given = [{"name": "question", "type": 3, "value": typed, "focused": True}]
        return await self._interact(self._command("ask", given, locale) | {"type": AUTOCOMPLETE})

    async def press(self, custom_id: str, message: Json | None = None) -> Exchange:
        """A person presses a button, on `message` or on the recorded one."""
        event = payload("interaction_button")
        event["message"] = message or event["message"]
        event["data"]["custom_id"] = custom_id
        return await self._interact(event)

    async def redeliver(self, exchange: Exchange) -> None:
        """Deliver an interaction once more."""
        await self.gateway.dispatch("INTERACTION_CREATE", exchange.data)

    def fail(self, method: str, path: str, status: int, body: Json | None = None, *, times: int = 1) -> None:
        """Let the next requests whose path matches the pattern fail."""
        headers = {"Via": "1.1 google"} if status == 429 else {}  # without it discord.py sees a Cloudflare ban
        self._failures.append(Failure(method, path, status, body or {"message": "made up", "code": 0}, headers, times))

    def replies_to(self, message: Json) -> list[Sent]:
        """Return what was sent in reply to a message."""
        wanted = int(message["id"])  # discord.py writes snowflakes as numbers
        return [
            sent for sent in self.sent if int(sent.body.get("message_reference", {}).get("message_id", 0)) == wanted
        ]

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait until something is so. Fails after PATIENCE seconds."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: bool(happened()))

    async def reply_to(self, message: Json) -> Sent:
        """Wait for the reply to a message."""
        await self.until(lambda: self.replies_to(message))
        return self.replies_to(message)[0]

    async def answer_to(self, exchange: Exchange) -> Json:
        """Wait for the answer to an interaction; return its body."""
        await self.until(lambda: exchange.answers)
        return exchange.answers[-1]

    # --- interactions ---

    def _command(self, name: str, options: list[Json], locale: str) -> Json:
        event = payload("interaction_ask") | {"locale": locale}
        event["data"]["options"] = [{"name": name, "type": 1, "options": options}]
        return event

    async def _interact(self, event: Json) -> Exchange:
        event |= {"id": self.new_id(), "token": f"token-{self.new_id()}"}
        exchange = Exchange(event, asyncio.get_running_loop().time())
        self.exchanges[event["token"]] = exchange
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return exchange

    async def _callback(self, request: web.Request, body: Json) -> web.Response:
        exchange = self.exchanges.get(request.match_info["token"])
        late = exchange and asyncio.get_running_loop().time() - exchange.created > self.deadline
        if exchange is None or late:
            return _error(404, 10062, "Unknown interaction")
        if exchange.callbacks:
            return _error(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body["type"], body.get("data") or {}
        faults = choice_faults(data) if kind == CHOICES else violations(data) if kind == ANSWER else []
        if faults:
            return self._refuse(data, faults)
        exchange.callbacks.append((kind, data))
        return _json(self._callback_result(exchange, kind, data))

    def _callback_result(self, exchange: Exchange, kind: int, data: Json) -> Json:
        loading = kind == DEFERRED
        about = {"id": exchange.data["id"], "type": exchange.data["type"], "response_message_loading": loading}
        if kind not in {ANSWER, DEFERRED}:
            return {"interaction": about}
        message = self._message(exchange.data["channel_id"], data)
        about |= {
            "response_message_id": message["id"],
            "response_message_ephemeral": bool(message["flags"] & EPHEMERAL),
        }
        return {"interaction": about, "resource": {"type": kind, "message": message}}

    async def _edit(self, request: web.Request, body: Json) -> web.Response:
        exchange = self.exchanges.get(request.match_info["token"])
        if exchange is None or not exchange.callbacks:
            return _error(404, 10015, "Unknown Webhook")
        if faults := violations(body):
            return self._refuse(body, faults)
        exchange.edits.append(body)
        return _json(self._message(exchange.data["channel_id"], body))

    # --- messages and the rest of the HTTP API ---

    async def _create_message(self, request: web.Request, body: Json) -> web.Response:
        channel = request.match_info["channel"]
        if faults := violations(body):
            return self._refuse(body, faults)
        nonce = (channel, str(body.get("nonce")))
        if body.get("enforce_nonce") and nonce in self._nonces:
            return _json(self._nonces[nonce])
        message = self._nonces[nonce] = self._message(channel, body)
        self.sent.append(Sent(channel, body, message))
        return _json(message)

    def _message(self, channel: str, body: Json) -> Json:
        shown: Json = {
            name: body.get(name) or empty for name, empty in (("content", ""), ("embeds", []), ("components", []))
        }
        base = payload("message_direct") | {"id": self.new_id(), "channel_id": channel, "author": BOT_USER}
        return base | shown | {"flags": body.get("flags", 0)}

    def _refuse(self, body: Json, faults: list[str]) -> web.Response:
        self.refused.append((body, faults))
        return _error(400, 50035, "Invalid Form Body")

    async def _me(self, request: web.Request, body: Json) -> web.Response:
        return _json(BOT_USER)

    async def _app_info(self, request: web.Request, body: Json) -> web.Response:
        owner = {"id": str(PERSON), "username": "owner", "discriminator": "0", "avatar": None}
        info = {"id": str(BOT), "name": "interpol-bot", "description": "", "icon": None, "owner": owner, "flags": 0}
        return _json(info | {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64})

    async def _put_commands(self, request: web.Request, body: Any) -> web.Response:
        known = {"application_id": str(BOT), "version": "1", "default_member_permissions": None, "description": ""}
        self.commands = [known | {"id": self.new_id()} | command for command in body]
        return _json(self.commands)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._middleware])
        api = "/api/v10"
        routes = (
            ("GET", f"{api}/users/@me", self._me),
            ("GET", f"{api}/oauth2/applications/@me", self._app_info),
            ("PUT", f"{api}/applications/{{application}}/commands", self._put_commands),
            ("POST", f"{api}/channels/{{channel}}/messages", self._create_message),
            ("POST", f"{api}/interactions/{{id}}/{{token}}/callback", self._callback),
            ("PATCH", f"{api}/webhooks/{{application}}/{{token}}/messages/@original", self._edit),
        )
        for method, path, handler in routes:
            application.router.add_route(method, path, _with_body(handler))
        application.router.add_get(fake_discord_gateway.PATH, self.gateway.serve)
        return application

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse, or fail as the test wished, or work; then tell the waiting test."""
        if request.path == fake_discord_gateway.PATH:
            return await handler(request)
        self.requests.append((request.method, request.path))
        response = self._unauthorised(request) or self._failed(request) or await handler(request)
        async with self._changed:
            self._changed.notify_all()
        return response

    def _unauthorised(self, request: web.Request) -> web.Response | None:
        open_to_all = "/interactions/" in request.path or "/webhooks/" in request.path
        if open_to_all or request.headers.get("Authorization") == f"Bot {TOKEN}":
            return None
        return _error(401, 0, "401: Unauthorized")

    def _failed(self, request: web.Request) -> web.Response | None:
        for failure in self._failures:
            if failure.times and failure.method == request.method and re.search(failure.path, request.path):
                failure.times -= 1
                return _json(failure.body, failure.status, failure.headers)
        return None


@asynccontextmanager
async def connected(adapter: Any) -> AsyncIterator[Any]:
    """Run an adapter for a while."""
    try:
        await adapter.start()
        yield adapter
    finally:
        await adapter.stop()


def _with_body(
    handler: Callable[[web.Request, Any], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        text = await request.text()
        return await handler(request, json.loads(text) if text else {})

    return handle


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # no charset: discord.py takes the body for text if the type is not exactly this
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


def _error(status: int, code: int, message: str) -> web.Response:
    return _json({"code": code, "message": message}, status)
