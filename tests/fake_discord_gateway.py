"""The gateway of the fake Discord: sessions, what is dispatched in them, and how a connection ends."""

import asyncio
import copy
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord_payloads import BOT, BOT_USER, GUILD, Json

PATH = "/gateway/"
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11


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


class Gateway:
    """One client's sessions. Only `token` is let in. `changed` tells the waiting test that something came in.

    `refuse_identify`: a close code to answer IDENTIFY with. `replay_all`: a RESUME replays events that were
    delivered before, as Discord sometimes does. `mute`: accept sockets and never greet.
    """

    def __init__(self, token: str, changed: asyncio.Condition) -> None:
        self.refuse_identify: int | None = None
        self.replay_all = False
        self.mute = False
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.heartbeats = 0
        self._session: Session | None = None
        self._sockets: list[Socket] = []
        self._token = token
        self._changed = changed

    async def close(self) -> None:
        """Close all connections."""
        for socket in self._sockets:
            await socket.ws.close(code=WSCloseCode.GOING_AWAY)

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

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Greet a client, and take what it sends until it goes."""
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request.query.get("compress", ""))
        self._sockets.append(socket)
        if not self.mute:
            await socket.send({"op": HELLO, "d": {"heartbeat_interval": 41250}})
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await self._receive(socket, json.loads(message.data), request.host)
        if self._session and self._session.socket is socket:
            self._session.socket = None
        return ws

    async def _receive(self, socket: Socket, event: Json, host: str) -> None:
        if event["op"] == HEARTBEAT:
            self.heartbeats += 1
            await socket.send({"op": HEARTBEAT_ACK})
        elif event["op"] == IDENTIFY:
            await self._identify(socket, event["d"], host)
        elif event["op"] == RESUME:
            await self._resume(socket, event["d"])
        async with self._changed:
            self._changed.notify_all()

    async def _identify(self, socket: Socket, data: Json, host: str) -> None:
        self.identifies.append(data)
        refused = self.refuse_identify or (None if data["token"] == self._token else 4004)
        if refused:
            await socket.ws.close(code=refused)
            return
        self._session = Session(f"session-{len(self.identifies)}", socket=socket)
        await self.dispatch("READY", _greeting(self._session, host))
        guild = {"id": str(GUILD), "name": "Example", "channels": [], "roles": [], "members": [], "member_count": 3}
        await self.dispatch("GUILD_CREATE", guild)

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


def _greeting(session: Session, host: str) -> Json:
    return {
        "v": 10,
        "user": BOT_USER,
        "guilds": [{"id": str(GUILD), "unavailable": True}],
        "session_id": session.id,
        "resume_gateway_url": f"ws://{host}{PATH}",
        "application": {"id": str(BOT), "flags": 0},
    }
