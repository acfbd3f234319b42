"""A Slack on loopback: Web API, Socket Mode, signed HTTP deliveries, response_url. For tests and the playground.

It knows nothing of our renderer: messages are checked by `tests.slack_rules`, and refused the way Slack refuses them.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import socket
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import uvicorn
from aiohttp import ClientSession, WSMsgType, web
from starlette.applications import Starlette
from starlette.routing import Route

from tests.slack_rules import refusal, view_faults

Payload = dict[str, Any]

BOT_TOKEN = "xoxb-made-up"
APP_TOKEN = "xapp-made-up"
STEP_TOKEN = "xwfp-made-up"  # of one execution of a workflow step
SIGNING_SECRET = "made-up-signing-secret"
TEAM, BOT_USER, BOT_ID, ASKER = "T0EXAMPLE", "U0BOT", "B0BOT", "U0ASKER"
CHANNEL, DIRECT = "C0GENERAL", "D0ASKER"
WAIT_SECONDS = 10.0
RESPONSE_URL_USES = 5  # S23
TICKET = "made-up-ticket"
CUT = 599  # stands for a connection that is cut


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came in. `method` is the API method or "response_url"; `where` the response_url's number."""

    method: str
    params: Payload
    token: str = ""
    where: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a method is to answer next: a status with headers, or, with 200, Slack's `ok: false` and `error`.

    Status 0 cuts the connection.
    """

    status: int = 200
    error: str = "internal_error"
    headers: dict[str, str] = field(default_factory=dict)


class FakeSlack:
    """Serves while it is entered. `calls` is everything that came in, in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.envelope_acks: dict[str, Payload] = {}
        self.connections = 0
        self.num_connections = 1  # what `hello` says
        self.channels = {CHANNEL, DIRECT, ASKER}  # a person's id opens the direct messages with them
        self.messages: dict[tuple[str, str], Payload] = {}  # what stands in the channels, by channel and ts
        self.missing_scopes: set[str] = set()  # methods for which the app lacks a scope
        self.scopes = ["commands", "app_mentions:read", "im:history", "chat:write"]  # that the bot's token has
        self.administrators: set[str] = set()  # people's ids
        self.most_links = 0  # connections that were open at once
        self.refused_links = 0  # how many more connections are refused
        self.greets = True  # whether new connections are told hello
        self._stalled: set[str] = set()
        self._failures: dict[str, deque[Failure]] = {}
        self._links: list[web.WebSocketResponse] = []
        self._mute: set[web.WebSocketResponse] = set()
        self._changed = asyncio.Condition()
        self._awaited: dict[str, asyncio.Event] = {}
        self._numbers = itertools.count(1)
        self._response_uses: Counter[str] = Counter()
        self._base = ""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/response/{number}", self._response_url)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._base = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def api_base_url(self) -> str:
        """Return what SLACK_API_BASE_URL must be set to."""
        return f"http://{self._base}/api/"

    def new_response_url(self) -> str:
        """Return an address for replies, good for five."""
        return f"http://{self._base}/response/{next(self._numbers)}"

    def new_ts(self) -> str:
        """Return a message's time stamp, as Slack writes it; never twice the same."""
        return f"1753100000.{next(self._numbers):06}"

    def fail(self, method: str, *failures: Failure) -> None:
        """Let the next calls of `method` (or "response_url") fail, one after the other."""
        self._failures.setdefault(method, deque()).extend(failures)

    def stall(self, method: str) -> None:
        """Let the next call of `method` go unanswered."""
        self._stalled.add(method)

    def sent(self, *methods: str) -> list[Call]:
        """Return the messages that were taken, by chat.postMessage and by response_url, or only by `methods`."""
        wanted = methods or ("chat.postMessage", "response_url")
        return [call for call in self.calls if call.method in wanted and not call.refused]

    async def until(self, holds: Callable[[], bool], what: str = "what the test waits for") -> None:
        """Wait until something holds; it is looked at whenever something came in."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(holds), WAIT_SECONDS)
            except TimeoutError:
                raise AssertionError(f"{what} did not happen; calls: {[call.method for call in self.calls]}") from None

    # Socket Mode

    async def deliver(self, kind: str, payload: Payload | None, **more: Any) -> Payload:
        """Send an envelope (`events_api`, `slash_commands`, `interactive`) and return its acknowledgement's payload."""
        envelope_id = f"envelope-{next(self._numbers)}"
        await self.send_envelope(kind, payload, envelope_id, **more)
        await self.until(lambda: envelope_id in self.envelope_acks, f"an acknowledgement of {kind}")
        return self.envelope_acks[envelope_id]

    async def acknowledged(self, envelope_id: str) -> None:
        """Wait for an acknowledgement, however many others wait for theirs."""
        if envelope_id not in self.envelope_acks:
            await self._awaited.setdefault(envelope_id, asyncio.Event()).wait()

    async def send_envelope(self, kind: str, payload: Payload | None, envelope_id: str, **more: Any) -> None:
        """Send an envelope without waiting."""
        envelope = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": kind != "events_api"} | more
        link = await self._newest()
        await link.send_str(json.dumps(envelope | ({"payload": payload} if payload is not None else {})))

    async def refresh(self) -> None:
        """Ask the client to connect anew, as Slack does every few hours (S12), and wait until it did."""
        before = self.connections
        await self.farewell()
        await self.until(lambda: self.connections > before, "a new connection")

    async def farewell(self) -> None:
        """Ask for it without waiting."""
        link = await self._newest()
        with suppress(ConnectionError):  # it was just cut
            await link.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    async def drop(self) -> None:
        """Cut the connection without a word, and wait until the client is back."""
        before = self.connections
        self.cut()
        await self.until(lambda: self.connections > before, "a new connection")

    def cut(self) -> None:
        """Cut the connection without a word, if there is one."""
        request = self._links[-1]._req if self._links else None
        if request and request.transport:
            request.transport.abort()

    def mute(self) -> None:
        """Let the connection stand, but answer nothing on it any more, not even pings."""
        self._mute.add(self._links[-1])

    async def _newest(self) -> web.WebSocketResponse:
        while not self._links:
            await self.until(lambda: bool(self._links), "a connection")
        return self._links[-1]

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        if self.refused_links:
            self.refused_links -= 1
            raise web.HTTPForbidden
        link = web.WebSocketResponse(autoping=False)
        await link.prepare(request)
        hello = {"type": "hello", "num_connections": self.num_connections, "connection_info": {"app_id": "A0EXAMPLE"}}
        if self.greets:
            await link.send_str(json.dumps(hello))
        self._links.append(link)
        self.connections += 1
        self.most_links = max(self.most_links, len(self._links))
        await self._notify()
        async for message in link:
            if link in self._mute:
                continue
            if message.type is WSMsgType.PING:
                await link.pong(message.data)
            elif message.type is WSMsgType.TEXT and (ack := json.loads(message.data)):
                self.envelope_acks[ack["envelope_id"]] = ack.get("payload") or {}
                if waiting := self._awaited.get(ack["envelope_id"]):
                    waiting.set()
                await self._notify()
        self._links.remove(link)
        await self._notify()
        return link

    # HTTP

    async def post_event(self, url: str, payload: Payload, **how: Any) -> tuple[int, str]:
        """Deliver an event over HTTP; returns status and body."""
        return await self.post(url, json.dumps(payload), "application/json", **how)

    async def post_command(self, url: str, payload: Payload, **how: Any) -> tuple[int, str]:
        """Deliver a slash command over HTTP."""
        return await self.post(url, urlencode(payload, errors="replace"), "application/x-www-form-urlencoded", **how)

    async def post_interaction(self, url: str, payload: Payload, **how: Any) -> tuple[int, str]:
        """Deliver a pressed button over HTTP."""
        return await self.post_command(url, {"payload": json.dumps(payload)}, **how)

    async def post(
        self,
        url: str,
        body: str | bytes,
        content_type: str,
        *,
        secret: str = SIGNING_SECRET,
        timestamp: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:
        """Deliver anything, signed with `secret` (S18)."""
        raw = body.encode() if isinstance(body, str) else body
        stamp = timestamp or str(int(time.time()))
        digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": content_type}
        async with ClientSession() as session, session.post(url, data=raw, headers=signed | (headers or {})) as reply:
            return reply.status, await reply.text()

    # the Web API

    async def _api(self, request: web.Request) -> web.Response:
        method, params = request.match_info["method"], await _params(request)
        if method in self._stalled:
            self._stalled.discard(method)
            await asyncio.sleep(WAIT_SECONDS)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(params.pop("token", ""))
        reply = self._failure(method) or self._answer(method, params, token)
        refused = "" if isinstance(reply, dict) and reply.get("ok") else "failed"
        self.calls.append(Call(method, params, token, refused=refused))
        await self._notify()
        if isinstance(reply, web.Response):
            if reply.status == CUT and request.transport:
                request.transport.abort()
            return reply
        return web.json_response(reply, headers={"X-OAuth-Scopes": ",".join(self.scopes)})

    def _failure(self, method: str) -> web.Response | Payload | None:
        waiting = self._failures.get(method)
        if not waiting:
            return None
        failure = waiting.popleft()
        body = {"ok": False, "error": failure.error}
        if not failure.status:
            return web.Response(status=CUT)
        return (
            body if failure.status == 200 else web.json_response(body, status=failure.status, headers=failure.headers)
        )

    def _answer(self, method: str, params: Payload, token: str) -> Payload:
        wanted = {"apps.connections.open": {APP_TOKEN}, "functions.completeSuccess": {STEP_TOKEN, BOT_TOKEN}}
        if token not in wanted.get(method, {BOT_TOKEN}):
            return {"ok": False, "error": "invalid_auth"}
        if method in self.missing_scopes:
            return {"ok": False, "error": "missing_scope"}
        if method == "apps.connections.open":
            return {"ok": True, "url": f"ws://{self._base}/link?ticket={TICKET}"}
        if method == "auth.test":
            who = {"user": "interpol-bot", "user_id": BOT_USER, "bot_id": BOT_ID}
            return {"ok": True, "url": "https://example.slack.invalid/", "team": "Example", "team_id": TEAM, **who}
        if method == "users.info":
            admin = params.get("user") in self.administrators
            user = {"id": params.get("user"), "name": "jane", "locale": "en-GB", "is_admin": admin, "is_owner": False}
            return {"ok": True, "user": user}
        answers = {
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post,
            "chat.scheduleMessage": self._schedule,
            "chat.deleteScheduledMessage": lambda _: {"ok": True},
            "chat.update": self._update,
            "chat.delete": self._delete,
            "views.publish": self._view,
            "views.open": self._view,
            "views.update": self._view,
            "assistant.threads.setSuggestedPrompts": self._prompts,
            "assistant.threads.setStatus": self._in_thread,
            "assistant.threads.setTitle": self._in_thread,
            "functions.completeSuccess": self._complete,
        }
        return answers[method](params) if method in answers else {"ok": False, "error": "unknown_method"}

    def _post(self, params: Payload) -> Payload:
        if params.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        if error := refusal(params):
            return {"ok": False, "error": error}
        ts = self.new_ts()
        self.messages[params["channel"], ts] = params
        return {"ok": True, "channel": params["channel"], "ts": ts, "message_ts": ts, "message": params}

    def _schedule(self, params: Payload) -> Payload:
        known = params.get("channel") in self.channels
        ahead = float(params.get("post_at", 0)) - time.time()
        if not known or not 0 < ahead < 120 * 24 * 3600:
            return {"ok": False, "error": "time_too_far" if known else "channel_not_found"}
        return {"ok": True, "scheduled_message_id": f"Q{next(self._numbers)}"}

    def _update(self, params: Payload) -> Payload:
        place = (params.get("channel", ""), params.get("ts", ""))
        if place not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        if error := refusal(params):
            return {"ok": False, "error": error}
        self.messages[place] = self.messages[place] | params
        return {"ok": True, "channel": place[0], "ts": place[1], "text": params["text"]}

    def _delete(self, params: Payload) -> Payload:
        gone = self.messages.pop((params.get("channel", ""), params.get("ts", "")), None)
        return {"ok": True} if gone else {"ok": False, "error": "message_not_found"}

    def _view(self, params: Payload) -> Payload:
        found = view_faults(params.get("view") or {})
        if not (params.get("user_id") or params.get("trigger_id") or params.get("view_id")) or found:
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": found}}
        return {"ok": True, "view": params["view"] | {"id": f"V{next(self._numbers)}"}}

    def _prompts(self, params: Payload) -> Payload:
        prompts = params.get("prompts") or []
        whole = all(prompt.get("title") and prompt.get("message") for prompt in prompts)
        if params.get("channel_id") not in self.channels or not 1 <= len(prompts) <= 4 or not whole:
            return {"ok": False, "error": "invalid_arguments"}
        return {"ok": True}

    def _in_thread(self, params: Payload) -> Payload:
        whole = params.get("channel_id") and params.get("thread_ts") and (params.get("status") or params.get("title"))
        return {"ok": True} if whole else {"ok": False, "error": "invalid_arguments"}

    def _complete(self, params: Payload) -> Payload:
        whole = params.get("function_execution_id") and isinstance(params.get("outputs"), dict)
        return {"ok": True} if whole else {"ok": False, "error": "invalid_arguments"}

    async def _response_url(self, request: web.Request) -> web.Response:
        number, params = request.match_info["number"], await request.json()
        reply = self._failure("response_url") or self._respond(number, params)
        refused = "" if isinstance(reply, web.Response) and reply.status == 200 else "failed"
        self.calls.append(Call("response_url", params, where=number, refused=refused))
        await self._notify()
        return reply if isinstance(reply, web.Response) else web.json_response(reply, status=400)

    def _respond(self, number: str, params: Payload) -> web.Response:
        self._response_uses[number] += 1
        if self._response_uses[number] > RESPONSE_URL_USES:
            return web.Response(status=404, text="used_url")
        error = refusal(params)
        return web.Response(status=400, text=error) if error else web.Response(text="ok")

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _params(request: web.Request) -> Payload:
    """Read what a client sent, wherever it put it."""
    params: Payload = dict(request.query)
    if request.content_type == "application/json":
        params |= await request.json()
    elif request.method == "POST":
        params |= {key: str(value) for key, value in (await request.post()).items()}
    for key in ("blocks", "attachments", "metadata", "view", "prompts", "outputs"):
        if isinstance(params.get(key), str):
            params[key] = json.loads(params[key])
    return params


@asynccontextmanager
async def serving(routes: Sequence[Route]) -> AsyncIterator[str]:
    """Serve an adapter's routes as the web app would; gives the server's address."""
    config = uvicorn.Config(Starlette(routes=routes), lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"  # connections wait in the socket until it serves
        server.should_exit = True
        await task
