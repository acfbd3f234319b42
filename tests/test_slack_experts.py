"""Ask a person, in Slack: from the button under an answer to the expert's words where the asker is."""

import asyncio
import json
from pathlib import Path

import pytest

from adapters.slack.app import SlackAdapter
from bot.service import Bot
from bot.store import Store
from tests import slack_experts_rig, slack_rig
from tests.databases import fresh_database, wired
from tests.fake_slack import ASKER, FakeSlack, serving
from tests.fakes import CONTACT, WORDS, FakeEngine
from tests.slack_deliveries import Deliveries
from tests.slack_experts_rig import (
    EXPERTS,
    WithContact,
    asked_privately,
    line,
    pressed,
    running,
    sent_off,
    to,
    whispers,
)
from tests.slack_rig import ask, http_settings, read
from tests.slack_rules import alive, button, faults
from tests.test_handoff_desk import Clock

slack, make = slack_rig.slack, slack_rig.make  # fixtures
url, clock = slack_experts_rig.url, slack_experts_rig.clock


@pytest.mark.parametrize("text", ["red notice", "unsure", "my case", "something else"])
async def test_experts_see_the_question_and_what_was_answered_and_nothing_about_the_asker(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, text: str
) -> None:
    async with running(slack, url, clock):
        await ask(slack, make, "an earlier question")
        shown = await asked_privately(slack, make, text)
        everything = read(shown).text
        assert faults(shown) + alive(shown) == []
        assert text in everything
        assert ("find and provisionally arrest" in everything) is (text in {"red notice", "my case"})
        assert (WORDS.expert_unknown in everything) is (text in {"unsure", "something else"})
        assert "earlier" not in json.dumps(shown)
        assert ASKER not in json.dumps(shown)
        assert "jane" not in json.dumps(shown)
        assert whispers(slack) == [WORDS.person_asked]


@pytest.mark.parametrize("text", ["danger"])
async def test_in_an_emergency_nobody_is_made_to_wait_for_a_person(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, text: str
) -> None:
    async with running(slack, url, clock):
        assert '"person"' not in json.dumps(await ask(slack, make, text))


async def test_the_button_pressed_twice_shows_experts_the_question_once(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await asyncio.gather(*(slack.deliver("interactive", make.press(person, private=True)) for _ in range(3)))
        assert len(to(slack, EXPERTS)) == 1
        assert whispers(slack) == [WORDS.person_asked] * 3


async def test_without_an_expert_channel_the_contact_is_shown(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock, channel=""):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        (shown,) = slack.sent("response_url")
        assert CONTACT.name in read(shown.params).text
        assert WORDS.person_failed not in read(shown.params).text
        assert faults(shown.params) + alive(shown.params) == []


async def test_where_there_is_not_even_a_contact_that_is_said(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock, FakeEngine(), channel=""):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        assert whispers(slack) == [WORDS.person_nobody]


async def test_where_slack_refuses_the_experts_channel_the_asker_gets_the_contact(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(slack, url, clock) as adapter:
        slack.channels -= {EXPERTS}
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await slack.deliver("interactive", make.press(person, private=True))
        (shown,) = slack.sent("response_url")
        assert WORDS.person_failed in shown.params["text"]
        assert CONTACT.name in read(shown.params).text
        assert adapter._bot.store
        assert await adapter._bot.store.handoffs.unsettled("slack") == []
    assert "channel_not_found" in caplog.text
    assert "red notice" not in caplog.text


async def test_while_the_store_is_down_the_asker_gets_the_contact(
    slack: FakeSlack, make: Deliveries, tmp_path: Path, clock: Clock
) -> None:
    async with (
        fresh_database("postgresql", tmp_path) as url,
        wired(url) as wire,
        running(slack, wire.url, clock),
    ):
        person = button((await ask(slack, make, "red notice"))["blocks"], "person")
        await wire.cut()
        await slack.deliver("interactive", make.press(person, private=True))
        await slack.until(lambda: bool(slack.sent("response_url")))
        assert CONTACT.name in read(slack.sent("response_url")[0].params).text
        assert to(slack, EXPERTS) == []


async def test_who_asked_in_a_window_is_told_directly(
    slack: FakeSlack, make: Deliveries, url: str, clock: Clock
) -> None:
    async with running(slack, url, clock):
        ack = await slack.deliver("interactive", make.submission("red notice"))
        press = make.press_in_view(button(ack["view"]["blocks"], "person"), "modal")
        await slack.deliver("interactive", press)
        await slack.deliver("events_api", line(slack, make, "It is a request."))
        confirmed, answer = (call.params for call in to(slack, ASKER))
        assert confirmed["text"] == WORDS.person_asked
        assert "It is a request." in read(answer).text


async def test_over_http_it_works_the_same(slack: FakeSlack, make: Deliveries, url: str, clock: Clock) -> None:
    slack.channels |= {EXPERTS}
    bot = Bot(WithContact(), Store(url, clock=clock), clock=clock)
    adapter = SlackAdapter(bot, http_settings(slack, slack_expert_channel=EXPERTS))
    await bot.start()
    await adapter.start()
    async with serving(adapter.routes()) as address:
        where = f"{address}/slack/events"
        _, reply = await slack.post_command(where, make.command("red notice"))
        person = button(json.loads(reply)["blocks"], "person")
        await slack.post_interaction(where, make.press(person, private=True))
        await slack.post_interaction(where, pressed(slack, make, "answer"))
        view = slack.sent("views.open")[-1].params["view"]
        status, _ = await slack.post_interaction(where, sent_off(view, "It is a request."))
        assert status == 200
        await slack.until(lambda: bool(to(slack, ASKER)))
        assert "It is a request." in read(to(slack, ASKER)[-1].params).text
    await adapter.stop()
    await bot.stop()
