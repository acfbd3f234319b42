"""`/interpol settings`: for administrators, kept by workspace and channel, and heeded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from adapters.slack.parse_settings import chosen
from adapters.slack.settings import form
from bot.known_rules import KnownRules
from bot.rules import Rules
from bot.service import Bot
from bot.store import Store, utc_now
from tests import slack_rig
from tests.fake_slack import ASKER, CHANNEL, DIRECT, TEAM, FakeSlack
from tests.fakes import WORDS, FakeEngine
from tests.slack_deliveries import Deliveries
from tests.slack_rig import ask, read, socket_settings
from tests.slack_rules import button, nodes, view_faults

Payload = dict[str, Any]
EXPERTS = "C0EXPERTS"

slack, make = slack_rig.slack, slack_rig.make  # fixtures


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'bot.db'}")


@pytest.fixture
async def adapter(slack: FakeSlack, store: Store) -> AsyncIterator[SlackAdapter]:
    slack.channels.add(EXPERTS)
    slack.administrators.add(ASKER)
    bot = Bot(FakeEngine(), store)
    await bot.start()
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    yield adapter
    await adapter.stop()
    await bot.stop()


async def opened(slack: FakeSlack, make: Deliveries, **changes: str) -> Payload:
    assert await slack.deliver("slash_commands", make.command("settings", **changes)) == {}
    await slack.until(lambda: bool(slack.sent("views.open")), "the modal")
    view: Payload = slack.sent("views.open")[-1].params["view"]
    return view


async def choose(slack: FakeSlack, make: Deliveries, **fields: str) -> Payload:
    return await slack.deliver("interactive", make.chosen(await opened(slack, make), **fields))


async def test_an_administrator_gets_the_settings_of_workspace_and_channel(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    view = await opened(slack, make)
    assert [one["block_id"] for one in view["blocks"] if one["type"] == "input"] == [
        f"{about}.{name}" for about in "wc" for name in ("language", "experts", "public", "follow_up")
    ]


async def test_in_a_direct_message_there_is_only_the_workspace(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    view = await opened(slack, make, channel_id=DIRECT)
    assert {one["block_id"][0] for one in view["blocks"] if one["type"] == "input"} == {"w"}


@pytest.mark.parametrize("lacking", [True, False])
async def test_nobody_else_gets_them_and_is_told_why(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, lacking: bool
) -> None:
    slack.administrators.clear()
    slack.missing_scopes = {"users.info"} if lacking else set()
    await slack.deliver("slash_commands", make.command("settings"))
    await slack.until(lambda: bool(slack.sent("response_url")), "the refusal")
    (call,) = slack.sent("response_url")
    assert call.params["response_type"] == "ephemeral"
    assert (WORDS.settings_unable if lacking else WORDS.settings_denied)[:30] in read(call.params).text
    assert slack.sent("views.open") == []


async def test_what_was_chosen_is_kept_shown_again_and_holds_after_a_restart(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, store: Store
) -> None:
    reply = await choose(slack, make, w_language="en", w_follow_up="n", c_public="n", c_experts=EXPERTS)
    assert reply["response_action"] == "update"
    assert WORDS.settings_saved in str(reply["view"])
    kept = KnownRules("slack", store)
    assert await kept.of(TEAM) == Rules("en", None, public=True, follow_up=False)
    assert await kept.of(TEAM, CHANNEL) == Rules("en", EXPERTS, public=False, follow_up=False)
    again = make.chosen(await opened(slack, make))
    assert chosen(again) == chosen(make.chosen(slack.sent("views.open")[-1].params["view"]))
    read_back = chosen(again)
    assert read_back
    assert read_back.rules[TEAM, CHANNEL] == Rules(None, EXPERTS, public=False, follow_up=None)


async def test_what_cannot_be_saved_stays_in_the_modal(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.settings.SAVE_SECONDS", 0.1)

    async def stalled(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(store.rules, "put", stalled)
    reply = await choose(slack, make, c_public="n")
    assert reply == {"response_action": "errors", "errors": {"w.language": WORDS.expert_failed}}


async def test_where_no_public_answers_are_wanted_a_mention_is_answered_to_the_asker_alone(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await choose(slack, make, c_public="n")
    mention = make.mention("red notice")
    await slack.deliver("events_api", mention)
    await slack.until(lambda: bool(slack.sent("chat.postEphemeral")), "the answer")
    (call,) = slack.sent("chat.postEphemeral")
    assert (call.params["user"], call.params["thread_ts"]) == (ASKER, mention["event"]["ts"])
    assert slack.sent("chat.postMessage") == []


async def test_there_nothing_can_be_shared_either(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    share = button((await ask(slack, make, "red notice"))["blocks"], "share")
    await choose(slack, make, c_public="n")
    blocks = (await ask(slack, make, "red notice"))["blocks"]
    assert "share" not in [one.get("action_id") for one in nodes(blocks)]
    await slack.deliver("interactive", make.press(share, private=True))
    await slack.until(lambda: bool(slack.sent("response_url")), "the refusal")
    assert [WORDS.settings_private in read(call.params).text for call in slack.sent("response_url")] == [True]


async def test_a_thread_is_not_followed_where_that_was_switched_off(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    first = make.mention("red notice")
    await slack.deliver("events_api", first)
    thread = first["event"]["ts"]
    await slack.deliver("events_api", make.line("and a red notice?", thread))
    assert len(slack.sent("chat.postMessage")) == 2
    await choose(slack, make, w_follow_up="n")
    await slack.deliver("events_api", make.line("and another red notice?", thread))
    assert len(slack.sent("chat.postMessage")) == 2


async def test_the_answers_language_is_the_channels_unless_the_asker_chose_one(
    slack: FakeSlack, make: Deliveries, store: Store
) -> None:
    asked: list[tuple[str | None, str | None]] = []

    class Listening(FakeEngine):
        def answer(self, question: Any) -> Any:
            asked.append((question.language, question.reply_in))
            return super().answer(question)

    bot = Bot(Listening(), store)
    await bot.start()
    await store.rules.put({f"slack:{TEAM}:{CHANNEL}": Rules(language="fr")}, utc_now())
    adapter = SlackAdapter(bot, socket_settings(slack))
    await adapter.start()
    await ask(slack, make, "red notice")
    await slack.deliver("events_api", make.mention("red notice"))
    bot.prefer(f"slack:{TEAM}:{ASKER}", "es")
    await ask(slack, make, "red notice")
    await adapter.stop()
    await bot.stop()
    assert [reply_in for _, reply_in in asked] == ["fr", "fr", "es"]
    assert asked[0][0] == "fr"


async def test_questions_for_a_person_go_to_the_channel_that_was_chosen(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    person = button((await ask(slack, make, "red notice"))["blocks"], "person")
    await slack.deliver("interactive", make.press(person, private=True))
    await slack.until(lambda: bool(slack.sent("response_url")), "the contact")
    assert slack.sent("chat.postMessage") == []
    await choose(slack, make, w_experts=EXPERTS)
    person = button((await ask(slack, make, "red notice"))["blocks"], "person")
    await slack.deliver("interactive", make.press(person, private=True))
    await slack.until(lambda: bool(slack.sent("chat.postMessage")), "the question")
    card = slack.sent("chat.postMessage")[0].params
    assert card["channel"] == EXPERTS
    claim = make.press(button(card["blocks"], "expert_claim"), private=False)
    claim["channel"]["id"] = claim["container"]["channel_id"] = EXPERTS
    await slack.deliver("interactive", claim)
    await slack.until(lambda: bool(slack.sent("chat.update")), "the claim")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_modal_is_within_the_limits(language: str) -> None:
    names = {"en": "English", "ar": "العربية"}
    rules = {"": Rules("ar", EXPERTS, public=True, follow_up=False), CHANNEL: Rules()}
    assert view_faults(form(WORDS, language, rules, names)) == []


@pytest.mark.parametrize("metadata", ["", "[]", "{", '{"c": 7}'])
def test_a_modal_of_another_shape_chooses_nothing_for_a_channel(metadata: str) -> None:
    body = {"type": "view_submission", "user": {"id": ASKER}, "team": {"id": TEAM}}
    view = {"callback_id": "settings", "private_metadata": metadata, "state": {"values": {"w.public": 7}}}
    read_back = chosen(body | {"view": view})
    assert read_back
    assert read_back.rules == {(TEAM, ""): Rules()}
    assert chosen(body | {"view": view | {"callback_id": "other"}}) is None
