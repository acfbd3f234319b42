"""Slack's payloads become questions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import parse
from bot.messages import Question
from tests.fake_slack import BOT_USER
from tests.slack_deliveries import recorded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = (
    "app_mention",
    "direct_message",
    "message_changed",
    "message_deleted",
    "thread_message",
    "slash_command",
    "block_actions_private",
    "block_actions_thread",
)


def event(name: str, **changes: Any) -> dict[str, Any]:
    payload = recorded(name)
    payload["event"] |= changes
    return payload


def test_a_mention_is_a_question_for_its_thread() -> None:
    asked = parse.message(recorded("app_mention"), BOT_USER)
    assert asked == parse.Asked(
        question=Question(
            text="what is a red notice?",
            platform="slack",
            surface="mention",
            conversation="slack:T0EXAMPLE:C0GENERAL:1753000000.000100",
            asker="slack:T0EXAMPLE:U0ASKER",
        ),
        place=parse.Place("C0GENERAL", "1753000000.000100"),
        keys=("slack:message:T0EXAMPLE:C0GENERAL:1753000000.000100", "slack:event:Ev0EXAMPLE1"),
        post="slack:message:T0EXAMPLE:C0GENERAL:1753000000.000100",
        ts="1753000000.000100",
    )


def test_a_mention_in_a_thread_stays_in_that_thread() -> None:
    asked = parse.message(event("app_mention", thread_ts="1.2"), BOT_USER)
    assert asked
    assert asked.place.thread_ts == "1.2"
    assert asked.question.conversation.endswith(":1.2")


def test_a_direct_message_is_answered_beside_it_unless_it_was_in_a_thread() -> None:
    asked = parse.message(recorded("direct_message"), BOT_USER)
    threaded = parse.message(event("direct_message", thread_ts="1.2"), BOT_USER)
    assert asked
    assert threaded
    assert (asked.place, asked.question.surface) == (parse.Place("D0ASKER"), "direct")
    assert threaded.place == parse.Place("D0ASKER", "1.2")


def test_in_the_agent_view_a_direct_message_begins_a_thread() -> None:
    asked = parse.message(event("direct_message", app_context={}), BOT_USER)
    assert asked
    assert asked.place == parse.Place("D0ASKER", "1753000001.000200")


def test_both_events_of_one_post_share_a_key() -> None:
    direct = parse.message(recorded("direct_message"), BOT_USER)
    mention = parse.message(event("app_mention", channel="D0ASKER", ts="1753000001.000200"), BOT_USER)
    assert direct
    assert mention
    assert set(direct.keys) & set(mention.keys)
    assert direct.place == mention.place


def test_a_direct_message_with_a_file_is_still_a_question() -> None:
    assert parse.message(event("direct_message", subtype="file_share"), BOT_USER)


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B0OTHER"},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
        {"user": None},
        {"ts": None},
        {"channel": 7},
        {"channel_type": "channel", "channel": "C0GENERAL"},
        *({"subtype": name} for name in ("bot_message", "message_changed", "message_deleted", "channel_join")),
    ],
)
def test_what_no_person_asked_is_no_question(changes: dict[str, Any]) -> None:
    assert parse.message(event("direct_message", **changes), BOT_USER) is None


def test_an_edit_is_no_question() -> None:
    assert parse.message(recorded("message_changed"), BOT_USER) is None


def test_a_slash_command_is_a_question_and_another_command_is_none() -> None:
    asked = parse.command(recorded("slash_command"))
    assert asked
    assert asked.question.surface == "slash"
    assert asked.question.conversation == "slack:T0EXAMPLE:C0GENERAL:U0ASKER"
    assert asked.response_url == recorded("slash_command")["response_url"]
    assert parse.command(recorded("slash_command") | {"command": "/other"}) is None


@pytest.mark.parametrize(
    ("slack", "words"),
    [
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("&amp;lt;", "&lt;"),
        ("<@U0BOT> hello", "hello"),
        ("ask <@U1|jane> in <#C1|general>", "ask jane in general"),
        ("ask <@U1>, <#C1>, <!here>, <!subteam^S1>!", "ask , , , !"),
        ("<!date^1^{date}|in May>", "in May"),
        ("is <http://interpol.int|interpol.int> real", "is interpol.int real"),
        ("is <https://interpol.int/> real", "is https://interpol.int/ real"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<<@U1>>", "<>"),
        ("\ud83d alone", "\ufffd alone"),
    ],
)
def test_slack_markup_becomes_plain_words(slack: str, words: str) -> None:
    assert parse.plain(slack) == words


@given(st.text(alphabet=st.characters(), max_size=60))
def test_plain_words_of_anything_can_be_sent_on(text: str) -> None:
    assert parse.plain(text).encode() is not None


def test_a_press_says_what_where_and_who() -> None:
    private, public = (parse.press(recorded(f"block_actions_{name}")) for name in ("private", "thread"))
    assert private
    assert public
    assert (private.action, private.private, private.name, private.entry) == ("share", True, "jane", "mission")
    assert private.question.text == "what is the mission?"
    assert (private.question.language, private.question.surface) == ("en", "share")
    assert (public.action, public.private) == ("choose", False)
    assert public.place == parse.Place("C0GENERAL", "1753000000.000100")


def test_a_share_button_counts_once_however_often_it_is_pressed() -> None:
    first, second = recorded("block_actions_private"), recorded("block_actions_private") | {"trigger_id": "other"}
    assert parse.press(first).key == parse.press(second).key  # type: ignore[union-attr]


def test_each_person_may_say_whether_it_helped() -> None:
    one, other = (recorded("block_actions_thread") for _ in range(2))
    for payload in (one, other):
        payload["actions"][0] |= {"action_id": "helpful", "value": '{"r":"abcd1234"}'}
    other["user"]["id"] = "U0SECOND"
    assert parse.press(one).key != parse.press(other).key  # type: ignore[union-attr]
    assert parse.press(one).reference == "abcd1234"  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["", "not json", "[]", "7", None])
def test_a_button_without_our_value_is_no_press(value: str | None) -> None:
    payload = recorded("block_actions_private")
    payload["actions"][0]["value"] = value
    assert parse.press(payload) is None


@given(st.sampled_from(NAMES), st.data())
def test_any_field_may_be_missing_or_odd(name: str, data: st.DataObject) -> None:
    payload = recorded(name)
    target = payload
    while True:
        key = data.draw(st.sampled_from(sorted(target)))
        if not (isinstance(target[key], dict) and target[key] and data.draw(st.booleans())):
            break
        target = target[key]
    target[key] = data.draw(JSON)
    results = (
        parse.message(payload, BOT_USER),
        parse.overheard(payload, BOT_USER),
        parse.edit(payload, BOT_USER),
        parse.command(payload),
        parse.press(payload),
    )
    assert all(result is None or isinstance(result.question.text, str) for result in results)
    assert isinstance(parse.deletion(payload), str | None)


def test_a_line_in_a_thread_is_read_as_nobody_s_question() -> None:
    asked = parse.overheard(recorded("thread_message"), BOT_USER)
    assert asked
    assert (asked.question.surface, asked.question.text) == ("thread", "how long does it last?")
    assert asked.place == parse.Place("C0GENERAL", "1753000000.000100")
    assert parse.message(recorded("thread_message"), BOT_USER) is None


def test_an_edit_and_a_deletion_name_the_post_that_was_asked() -> None:
    changed = parse.edit(recorded("message_changed"), BOT_USER)
    assert changed
    assert changed.post == parse.post_key("T0EXAMPLE", "D0ASKER", "1753000001.000200")
    assert changed.question.text == "what is a red notice, please?"
    gone = parse.deletion(recorded("message_deleted"))
    assert gone == parse.post_key("T0EXAMPLE", "C0GENERAL", "1753000000.000100")
    assert parse.deletion(recorded("message_changed")) is None
    assert parse.edit(recorded("message_deleted"), BOT_USER) is None


@pytest.mark.parametrize("body", [[], "text", 7, None, {"event": "odd"}, {"event": [1]}])
def test_what_has_not_the_outline_of_a_delivery_is_unreadable(body: Any) -> None:
    assert not parse.is_readable(body)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_payloads_are_readable_and_hold_made_up_ids_only(name: str) -> None:
    payload = recorded(name)
    assert parse.is_readable(payload)
    assert "made-up" in json.dumps(payload)
