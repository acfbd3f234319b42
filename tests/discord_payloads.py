"""What Discord sends: recorded payloads, and the made-up ids in them."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BOT = 1000000000000000001
GUILD = 1100000000000000001
CHANNEL = 1200000000000000001
DIRECT = 1200000000000000009
PERSON = 1400000000000000001
OTHER_BOT = 1400000000000000002
BOT_USER = {"id": str(BOT), "username": "interpol-bot", "discriminator": "1234", "avatar": None, "bot": True}


def payload(name: str) -> Json:
    """Return a recorded payload."""
    text = (Path(__file__).parent / "payloads" / f"discord_{name}.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    return loaded
