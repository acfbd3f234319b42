"""The app manifest that people paste into Slack asks for what the adapter uses, in Slack's form."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters import cli
from adapters.slack import app as slack_app
from adapters.slack import parse, parse_views
from adapters.slack.manifest import OPTIONS, manifest, scopes

Payload = dict[str, Any]
MANIFEST = Path(slack_app.__file__).with_name("manifest.yaml")
NEEDS = {  # the scope without which Slack delivers an event; "" where none is needed
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": "",
    "app_context_changed": "",
    "function_executed": "",
}
ALWAYS = {"commands", "chat:write"}
BESIDE_EVENTS = {"agent": "assistant:write", "settings": "users:read"}
CHOICES = [(), *((name,) for name in OPTIONS), OPTIONS]


def read(*options: str) -> Payload:
    loaded: Payload = yaml.safe_load(manifest(options))
    return loaded


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_the_manifest_asks_for_what_the_events_need_and_nothing_more(options: tuple[str, ...]) -> None:
    events = read(*options)["settings"]["event_subscriptions"]["bot_events"]
    asked = read(*options)["oauth_config"]["scopes"]["bot"]
    more = {scope for name, scope in BESIDE_EVENTS.items() if name in options}
    assert set(asked) == {NEEDS[event] for event in events} - {""} | ALWAYS | more
    assert len(asked) == len(set(asked))
    assert scopes(options) == tuple(asked)


def test_as_it_stands_it_reads_no_channel_and_is_what_is_printed_without_options() -> None:
    assert yaml.safe_load(MANIFEST.read_text(encoding="utf-8")) == read()
    assert set(read()["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_mention",
        "app_home_opened",
        "message.im",
    }


def test_the_manifest_switches_on_what_the_adapter_uses() -> None:
    features, settings = read()["features"], read()["settings"]
    assert [one["command"] for one in features["slash_commands"]] == [parse.COMMAND]
    shortcuts = {(one["type"], one["callback_id"]) for one in features["shortcuts"]}
    assert shortcuts == {("message", parse_views.ANSWER_THIS), ("global", parse_views.ASK)}
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    assert not features["app_home"]["messages_tab_read_only_enabled"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]


def test_options_switch_on_what_they_say() -> None:
    http = read("http")
    assert not http["settings"]["socket_mode_enabled"]
    addresses = [
        http["settings"]["interactivity"]["request_url"],
        http["settings"]["event_subscriptions"]["request_url"],
        http["features"]["slash_commands"][0]["url"],
    ]
    assert {address.partition("example.org")[2] for address in addresses} == {slack_app.EVENTS_PATH}
    assert "agent_view" in read("agent")["features"]
    workflow = read("workflow")
    assert workflow["settings"]["org_deploy_enabled"]
    assert list(workflow["functions"]) == [parse_views.STEP]


def test_the_command_prints_it_and_names_what_it_does_not_know(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["slack", "manifest", "agent"]) == 0
    assert yaml.safe_load(capsysbinary.readouterr().out) == read("agent")
    assert cli.main(["slack", "manifest", "agent", "tea"]) == 2
    assert b"tea" in capsysbinary.readouterr().err


def test_each_option_is_explained_at_the_top() -> None:
    top = MANIFEST.read_text(encoding="utf-8").partition("_metadata")[0]
    assert all(f"#{name}#" in top for name in OPTIONS)


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_the_manifest_is_of_slacks_form(options: tuple[str, ...]) -> None:
    assert form_faults(read(*options), schema(), schema()["definitions"], "manifest") == []


def test_the_check_of_the_form_finds_faults() -> None:
    rule = {"required": ["a"], "additionalProperties": False, "properties": {"b": {"type": "string", "maxLength": 1}}}
    assert len(form_faults({"b": "xx", "c": 1}, rule, {}, "x")) == 3


def schema() -> Payload:
    """Return Slack's manifest schema where it lies beside the project, else the part of it that we use."""
    parents = [Path(os.environ[name]) for name in ("SHARED_DIR",) if name in os.environ]
    parents += [parent / "shared" for parent in Path(__file__).resolve().parents]
    for parent in parents:
        file = parent / "specs" / "slack-manifest.schema.1.0.0.json"
        if file.is_file():
            loaded: Payload = json.loads(file.read_text(encoding="utf-8"))
            return loaded
    names = ("display_information", "features", "oauth_config", "settings", "functions", "_metadata")
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
