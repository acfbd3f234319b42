"""The web app: the playground, its API, health, and routes that other adapters bring along."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.web import parse
from adapters.web.render import Page, Preview, Shown, message, page
from bot.errors import ConnectError
from bot.health import Connection
from bot.knowledge.schema import LANGUAGES
from bot.messages import Answer, Question
from bot.plain import answer_object, to_json
from bot.service import Bot, Standing
from bot.settings import Settings

GRACE = 3  # seconds that open requests get when stopping
HEAD_LIMIT = 1_000_000  # bytes of address and headers; 40,000 emoji in an address are 480,000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # an address holds the question; "no-referrer" would make a form's Origin null
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address can't be used in that way.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. Please try again.",
}


class WebAdapter:
    """Serves the playground. `previews` render what a chat platform, by name, would be sent; `routes` are added.

    `states` tell how the other ways in are.
    """

    name = "Web"

    def __init__(
        self,
        bot: Bot,
        settings: Settings,
        previews: Mapping[str, Preview],
        routes: Sequence[BaseRoute] = (),
        states: Sequence[Callable[[], Connection]] = (),
    ) -> None:
        self._bot = bot
        self._states = states
        self._place = (settings.http_host, settings.http_port)
        self._previews = previews
        self._server = _Server(_config(self._app(routes)))
        self._serving: asyncio.Task[None] | None = None
        self.address = ""

    async def start(self) -> str:
        """Listen; return the sentence that says where. Raises ConnectError."""
        listener = _listen(*self._place)
        self.address = _address(listener)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        return f"Playground: {self.address}"

    async def stop(self) -> None:
        """Stop listening; open requests get GRACE seconds."""
        if self._serving:
            self._server.should_exit = True
            await self._serving

    def _app(self, routes: Sequence[BaseRoute]) -> ASGIApp:
        own = [
            Route("/", self._page),
            Route("/feedback", self._feedback, methods=["POST"]),
            Route("/api/ask", self._ask, methods=["GET", "POST"]),
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ]
        return Starlette(
            routes=[*own, *routes],
            middleware=[Middleware(_StrictHeaders)],
            exception_handlers={HTTPException: _refused, ClientDisconnect: _gone, Exception: _failed},
        )

    async def _page(self, request: Request) -> Response:
        visit = parse.visit(request.query_params)
        answer = await self._answer(visit.question(), visit.entry) if visit.asked else None
        view = Page(
            words=self._bot.words(visit.language),
            languages=self._languages(),
            language=visit.language,
            text=visit.text,
            shown=self._show(answer) if answer else None,
            thanked=visit.thanked,
        )
        return _html(page(view))

    def _languages(self) -> tuple[tuple[str, str], ...]:
        """Return the languages that the bot has words in; in any other it speaks English, the first."""
        named: dict[str, str] = {}
        for code in LANGUAGES:
            named.setdefault(self._bot.words(code).name, code)
        return tuple((code, name) for name, code in named.items())

    async def _answer(self, question: Question, entry: str | None) -> Answer:
        return await (self._bot.choose(question, entry) if entry else self._bot.ask(question))

    def _show(self, answer: Answer) -> Shown:
        words = self._bot.words(answer.language)
        return Shown(answer, words, {name: preview(answer, words) for name, preview in self._previews.items()})

    async def _feedback(self, request: Request) -> Response:
        parse.check_origin(request.headers)
        feedback, language = parse.feedback(await _body(request))
        await self._bot.feedback(feedback)
        where = f"/?thanks=1&lang={language}" if language else "/?thanks=1"
        return RedirectResponse(where, HTTPStatus.SEE_OTHER)

    async def _ask(self, request: Request) -> Response:
        if request.method == "POST":
            parse.check_origin(request.headers)
            question = parse.api_body(await _body(request))
        else:
            question = parse.api_query(request.query_params)
        return _json(answer_object(await self._bot.ask(question)))

    async def _alive(self, request: Request) -> Response:  # noqa: ARG002 - Starlette hands it in
        return _json({"status": "up"})

    async def _ready(self, request: Request) -> Response:  # noqa: ARG002 - Starlette hands it in
        healthy = await self._bot.healthy()
        connections = [state() for state in self._states]
        ready = healthy and all(one.live for one in connections)
        told = {
            "ready": ready,
            "engine": "loaded",
            "store": "healthy" if healthy else "unreachable",
            "knowledge": _standing(self._bot.standing),
        } | {one.name.lower(): {"connected": one.live, "to_mend": [*one.to_mend]} for one in connections}
        return _json(told, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _standing(found: Standing) -> dict[str, Any]:
    told = {"version": found.version, "since": found.since.isoformat(timespec="seconds")}
    if not found.refused_at:
        return told
    return told | {"refused": found.refused, "refused_at": found.refused_at.isoformat(timespec="seconds")}


class _Server(uvicorn.Server):
    """uvicorn inside a loop that others share: signals are the command line's matter."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # an address holds the question, which is not for logs
        server_header=False,
        h11_max_incomplete_event_size=HEAD_LIMIT,
        timeout_graceful_shutdown=GRACE,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConnectError(
            f"The web app can't listen on {host}, port {port}: {reason}. "
            "Set HTTP_PORT to another port (0 takes a free one), or mend HTTP_HOST."
        ) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is read here, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > parse.BODY_LIMIT:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"That is more than {parse.BODY_LIMIT:,} bytes. Ask something shorter.",
                {"Connection": "close"},
            )
    return bytes(body)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    status = HTTPStatus(error.status_code)
    sentence = SENTENCES.get(status, error.detail)
    return _said(request, status, sentence, error.headers)


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette hands it in
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette hands it in, and logs it
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _said(request, status, SENTENCES[status], HEADERS)


def _said(request: Request, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None) -> Response:
    if request.url.path.startswith("/api/"):
        return _json({"error": sentence}, status, headers)
    return _html(message(status, sentence), status, headers)


def _html(text: str, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    whole = {"Cache-Control": "no-store", **(headers or {})}
    return Response(text.encode("utf-8", "replace"), status, whole, "text/html; charset=utf-8")


def _json(value: Mapping[str, Any], status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    whole = {"Cache-Control": "no-store", **(headers or {})}
    return Response(to_json(value) + b"\n", status, whole, "application/json")


class _StrictHeaders:
    """Puts HEADERS on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_strictly(event: Message) -> None:
            if event["type"] == "http.response.start":
                MutableHeaders(scope=event).update(HEADERS)
            await send(event)

        await self._app(scope, receive, send_strictly)
