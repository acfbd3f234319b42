"""Sends to Slack: to a channel, by a response_url, as a view. What fails is told in the log, never with its text."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientError, ClientOSError, ServerConnectionError, ServerDisconnectedError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from adapters.slack.blocks import Message
from adapters.slack.pacing import Pace
from adapters.slack.parse import Place
from adapters.slack.render import payload

log = logging.getLogger(__name__)

# The SDK writes whole payloads into its INFO and DEBUG lines; people's questions must not get into logs.
library_log = logging.getLogger(f"{__name__}.library")
library_log.setLevel(logging.WARNING)

# what Slack answers when it can't take the blocks; the plain form goes out instead
_TOO_RICH = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "blocks_too_long"}
# the message is gone, or never was: there is nothing left to do
_GONE = {"message_not_found", "channel_not_found", "thread_not_found"}
PRIVATE = {"response_type": "ephemeral"}
# A message whose confirmation is lost on the way goes out twice: Slack has nothing by which to tell.
_DROPPED: list[type[Exception]] = [ServerConnectionError, ServerDisconnectedError, ClientOSError, TimeoutError]
FAILURES = (SlackApiError, ClientError, TimeoutError)

Payload = dict[str, Any]
Sender = Callable[[Payload], Awaitable[str]]  # sends the fields of a message, returns its time stamp if it has one


class Sending:
    """Sends with one Web API client; into one channel in order, also where something is tried again."""

    def __init__(self, web: AsyncWebClient) -> None:
        self.web = web
        self._pace = Pace()

    async def send(self, sender: Sender, message: Message, reference: str = "-") -> str:
        """Send, in the plain form where Slack refuses the blocks; return the time stamp, if there is one.

        Raises what the last try raised, one of FAILURES.
        """
        try:
            try:
                return await sender(payload(message))
            except SlackApiError as refusal:
                if code(refusal) not in _TOO_RICH:
                    raise
                log.warning("Slack refused the blocks, sending text. reference=%s error=%s", reference, code(refusal))
                return await sender(payload(message, plain=True))
        except FAILURES as error:
            log.error("An answer could not be sent. reference=%s error=%s", reference, code(error))  # noqa: TRY400 - raised
            raise

    def to_channel(self, place: Place, *, broadcast: bool = False) -> Sender:
        """Post a message; `broadcast`: a thread's one is shown in the channel, too."""

        async def send(fields: Payload) -> str:
            whole = fields | ({"reply_broadcast": True} if broadcast else {})
            async with self._pace.turn(place.channel):
                sent = await self.web.chat_postMessage(
                    channel=place.channel, thread_ts=place.thread_ts or None, **whole
                )
            return str(sent.get("ts") or "")

        return send

    def to_person(self, place: Place, user: str) -> Sender:
        """Post what only one person sees, in a channel or its thread."""

        async def send(fields: Payload) -> str:
            thread = place.thread_ts or None
            async with self._pace.turn(place.channel):
                await self.web.chat_postEphemeral(channel=place.channel, user=user, thread_ts=thread, **fields)
            return ""

        return send

    def in_place_of(self, channel: str, ts: str) -> Sender:
        """Change a message that was posted."""

        async def send(fields: Payload) -> str:
            whole: Payload = {"blocks": []} | fields  # the plain form takes the old blocks away
            await self.web.chat_update(channel=channel, ts=ts, **whole)
            return ts

        return send

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message that was posted, unless it is gone already. Raises one of FAILURES."""
        try:
            await self.web.chat_delete(channel=channel, ts=ts)
        except SlackApiError as refusal:
            if not gone(refusal):
                raise

    def by_response_url(self, response_url: str, **changes: str | bool) -> Sender:
        """Only the asker sees what is sent by it, unless `changes` to the fields of a response say otherwise (S23)."""
        web = self.web
        client = AsyncWebhookClient(
            response_url, session=web.session, proxy=web.proxy, logger=library_log, retry_handlers=retries()
        )

        async def send(fields: Payload) -> str:
            reply = await client.send_dict(fields | PRIVATE | {"replace_original": False} | changes)
            if reply.status_code != 200:  # noqa: PLR2004 - HTTP's OK
                raise SlackApiError("Slack refused a reply.", reply)  # type: ignore[no-untyped-call]
            return ""

        return send

    async def try_to(self, what: str, call: Awaitable[object]) -> str:
        """Do what is good to have but not what was asked for; a failure is only logged, and its name returned."""
        try:
            await call
        except FAILURES as error:
            log.warning("%s did not work. error=%s", what, code(error))
            return code(error)
        return ""


def retries() -> list[AsyncRetryHandler]:
    """Return what is tried again, how often (S22)."""
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=2, error_types=_DROPPED),
        AsyncRateLimitErrorRetryHandler(max_retry_count=3),
        _ServerErrorRetryHandler(max_retry_count=2),
    ]


class _ServerErrorRetryHandler(AsyncServerErrorRetryHandler):
    """Any 5xx, while the library's own knows 500 and 503."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the library's signature
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> bool:
        return response is not None and response.status_code >= 500  # noqa: PLR2004 - HTTP's server errors


def gone(error: Exception) -> bool:
    """Say whether what was to be changed is no longer there."""
    return code(error) in _GONE


def code(error: Exception) -> str:
    """Return Slack's own name of a failure, else the error's."""
    response = getattr(error, "response", None)
    if isinstance(response, WebhookResponse):
        return response.body or str(response.status_code)
    data = getattr(response, "data", None)
    return str(data.get("error")) if isinstance(data, dict) and data.get("error") else type(error).__name__
