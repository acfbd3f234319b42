"""adapters/slack/assistant.py: prompts, status and titles of the agent view, against the fake Slack."""

from typing import Any

import pytest

from adapters.slack import conversations
from adapters.slack.app import SlackAdapter
from bot.service import Bot
from tests import slack_rig
from tests.fake_slack import DIRECT, Failure, FakeSlack
from tests.fakes import WORDS, make_bot
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_rig import SlowEngine, read, socket_settings

Payload = dict[str, Any]
slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures

PROMPTS = "assistant.threads.setSuggestedPrompts"
THREAD = recorded("assistant_thread_started")["event"]["assistant_thread"]["thread_ts"]


def opened(looking_at: str = "") -> Payload:
    payload = recorded("app_home_opened")
    context = {"entities": [{"type": "slack#/types/channel_id", "value": looking_at}]} if looking_at else {}
    payload["event"] |= {"tab": "messages", "app_context": context}
    return payload


async def test_opening_the_agent_suggests_at_most_four_questions_without_a_thread(
    slack: FakeSlack, adapter: SlackAdapter
) -> None:
    await slack.deliver("events_api", opened())
    (call,) = slack.sent(PROMPTS)
    assert call.params["channel_id"] == DIRECT
    assert "thread_ts" not in call.params
    assert call.params["title"] == WORDS.popular
    prompts = call.params["prompts"]
    assert prompts[0] == {"title": "What is a red notice?", "message": "What is a red notice?"}
    assert len(prompts) == 4
    assert all(len(prompt["title"]) <= 75 for prompt in prompts)
    assert slack.sent("views.publish") == []


async def test_what_was_last_answered_where_the_person_looks_comes_first(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    event = make.mention("red notice")
    await slack.deliver("events_api", event)
    await slack.deliver("events_api", opened(event["event"]["channel"]))
    titles = [prompt["title"] for prompt in slack.sent(PROMPTS)[0].params["prompts"]]
    assert titles[0] == "What is the mission of INTERPOL?"  # related to the red notice
    assert len(titles) == len(set(titles))


async def test_the_older_assistant_gets_its_prompts_in_its_thread_and_a_title_after_the_first_answer(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("events_api", recorded("assistant_thread_started"))
    assert slack.sent(PROMPTS)[0].params["thread_ts"] == THREAD
    for _ in range(2):
        await slack.deliver("events_api", make.direct("red notice", thread_ts=THREAD))
    (titled,) = slack.sent("assistant.threads.setTitle")
    assert (titled.params["thread_ts"], titled.params["title"]) == (THREAD, "What is a red notice?")
    assert [call.params["thread_ts"] for call in slack.sent()] == [THREAD, THREAD]


async def test_a_slow_direct_answer_is_announced_and_a_quick_one_is_not(
    slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "STATUS_SECONDS", 0.05)
    engine = SlowEngine()
    adapter = SlackAdapter(Bot(engine), socket_settings(slack))
    await adapter.start()
    await slack.send_envelope("events_api", make.direct("red notice"), "slow")
    await slack.until(lambda: bool(slack.sent("assistant.threads.setStatus")), "the status")
    engine.let.set()
    await slack.until(lambda: len(slack.sent()) == 1, "the answer")
    await slack.deliver("events_api", make.direct("red notice"))
    (status,) = slack.sent("assistant.threads.setStatus")
    assert status.params["status"] == WORDS.looking
    await adapter.stop()


async def test_without_its_scope_it_is_tried_once_and_everything_is_answered_all_the_same(
    slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(conversations, "STATUS_SECONDS", 0.0)
    slack.missing_scopes = {PROMPTS, "assistant.threads.setStatus", "assistant.threads.setTitle"}
    adapter = SlackAdapter(make_bot(), socket_settings(slack))
    await adapter.start()
    for _ in range(2):
        assert await slack.deliver("events_api", recorded("assistant_thread_started")) == {}
        await slack.deliver("events_api", make.direct("red notice", thread_ts=THREAD))
    assert all("find and provisionally arrest" in read(call.params).text for call in slack.sent())
    assert len(slack.sent()) == 2
    assert [call.method for call in slack.calls if call.method.startswith("assistant")] == [PROMPTS]
    assert caplog.text.count("missing_scope") == 1
    await adapter.stop()


async def test_a_status_that_slack_refuses_for_once_does_not_end_it(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    slack.fail(PROMPTS, Failure(error="channel_not_found"))
    for _ in range(2):
        await slack.deliver("events_api", opened())
    assert len(slack.sent(PROMPTS)) == 1
