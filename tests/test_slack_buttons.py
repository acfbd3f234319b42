"""Pressed buttons: sharing, choosing, judging."""

import asyncio
import json

import pytest

from adapters.slack.app import SlackAdapter
from bot.messages import Feedback
from bot.service import Bot
from tests import slack_rig
from tests.fake_slack import Deliveries, Failure, FakeSlack, recorded
from tests.fakes import FakeEngine
from tests.slack_rig import ask, read, socket_settings
from tests.slack_rules import button

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures


class NotingBot(Bot):
    """Keeps the feedback it gets."""

    def __init__(self) -> None:
        super().__init__(FakeEngine())
        self.noted: list[Feedback] = []

    async def feedback(self, feedback: Feedback) -> None:
        self.noted.append(feedback)


async def test_share_posts_once_into_the_channel_and_takes_the_button_away(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "red notice")
    presses = [make.press(button(reply["blocks"], "share"), private=True, message_ts="1.1") for _ in range(2)]
    await asyncio.gather(*(slack.deliver("interactive", press) for press in presses))
    posted, confirmed = (call.params for call in slack.sent())
    assert (posted["response_type"], posted["replace_original"]) == ("in_channel", False)
    assert "jane shared this answer" in read(posted).text
    assert (confirmed["response_type"], confirmed["replace_original"]) == ("ephemeral", True)
    assert "Shared in the channel." in read(confirmed).text
    assert '"share"' not in json.dumps(confirmed)


async def test_a_failed_share_is_told_and_can_be_tried_again(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    share = button((await ask(slack, make, "red notice"))["blocks"], "share")
    slack.fail("response_url", Failure(404))
    await slack.deliver("interactive", make.press(share, private=True, message_ts="1.1"))
    (told,) = (call.params for call in slack.sent())
    assert "I could not share it" in read(told).text
    await slack.deliver("interactive", make.press(share, private=True, message_ts="1.1"))
    assert slack.sent()[1].params["response_type"] == "in_channel"


async def test_a_confirmation_that_fails_does_not_share_twice(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    press = make.press(
        button((await ask(slack, make, "red notice"))["blocks"], "share"), private=True, message_ts="1.1"
    )
    slack.channels.clear()
    await slack.deliver("interactive", press)
    await slack.deliver("interactive", press)
    assert [call.params["response_type"] for call in slack.sent()].count("in_channel") == 1


async def test_a_suggestion_in_a_thread_is_answered_there_once(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("events_api", make.mention("unsure"))
    press = make.press(button(slack.sent()[0].params["blocks"], "choose:1"), private=False, message_ts="1.1")
    for _ in range(2):
        await slack.deliver("interactive", press | {"trigger_id": slack.new_ts()})
    _, answer = slack.sent("chat.postMessage")
    assert "Entry mission" in read(answer.params).text
    assert answer.params["thread_ts"] == recorded("block_actions_thread")["container"]["thread_ts"]


async def test_a_suggestion_in_private_is_answered_in_private(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "unsure")
    await slack.deliver("interactive", make.press(button(reply["blocks"], "choose:1"), private=True))
    (call,) = slack.sent()
    assert (call.method, call.params["response_type"]) == ("response_url", "ephemeral")
    assert "Entry mission" in read(call.params).text
    assert button(call.params["blocks"], "share")


@pytest.mark.parametrize(("action_id", "helpful"), [("helpful", True), ("unhelpful", False)])
async def test_feedback_reaches_the_bot_and_is_thanked_for_in_private(
    slack: FakeSlack, make: Deliveries, action_id: str, helpful: bool
) -> None:
    bot = NotingBot()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.deliver("interactive", make.press(button(slack.sent()[0].params["blocks"], action_id), private=False))
    (noted,) = bot.noted
    assert (noted.asker, noted.helpful, len(noted.reference)) == ("slack:T0EXAMPLE:U0ASKER", helpful, 8)
    thanks = slack.sent("response_url")[0].params
    assert (thanks["response_type"], thanks["replace_original"]) == ("ephemeral", False)
    assert "Thank you" in thanks["text"]
    await adapter.stop()
