"""Every setting, typed, with the words that explain it. Read once, by the command line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.search.encoder_specs import read_specs

PORT_LIMIT = 65535
RELOAD_LIMIT = 3600
WAITING_LIMIT = 100_000  # days or minutes
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SLACK_FEATURES = ("agent", "threads", "private", "workflow", "settings")  # what the Slack app may have beyond the least


def _setting(default: Any, group: str, explanation: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"group": group, "help": explanation, "secret": secret}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside. Each field is an environment variable of the same name in capitals."""

    knowledge_dir: Path = _setting(  # noqa: RUF009 - a field(); its default can't be changed
        Path("knowledge"), "Bot", "Folder of the knowledge (YAML files)."
    )
    cache_dir: Path = _setting(  # noqa: RUF009 - the same
        Path(".cache"), "Bot", "Folder for what can be computed again: the encoded phrasings. Empty it at will."
    )
    reload_seconds: int = _setting(
        2,
        "Bot",
        "Seconds between two looks at the knowledge folder: what changes there is taken up while the bot runs. "
        "0: only when the process gets SIGHUP.",
    )
    encoders: str = _setting(
        "default",
        "Bot",
        "Which encoders tell how alike texts are, as a list: `default` (minilm,use), `none`, or others: see "
        "docs/encoders.md.",
    )
    database_url: str = _setting(
        "sqlite:///interpol-bot.db",
        "Bot",
        "Where questions and feedback are kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.",
        secret=True,
    )
    retention_days: int = _setting(
        90,
        "Bot",
        "Days after which exchanges, feedback, unanswered questions, hand-offs and drafts are deleted. 0: never.",
    )
    handoff_remind_minutes: int = _setting(
        30, "Bot", "Minutes after which the experts are reminded of a question that nobody took up. 0: never."
    )
    handoff_tell_minutes: int = _setting(
        240, "Bot", "Minutes after which an asker is told that nobody took the question up yet. 0: never."
    )
    log_level: str = _setting("INFO", "Bot", "How much is logged: DEBUG, INFO, WARNING or ERROR.")
    http_host: str = _setting("127.0.0.1", "Web", "Address the web app listens on; `0.0.0.0` for all.")
    http_port: int = _setting(
        8400, "Web", "Port of the web app: playground, health, `/slack/events`. 0 takes a free one."
    )
    slack_bot_token: str = _setting("", "Slack", "The app's bot token, `xoxb-…`. Empty: no Slack.", secret=True)
    slack_app_token: str = _setting(
        "", "Slack", "The app-level token, `xapp-…`, for Socket Mode (no public address needed).", secret=True
    )
    slack_signing_secret: str = _setting(
        "", "Slack", "The app's signing secret, for HTTP mode: Slack delivers to `/slack/events`.", secret=True
    )
    slack_expert_channel: str = _setting(
        "",
        "Slack",
        "Id of the channel whose members answer what people ask a person (`C…`; invite the bot). Empty: the contact "
        "of the knowledge is shown instead.",
    )
    slack_features: str = _setting(
        "",
        "Slack",
        "What the app's manifest was made with beyond the least, as a list: `agent`, `threads`, `private`, `workflow`, "
        "`settings`. The self-test looks whether the app may do it.",
    )
    slack_api_base_url: str = _setting(
        "https://slack.com/api/", "Slack", "Base address of Slack's Web API; ends in `/api/`."
    )
    discord_token: str = _setting("", "Discord", "The bot's token. Empty: no Discord.", secret=True)
    discord_api_base: str = _setting(
        "https://discord.com/api/v10", "Discord", "Base address of Discord's HTTP API, with its version."
    )
    discord_gateway: str = _setting("wss://gateway.discord.gg/", "Discord", "Address of Discord's gateway.")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Read from environment variables; an empty one counts as unset. Every fault is named at once.

        Raises SettingsError.
        """
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        faults: list[str] = []
        for item in fields(cls):
            raw = environ.get(item.name.upper(), "").strip()
            if not raw:
                continue
            try:
                values[item.name] = _convert(item.name, hints[item.name], raw)
            except ValueError:
                faults.append(f"{item.name.upper()} must be a whole number, not {raw!r}.")
        settings = cls(**values)
        faults += [message for check in _CHECKS if (message := check(settings))]
        if faults:
            raise SettingsError("\n".join(faults))
        return settings


def _convert(name: str, kind: type, raw: str) -> Any:
    return raw.upper() if name == "log_level" else kind(raw)


def _check_log_level(settings: Settings) -> str | None:
    if settings.log_level in LOG_LEVELS:
        return None
    return f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {settings.log_level!r}."


def _check_port(settings: Settings) -> str | None:
    if 0 <= settings.http_port <= PORT_LIMIT:
        return None
    return f"HTTP_PORT must be between 0 and {PORT_LIMIT}, not {settings.http_port}."


def _check_reload(settings: Settings) -> str | None:
    if 0 <= settings.reload_seconds <= RELOAD_LIMIT:
        return None
    return f"RELOAD_SECONDS must be between 0 and {RELOAD_LIMIT}, not {settings.reload_seconds}."


def _check_waiting(settings: Settings) -> str | None:
    names = ("retention_days", "handoff_remind_minutes", "handoff_tell_minutes")
    wrong = [
        f"{name.upper()} must be between 0 and {WAITING_LIMIT}, not {value}."
        for name in names
        if not 0 <= (value := getattr(settings, name)) <= WAITING_LIMIT
    ]
    return "\n".join(wrong) or None


def _check_expert_channel(settings: Settings) -> str | None:
    """Find a channel's name in the place of its id."""
    channel = settings.slack_expert_channel
    if not channel or re.fullmatch(r"[CG][A-Z0-9]{2,}", channel):
        return None
    return (
        f"SLACK_EXPERT_CHANNEL must be a channel's id such as C0123456789, not {channel!r}: it stands at the end of "
        "the channel's details in Slack."
    )


def slack_features(settings: Settings) -> tuple[str, ...]:
    """Return the names in SLACK_FEATURES, each once."""
    names = (name.strip().lower() for name in re.split(r"[,\s]+", settings.slack_features))
    return tuple(dict.fromkeys(filter(None, names)))


def _check_features(settings: Settings) -> str | None:
    wrong = [name for name in slack_features(settings) if name not in SLACK_FEATURES]
    return f"SLACK_FEATURES may hold {', '.join(SLACK_FEATURES)}, not {', '.join(wrong)}." if wrong else None


def _check_addresses(settings: Settings) -> str | None:
    wanted = {
        "SLACK_API_BASE_URL": (settings.slack_api_base_url, ("http", "https")),
        "DISCORD_API_BASE": (settings.discord_api_base, ("http", "https")),
        "DISCORD_GATEWAY": (settings.discord_gateway, ("ws", "wss")),
    }
    wrong = [
        f"{name} must be an address that starts with {':// or '.join(schemes)}://, not {value!r}."
        for name, (value, schemes) in wanted.items()
        if not _is_address(value, schemes)
    ]
    return "\n".join(wrong) or None


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname)


def _check_slack_base(settings: Settings) -> str | None:
    if settings.slack_api_base_url.endswith("/api/"):
        return None
    return f"SLACK_API_BASE_URL must end in /api/, not {settings.slack_api_base_url!r}."


def _check_database(settings: Settings) -> str | None:
    if settings.database_url.startswith(("sqlite:", "postgresql:", "postgres:", "sqlite+", "postgresql+")):
        return None
    return "DATABASE_URL must start with sqlite:/// or postgresql://."


def _check_encoders(settings: Settings) -> str | None:
    try:
        read_specs(settings.encoders)
    except SettingsError as error:
        return str(error)
    return None


def _check_slack_tokens(settings: Settings) -> str | None:
    """Find the two tokens in each other's place; both are long and start with x."""
    if settings.slack_bot_token.startswith("xapp-"):
        return "SLACK_BOT_TOKEN holds an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN."
    if settings.slack_app_token.startswith("xoxb-"):
        return "SLACK_APP_TOKEN holds a bot token (xoxb-…); it belongs in SLACK_BOT_TOKEN."
    return None


_CHECKS: tuple[Callable[[Settings], str | None], ...] = (
    _check_log_level,
    _check_port,
    _check_reload,
    _check_waiting,
    _check_expert_channel,
    _check_features,
    _check_addresses,
    _check_slack_base,
    _check_database,
    _check_encoders,
    _check_slack_tokens,
)
