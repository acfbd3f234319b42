"""The app's manifest with what is wanted beyond the least: `interpol-bot slack manifest [NAME …]`."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

import yaml

from bot.settings import SLACK_FEATURES

OPTIONS = ("http", *SLACK_FEATURES)
_FILE = Path(__file__).with_name("manifest.yaml")
_MARK = re.compile(r"^#(\w+)#(.*\n)", re.MULTILINE)
# what an option changes beside the lines that it adds
_CHANGES = {"http": ("socket_mode_enabled", "false"), "workflow": ("org_deploy_enabled", "true")}


def manifest(options: Collection[str] = ()) -> str:
    """Return the manifest, YAML, with the lines of `options` and without those of the others."""
    text = _MARK.sub(lambda line: line[2] if line[1] in options else "", _FILE.read_text(encoding="utf-8"))
    for option in options:
        if option in _CHANGES:
            name, value = _CHANGES[option]
            text = re.sub(rf"({name}): \w+", rf"\1: {value}", text)
    return re.sub(r"\A(#.*\n)+", "", text)


@cache
def scopes(options: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the bot's scopes in the manifest with `options`."""
    return tuple(yaml.safe_load(manifest(options))["oauth_config"]["scopes"]["bot"])
