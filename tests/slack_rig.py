"""The Slack adapter on the fake Slack: what its tests start from. A test file takes the fixtures it uses by name."""

import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from bot.messages import Answer, Question
from bot.settings import Settings
from tests.contract import Reply
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, serving
from tests.fakes import FakeEngine, make_bot
from tests.slack_deliveries import Deliveries
from tests.slack_rules import nodes

Payload = dict[str, Any]


class SlowEngine(FakeEngine):
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def answer(self, question: Question) -> Answer:
        self.asked.set()
        self.let.wait(10)
        return super().answer(question)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    without_proxies(monkeypatch)
    async with FakeSlack() as fake:
        yield fake


@pytest.fixture
async def make(slack: FakeSlack) -> Deliveries:
    return Deliveries(slack)


@pytest.fixture
async def adapter(slack: FakeSlack) -> AsyncIterator[SlackAdapter]:
    """Connected by Socket Mode."""
    adapter = SlackAdapter(make_bot(), socket_settings(slack), ping_seconds=0.2)
    await adapter.start()
    yield adapter
    await adapter.stop()


@pytest.fixture
async def url(slack: FakeSlack) -> AsyncIterator[str]:
    """The address of an adapter connected by HTTP."""
    adapter = SlackAdapter(make_bot(), http_settings(slack))
    await adapter.start()
    async with serving(adapter.routes()) as address:
        yield f"{address}/slack/events"
    await adapter.stop()


def socket_settings(slack: FakeSlack, **changes: str) -> Settings:
    values = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_api_base_url": slack.api_base_url}
    return Settings(**(values | changes))  # type: ignore[arg-type]


def http_settings(slack: FakeSlack, **changes: str) -> Settings:
    return socket_settings(slack, **{"slack_app_token": "", "slack_signing_secret": SIGNING_SECRET} | changes)


async def ask(slack: FakeSlack, make: Deliveries, text: str) -> Payload:
    return await slack.deliver("slash_commands", make.command(text))


def read(payload: Payload) -> Reply:
    """Return a message as the contract wants it: all that can be read, and the JSON."""
    blocks = [
        one[key] for one in nodes(payload.get("blocks")) for key in ("text", "url") if isinstance(one.get(key), str)
    ]
    return Reply("\n".join([payload["text"], *blocks]), payload)


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk takes these from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
