"""Slack's payloads of the settings: the command, and the modal as it was sent off. Pure functions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.parse import Payload, text_of
from bot.rules import Rules

SETTINGS = "settings"  # the modal's callback id
NONE = "-"  # the choice of nothing
YES, NO = "y", "n"
WORKSPACE, CHANNEL = "w", "c"  # what a field is about: stands before its name
LANGUAGE, EXPERTS, PUBLIC, FOLLOW_UP = "language", "experts", "public", "follow_up"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants to change the settings. `channel` is empty in a direct message."""

    user: str
    team: str
    channel: str
    trigger: str
    response_url: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The modal was sent off: what was chosen, by workspace and channel ("": the workspace itself)."""

    user: str
    team: str
    rules: Mapping[tuple[str, str], Rules]


def wanted(body: Payload) -> Wanted:
    """Read the command."""
    names = ("user_id", "team_id", "channel_id", "trigger_id", "response_url")
    user, team, channel, trigger, response_url = (text_of(body.get(name)) for name in names)
    return Wanted(user, team, "" if channel.startswith("D") else channel, trigger, response_url)


def chosen(body: Payload) -> Chosen | None:
    """Read the modal; None for any other."""
    view, user, team = _dict(body.get("view")), _id(body.get("user")), _id(body.get("team"))
    if body.get("type") != "view_submission" or view.get("callback_id") != SETTINGS or not (user and team):
        return None
    values = _dict(_dict(view.get("state")).get("values"))
    rules = {(team, ""): _rules(values, WORKSPACE)}
    if channel := _channel(view.get("private_metadata")):
        rules[team, channel] = _rules(values, CHANNEL)
    return Chosen(user, team, rules)


def _rules(values: Payload, about: str) -> Rules:
    def picked(name: str) -> str | None:
        element = _dict(_dict(values.get(f"{about}.{name}")).get(f"{about}.{name}"))
        option = text_of(_dict(element.get("selected_option")).get("value"))
        found = option or text_of(element.get("selected_conversation"))
        return found if found != NONE else None

    def agreed(name: str) -> bool | None:
        return {YES: True, NO: False}.get(picked(name) or "")

    return Rules(picked(LANGUAGE) or None, picked(EXPERTS) or None, agreed(PUBLIC), agreed(FOLLOW_UP))


def _channel(metadata: Any) -> str:
    try:
        return text_of(_dict(json.loads(text_of(metadata))).get("c"))
    except ValueError:
        return ""


def _dict(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    return text_of(_dict(value).get("id"))
