"""adapters/slack/home.py: the App Home, the shortcuts and the modal, against the fake Slack."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import app as slack_app
from adapters.slack.app import SlackAdapter
from bot.knowledge.schema import Words
from bot.service import Bot
from bot.store import Store
from tests import slack_rig
from tests.fake_slack import ASKER, Failure, FakeSlack
from tests.fakes import KNOWLEDGE, WORDS, FakeEngine
from tests.slack_deliveries import Deliveries, recorded
from tests.slack_rig import SlowEngine, read, socket_settings
from tests.slack_rules import alive, button, nodes, view_faults

Payload = dict[str, Any]
slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures

FRENCH = WORDS.model_copy(update={"name": "Français", "popular": "Questions fréquentes"})


class Bilingual(FakeEngine):
    """Speaks English and French."""

    knowledge = KNOWLEDGE.model_copy(update={"words": {"en": WORDS, "fr": FRENCH}})

    def words(self, language: str | None) -> Words:
        return FRENCH if language == "fr" else WORDS


@pytest.fixture
async def bilingual(slack: FakeSlack) -> AsyncIterator[Bot]:
    bot = Bot(Bilingual())
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    yield bot
    await adapter.stop()


def text_of(view: Payload) -> str:
    return read({"text": "", "blocks": view["blocks"]}).text


async def opened_home(slack: FakeSlack) -> Payload:
    await slack.deliver("events_api", recorded("app_home_opened"))
    view: Payload = slack.sent("views.publish")[-1].params["view"]
    return view


# the App Home


async def test_the_home_shows_what_it_can_do_and_popular_questions(slack: FakeSlack, adapter: SlackAdapter) -> None:
    view = await opened_home(slack)
    assert slack.sent("views.publish")[0].params["user_id"] == ASKER
    for said in (WORDS.popular, "What is a red notice?", "Ask me about INTERPOL", "What is kept", WORDS.unofficial):
        assert said in text_of(view)
    assert view_faults(view) + alive(view) == []
    assert WORDS.recent not in text_of(view)


async def test_the_home_shows_the_asker_s_own_last_questions_and_nobody_else_s(
    slack: FakeSlack, make: Deliveries, tmp_path: Path
) -> None:
    store = Store(f"sqlite:///{tmp_path}/home.db", clock=lambda: datetime.now(UTC))
    bot = Bot(FakeEngine(), store)
    adapter = SlackAdapter(bot, socket_settings(slack))
    await bot.start()
    await adapter.start()
    for text, user in (("my first red notice", ASKER), ("my second red notice", ASKER), ("a stranger's", "U0SECOND")):
        await slack.deliver("slash_commands", make.command(text, user_id=user))
    assert bot._recorder
    await bot._recorder._idle.wait()
    shown = text_of(await opened_home(slack))
    assert shown.index(WORDS.recent) < shown.index("my second") < shown.index("my first")
    assert "stranger" not in shown
    await adapter.stop()
    await bot.stop()


async def test_what_is_pressed_in_the_home_is_answered_in_a_modal(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    view = await opened_home(slack)
    press = make.press_in_view(button(view["blocks"], "choose:0"), "home")
    for _ in range(2):
        await slack.deliver("interactive", press)
    (opened,) = slack.sent("views.open")
    assert opened.params["trigger_id"] == press["trigger_id"]
    assert "find and provisionally arrest" in text_of(opened.params["view"])
    assert view_faults(opened.params["view"]) == []


async def test_where_the_modal_comes_too_late_the_answer_is_a_direct_message(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    view = await opened_home(slack)
    slack.fail("views.open", Failure(error="expired_trigger_id"))
    await slack.deliver("interactive", make.press_in_view(button(view["blocks"], "choose:0"), "home"))
    (sent,) = slack.sent()
    assert sent.params["channel"] == ASKER
    assert "find and provisionally arrest" in read(sent.params).text


async def test_what_is_pressed_in_a_modal_takes_its_place(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    view = await opened_home(slack)
    await slack.deliver("interactive", make.press_in_view(button(view["blocks"], "browse:crimes"), "home"))
    crimes = slack.sent("views.open")[0].params["view"]
    pressed = button(crimes["blocks"], "browse:crime:crime-cybercrime")
    await slack.deliver("interactive", make.press_in_view(pressed, "modal"))
    (update,) = slack.sent("views.update")
    assert update.params["view_id"] == "V0HOME"
    assert "Latest operation" in text_of(update.params["view"])


async def test_a_home_that_slack_does_not_take_is_acknowledged_all_the_same(
    slack: FakeSlack, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail("views.publish", Failure(error="not_enabled"))
    assert await slack.deliver("events_api", recorded("app_home_opened")) == {}
    assert "not_enabled" in caplog.text


async def test_another_tab_shows_nothing(slack: FakeSlack, adapter: SlackAdapter) -> None:
    about = recorded("app_home_opened")
    about["event"]["tab"] = "about"
    calls = len(slack.calls)
    assert await slack.deliver("events_api", about) == {}
    assert len(slack.calls) == calls


# the choice of language


async def test_a_language_that_is_picked_counts_for_answers_and_for_the_home(
    slack: FakeSlack, make: Deliveries, bilingual: Bot
) -> None:
    view = await opened_home(slack)
    menu = button(view["blocks"], "language")
    assert [option["text"]["text"] for option in menu["options"]] == [WORDS.any_language, "English", "Français"]
    await slack.deliver("interactive", make.choice(menu, 2))
    french = slack.sent("views.publish")[1].params["view"]
    assert "Questions fréquentes" in text_of(french)
    assert bilingual.language_of("slack:T0EXAMPLE:U0ASKER") == "fr"
    await slack.deliver("interactive", make.choice(button(french["blocks"], "language"), 0))
    assert bilingual.language_of("slack:T0EXAMPLE:U0ASKER") is None


async def test_the_home_keeps_the_choice_over_a_restart(slack: FakeSlack, make: Deliveries, bilingual: Bot) -> None:
    view = await opened_home(slack)
    await slack.deliver("interactive", make.choice(button(view["blocks"], "language"), 2))
    kept = slack.sent("views.publish")[1].params["view"]["private_metadata"]
    bilingual.prefer("slack:T0EXAMPLE:U0ASKER", None)  # as after a restart
    again = recorded("app_home_opened")
    again["event"]["view"] = {"private_metadata": kept}
    await slack.deliver("events_api", again)
    assert bilingual.language_of("slack:T0EXAMPLE:U0ASKER") == "fr"
    assert "Questions fréquentes" in text_of(slack.sent("views.publish")[2].params["view"])


async def test_a_language_that_there_is_not_is_no_choice(slack: FakeSlack, make: Deliveries, bilingual: Bot) -> None:
    menu = button((await opened_home(slack))["blocks"], "language")
    menu["options"][1]["value"] = json.dumps({"b": "xx"})
    await slack.deliver("interactive", make.choice(menu, 1))
    assert bilingual.language_of("slack:T0EXAMPLE:U0ASKER") is None


# shortcuts


async def test_answer_this_answers_somebody_s_message_to_the_one_who_asked_alone(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    shortcut = make.shortcut("what is a <@U0BOT> red notice?")
    for _ in range(2):
        await slack.deliver("interactive", shortcut)
    (call,) = slack.sent()
    assert (call.method, call.params["response_type"]) == ("response_url", "ephemeral")
    assert "find and provisionally arrest" in read(call.params).text
    assert button(call.params["blocks"], "share")


async def test_a_message_without_words_can_t_be_answered_and_that_is_said(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("interactive", make.shortcut(" "))
    assert WORDS.no_text in read(slack.sent()[0].params).text


async def test_the_global_shortcut_opens_a_modal_that_is_answered_in_its_acknowledgement(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.deliver("interactive", make.shortcut())
    (opened,) = slack.sent("views.open")
    view = opened.params["view"]
    assert view_faults(view) + alive(view) == []
    assert [one["action_id"] for one in nodes(view) if one.get("type") == "plain_text_input"] == ["text"]
    reply = await slack.deliver("interactive", make.submission("what is a red notice?"))
    assert reply["response_action"] == "update"
    assert "find and provisionally arrest" in text_of(reply["view"])
    assert view_faults(reply["view"]) + alive(reply["view"]) == []


async def test_a_modal_whose_answer_is_slow_says_so_and_is_filled_afterwards(
    slack: FakeSlack, make: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_app, "ACK_SECONDS", 0.05)
    engine = SlowEngine()
    adapter = SlackAdapter(Bot(engine), socket_settings(slack))
    await adapter.start()
    reply = await slack.deliver("interactive", make.submission("red notice"))
    assert WORDS.looking in text_of(reply["view"])
    engine.let.set()
    await slack.until(lambda: bool(slack.sent("views.update")), "the late answer")
    (update,) = slack.sent("views.update")
    assert update.params["view_id"] == "V0EXAMPLE"
    assert "find and provisionally arrest" in text_of(update.params["view"])
    await adapter.stop()
