"""The app manifest that people paste into Slack asks for what the adapter uses, in Slack's form."""

import json
import os
from pathlib import Path
from typing import Any

import yaml

from adapters.slack import app as slack_app
from adapters.slack import parse

Payload = dict[str, Any]
MANIFEST = Path(slack_app.__file__).with_name("manifest.yaml")


def test_the_manifest_asks_for_what_the_events_need_and_nothing_more() -> None:
    needs = {"app_mention": "app_mentions:read", "message.im": "im:history"}
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    scopes = manifest()["oauth_config"]["scopes"]["bot"]
    assert set(events) == set(needs)
    assert set(scopes) == {needs[event] for event in events} | {"commands", "chat:write"}


def test_the_manifest_switches_on_what_the_adapter_uses() -> None:
    features, settings = manifest()["features"], manifest()["settings"]
    assert [one["command"] for one in features["slash_commands"]] == [parse.COMMAND]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]


def test_the_manifest_is_of_slacks_form() -> None:
    assert form_faults(manifest(), schema(), schema()["definitions"], "manifest") == []


def test_the_check_of_the_form_finds_faults() -> None:
    rule = {"required": ["a"], "additionalProperties": False, "properties": {"b": {"type": "string", "maxLength": 1}}}
    assert len(form_faults({"b": "xx", "c": 1}, rule, {}, "x")) == 3


def manifest() -> Payload:
    loaded: Payload = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return loaded


def schema() -> Payload:
    """Return Slack's manifest schema where it lies beside the project, else the part of it that we use."""
    parents = [Path(os.environ[name]) for name in ("SHARED_DIR",) if name in os.environ]
    parents += [parent / "shared" for parent in Path(__file__).resolve().parents]
    for parent in parents:
        file = parent / "specs" / "slack-manifest.schema.1.0.0.json"
        if file.is_file():
            loaded: Payload = json.loads(file.read_text(encoding="utf-8"))
            return loaded
    names = ("display_information", "features", "oauth_config", "settings", "_metadata")
    properties = {name: {"type": "object"} for name in names}
    return {"additionalProperties": False, "required": names[:1], "properties": properties, "definitions": {}}


def form_faults(value: Any, rule: Payload, definitions: Payload, where: str) -> list[str]:
    """Check required and unknown keys, types and lengths; enough of JSON Schema for this one."""
    rule = definitions[rule["$ref"].removeprefix("#/definitions/")] if "$ref" in rule else rule
    if isinstance(value, dict):
        known = rule.get("properties", {})
        faults = [f"{where}: {key} is missing" for key in rule.get("required", ()) if key not in value]
        if rule.get("additionalProperties") is False:
            faults += [f"{where}: {key} is unknown" for key in value if key not in known]
        pairs = [(f"{where}.{key}", item, known[key]) for key, item in value.items() if key in known]
    elif isinstance(value, list):
        faults = [f"{where}: too many"] if len(value) > rule.get("maxItems", len(value)) else []
        pairs = [(f"{where}[{n}]", item, rule.get("items", {})) for n, item in enumerate(value)]
    else:
        kinds = {"string": str, "boolean": bool, "integer": int}
        faults = (
            [] if isinstance(value, kinds.get(rule.get("type", ""), object)) else [f"{where}: not a {rule['type']}"]
        )
        length = len(value) if isinstance(value, str) else 1
        if not rule.get("minLength", 0) <= length <= rule.get("maxLength", length):
            faults.append(f"{where}: of {length} characters")
        pairs = []
    return faults + [fault for path, item, inner in pairs for fault in form_faults(item, inner, definitions, path)]
