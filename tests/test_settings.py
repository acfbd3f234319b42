"""Settings are read once, typed, every fault named at once, and no secret ever shown."""

from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.settings import LOG_LEVELS, Settings

SECRETS = {
    "DATABASE_URL": "postgresql://bot:hidden-0@localhost/bot",
    "SLACK_BOT_TOKEN": "xoxb-hidden-1",
    "SLACK_APP_TOKEN": "xapp-hidden-2",
    "SLACK_SIGNING_SECRET": "hidden-3",
    "DISCORD_TOKEN": "hidden-4",
}


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.read({})

    assert settings == Settings()
    assert settings.knowledge_dir == Path("knowledge")
    assert settings.database_url == "sqlite:///interpol-bot.db"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8400)
    assert settings.slack_api_base_url == "https://slack.com/api/"
    assert settings.discord_api_base == "https://discord.com/api/v10"
    assert not settings.slack_bot_token
    assert not settings.discord_token


def test_every_setting_is_read_from_the_variable_of_its_name() -> None:
    environ = SECRETS | {
        "KNOWLEDGE_DIR": "/somewhere/else",
        "CACHE_DIR": "/somewhere/cache",
        "ENCODERS": "minilm,onnx:/somewhere@en",
        "LOG_LEVEL": "DEBUG",
        "HTTP_HOST": "0.0.0.0",  # noqa: S104 - nothing listens here
        "HTTP_PORT": "0",
        "RELOAD_SECONDS": "5",
        "RETENTION_DAYS": "7",
        "HANDOFF_REMIND_MINUTES": "5",
        "HANDOFF_TELL_MINUTES": "0",
        "SLACK_EXPERT_CHANNEL": "C0EXPERTS",
        "SLACK_FEATURES": "agent, threads",
        "SLACK_API_BASE_URL": "http://127.0.0.1:9/api/",
        "DISCORD_API_BASE": "http://127.0.0.1:9/api/v10",
        "DISCORD_GATEWAY": "ws://127.0.0.1:9/",
    }

    settings = Settings.read(environ)

    assert {item.name.upper() for item in fields(Settings)} == environ.keys()
    assert {name: str(getattr(settings, name.lower())) for name in environ} == environ


def test_each_value_has_the_type_that_is_declared() -> None:
    settings = Settings.read({"HTTP_PORT": "80", "KNOWLEDGE_DIR": "here", "CACHE_DIR": "there"})

    assert all(isinstance(getattr(settings, name), kind) for name, kind in get_type_hints(Settings).items())


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_variable_counts_as_unset(empty: str) -> None:
    assert Settings.read({"HTTP_PORT": empty, "LOG_LEVEL": empty, "DATABASE_URL": empty}) == Settings()


def test_white_space_around_a_value_is_not_part_of_it() -> None:
    assert Settings.read({"DISCORD_TOKEN": " token\n"}).discord_token == "token"


@pytest.mark.parametrize("written", ["debug", "Debug", "DEBUG"])
def test_the_log_level_may_be_written_in_any_case(written: str) -> None:
    assert Settings.read({"LOG_LEVEL": written}).log_level == "DEBUG"


def test_variables_of_others_are_not_our_business() -> None:
    assert Settings.read({"PATH": "/bin", "HTTP_PROXY": "::::"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PORT", "many", "HTTP_PORT must be a whole number, not 'many'."),
        ("HTTP_PORT", "8.5", "HTTP_PORT must be a whole number"),
        ("HTTP_PORT", "-1", "HTTP_PORT must be between 0 and 65535, not -1."),
        ("HTTP_PORT", "65536", "HTTP_PORT must be between 0 and 65535"),
        ("RELOAD_SECONDS", "-1", "RELOAD_SECONDS must be between 0 and 3600, not -1."),
        ("RELOAD_SECONDS", "3601", "RELOAD_SECONDS must be between 0 and 3600"),
        ("LOG_LEVEL", "loud", f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not 'LOUD'."),
        ("SLACK_API_BASE_URL", "slack.com/api/", "SLACK_API_BASE_URL must be an address that starts with http://"),
        ("SLACK_API_BASE_URL", "https://slack.com/api", "SLACK_API_BASE_URL must end in /api/"),
        ("DISCORD_API_BASE", "ftp://discord.com", "DISCORD_API_BASE must be an address"),
        ("DISCORD_API_BASE", "https://", "DISCORD_API_BASE must be an address"),
        ("DISCORD_API_BASE", "https://[broken", "DISCORD_API_BASE must be an address"),
        ("DISCORD_GATEWAY", "https://gateway.discord.gg/", "DISCORD_GATEWAY must be an address that starts with ws://"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must start with sqlite:/// or postgresql://."),
        ("ENCODERS", "best", "ENCODERS: 'best': an encoder is one of default, none, minilm, use, mpnet, onnx:MODEL"),
        ("ENCODERS", "use,use", "ENCODERS names use twice."),
        ("RETENTION_DAYS", "-1", "RETENTION_DAYS must be between 0 and 100000, not -1."),
        ("HANDOFF_REMIND_MINUTES", "-5", "HANDOFF_REMIND_MINUTES must be between 0"),
        ("HANDOFF_TELL_MINUTES", "soon", "HANDOFF_TELL_MINUTES must be a whole number"),
        ("SLACK_EXPERT_CHANNEL", "#experts", "SLACK_EXPERT_CHANNEL must be a channel's id such as C0123456789"),
        (
            "SLACK_FEATURES",
            "threads tea",
            "SLACK_FEATURES may hold agent, threads, private, workflow, settings, not tea.",
        ),
        ("SLACK_BOT_TOKEN", "xapp-hidden", "it belongs in SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-hidden", "it belongs in SLACK_BOT_TOKEN"),
    ],
)
def test_a_value_that_can_not_be_used_is_named_with_what_to_do(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({name: value})

    assert words in str(caught.value)


def test_every_fault_is_named_at_once() -> None:
    environ = {
        "HTTP_PORT": "many",
        "LOG_LEVEL": "loud",
        "SLACK_API_BASE_URL": "nowhere",
        "DISCORD_GATEWAY": "nowhere",
        "DATABASE_URL": "nowhere",
        "SLACK_BOT_TOKEN": "xapp-hidden",
    }

    with pytest.raises(SettingsError) as caught:
        Settings.read(environ)

    assert all(name in str(caught.value) for name in environ)


def test_secrets_are_never_shown() -> None:
    assert "hidden" not in repr(Settings.read(SECRETS))
    assert {item.name.upper() for item in fields(Settings) if item.metadata["secret"]} == SECRETS.keys()


@pytest.mark.parametrize("name", SECRETS)
def test_a_fault_shows_no_secret_either(name: str) -> None:
    wrong = {"HTTP_PORT": "many", name: "xapp-hidden" if name == "SLACK_BOT_TOKEN" else "xoxb-hidden"}

    with pytest.raises(SettingsError) as caught:
        Settings.read(wrong)

    assert "hidden" not in str(caught.value)


def test_every_setting_has_words_that_explain_it() -> None:
    assert all(item.metadata["help"].endswith((".", ".)")) for item in fields(Settings))
    assert {item.metadata["group"] for item in fields(Settings)} == {"Bot", "Web", "Slack", "Discord"}


@given(st.dictionaries(st.sampled_from([item.name.upper() for item in fields(Settings)]), st.text(max_size=30)))
def test_any_values_are_read_or_named(environ: dict[str, str]) -> None:
    try:
        found = repr(Settings.read(environ))
    except SettingsError as error:
        found = str(error)

    assert found
