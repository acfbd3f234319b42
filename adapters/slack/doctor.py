"""Looks at everything that Slack needs of an app, and says what to mend: a sentence each, never a secret."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientError, WSMsgType
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import scopes
from adapters.slack.sending import code
from bot.settings import SLACK_FEATURES, Settings, slack_features

HELLO_SECONDS = 10.0
SELF_TEST = "interpol-bot looks whether it may write here. This message takes itself back before it is shown."
_AHEAD = timedelta(days=1)  # of the message by which a channel is tried; Slack takes up to 120 days
_REACH = (ClientError, TimeoutError, OSError)
_BAD_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and how it is; `mend`: something is to be done."""

    subject: str
    sentence: str
    mend: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


def advice(setting: str, refusal: str) -> str:
    """Say what to do where Slack does not take a token."""
    if refusal not in _BAD_TOKEN:
        return f"{setting} was not accepted, Slack says {refusal!r}. See docs/slack.md, Troubleshooting."
    page = "OAuth & Permissions (xoxb-…)" if setting == "SLACK_BOT_TOKEN" else "Basic Information (xapp-…)"
    return f"{setting} is wrong or no longer valid ({refusal}). Copy it anew from your app's page {page}."


def unreachable(settings: Settings) -> str:
    """Say what to do where nothing answers."""
    return f"Slack can't be reached at {settings.slack_api_base_url}: check the network and SLACK_API_BASE_URL."


def unset(settings: Settings) -> str:
    """Say which settings are missing; "" where there are enough."""
    if not settings.slack_bot_token:
        return "SLACK_BOT_TOKEN is missing. Copy it (xoxb-…) from your app's page OAuth & Permissions."
    if not (settings.slack_app_token or settings.slack_signing_secret):
        return (
            "besides SLACK_BOT_TOKEN, set SLACK_APP_TOKEN (xapp-…, for Socket Mode) "
            "or SLACK_SIGNING_SECRET (for HTTP). Both are on your app's page Basic Information."
        )
    return ""


async def examine(
    web: AsyncWebClient, settings: Settings, *, live: bool = False, who: Any = None
) -> tuple[Finding, ...]:
    """Look at tokens, scopes, the way in and the experts' channel. `web` must have a session.

    With Socket Mode a connection is opened for the moment until Slack says hello, unless one is `live`: that proves
    as much, and Slack gives out but one a minute. `who` is what auth.test just told, if it did.
    """
    return tuple([finding async for finding in _Examination(web, settings).all(who, live=live)])


class _Examination:
    def __init__(self, web: AsyncWebClient, settings: Settings) -> None:
        self._web = web
        self._settings = settings

    async def all(self, who: Any, *, live: bool) -> AsyncIterator[Finding]:
        if missing := unset(self._settings):
            yield Finding("Settings", missing, mend=True)
        granted: frozenset[str] | None = None
        if self._settings.slack_bot_token:
            finding = None
            if who is None:
                who, finding = await self._asked("Bot token", "SLACK_BOT_TOKEN", self._web.auth_test())
            yield finding or Finding("Bot token", f"Slack knows it as @{who.get('user')} in {who.get('team')}.")
            granted = _granted(who) if who else None
        if granted is not None:
            for each in _scopes(granted, slack_features(self._settings)):
                yield each
        if self._settings.slack_app_token and not live:
            async for each in self._socket():
                yield each
        elif self._settings.slack_signing_secret and not self._settings.slack_app_token:
            yield _secret(self._settings.slack_signing_secret)
        if self._settings.slack_expert_channel and granted is not None:
            yield await self._channel(self._settings.slack_expert_channel, granted)

    async def _asked(self, subject: str, setting: str, call: Awaitable[Any]) -> tuple[Any, Finding | None]:
        try:
            return await call, None
        except SlackApiError as refusal:
            return None, Finding(subject, advice(setting, code(refusal)), mend=True)
        except _REACH:
            return None, Finding(subject, unreachable(self._settings), mend=True)

    async def _socket(self) -> AsyncIterator[Finding]:
        token = self._settings.slack_app_token
        opened, finding = await self._asked(
            "App token", "SLACK_APP_TOKEN", self._web.apps_connections_open(app_token=token)
        )
        yield finding or Finding("App token", "Slack gives out connections for it.")
        if opened:
            yield await self._hello(opened["url"])

    async def _hello(self, url: str) -> Finding:
        others = None
        with suppress(*_REACH):
            others = await self._greeted(url)
        if others is None:
            sentence = "the connection can't be opened. Let wss://*.slack.com through, or set HTTPS_PROXY."
            return Finding("Socket Mode", sentence, mend=True)
        beside = f" Beside this one {others} are open: a running bot has one." if others else ""
        return Finding("Socket Mode", f"Slack says hello.{beside}")

    async def _greeted(self, url: str) -> int | None:
        """Return how many other connections the app has, or None where Slack says nothing."""
        session = self._web.session
        assert session  # noqa: S101 - as `examine` says
        async with asyncio.timeout(HELLO_SECONDS), session.ws_connect(url, proxy=self._web.proxy) as link:
            message = await link.receive()
            told = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
        return max(int(told.get("num_connections", 1)) - 1, 0) if told.get("type") == "hello" else None

    async def _channel(self, channel: str, granted: frozenset[str]) -> Finding:
        """Try whether the bot may write: a message is laid down for tomorrow, and taken back. Nobody sees it."""
        subject, at = "Experts' channel", datetime.now(UTC) + _AHEAD
        try:
            laid = await self._web.chat_scheduleMessage(channel=channel, post_at=int(at.timestamp()), text=SELF_TEST)
            await self._web.chat_deleteScheduledMessage(
                channel=channel, scheduled_message_id=str(laid.get("scheduled_message_id"))
            )
        except SlackApiError as refusal:
            return Finding(subject, _channel_advice(channel, code(refusal)), mend=True)
        except _REACH:
            return Finding(subject, unreachable(self._settings), mend=True)
        if granted & {"channels:history", "groups:history"}:
            return Finding(subject, "the bot may write there.")
        return Finding(subject, "the bot may write there. Replies in its threads need threads, or private.")


def _granted(who: Any) -> frozenset[str] | None:
    """Return what the token may do; None where Slack does not tell."""
    told = who.headers.get("x-oauth-scopes")
    return frozenset(filter(None, (scope.strip() for scope in told.split(",")))) if told is not None else None


def _scopes(granted: frozenset[str], features: tuple[str, ...]) -> list[Finding]:
    wanted, least = scopes(features), set(scopes())
    if missing := [each for each in wanted if each not in granted]:
        line = " ".join(["interpol-bot slack manifest", *features])
        sentence = f"{', '.join(missing)} missing. Put what `{line}` prints in *App Manifest*, and reinstall the app."
        return [Finding("Scopes", sentence, mend=True)]
    spare = sorted(granted - set(scopes(SLACK_FEATURES)))
    more = f" It could do without {', '.join(spare)}." if spare else ""
    found = [Finding("Scopes", f"all {len(wanted)} that are needed are there.{more}")]
    needs = {name: set(scopes((name,))) for name in SLACK_FEATURES if name not in features}
    silent = [name for name, need in needs.items() if least < need <= granted]
    if silent:
        found.append(Finding("Features", f"it has what {', '.join(silent)} needs; SLACK_FEATURES does not name it."))
    return found


def _secret(secret: str) -> Finding:
    if secret.startswith("x"):  # xoxb-, xapp-; a signing secret is 32 hexadecimal digits
        return Finding(
            "Signing secret",
            "SLACK_SIGNING_SECRET holds a token. Copy the Signing Secret from the page Basic Information.",
            mend=True,
        )
    return Finding("Signing secret", "it is set; whether it is the app's own shows when Slack delivers.")


def _channel_advice(channel: str, refusal: str) -> str:
    if refusal == "not_in_channel":
        return f"the bot is not in {channel}. Invite it there: /invite @interpol-bot."
    if refusal == "channel_not_found":
        return f"{channel} is of another workspace, or private without the bot. Mend SLACK_EXPERT_CHANNEL or invite it."
    if refusal == "is_archived":
        return f"{channel} is archived. Set SLACK_EXPERT_CHANNEL to another."
    return f"the bot can't write in {channel}, Slack says {refusal!r}."
