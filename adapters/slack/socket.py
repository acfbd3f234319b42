"""Socket Mode: Slack's own client and handler, with what they lack."""

import asyncio
import json
import logging
import re
import time
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

OPEN_SECONDS = 20.0
DRAIN_SECONDS = 2.0  # that the old connection is still listened to
_TICKET = re.compile(r"(wss?://[^\s?]+)\?[^\s'\"]+")
SILENT_PINGS = 4  # without a pong, and the connection counts as dead: as the library has it


class Client(SocketModeClient):
    """Opens the new connection before it closes the old one, and says when it has to connect anew.

    The library's asyncio client closes the old one first, unlike its threaded one (platforms.md S13): for a moment
    Slack would have no connection to deliver to. What still comes on the old one is read to the end.
    """

    def __init__(self, app_token: str, web: AsyncWebClient, logger: logging.Logger, ping_seconds: float) -> None:
        super().__init__(app_token, logger=logger, web_client=web, ping_interval=ping_seconds)
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def is_live(self) -> bool:
        """Say whether the connection stands, and Slack answers its pings."""
        session, heard = self.current_session, self.last_ping_pong_time
        silent = heard is not None and time.time() - heard > SILENT_PINGS * self.ping_interval
        return bool(session and not session.closed and not self.stale and not silent)

    async def connect(self) -> None:
        """Connect; again, where it is connected. Tries until it works."""
        old = self.current_session
        if old is None or self.closed or not self.is_live:
            await self._connect_anew(lost=old is not None and not self.closed)
            return
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                new = await self._open()
        except Exception as error:  # noqa: BLE001 - whatever it is, the library's way tries again and again
            log.warning("A second connection to Slack could not be opened. error=%s", type(error).__name__)
            await self._connect_anew(lost=False)
            return
        receiver = self.message_receiver
        await self._use(new)
        self._spawn_leaving(old, receiver)

    async def close(self) -> None:
        """Close everything."""
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await super().close()  # type: ignore[no-untyped-call]

    async def _connect_anew(self, *, lost: bool) -> None:
        if lost:
            log.warning("The connection to Slack was lost; connecting anew.")
        await super().connect()  # type: ignore[no-untyped-call]
        if lost and not self.closed:
            log.info("Connected to Slack again.")

    async def _open(self) -> ClientWebSocketResponse:
        uri = self.wss_uri or await self.issue_new_wss_url()
        secure = self.web_client.ssl if self.web_client.ssl is not None else True
        return await self.aiohttp_client_session.ws_connect(
            uri, autoping=False, heartbeat=self.ping_interval, proxy=self.proxy, ssl=secure
        )

    async def _use(self, new: ClientWebSocketResponse) -> None:
        """Read and watch a connection from now on, as the library's `connect` does."""
        self.current_session = new
        self.stale = False
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled
        await new.ping(f"sdk-ping-pong:{time.time()}".encode())
        for task in (self.current_session_monitor, self.message_receiver):
            if task:
                task.cancel()
        self.current_session_monitor = asyncio.ensure_future(self.monitor_current_session())
        self.message_receiver = asyncio.ensure_future(self.receive_messages())

    def _spawn_leaving(self, old: ClientWebSocketResponse, receiver: "asyncio.Future[Any] | None") -> None:
        task = asyncio.create_task(self._leave(old, receiver))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, old: ClientWebSocketResponse, receiver: "asyncio.Future[Any] | None") -> None:
        if receiver:  # two can't read one connection
            await asyncio.wait({receiver})
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                async for message in old:
                    if message.type is WSMsgType.TEXT and not _says_goodbye(message.data):
                        await self.enqueue_message(message.data)
        except TimeoutError:
            pass
        finally:
            await old.close()


class Socket(AsyncSocketModeHandler):
    """Bolt's handler, which also acknowledges what Bolt can't read: else Slack would send it again (S9)."""

    client: Client

    def __init__(self, app: AsyncApp, client: Client) -> None:
        self.app = app
        self.app_token = client.app_token
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]
        client.message_listeners.append(_hear)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Hand a delivery to Bolt."""
        try:
            await super().handle(client, req)
        except ConnectionError:  # the acknowledgement had no way out: Slack sends the delivery again
            log.warning("A delivery from Slack could not be acknowledged: the connection was lost.")
        except Exception as error:  # noqa: BLE001 - as in SlackAdapter._receive: the other entry
            log.warning("A delivery from Slack could not be read. error=%s", type(error).__name__)
            await client.send_socket_mode_response({"envelope_id": req.envelope_id})


async def _hear(client: AsyncBaseSocketModeClient, message: dict[str, Any], _: str | None = None) -> None:
    connections = message.get("num_connections", 1) if message.get("type") == "hello" else 1
    if isinstance(connections, int) and connections > 1:
        log.warning("Slack has %d connections open to this app: each event goes to only one of them.", connections)
    if "envelope_id" in message and "payload" not in message:  # the SDK passes over it; Slack would send it again
        await client.send_socket_mode_response({"envelope_id": message["envelope_id"]})


def hide_tickets(record: logging.LogRecord) -> bool:
    """Filter the library's log: an address of Socket Mode holds a ticket, and errors repeat the address."""
    if "://" in (text := record.getMessage()):
        record.msg, record.args = _TICKET.sub(r"\1?…", text), None
    if record.exc_info and _TICKET.search(str(record.exc_info[1])):
        record.exc_info = None
    return True


def _says_goodbye(message: str) -> bool:
    return '"disconnect"' in message and json.loads(message).get("type") == "disconnect"
