"""The Slack adapter keeps every adapter's contract: by Socket Mode with mentions, by HTTP with the slash command."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from bot.settings import Settings
from tests.contract import ChatContract, Reply
from tests.fake_slack import APP_TOKEN, BOT_ID, BOT_TOKEN, BOT_USER, SIGNING_SECRET, Deliveries, FakeSlack, serving
from tests.fakes import make_bot
from tests.slack_rules import faults, nodes

Payload = dict[str, Any]
WRITTEN_BY_EDITORS = ("https://www.interpol.int/", "https://example.org/")


def read(payload: Payload) -> Reply:
    """Return a message as the contract wants it: all that can be read, and the JSON."""
    blocks = [
        one[key] for one in nodes(payload.get("blocks")) for key in ("text", "url") if isinstance(one.get(key), str)
    ]
    return Reply("\n".join([payload["text"], *blocks]), payload)


def alive(payload: Payload) -> list[str]:
    """Return whatever would ping, format or link without an editor's will, by Slack's rules of parsing."""
    found = [text for one in nodes(payload) if one.get("type") == "mrkdwn" for text in _alive_mrkdwn(one["text"])]
    found += _alive_mrkdwn(payload["text"])
    for one in nodes(payload.get("blocks")):
        if one.get("type") in {"user", "usergroup", "channel", "broadcast", "team", "date", "emoji"}:
            found.append(f"a live {one['type']}")
        if one.get("type") == "link" and not one["url"].startswith(WRITTEN_BY_EDITORS):
            found.append(f"a link to {one['url']}")
        if one.get("type") == "plain_text" and one.get("emoji") is not False:
            found.append("emoji codes in plain text")
    return found


def _alive_mrkdwn(text: str) -> list[str]:
    addresses = re.compile("|".join(rf"{re.escape(one)}\S*" for one in WRITTEN_BY_EDITORS))
    return re.findall(r"[<>*_~`]|@(?:channel|here|everyone)|&(?!amp;|lt;|gt;)|://|:[\w+-]+:", addresses.sub("", text))


class SlackRig:
    """The adapter on the fake."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.make = Deliveries(slack)

    async def event(self, payload: Payload) -> None:
        """Deliver an event; it is answered or ignored when this returns."""
        await self.slack.deliver("events_api", payload)

    async def ask(self, text: str) -> Reply:
        before = len(self.slack.sent())
        await self.event(self.make.mention(text))
        (call,) = self.slack.sent()[before:]
        return read(call.params)

    def violations(self, reply: Reply) -> list[str]:
        return faults(reply.payload)

    def alive(self, reply: Reply) -> list[str]:
        return alive(reply.payload)

    async def deliver_own(self, text: str) -> int:
        return await self._count(self.make.mention(text, user=BOT_USER, bot_id=BOT_ID))

    async def deliver_from_bot(self, text: str) -> int:
        return await self._count(self.make.mention(text, user="U0OTHERBOT", bot_id="B0OTHER"))

    async def deliver_twice(self, text: str) -> int:
        payload = self.make.mention(text)
        return await self._count(payload, payload)

    async def _count(self, *payloads: Payload) -> int:
        before = len(self.slack.sent())
        for payload in payloads:
            await self.event(payload)
        return len(self.slack.sent()) - before


class HttpRig(SlackRig):
    """The same over HTTP, asked by the slash command, whose answer is the acknowledgement."""

    def __init__(self, slack: FakeSlack, url: str) -> None:
        super().__init__(slack)
        self.url = url

    async def event(self, payload: Payload) -> None:
        status, _ = await self.slack.post_event(self.url, payload)
        assert status == 200

    async def ask(self, text: str) -> Reply:
        status, body = await self.slack.post_command(self.url, self.make.command(text))
        assert status == 200
        return read(json.loads(body))


class TestBySocketMode(ChatContract):
    @pytest.fixture
    async def rig(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackRig]:
        without_proxies(monkeypatch)
        async with FakeSlack() as slack:
            settings = Settings(
                slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN, slack_api_base_url=slack.api_base_url
            )
            adapter = SlackAdapter(make_bot(), settings)
            await adapter.start()
            yield SlackRig(slack)
            await adapter.stop()


class TestByHttp(ChatContract):
    @pytest.fixture
    async def rig(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpRig]:
        without_proxies(monkeypatch)
        async with FakeSlack() as slack:
            settings = Settings(
                slack_bot_token=BOT_TOKEN, slack_signing_secret=SIGNING_SECRET, slack_api_base_url=slack.api_base_url
            )
            adapter = SlackAdapter(make_bot(), settings)
            await adapter.start()
            async with serving(adapter.routes()) as address:
                yield HttpRig(slack, f"{address}/slack/events")
            await adapter.stop()


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk takes these from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
