"""What Slack takes: its own limits (research/platforms.md, S23-S29), counted in UTF-16 units; what it brings to life.

Checked independently of our renderer and of its table, so that "within the limits" means something.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

Payload = dict[str, Any]

_TEXTS = {
    "section": 3_000,
    "field": 2_000,
    "header": 150,
    "context": 2_000,
    "button": 75,
    "option": 75,
    "title": 24,
    "submit": 24,
    "close": 24,
    "label": 2_000,
    "placeholder": 150,
}
_STYLES = {"bold", "italic", "strike", "code", "underline"}
_ELEMENTS = {"section": 10, "context": 10, "actions": 25, "context_actions": 5}
_FIELDS = 10
_BLOCKS = {"rich_text", "section", "header", "context", "actions", "divider", "context_actions"}
_VIEW_BLOCKS = _BLOCKS - {"context_actions"} | {"input"}  # feedback buttons belong to messages
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_WRITTEN_BY_EDITORS = (
    "https://www.interpol.int/",
    "https://example.org/",
    "https://example.slack.invalid/archives/",  # to the bot's own answers
)


def refusal(params: Payload) -> str:
    """Return the error that Slack would answer to a message, or nothing."""
    if not params.get("text") and not params.get("blocks"):
        return "no_text"
    if _length(str(params.get("text", ""))) > 4_000:
        return "msg_too_long"
    if total(params.get("blocks") or []) > 13_000:
        return "msg_blocks_too_long"
    return "invalid_blocks" if faults(params) else ""


def faults(message: Payload) -> list[str]:
    """Return every rule of Slack's that a message breaks, in words."""
    blocks = message.get("blocks") or []
    found = [fault for block in blocks for fault in _block_faults(block, _BLOCKS)]
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        found.append("no text for notifications and screen readers (S29)")
    elif _length(text) > 4_000:
        found.append(f"text of {_length(text)} (S24)")
    if len(blocks) > 50:
        found.append(f"{len(blocks)} blocks (S25)")
    if total(blocks) > 13_000:
        found.append(f"{total(blocks)} characters in all blocks (S25)")
    ids = Counter(one["action_id"] for one in nodes(blocks) if one.get("action_id"))
    found += [f"action_id {name} {count} times" for name, count in ids.items() if count > 1]
    return found


def view_faults(view: Payload) -> list[str]:
    """Return every rule of Slack's that a view breaks, in words."""
    blocks, kind = view.get("blocks") or [], view.get("type")
    found = [fault for block in blocks for fault in _block_faults(block, _VIEW_BLOCKS)]
    if kind not in {"home", "modal"}:
        found.append(f"a view of type {kind}")
    if kind == "modal" or "title" in view:
        found += [*_text_faults("title", view.get("title", {}))]
    for name in ("submit", "close"):
        found += [*_text_faults(name, view[name])] if name in view else []
    if not 1 <= len(blocks) <= 100:
        found.append(f"{len(blocks)} blocks in a view (S25)")
    if _length(view.get("private_metadata", "")) > 3_000:
        found.append("private_metadata past 3,000")
    if any(block.get("type") == "input" for block in blocks) and "submit" not in view:
        found.append("an input without a button to send it")
    ids = Counter(one["action_id"] for one in nodes(blocks) if one.get("action_id"))
    return found + [f"action_id {name} {count} times" for name, count in ids.items() if count > 1]


def _block_faults(block: Payload, known: set[str]) -> Iterator[str]:
    kind, elements = str(block.get("type")), block.get("elements", [])
    if kind not in known:
        yield f"unknown block {kind}"
    most, least = _ELEMENTS.get(kind, 1_000), int(kind in {"context", "actions", "rich_text", "context_actions"})
    if not least <= len(elements) <= most:
        yield f"{len(elements)} elements in {kind} (S26)"
    if kind == "header" and block.get("text", {}).get("type") != "plain_text":
        yield "a header takes plain_text only"
    if kind == "header" or (kind == "section" and "fields" not in block):
        yield from _text_faults(kind, block.get("text", {}))
    if len(block.get("fields", [])) > _FIELDS:
        yield f"{len(block['fields'])} fields (S26)"
    for text in block.get("fields", []):
        yield from _text_faults("field", text)
    for element in elements:
        yield from _element_faults(kind, element)
    if kind == "input":
        yield from _text_faults("label", block.get("label", {}))
        yield from _input_faults(block.get("element", {}))


def _element_faults(kind: str, element: Payload) -> Iterator[str]:
    if kind == "context":
        yield from _text_faults("context", element)
    elif kind == "actions":
        yield from _menu_faults(element) if element.get("type") == "static_select" else _button_faults(element)
    elif kind == "context_actions":
        yield from _feedback_faults(element)
    elif kind == "rich_text":
        yield from _rich_faults(element)


def _text_faults(kind: str, text: Payload) -> Iterator[str]:
    if text.get("type") not in {"plain_text", "mrkdwn"}:
        yield f"{kind}: text of type {text.get('type')}"
    if not 1 <= _length(text.get("text", "")) <= _TEXTS[kind]:
        yield f"{kind}: text of {_length(text.get('text', ''))} (S26, S27)"


def _input_faults(element: Payload) -> Iterator[str]:
    if element.get("type") == "static_select":
        yield from _menu_faults(element)
        return
    if element.get("type") == "conversations_select" and element.get("action_id"):
        return
    if element.get("type") != "plain_text_input" or not element.get("action_id"):
        yield f"unknown input {element.get('type')}"
    yield from _text_faults("placeholder", element.get("placeholder", {}))
    if not 1 <= element.get("max_length", 1) <= 3_000:
        yield "max_length past 3,000"


def _menu_faults(element: Payload) -> Iterator[str]:
    options = element.get("options", [])
    if not 1 <= len(options) <= 100 or element.get("initial_option", options[0]) not in options:
        yield f"a menu of {len(options)} options (S27)"
    for option in options:
        yield from _text_faults("option", option.get("text", {}))
        if not 1 <= _length(option.get("value", "")) <= 150:
            yield f"option: value of {_length(option.get('value', ''))} (S27)"


def _feedback_faults(element: Payload) -> Iterator[str]:
    if element.get("type") != "feedback_buttons" or not element.get("action_id"):
        yield f"unknown element {element.get('type')}"
    for name in ("positive_button", "negative_button"):
        yield from _text_faults("button", element.get(name, {}).get("text", {}))
        if not 1 <= _length(element.get(name, {}).get("value", "")) <= 2_000:
            yield f"{name}: value (S27)"


def _button_faults(element: Payload) -> Iterator[str]:
    if element.get("type") != "button":
        yield f"unknown element {element.get('type')}"
    yield from _text_faults("button", element.get("text", {}))
    for name, limit in (("value", 2_000), ("action_id", 255), ("url", 3_000)):
        if _length(element.get(name, "")) > limit:
            yield f"button: {name} of {_length(element[name])} (S27)"
    if unknown := element.keys() - {"type", "text", "value", "action_id", "url", "style", "accessibility_label"}:
        yield f"button: unknown {sorted(unknown)}"


def _rich_faults(element: Payload) -> Iterator[str]:
    kind, inner = element.get("type"), element.get("elements", [])
    if kind not in _RICH:
        yield f"unknown rich text {kind}"
    if not inner:
        yield f"empty {kind}"
    if kind == "rich_text_list" and element.get("style") not in {"bullet", "ordered"}:
        yield "a list is bullet or ordered"
    for one in inner:
        if kind == "rich_text_list":
            yield from _rich_faults(one)
        elif not one.get("text") and one.get("type") in {"text", "link"}:
            yield f"empty {one.get('type')}"
        elif one.get("type") == "link" and not 1 <= _length(one.get("url", "")) <= 3_000:
            yield f"link: url of {_length(one.get('url', ''))}"
        elif unknown := set(one.get("style", {})) - _STYLES:
            yield f"unknown style {sorted(unknown)}"


def total(blocks: list[Payload]) -> int:
    """Count all texts and addresses in the blocks."""
    leaves = (one.get(name) for one in nodes(blocks) for name in ("text", "url"))
    return sum(_length(leaf) for leaf in leaves if isinstance(leaf, str))


def nodes(value: Any) -> Iterator[Payload]:
    """Walk all objects in a payload."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def button(blocks: list[Payload], action_id: str) -> Payload:
    """Find a button in a message by its action_id."""
    return next(one for one in nodes(blocks) if one.get("action_id") == action_id)


# what Slack would bring to life


def alive(payload: Payload) -> list[str]:
    """Return whatever would ping, format or link without an editor's will, by Slack's rules of parsing."""
    found = [text for one in nodes(payload) if one.get("type") == "mrkdwn" for text in _alive_mrkdwn(one["text"])]
    found += _alive_mrkdwn(payload.get("text", ""))
    for one in nodes(payload.get("blocks")):
        if one.get("type") in {"user", "usergroup", "channel", "broadcast", "team", "date", "emoji"}:
            found.append(f"a live {one['type']}")
        if one.get("type") == "link" and not one["url"].startswith(_WRITTEN_BY_EDITORS):
            found.append(f"a link to {one['url']}")
        if one.get("type") == "plain_text" and one.get("emoji") is not False:
            found.append("emoji codes in plain text")
    return found


def _alive_mrkdwn(text: str) -> list[str]:
    addresses = re.compile("|".join(rf"{re.escape(one)}\S*" for one in _WRITTEN_BY_EDITORS))
    return re.findall(r"[<>*_~`]|@(?:channel|here|everyone)|&(?!amp;|lt;|gt;)|://|:[\w+-]+:", addresses.sub("", text))
