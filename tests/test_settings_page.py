from dataclasses import fields
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from bot.settings import Settings
from bot.settings_page import SECRET, env_example, markdown, rows

ROOT = Path(__file__).parent.parent


def test_the_docs_page_is_fresh() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == markdown(), (
        "docs/settings.md is stale: interpol-bot settings --markdown > docs/settings.md"
    )


def test_the_example_file_is_fresh() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == env_example(), (
        ".env.example is stale: interpol-bot settings --env > .env.example"
    )


def test_every_setting_is_on_the_page_with_its_explanation() -> None:
    page = markdown()
    for item in fields(Settings):
        assert f"| `{item.name.upper()}` |" in page
        assert item.metadata["help"] in page


def test_the_example_file_sets_nothing_until_a_line_is_freed() -> None:
    assert dotenv_values(stream=StringIO(env_example())) == {}


def test_a_freed_example_file_gives_the_defaults() -> None:
    lines = (line.removeprefix("#") for line in env_example().splitlines() if "=" in line.split(" ")[0])
    freed = dotenv_values(stream=StringIO("\n".join(lines)))
    assert Settings.read({name: value or "" for name, value in freed.items()}) == Settings()


def test_secrets_are_masked_and_other_values_shown() -> None:
    settings = Settings(slack_bot_token="xoxb-made-up", database_url="postgresql://u:pass@h/n", http_port=9)
    shown = {row.name: row.value for row in rows(settings)}
    assert shown["SLACK_BOT_TOKEN"] == SECRET
    assert shown["DATABASE_URL"] == SECRET
    assert shown["HTTP_PORT"] == "9"
    assert shown["DISCORD_TOKEN"] == ""
    assert not any("made-up" in row.value or "pass@" in row.value for row in rows(settings))
