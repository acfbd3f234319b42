"""adapters/slack/parse_views.py: the App Home, shortcuts, modals, the agent view and workflow steps are read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import parse_views
from adapters.slack.parse import Place
from tests.slack_deliveries import recorded
from tests.test_slack_parse import JSON, event

NAMES = (
    "app_home_opened",
    "assistant_thread_started",
    "function_executed",
    "message_shortcut",
    "global_shortcut",
    "view_submission",
)


def test_an_opened_home_says_who_opened_it_and_what_it_keeps() -> None:
    opened = parse_views.opened(event("app_home_opened", view={"private_metadata": '{"l":"fr"}'}))
    assert opened == parse_views.Opened("home", "slack:T0EXAMPLE:U0ASKER", "U0ASKER", Place("D0ASKER"), "", "fr")
    first = parse_views.opened(recorded("app_home_opened"))
    assert first
    assert first.language is None


def test_the_agent_view_says_what_the_person_looks_at() -> None:
    entities = [{"type": "slack#/types/canvas_id", "value": "F1"}, {"type": "slack#/types/channel_id", "value": "C1"}]
    opened = parse_views.opened(event("app_home_opened", tab="messages", app_context={"entities": entities}))
    assert opened
    assert (opened.tab, opened.place, opened.looking_at) == ("messages", Place("D0ASKER"), "C1")


@pytest.mark.parametrize("kind", ["assistant_thread_started", "assistant_thread_context_changed"])
def test_the_older_assistant_has_a_thread(kind: str) -> None:
    opened = parse_views.opened(event("assistant_thread_started", type=kind))
    assert opened
    assert (opened.tab, opened.place, opened.looking_at) == (
        "thread",
        Place("D0ASKER", "1753000013.000100"),
        "C0GENERAL",
    )


def test_a_shortcut_on_a_message_asks_its_words_and_the_global_one_nothing() -> None:
    on_message = parse_views.shortcut(recorded("message_shortcut"))
    anywhere = parse_views.shortcut(recorded("global_shortcut"))
    assert on_message
    assert anywhere
    assert (on_message.question.text, on_message.on_message) == ("what is a red notice?", True)
    assert on_message.question.asker == "slack:T0EXAMPLE:U0ASKER"
    assert (anywhere.question.text, anywhere.on_message, anywhere.trigger) == ("", False, "9.10.made-up")


@pytest.mark.parametrize("name", ["message_shortcut", "global_shortcut", "view_submission"])
def test_those_of_other_apps_are_none_of_ours(name: str) -> None:
    other = recorded(name) | {"callback_id": "x", "view": {"callback_id": "x"}}
    assert parse_views.shortcut(other) is None
    assert parse_views.submitted(other) is None


def test_a_sent_modal_is_a_question() -> None:
    submitted = parse_views.submitted(recorded("view_submission"))
    assert submitted
    assert (submitted.question.text, submitted.question.surface) == ("what is a red notice?", "modal")
    assert submitted.view == "V0EXAMPLE"


def test_a_workflow_asks_in_nobody_s_name() -> None:
    step = parse_views.step(recorded("function_executed"))
    assert step
    assert (step.question.text, step.question.asker) == ("what is a red notice?", "slack:T0EXAMPLE:workflow")
    assert (step.execution, step.token) == ("Fx0EXAMPLE", "xwfp-made-up")
    assert parse_views.step(event("function_executed", function={"callback_id": "other"})) is None


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
    read = (parse_views.opened, parse_views.shortcut, parse_views.submitted, parse_views.step)
    results = [each(payload) for each in read]
    assert sum(result is not None for result in results) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_recorded_payloads_hold_made_up_ids_only(name: str) -> None:
    assert "made-up" in json.dumps(recorded(name))
