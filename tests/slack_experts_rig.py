"""Questions for a person, in Slack: the bot runs, somebody asks, experts press and write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import parse_experts
from adapters.slack.app import SlackAdapter
from bot.knowledge.schema import ContactRecord, Knowledge
from bot.service import Bot
from bot.store import Draft, Store
from tests.databases import DATABASES, fresh_database
from tests.fake_slack import CHANNEL, Call, FakeSlack
from tests.fakes import CONTACT, FakeEngine
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_rig import ask, socket_settings
from tests.slack_rules import alive, button, view_faults
from tests.test_handoff_desk import Clock

Payload = dict[str, Any]
EXPERTS, ANN, BEN = "C0EXPERTS", "U0ANN", "U0BEN"


@pytest.fixture(params=DATABASES)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()


class WithContact(FakeEngine):
    """Its knowledge names a contact; that of the plain one names none."""

    knowledge: Knowledge = FakeEngine.knowledge.model_copy(
        update={"contact": ContactRecord(name=CONTACT.name, role=CONTACT.role)}
    )


@asynccontextmanager
async def running(
    slack: FakeSlack, url: str, clock: Clock, engine: FakeEngine | None = None, channel: str = EXPERTS
) -> AsyncIterator[SlackAdapter]:
    slack.channels |= {EXPERTS}
    bot = Bot(engine or WithContact(), Store(url, clock=clock), clock=clock)
    adapter = SlackAdapter(bot, socket_settings(slack, slack_expert_channel=channel))
    await bot.start()
    await adapter.start()
    try:
        yield adapter
    finally:
        await adapter.stop()
        await bot.stop()


def to(slack: FakeSlack, channel: str, method: str = "chat.postMessage") -> list[Call]:
    return [call for call in slack.sent(method) if call.params.get("channel") == channel]


def whispers(slack: FakeSlack) -> list[str]:
    return [call.params["text"] for call in slack.sent("response_url")]


async def asked_privately(slack: FakeSlack, make: Deliveries, text: str = "red notice") -> Payload:
    """Ask by the command and press "Ask a person"; return what experts see."""
    reply = await ask(slack, make, text)
    await slack.deliver("interactive", make.press(button(reply["blocks"], "person"), private=True))
    return card(slack)


async def asked_in_channel(slack: FakeSlack, make: Deliveries, text: str = "red notice") -> Payload:
    await slack.deliver("events_api", make.mention(text))
    await slack.deliver(
        "interactive", make.press(button(to(slack, CHANNEL)[-1].params["blocks"], "person"), private=False)
    )
    return card(slack)


def card(slack: FakeSlack) -> Payload:
    """Return what stands in the experts' channel."""
    return next(message for (channel, _), message in slack.messages.items() if channel == EXPERTS)


def card_ts(slack: FakeSlack) -> str:
    return next(ts for channel, ts in slack.messages if channel == EXPERTS)


def pressed(slack: FakeSlack, make: Deliveries, name: str, user: str = ANN, called: str = "ann") -> Payload:
    payload = make.press(button(card(slack)["blocks"], f"expert_{name}"), private=False, user=user)
    payload["user"] |= {"name": called, "username": called}
    payload["channel"]["id"] = payload["container"]["channel_id"] = EXPERTS
    payload["container"]["message_ts"] = card_ts(slack)
    payload["container"].pop("thread_ts", None)
    return payload


def line(slack: FakeSlack, make: Deliveries, text: str, user: str = ANN, **changes: Any) -> Payload:
    return make.line(text, card_ts(slack), channel=EXPERTS, user=user, **changes)


def sent_off(view: Payload, text: str, user: str = ANN) -> Payload:
    payload = recorded("view_submission")
    payload["view"] |= {"callback_id": view["callback_id"], "private_metadata": view["private_metadata"]}
    payload["view"]["state"]["values"] = {parse_experts.FIELD: {parse_experts.TEXT: {"value": text}}}
    payload["user"] |= {"id": user, "name": "ann", "username": "ann"}
    return payload


async def form(slack: FakeSlack, make: Deliveries, user: str = ANN) -> Payload:
    await slack.deliver("interactive", pressed(slack, make, "answer", user))
    view: Payload = slack.sent("views.open")[-1].params["view"]
    assert view_faults(view) + alive(view) == []
    return view


async def drafts(adapter: SlackAdapter) -> list[Draft]:
    store = adapter._bot.store
    assert store
    return await store.handoffs.drafts()
