"""What Slack delivers: recorded payloads, with new ids and other texts."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.fake_slack import ASKER, BOT_USER, FakeSlack, Payload

_PAYLOADS = Path(__file__).parent / "payloads"


def recorded(name: str) -> Payload:
    """Return a recorded payload, `tests/payloads/slack_<name>.json`."""
    payload: Payload = json.loads((_PAYLOADS / f"slack_{name}.json").read_text(encoding="utf-8"))
    return payload


class Deliveries:
    """Recorded payloads with new ids and other texts (in Slack's markup: what a person types arrives escaped)."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    def mention(self, text: str, **changes: Any) -> Payload:
        """Return an app_mention event in a channel."""
        return self._event("app_mention", f"<@{BOT_USER}> {text}", changes)

    def direct(self, text: str, **changes: Any) -> Payload:
        """Return a direct message event."""
        return self._event("direct_message", text, changes)

    def command(self, text: str, **changes: Any) -> Payload:
        """Return a slash command."""
        return recorded("slash_command") | {"text": text, "response_url": self._slack.new_response_url()} | changes

    def line(self, text: str, thread: str, **changes: Any) -> Payload:
        """Return what a person writes into a channel's thread, as `message.channels` delivers it."""
        return self._event("thread_message", text, {"thread_ts": thread} | changes)

    def edit(self, event: Payload, text: str, **changes: Any) -> Payload:
        """Return the change of a message that was delivered."""
        payload, before, ts = recorded("message_changed"), event["event"], self._slack.new_ts()
        message = {key: before[key] for key in ("user", "ts", "thread_ts", "bot_id") if key in before}
        payload["event"] |= {"channel": before["channel"], "channel_type": before.get("channel_type", "channel")}
        payload["event"]["previous_message"] = message | {"text": before["text"]}
        payload["event"]["message"] = message | {"text": text, "edited": {"user": before["user"], "ts": ts}} | changes
        return payload | {"event_id": f"Ev{ts}"}

    def deletion(self, event: Payload) -> Payload:
        """Return the deletion of a message that was delivered."""
        payload, before = recorded("message_deleted"), event["event"]
        payload["event"] |= {"channel": before["channel"], "deleted_ts": before["ts"]}
        return payload | {"event_id": f"Ev{self._slack.new_ts()}"}

    def shortcut(self, text: str | None = None) -> Payload:
        """Return the shortcut on a message, or, without one, the global one."""
        payload = recorded("global_shortcut" if text is None else "message_shortcut")
        if text is not None:
            payload["message"]["text"] = text
        return payload | {"trigger_id": self._slack.new_ts(), "response_url": self._slack.new_response_url()}

    def submission(self, text: str) -> Payload:
        """Return the modal, sent off with a question."""
        payload = recorded("view_submission")
        payload["view"]["state"]["values"]["question"]["text"]["value"] = text
        return payload

    def chosen(self, view: Payload, **fields: str) -> Payload:
        """Return the settings, sent off; `fields` by block ("c_public"), with the option's value or a channel."""
        payload, values = recorded("view_submission"), {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            element, name = block["element"], block["block_id"]
            given = fields.get(name.replace(".", "_", 1))
            if element["type"] == "static_select":
                option = next((o for o in element["options"] if o["value"] == given), element["initial_option"])
                values[name] = {name: {"type": element["type"], "selected_option": option}}
            else:
                channel = given or element.get("initial_conversation")
                values[name] = {name: {"type": element["type"], "selected_conversation": channel}}
        payload["view"] |= {name: view[name] for name in ("callback_id", "private_metadata")}
        payload["view"]["state"] = {"values": values}
        return payload

    def press_in_view(self, button: Payload, kind: str) -> Payload:
        """Return the press on a button of the App Home ("home") or of a modal ("modal")."""
        payload = recorded("block_actions_home")
        payload["view"]["type"] = kind
        payload["actions"] = [{key: button[key] for key in ("action_id", "type", "value")}]
        return payload | {"trigger_id": self._slack.new_ts()}

    def choice(self, menu: Payload, number: int) -> Payload:
        """Return the choice of an option in a menu of the App Home."""
        payload = recorded("block_actions_home")
        option = menu["options"][number]
        payload["actions"] = [{"action_id": menu["action_id"], "type": menu["type"], "selected_option": option}]
        return payload | {"trigger_id": self._slack.new_ts()}

    def judge(self, buttons: Payload, name: str, *, user: str = ASKER) -> Payload:
        """Return the press on one of Slack's feedback buttons, "positive_button" or "negative_button"."""
        pressed = {"action_id": buttons["action_id"], "value": buttons[name]["value"]}
        payload = self.press(pressed, private=False, user=user)
        payload["actions"][0]["type"] = "feedback_buttons"
        return payload

    def press(self, button: Payload, *, private: bool, message_ts: str = "", user: str = ASKER) -> Payload:
        """Return the press on a button of a message."""
        payload = recorded("block_actions_private" if private else "block_actions_thread")
        payload["actions"] = [payload["actions"][0] | {"action_id": button["action_id"], "value": button["value"]}]
        payload["container"]["message_ts"] = message_ts or self._slack.new_ts()
        payload["user"]["id"] = user
        return payload | {"response_url": self._slack.new_response_url(), "trigger_id": self._slack.new_ts()}

    def _event(self, name: str, text: str, changes: Payload) -> Payload:
        payload, ts = recorded(name), self._slack.new_ts()
        payload["event"] |= {"text": text, "ts": ts, "event_ts": ts} | deepcopy(changes)
        return payload | {"event_id": f"Ev{ts}"}
