"""Slack's payloads -> questions. Pure functions; a payload that lacks what is needed gives None."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.messages import Question

Payload = dict[str, Any]

COMMAND = "/interpol"
_HUMAN_SUBTYPES = {None, "file_share", "thread_broadcast", "me_message"}  # every other one is an edit, a join, a bot …
_MARKUP = re.compile(r"<([@#!]|https?:|mailto:|tel:)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes. An empty `thread_ts` is the channel itself."""

    channel: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, where its answer goes, and the ids that make its delivery one (for `Bot.once`)."""

    question: Question
    place: Place
    keys: tuple[str, ...] = ()
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button. `action` is "choose", "share", "helpful" or "unhelpful".

    `private`: it stood on a message that only the presser sees. `entry` is empty where the question's text
    is to be asked. `name` is what the presser is called there. `key` makes its delivery one (for `Bot.once`).
    """

    action: str
    question: Question
    entry: str
    reference: str
    place: Place
    private: bool
    name: str
    response_url: str
    key: str


def message(body: Payload, bot_user: str) -> Asked | None:
    """Read an `app_mention` or a direct `message` event that a person wrote; None for every other one."""
    event = _dict(body.get("event"))
    channel, user, ts = (_str(event.get(name)) for name in ("channel", "user", "ts"))
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    if not (channel and user and ts) or not _is_meant(event, bot_user, direct=direct):
        return None
    team = _str(body.get("team_id"))
    thread = _str(event.get("thread_ts")) or ("" if direct else ts)
    question = _question(
        plain(_str(event.get("text"))), "direct" if direct else "mention", team=team, user=user, place=(channel, thread)
    )
    # one post arrives as `message` and as `app_mention`, with two event ids and one (team, channel, ts): S5
    keys = [f"slack:message:{team}:{channel}:{ts}"]
    if event_id := _str(body.get("event_id")):
        keys.append(f"slack:event:{event_id}")
    return Asked(question, Place(channel, thread), tuple(keys))


def _is_meant(event: Payload, bot_user: str, *, direct: bool) -> bool:
    if event.get("bot_id") or event.get("user") in {bot_user, "USLACKBOT"} or event.get("hidden"):
        return False
    if event.get("type") == "message":
        return direct and event.get("subtype") in _HUMAN_SUBTYPES
    return event.get("type") == "app_mention" and event.get("subtype") in _HUMAN_SUBTYPES


def command(body: Payload) -> Asked | None:
    """Read the slash command; None for a command of another name."""
    if body.get("command") != COMMAND:
        return None
    channel, team, user = (_str(body.get(name)) for name in ("channel_id", "team_id", "user_id"))
    question = _question(plain(_str(body.get("text"))), "slash", team=team, user=user, place=(channel, ""))
    return Asked(question, Place(channel), response_url=_str(body.get("response_url")))


def press(body: Payload) -> Press | None:
    """Read a press on one of our own buttons; None for anything else."""
    actions = body.get("actions")
    action = _dict(actions[0]) if isinstance(actions, list) and actions else {}
    name, _, number = _str(action.get("action_id")).partition(":")
    value = _read_value(action.get("value"))
    if name not in {"choose", "share", "helpful", "unhelpful"} or value is None:
        return None
    container, user = _dict(body.get("container")), _dict(body.get("user"))
    team, user_id = _id(body.get("team")), _id(user)
    channel = _id(body.get("channel")) or _str(container.get("channel_id"))
    thread = _str(container.get("thread_ts")) or _str(_dict(body.get("message")).get("thread_ts"))
    private = container.get("is_ephemeral") is True
    stamp = _str(container.get("message_ts"))
    question = _question(
        value["q"],
        "share" if name == "share" else "button",
        team=team,
        user=user_id,
        place=(channel, thread),
        language=value["l"] or None,
    )
    return Press(
        action=name,
        question=question,
        entry=value["e"],
        reference=value["r"],
        place=Place(channel, thread),
        private=private,
        name=_str(user.get("name")) or _str(user.get("username")),
        response_url=_str(body.get("response_url")),
        key=f"slack:press:{team}:{channel}:{stamp}:{name}:{number}:{_turn(name, body, private=private)}",
    )


def _turn(action: str, body: Payload, *, private: bool) -> str:
    """Return what tells one press from the next where a button may be pressed more than once."""
    if action == "choose":  # a public one answers once for all; a private one again, after its answer was dismissed
        return _str(body.get("trigger_id")) if private else ""
    return _id(body.get("user"))


def is_readable(body: Any) -> bool:
    """Whether a delivery has the outline that Bolt takes for granted."""
    return isinstance(body, dict) and isinstance(body.get("event", {}), dict)


def wants_help(text: str) -> bool:
    """Whether nothing was asked, or the word help alone."""
    return text.strip().casefold() in {"", "help"}


def plain(text: str) -> str:
    """Turn Slack's markup into words: labels and addresses stay, mentions without a label go, entities are undone."""
    text = _MARKUP.sub(_words, text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _whole(text).strip()


def _words(match: re.Match[str]) -> str:
    kind, target, label = match.groups()
    if label:
        return str(label)
    return "" if kind in {"@", "#", "!"} else f"{kind}{target}"


def _whole(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 can't."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _question(
    text: str, surface: str, *, team: str, user: str, place: tuple[str, str], language: str | None = None
) -> Question:
    return Question(
        text=text,
        language=language,
        platform="slack",
        surface=surface,
        # outside a thread each person talks for themselves: a private question is nobody else's context
        conversation=f"slack:{team}:{place[0]}:{place[1] or user}",
        asker=f"slack:{team}:{user}",
    )


def _read_value(raw: Any) -> dict[str, str] | None:
    try:
        value = json.loads(_str(raw))
    except ValueError:
        return None
    return {key: _str(value.get(key)) for key in "elqr"} if isinstance(value, dict) else None


def _dict(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str:
    return _str(_dict(value).get("id"))
