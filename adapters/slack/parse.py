"""Slack's payloads -> questions. Pure functions; a payload that lacks what is needed gives None."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.messages import Question

Payload = dict[str, Any]

COMMAND = "/interpol"
ACTIONS = {"choose", "share", "more", "browse", "feedback", "language", "person"}
_HUMAN_SUBTYPES = ("file_share", "thread_broadcast", "me_message")  # every other one is an edit, a join, a bot …
_ADDRESSED = re.compile(r"<@|<!(?!date)")  # a person, a group, everyone: whoever is named is the one who is asked
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
    post: str = ""  # the key of the message that asks
    ts: str = ""  # its time stamp


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, or a choice. `action` is one of ACTIONS.

    `private`: it stood on a message that only the presser sees. `entry` is empty where the question's text
    is to be asked. `chosen` is what is to be shown, or the language that was picked. `name` is what the presser is
    called there. `view` is the id of the view that it stood on, and `home` whether that is the App Home.
    `key` makes its delivery one (for `Bot.once`).
    """

    action: str
    question: Question
    entry: str
    reference: str
    chosen: str
    helpful: bool
    place: Place
    private: bool
    name: str
    response_url: str
    trigger: str
    view: str
    home: bool
    key: str


def message(body: Payload, bot_user: str) -> Asked | None:
    """Read an `app_mention` or a direct `message` event that a person wrote; None for every other one."""
    event = _dict(body.get("event"))
    channel, user, ts = (text_of(event.get(name)) for name in ("channel", "user", "ts"))
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    if not (channel and user and ts) or not _is_meant(event, bot_user, direct=direct):
        return None
    team = text_of(body.get("team_id"))
    # in the agent view, which tells the context, each direct message begins a thread
    thread = text_of(event.get("thread_ts")) or (ts if not direct or "app_context" in event else "")
    question = _question(
        plain(text_of(event.get("text"))),
        "direct" if direct else "mention",
        team=team,
        user=user,
        place=(channel, thread),
    )
    keys = _keys(body, team, channel, ts)
    return Asked(question, Place(channel, thread), keys, post=keys[0], ts=ts)


def _keys(body: Payload, team: str, channel: str, ts: str) -> tuple[str, ...]:
    """Return what makes a post one: it arrives as `message` and `app_mention`, with two ids and one ts (S5)."""
    event_id = text_of(body.get("event_id"))
    return (post_key(team, channel, ts), *([f"slack:event:{event_id}"] if event_id else []))


def post_key(team: str, channel: str, ts: str) -> str:
    """Return the key of a post."""
    return f"slack:message:{team}:{channel}:{ts}"


def overheard(body: Payload, bot_user: str) -> Asked | None:
    """Read a line in a channel's thread that a person wrote to nobody in particular; None for every other one.

    Slack delivers such lines only where the app was given a scope for them.
    """
    event = _dict(body.get("event"))
    channel, user, ts, thread = (text_of(event.get(name)) for name in ("channel", "user", "ts", "thread_ts"))
    text = text_of(event.get("text"))
    if not (channel and user and ts and thread) or event.get("channel_type") == "im" or _ADDRESSED.search(text):
        return None
    if event.get("type") != "message" or not _is_human(event) or is_machine(event, bot_user):
        return None
    team = text_of(body.get("team_id"))
    question = _question(plain(text), "thread", team=team, user=user, place=(channel, thread))
    keys = _keys(body, team, channel, ts)
    return Asked(question, Place(channel, thread), keys, post=keys[0], ts=ts)


def edit(body: Payload, bot_user: str) -> Asked | None:
    """Read a message whose words its writer changed, as it reads now; None for every other change (a link unfolds)."""
    event = _dict(body.get("event"))
    now, before = _dict(event.get("message")), _dict(event.get("previous_message"))
    channel, user, ts = text_of(event.get("channel")), text_of(now.get("user")), text_of(now.get("ts"))
    if event.get("subtype") != "message_changed" or not (channel and user and ts) or is_machine(now, bot_user):
        return None
    if not _is_human(now) or now.get("text") == before.get("text"):
        return None
    team, direct = text_of(body.get("team_id")), event.get("channel_type") == "im" or channel.startswith("D")
    thread = text_of(now.get("thread_ts")) or ("" if direct else ts)
    surface = "direct" if direct else "mention"
    question = _question(plain(text_of(now.get("text"))), surface, team=team, user=user, place=(channel, thread))
    when = text_of(_dict(now.get("edited")).get("ts")) or text_of(event.get("event_ts"))
    keys = (f"slack:edit:{team}:{channel}:{ts}:{when}",)
    return Asked(question, Place(channel, thread), keys, post=post_key(team, channel, ts), ts=ts)


def deletion(body: Payload) -> str | None:
    """Read that a message was deleted, and return the key of the post; None for everything else.

    The first message of a thread leaves a tombstone behind when it is deleted, which arrives as a change.
    """
    event = _dict(body.get("event"))
    now = _dict(event.get("message"))
    gone = text_of(event.get("deleted_ts")) if event.get("subtype") == "message_deleted" else ""
    if event.get("subtype") == "message_changed" and now.get("subtype") == "tombstone":
        gone = text_of(now.get("ts"))
    channel = text_of(event.get("channel"))
    return post_key(text_of(body.get("team_id")), channel, gone) if gone and channel else None


def is_machine(event: Payload, bot_user: str) -> bool:
    """Say whether a bot wrote a message: this one, another, or Slack's own."""
    return bool(event.get("bot_id") or event.get("user") in {bot_user, "USLACKBOT"})


def _is_human(event: Payload) -> bool:
    return event.get("subtype") is None or event.get("subtype") in _HUMAN_SUBTYPES


def _is_meant(event: Payload, bot_user: str, *, direct: bool) -> bool:
    if is_machine(event, bot_user) or event.get("hidden"):
        return False
    if event.get("type") == "message":
        return direct and _is_human(event)
    return event.get("type") == "app_mention" and _is_human(event)


def command(body: Payload) -> Asked | None:
    """Read the slash command; None for a command of another name."""
    if body.get("command") != COMMAND:
        return None
    channel, team, user = (text_of(body.get(name)) for name in ("channel_id", "team_id", "user_id"))
    question = _question(plain(text_of(body.get("text"))), "slash", team=team, user=user, place=(channel, ""))
    return Asked(question, Place(channel), response_url=text_of(body.get("response_url")))


def press(body: Payload) -> Press | None:
    """Read a press on one of our own buttons; None for anything else."""
    actions = body.get("actions")
    action = _dict(actions[0]) if isinstance(actions, list) and actions else {}
    name, _, number = text_of(action.get("action_id")).partition(":")
    value = _read_value(action.get("value") or _dict(action.get("selected_option")).get("value"))
    name, helpful = _judged(name, value)
    if name not in ACTIONS or value is None:
        return None
    container, user, view = _dict(body.get("container")), _dict(body.get("user")), _dict(body.get("view"))
    team, user_id = _id(body.get("team")), _id(user)
    channel = _id(body.get("channel")) or text_of(container.get("channel_id"))
    thread = text_of(container.get("thread_ts")) or text_of(_dict(body.get("message")).get("thread_ts"))
    private = container.get("is_ephemeral") is True
    stamp = text_of(container.get("message_ts")) or text_of(view.get("id"))
    surface = {"share": "share"}.get(name, "home" if view.get("type") == "home" else "button")
    question = _question(
        value["q"], surface, team=team, user=user_id, place=(channel, thread), language=value["l"] or None
    )
    return Press(
        action=name,
        question=question,
        entry=value["e"],
        reference=value["r"],
        chosen=value["b"],
        helpful=helpful,
        place=Place(channel, thread),
        private=private,
        name=text_of(user.get("name")) or text_of(user.get("username")),
        response_url=text_of(body.get("response_url")),
        trigger=text_of(body.get("trigger_id")),
        view=text_of(view.get("id")),
        home=view.get("type") == "home",
        key=f"slack:press:{team}:{channel}:{stamp}:{name}:{number}:{_turn(name, body, private=private)}",
    )


def _judged(name: str, value: dict[str, str] | None) -> tuple[str, bool]:
    """Read a judgement; messages from before Slack had its own buttons for it carry ours."""
    if name in {"helpful", "unhelpful"}:
        return "feedback", name == "helpful"
    return name, bool(value and value["f"] == "1")


def _turn(action: str, body: Payload, *, private: bool) -> str:
    """Return what tells one press from the next where a button may be pressed more than once."""
    if action == "share":
        return _id(body.get("user"))
    if action == "feedback":  # the last word counts, so each is one
        return f"{_id(body.get('user'))}:{text_of(body.get('trigger_id'))}"
    if action == "choose" and not private and not body.get("view"):
        return ""  # a public one answers once for all; a private one again, after its answer was dismissed
    return text_of(body.get("trigger_id"))


def is_readable(body: Any) -> bool:
    """Whether a delivery has the outline that Bolt takes for granted."""
    return isinstance(body, dict) and isinstance(body.get("event", {}), dict)


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
        value = json.loads(text_of(raw))
    except ValueError:
        return None
    return {key: text_of(value.get(key)) for key in "elqrbf"} if isinstance(value, dict) else None


def _dict(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """Return a text, or nothing where it is none."""
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str:
    return text_of(_dict(value).get("id"))
