"""A fake Discord on loopback: HTTP API and gateway, as far as a bot that answers needs them.

The unmodified discord.py talks to it (see `FakeDiscord.settings`). It refuses what Discord refuses: every message is
checked against Discord's own limits, written down here anew and not taken from the renderer.
"""

import asyncio
import copy
import json
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

from aiohttp import WSCloseCode, WSMsgType, web

from bot.settings import Settings

Json = dict[str, Any]

TOKEN = "made-up-token"
BOT = 1000000000000000001
GUILD = 1100000000000000001
CHANNEL = 1200000000000000001
DIRECT = 1200000000000000009
PERSON = 1400000000000000001
OTHER_BOT = 1400000000000000002
BOT_USER = {"id": str(BOT), "username": "interpol-bot", "discriminator": "1234", "avatar": None, "bot": True}
PATIENCE = 10.0  # seconds a test waits for something to happen

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4  # kinds of interactions
ANSWER, DEFERRED, CHOICES = 4, 5, 8  # kinds of their callbacks
EPHEMERAL = 64


def payload(name: str) -> Json:
    """Return a recorded payload, with made-up ids."""
    text = (Path(__file__).parent / "payloads" / f"discord_{name}.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded


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


@dataclass(slots=True)
class Session:
    """A gateway session: what was dispatched in it, and the socket that it is now heard on."""

    id: str
    events: list[Json] = field(default_factory=list)
    socket: "Socket | None" = None


class Socket:
    """One gateway connection; compresses where the client asked for it."""

    def __init__(self, ws: web.WebSocketResponse, compression: str) -> None:
        self.ws = ws
        self._deflate = zlib.compressobj() if compression == "zlib-stream" else None

    async def send(self, event: Json) -> None:
        """Send one gateway message."""
        text = json.dumps(event)
        if self._deflate is None:
            await self.ws.send_str(text)
        else:
            await self.ws.send_bytes(self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH))


class FakeDiscord:
    """The server. `async with FakeDiscord() as fake`; then start a client with `fake.settings()`.

    `deadline`: seconds an interaction waits for its first response. `refuse_identify`: a close code to answer
    IDENTIFY with. `replay_all`: a RESUME replays events that were delivered before, as Discord sometimes does.
    `mute`: accept sockets and never greet.
    """

    def __init__(self) -> None:
        self.deadline = 3.0
        self.refuse_identify: int | None = None
        self.replay_all = False
        self.mute = False
        self.sent: list[Sent] = []
        self.refused: list[tuple[Json, list[str]]] = []
        self.commands: list[Json] = []
        self.requests: list[tuple[str, str]] = []
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.heartbeats = 0
        self.exchanges: dict[str, Exchange] = {}
        self._failures: list[Failure] = []
        self._session: Session | None = None
        self._sockets: list[Socket] = []
        self._nonces: dict[tuple[str, str], Json] = {}
        self._ids = count(1700000000000000001)
        self._changed = asyncio.Condition()
        self._runner = web.AppRunner(self._application(), shutdown_timeout=0.1, handle_signals=False)
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.ws.close(code=WSCloseCode.GOING_AWAY)
        await self._runner.cleanup()

    def settings(self, token: str = TOKEN) -> Settings:
        """Return settings that lead here."""
        return Settings(
            discord_token=token,
            discord_api_base=f"http://127.0.0.1:{self.port}/api/v10",
            discord_gateway=f"ws://127.0.0.1:{self.port}/gateway/",
        )

    # --- what a test makes happen ---

    def new_id(self) -> str:
        """Return a fresh snowflake."""
        return str(next(self._ids))

    async def say(self, text: str, kind: str = "mention", **changes: Any) -> Json:
        """Deliver a message and return it: a mention with `text` after it, or (`kind="direct"`) a direct message."""
        content = f"<@{BOT}> {text}" if kind == "mention" else text
        message = payload(f"message_{kind}") | {"id": self.new_id(), "content": content} | changes
        await self.dispatch("MESSAGE_CREATE", message)
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
        await self.dispatch("INTERACTION_CREATE", exchange.data)

    async def dispatch(self, name: str, data: Json) -> None:
        """Send an event, or keep it for the RESUME where nobody is connected."""
        session = self._session
        assert session is not None, "nobody has identified yet"
        event = {"op": DISPATCH, "t": name, "s": len(session.events) + 1, "d": copy.deepcopy(data)}
        session.events.append(event)
        if session.socket is not None:
            await session.socket.send(event)

    async def drop(self, code: int = 4000) -> None:
        """Close the connection as Discord does when it has had enough."""
        await self._leave(lambda socket: socket.ws.close(code=code))

    async def ask_to_reconnect(self) -> None:
        """Send op 7."""
        await self._leave(lambda socket: socket.send({"op": RECONNECT, "d": None}))

    async def invalidate(self) -> None:
        """Send op 9: the session is over, and can't be resumed."""
        await self._leave(lambda socket: socket.send({"op": INVALID_SESSION, "d": False}))

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
        await self.dispatch("INTERACTION_CREATE", event)
        return exchange

    async def _callback(self, request: web.Request, body: Json) -> web.Response:
        exchange = self.exchanges.get(request.match_info["token"])
        late = exchange and asyncio.get_running_loop().time() - exchange.created > self.deadline
        if exchange is None or late:
            return _error(404, 10062, "Unknown interaction")
        if exchange.callbacks:
            return _error(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body["type"], body.get("data") or {}
        faults = _choice_faults(data) if kind == CHOICES else violations(data) if kind == ANSWER else []
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
        application.router.add_get("/gateway/", self._gateway)
        return application

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refuse, or fail as the test wished, or work; then tell the waiting test."""
        if request.path == "/gateway/":
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

    # --- the gateway ---

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request.query.get("compress", ""))
        self._sockets.append(socket)
        if not self.mute:
            await socket.send({"op": HELLO, "d": {"heartbeat_interval": 41250}})
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await self._receive(socket, json.loads(message.data))
        if self._session and self._session.socket is socket:
            self._session.socket = None
        return ws

    async def _receive(self, socket: Socket, event: Json) -> None:
        if event["op"] == HEARTBEAT:
            self.heartbeats += 1
            await socket.send({"op": HEARTBEAT_ACK})
        elif event["op"] == IDENTIFY:
            await self._identify(socket, event["d"])
        elif event["op"] == RESUME:
            await self._resume(socket, event["d"])
        async with self._changed:
            self._changed.notify_all()

    async def _identify(self, socket: Socket, data: Json) -> None:
        self.identifies.append(data)
        refused = self.refuse_identify or (None if data["token"] == TOKEN else 4004)
        if refused:
            await socket.ws.close(code=refused)
            return
        self._session = Session(f"session-{len(self.identifies)}", socket=socket)
        await self.dispatch("READY", self._greeting(self._session))
        guild = {"id": str(GUILD), "name": "Example", "channels": [], "roles": [], "members": [], "member_count": 3}
        await self.dispatch("GUILD_CREATE", guild)

    def _greeting(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": BOT_USER,
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway/",
            "application": {"id": str(BOT), "flags": 0},
        }

    async def _resume(self, socket: Socket, data: Json) -> None:
        self.resumes.append(data)
        session = self._session
        if session is None or data["session_id"] != session.id:
            await socket.send({"op": INVALID_SESSION, "d": False})
            return
        session.socket = socket
        for event in session.events:
            if event["s"] > data["seq"] or (self.replay_all and event["t"].endswith("MESSAGE_CREATE")):
                await socket.send(event)
        await self.dispatch("RESUMED", {"_trace": []})

    async def _leave(self, farewell: Callable[[Socket], Awaitable[object]]) -> None:
        session = self._session
        assert session is not None
        assert session.socket is not None, "nobody is connected"
        socket, session.socket = session.socket, None
        await farewell(socket)


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


# --- what Discord refuses: docs.discord.com, resources/message and components/reference ---


def length(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def violations(body: Json) -> list[str]:
    """Return what Discord would refuse in a message body."""
    embeds, rows = body.get("embeds") or [], body.get("components") or []
    found = list(_text_faults("content", body.get("content") or "", 0, 2000))
    if not (body.get("content") or "").strip() and not embeds:
        found.append("the message is empty")
    found += [fault for embed in embeds for fault in _embed_faults(embed)]
    found += [] if len(embeds) <= 10 else [f"{len(embeds)} embeds"]
    total = sum(length(text) for embed in embeds for text in embed_texts(embed))
    found += [] if total <= 6000 else [f"the embeds have {total} characters together"]
    found += [fault for row in rows for fault in _row_faults(row)]
    found += [] if len(rows) <= 5 else [f"{len(rows)} rows"]
    ids = [button["custom_id"] for row in rows for button in row["components"]]
    found += [] if len(ids) == len(set(ids)) else ["a custom id stands twice"]
    found += [] if length(str(body.get("nonce", ""))) <= 25 else ["the nonce is too long"]
    found += [] if body.get("flags", 0) in {0, EPHEMERAL} else [f"flags {body['flags']}"]
    return found


def embed_texts(embed: Json) -> list[str]:
    """Return the texts of an embed that count towards the 6,000."""
    fields = [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
    footer = embed.get("footer", {}).get("text", "")
    return [embed.get("title", ""), embed.get("description", ""), *fields, footer]


def _embed_faults(embed: Json) -> Iterator[str]:
    unknown = embed.keys() - {"title", "description", "fields", "footer", "color", "type", "flags"}
    if unknown:
        yield f"unknown parts of an embed: {unknown}"
    yield from _text_faults("title", embed.get("title", ""), 0, 256)
    yield from _text_faults("description", embed.get("description", ""), 0, 4096)
    yield from _text_faults("footer", embed.get("footer", {}).get("text", ""), 0, 2048)
    if len(embed.get("fields", [])) > 25:
        yield "more than 25 fields"
    for part in embed.get("fields", []):
        yield from _text_faults("field name", part["name"], 1, 256)
        yield from _text_faults("field value", part["value"], 1, 1024)
    if not any(text.strip() for text in embed_texts(embed)):
        yield "an embed is empty"


def _row_faults(row: Json) -> Iterator[str]:
    if row["type"] != 1 or not 1 <= len(row["components"]) <= 5:
        yield f"a row of type {row['type']} with {len(row['components'])} components"
    for button in row["components"]:
        if button["type"] != 2 or button["style"] not in {1, 2, 3, 4}:
            yield f"a button of type {button['type']}, style {button['style']}"
        yield from _text_faults("label", button["label"], 1, 80)
        yield from _text_faults("custom id", button["custom_id"], 1, 100)


def _choice_faults(data: Json) -> list[str]:
    choices = data.get("choices", [])
    found = [] if len(choices) <= 25 else [f"{len(choices)} choices"]
    for choice in choices:
        found += [*_text_faults("choice", choice["name"], 1, 100), *_text_faults("value", choice["value"], 1, 100)]
    return found


def _text_faults(what: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= length(text.strip()) or length(text) > most:
        yield f"{what}: {length(text)} characters, where {least} to {most} are allowed"
    if re.search(r"[\ud800-\udfff]", text):
        yield f"{what}: half a surrogate pair"


# --- what Discord would bring to life ---

_LIVE = (
    r"\*\*.+?\*\*",
    r"(?<!\*)\*(?=\S)[^*]+\*(?!\*)",
    r"_[^_]+_",
    r"~~.+?~~",
    r"`[^`]+`",
    r"\|\|.+?\|\|",
    r"(?m)^ *(?:#{1,3} |-# |>>> |> |[-*] |\d+\. )",
    r"<[^<>\s]+>",
    r"https?://\S+",
    r"discord(?:app)?\.\w+/\w+",
    r"(?<!\w):\w+:",
)
_LINK = re.compile(r"\[([^\[\]]*)\]\(<?([^<>()\s]*)>?\)")
_PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>", re.IGNORECASE)


def live_markup(markdown: str) -> list[str]:
    """Return what Discord would format, link or unfold in a text, and whatever could ping, escaped or not."""
    unescaped = re.sub(r"\\[^A-Za-z0-9\s]", "\x91", markdown)
    links = [f"link {address}" for _, address in _LINK.findall(unescaped)]
    rest = _LINK.sub(r"\1", unescaped)
    return [*links, *_PINGS.findall(markdown), *(found for pattern in _LIVE for found in re.findall(pattern, rest))]


def markdown_texts(body: Json) -> list[str]:
    """Return the texts of a message in which Discord reads Markdown."""
    embeds = body.get("embeds") or []
    fields = [field[part] for embed in embeds for field in embed.get("fields", []) for part in ("name", "value")]
    heads = [embed.get(part, "") for embed in embeds for part in ("title", "description")]
    return [body.get("content") or "", *heads, *fields]


def plain_texts(body: Json) -> list[str]:
    """Return the texts of a message that are shown as they stand: footers and labels."""
    footers = [embed.get("footer", {}).get("text", "") for embed in body.get("embeds") or []]
    return footers + [button["label"] for row in body.get("components") or [] for button in row["components"]]


def read_aloud(body: Json) -> str:
    """Return everything that a person would read in a message."""
    unescaped = [re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text) for text in markdown_texts(body)]
    return "\n".join(unescaped + plain_texts(body))


def pings(body: Json) -> list[str]:
    """Return what could ping: a body that leaves pings to the defaults, and mentions in any text."""
    allowed = body.get("allowed_mentions")
    loose = [] if allowed in ({"parse": []}, {"parse": [], "replied_user": False}) else [f"may ping: {allowed}"]
    return loose + [ping for text in markdown_texts(body) + plain_texts(body) for ping in _PINGS.findall(text)]
