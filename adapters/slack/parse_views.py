"""Slack's payloads of the App Home, shortcuts, modals, the agent view and workflow steps. Pure functions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.slack.parse import Payload, Place, plain, text_of
from bot.messages import Question

ASK, ANSWER_THIS = "ask", "answer_this"  # callback ids of the shortcuts, and of the modal
STEP = "ask_interpol_bot"  # the workflow step's callback id, as in the manifest
QUESTION, TEXT = "question", "text"  # of the modal's text field: block and action


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened the App Home, or a conversation with the bot, or now looks at something else meanwhile.

    `tab` is "home", "messages" or "thread" (the older assistant, whose place has a thread). `looking_at` is the
    channel that the person has before them, if Slack tells. `language` is the choice that the home keeps.
    """

    tab: str
    asker: str
    user: str
    place: Place
    looking_at: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut was used: on a message, whose words are the question, or anywhere (then there is none)."""

    question: Question
    on_message: bool
    trigger: str
    response_url: str
    key: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """The modal was sent off with a question. `view` is its id."""

    question: Question
    view: str


@dataclass(frozen=True, slots=True)
class Step:
    """A workflow asks. `token` is for this one execution."""

    question: Question
    execution: str
    token: str
    key: str


def opened(body: Payload) -> Opened | None:
    """Read `app_home_opened`, `assistant_thread_started` and the two events of a changed context."""
    event, team = _dict(body.get("event")), text_of(body.get("team_id"))
    kind, thread = text_of(event.get("type")), _dict(event.get("assistant_thread"))
    if kind in {"assistant_thread_started", "assistant_thread_context_changed"}:
        user, place = text_of(thread.get("user_id")), Place(*_texts(thread, "channel_id", "thread_ts"))
        context = text_of(_dict(thread.get("context")).get("channel_id"))
        return Opened("thread", f"slack:{team}:{user}", user, place, context) if place.channel else None
    if kind != "app_home_opened":
        return None
    user, channel, tab = _texts(event, "user", "channel", "tab")
    context = next(_channels(event.get("app_context") or event.get("context")), "")
    language = _kept(event.get("view"))
    return Opened(tab, f"slack:{team}:{user}", user, Place(channel), context, language) if user else None


def shortcut(body: Payload) -> Shortcut | None:
    """Read one of our shortcuts; None for any other."""
    user, team, trigger = _id(body.get("user")), _id(body.get("team")), text_of(body.get("trigger_id"))
    on_message = body.get("type") == "message_action" and body.get("callback_id") == ANSWER_THIS
    if not user or not (on_message or (body.get("type") == "shortcut" and body.get("callback_id") == ASK)):
        return None
    text = plain(text_of(_dict(body.get("message")).get("text"))) if on_message else ""
    question = _question(text, "shortcut", team, user, _id(body.get("channel")))
    return Shortcut(
        question, on_message, trigger, text_of(body.get("response_url")), f"slack:shortcut:{team}:{trigger}"
    )


def submitted(body: Payload) -> Submitted | None:
    """Read our modal; None for any other."""
    view, team = _dict(body.get("view")), _id(body.get("team"))
    if body.get("type") != "view_submission" or view.get("callback_id") != ASK:
        return None
    values = _dict(_dict(view.get("state")).get("values"))
    text = text_of(_dict(_dict(values.get(QUESTION)).get(TEXT)).get("value"))
    return Submitted(_question(plain(text), "modal", team, _id(body.get("user")), ""), text_of(view.get("id")))


def step(body: Payload) -> Step | None:
    """Read an execution of our workflow step; None for any other."""
    event, team = _dict(body.get("event")), text_of(body.get("team_id"))
    execution, token = _texts(event, "function_execution_id", "bot_access_token")
    if event.get("type") != "function_executed" or _dict(event.get("function")).get("callback_id") != STEP:
        return None
    text = plain(text_of(_dict(event.get("inputs")).get("question")))
    question = _question(text, "workflow", team, "workflow", text_of(event.get("workflow_execution_id")))
    return Step(question, execution, token, f"slack:function:{team}:{execution}") if execution else None


def _question(text: str, surface: str, team: str, user: str, channel: str) -> Question:
    return Question(
        text=text,
        platform="slack",
        surface=surface,
        conversation=f"slack:{team}:{channel}:{user}",
        asker=f"slack:{team}:{user}",
    )


def _channels(context: Any) -> Iterator[str]:
    """Yield the channels of an agent's context, the most relevant first."""
    entities = _dict(context).get("entities")
    for entity in entities if isinstance(entities, list) else ():
        if _dict(entity).get("type") == "slack#/types/channel_id" and (channel := text_of(_dict(entity).get("value"))):
            yield channel


def _kept(view: Any) -> str | None:
    """Return the language that the home keeps for its owner."""
    try:
        kept = json.loads(text_of(_dict(view).get("private_metadata")))
    except ValueError:
        return None
    return text_of(_dict(kept).get("l")) or None


def _texts(of: Payload, *names: str) -> tuple[str, ...]:
    return tuple(text_of(of.get(name)) for name in names)


def _dict(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    return text_of(_dict(value).get("id"))
