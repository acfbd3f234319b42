"""Pressed buttons: sharing, choosing, judging."""

import asyncio
import json

import pytest

from adapters.slack.app import SlackAdapter
from bot.messages import Answer, Feedback, Question
from bot.service import Bot
from tests import slack_rig
from tests.fake_slack import Failure, FakeSlack
from tests.fakes import FakeEngine
from tests.slack_deliveries import Deliveries, recorded
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


class CountingBot(Bot):
    """Counts what is recorded as asked."""

    def __init__(self) -> None:
        super().__init__(FakeEngine())
        self.asked = 0

    async def ask(self, question: Question) -> Answer:
        self.asked += 1
        return await super().ask(question)

    async def choose(self, question: Question, entry_id: str) -> Answer:
        self.asked += 1
        return await super().choose(question, entry_id)


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


@pytest.mark.parametrize(("name", "helpful"), [("positive_button", True), ("negative_button", False)])
async def test_feedback_reaches_the_bot_and_is_thanked_for_in_private(
    slack: FakeSlack, make: Deliveries, name: str, helpful: bool
) -> None:
    bot = NotingBot()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", make.mention("red notice"))
    await slack.deliver("interactive", make.judge(button(slack.sent()[0].params["blocks"], "feedback"), name))
    (noted,) = bot.noted
    assert (noted.asker, noted.helpful, len(noted.reference)) == ("slack:T0EXAMPLE:U0ASKER", helpful, 8)
    thanks = slack.sent("response_url")[0].params
    assert (thanks["response_type"], thanks["replace_original"]) == ("ephemeral", False)
    assert "Thank you" in thanks["text"]
    await adapter.stop()


async def test_one_judgement_delivered_twice_counts_once_and_another_counts_again(
    slack: FakeSlack, make: Deliveries
) -> None:
    bot = NotingBot()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    await slack.deliver("events_api", make.mention("red notice"))
    buttons = button(slack.sent()[0].params["blocks"], "feedback")
    first = make.judge(buttons, "positive_button")
    for press in (first, first, make.judge(buttons, "negative_button"), make.judge(buttons, "positive_button")):
        await slack.deliver("interactive", press)
    assert [noted.helpful for noted in bot.noted] == [True, False, True]
    await adapter.stop()


# more


async def test_more_in_private_shows_the_details_in_place_of_the_short_answer(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "long")
    assert "word & <more>" not in json.dumps(reply["blocks"])
    await slack.deliver("interactive", make.press(button(reply["blocks"], "more"), private=True))
    (call,) = slack.sent()
    assert (call.params["response_type"], call.params["replace_original"]) == ("ephemeral", True)
    assert "word & <more>" in json.dumps(call.params["blocks"])
    assert '"more"' not in json.dumps(call.params["blocks"])
    assert button(call.params["blocks"], "share")
    assert button(call.params["blocks"], "feedback") == button(reply["blocks"], "feedback")  # the same reference


async def test_more_in_a_channel_is_shown_to_the_presser_alone(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("events_api", make.mention("long"))
    press = make.press(button(slack.sent()[0].params["blocks"], "more"), private=False)
    await slack.deliver("interactive", press)
    call = slack.sent()[1]
    assert (call.params["response_type"], call.params["replace_original"]) == ("ephemeral", False)
    assert "word & <more>" in json.dumps(call.params["blocks"])


async def test_showing_more_or_sharing_is_no_second_question(slack: FakeSlack, make: Deliveries) -> None:
    bot = CountingBot()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    reply = await ask(slack, make, "long")
    for name in ("more", "share"):
        await slack.deliver("interactive", make.press(button(reply["blocks"], name), private=True))
    assert bot.asked == 1
    assert len(slack.sent()) == 3
    await adapter.stop()


# looking through


@pytest.mark.parametrize(
    ("typed", "pressed", "shown"),
    [
        ("topics", "browse:topic:about", "What is the mission of INTERPOL?"),
        ("crimes", "browse:crime:crime-cybercrime", "Latest operation: Synergia"),
        ("help", "browse:crimes", "Firearms trafficking"),
        ("help", "browse:notices", "What is a red notice?"),
    ],
)
async def test_a_list_gives_way_to_what_is_pressed_in_it(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, typed: str, pressed: str, shown: str
) -> None:
    reply = await ask(slack, make, typed)
    await slack.deliver("interactive", make.press(button(reply["blocks"], pressed), private=True))
    (call,) = slack.sent()
    assert (call.params["response_type"], call.params["replace_original"]) == ("ephemeral", True)
    assert shown in read(call.params).text


async def test_a_facet_of_a_card_is_answered_and_that_facet_is_shared(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    card = await ask(slack, make, "crime hacking")
    await slack.deliver("interactive", make.press(button(card["blocks"], "choose:4"), private=True))
    (facet,) = slack.sent()
    assert "Report it to your local police." in read(facet.params).text
    await slack.deliver("interactive", make.press(button(facet.params["blocks"], "share"), private=True))
    posted = slack.sent()[1].params
    assert posted["response_type"] == "in_channel"
    assert "Report it to your local police." in read(posted).text
    assert "What cybercrime is." not in read(posted).text


async def test_a_list_that_is_gone_gives_way_to_the_help(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    reply = await ask(slack, make, "topics")
    old = button(reply["blocks"], "browse:topic:about") | {"value": '{"b":"topic:old","l":"en"}'}
    await slack.deliver("interactive", make.press(old, private=True))
    assert "Ask me about INTERPOL" in read(slack.sent()[0].params).text
