"""Slack's payloads from the experts' channel: buttons, the modal, lines in a thread. Pure functions."""

import json
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from adapters.slack.parse import Payload, Place, is_machine, plain, text_of
from bot.handoff.states import Expert

ANSWER = "expert_answer"  # the modal's callback id
FIELD, TEXT = "answer", "text"  # of its text field: block and action
DOINGS = ("claim", "release", "answer", "decline", "save")
_ACTION = re.compile(r"expert_(\w+)")


@dataclass(frozen=True, slots=True)
class Doing:
    """A pressed button under a question: what is to be done with which hand-off, and by whom. `doing`: of DOINGS."""

    doing: str
    handoff: str
    expert: Expert
    place: Place
    trigger: str
    response_url: str
    key: str


@dataclass(frozen=True, slots=True)
class Written:
    """The modal, sent off: an expert's answer."""

    handoff: str
    expert: Expert
    text: str
    channel: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line in a thread of the experts' channel. `card` is the message that the thread is under."""

    card: str
    expert: Expert
    text: str
    place: Place
    user: str
    keys: tuple[str, ...]


def card_of(channel: str, ts: str) -> str:
    """Return the key of a message that shows experts a question."""
    return f"{channel}:{ts}"


def press(body: Payload) -> Doing | None:
    """Read a press on a button under a question; None for anything else."""
    actions = body.get("actions")
    action = _dict(actions[0]) if isinstance(actions, list) and actions else {}
    found = _ACTION.fullmatch(text_of(action.get("action_id")))
    handoff, user = _kept(action.get("value")), _dict(body.get("user"))
    if not found or found[1] not in DOINGS or not handoff or not text_of(user.get("id")):
        return None
    container = _dict(body.get("container"))
    channel = text_of(_dict(body.get("channel")).get("id")) or text_of(container.get("channel_id"))
    trigger = text_of(body.get("trigger_id"))
    return Doing(
        doing=found[1],
        handoff=handoff,
        expert=_expert(body),
        place=Place(channel, text_of(container.get("thread_ts")) or text_of(container.get("message_ts"))),
        trigger=trigger,
        response_url=text_of(body.get("response_url")),
        key=f"slack:expert:{handoff}:{found[1]}:{trigger}",
    )


def written(body: Payload) -> Written | None:
    """Read the modal; None for any other."""
    view = _dict(body.get("view"))
    kept = _read(view.get("private_metadata"))
    handoff = text_of(kept.get("h"))
    if body.get("type") != "view_submission" or view.get("callback_id") != ANSWER or not handoff:
        return None
    values = _dict(_dict(view.get("state")).get("values"))
    text = text_of(_dict(_dict(values.get(FIELD)).get(TEXT)).get("value"))
    return Written(handoff, _expert(body), plain(text), text_of(kept.get("c")))


def line(body: Payload, bot_user: str, channels: Container[str]) -> Line | None:
    """Read what a person wrote in a thread of an experts' channel, if it is not said to the bot itself."""
    event = _dict(body.get("event"))
    channel, thread, ts, user = (text_of(event.get(name)) for name in ("channel", "thread_ts", "ts", "user"))
    text = text_of(event.get("text"))
    if event.get("type") != "message" or channel not in channels or not (channel and thread and ts and user):
        return None
    if event.get("subtype") not in {None, "file_share", "thread_broadcast"} or is_machine(event, bot_user):
        return None
    if f"<@{bot_user}" in text:
        return None
    team = text_of(body.get("team_id"))
    keys = (f"slack:expert:{team}:{channel}:{ts}",)
    return Line(
        card_of(channel, thread), Expert(f"slack:{team}:{user}"), plain(text), Place(channel, thread), user, keys
    )


def _expert(body: Payload) -> Expert:
    user, team = _dict(body.get("user")), _dict(body.get("team"))
    name = text_of(user.get("name")) or text_of(user.get("username"))
    return Expert(f"slack:{text_of(team.get('id'))}:{text_of(user.get('id'))}", name)


def _kept(value: Any) -> str:
    return text_of(_read(value).get("h"))


def _read(raw: Any) -> Payload:
    try:
        return _dict(json.loads(text_of(raw)))
    except ValueError:
        return {}


def _dict(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}
