"""The Slack adapter keeps every adapter's contract: by Socket Mode with mentions, by HTTP with the slash command."""

import json
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from tests import slack_rig
from tests.contract import ChatContract, Reply
from tests.fake_slack import BOT_ID, BOT_USER, FakeSlack
from tests.slack_deliveries import Deliveries
from tests.slack_rig import read
from tests.slack_rules import alive, faults

Payload = dict[str, Any]
slack, adapter, url = slack_rig.slack, slack_rig.adapter, slack_rig.url  # fixtures


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
    async def rig(self, slack: FakeSlack, adapter: SlackAdapter) -> SlackRig:
        return SlackRig(slack)


class TestByHttp(ChatContract):
    @pytest.fixture
    async def rig(self, slack: FakeSlack, url: str) -> HttpRig:
        return HttpRig(slack, url)
