"""The program itself, with the real knowledge, on a fake Slack and a fake Discord: one question, every way in."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.store import Store
from tests.fake_discord import TOKEN as DISCORD_TOKEN
from tests.fake_discord import FakeDiscord
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.slack_deliveries import Deliveries

ROOT = Path(__file__).parent.parent
PROGRAM = Path(sys.executable).with_name("interpol-bot")
QUESTION = "what do interpol agents really do?"
SAID = "exist only in films"
SOURCE = "https://www.interpol.int/en/FAQs"
READY_SECONDS = 60


@asynccontextmanager
async def serving(environment: dict[str, str]) -> AsyncIterator[tuple[Process, list[str]]]:
    """Run `interpol-bot serve` until it says that it is ready; give it and what it said."""
    program = await asyncio.create_subprocess_exec(PROGRAM, "serve", env=environment, cwd=ROOT, stdout=PIPE)
    assert program.stdout
    said: list[str] = []
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not said or not said[-1].startswith("Ready"):
                line = await program.stdout.readline()
                assert line, f"it stopped: {said}"
                said.append(line.decode().strip())
        yield program, said
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGINT)
            await program.communicate()


async def test_one_question_gets_the_same_sourced_answer_in_slack_in_discord_and_on_the_page(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert request.config.cache
    database = f"sqlite:///{tmp_path}/bot.db"
    async with FakeSlack() as slack, FakeDiscord() as discord:
        own = discord.settings()
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.casefold()} | {
            "KNOWLEDGE_DIR": str(ROOT / "knowledge"),
            "CACHE_DIR": str(request.config.cache.mkdir("vectors")),
            "DATABASE_URL": database,
            "HTTP_PORT": "0",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_BASE_URL": slack.api_base_url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "DISCORD_API_BASE": own.discord_api_base,
            "DISCORD_GATEWAY": own.discord_gateway,
        }
        async with serving(environment) as (program, said):
            told = "\n".join(said)
            assert "Slack: connected as" in told
            assert "Discord: connected as" in told
            page = next(line.removeprefix("Playground: ") for line in said if line.startswith("Playground: "))

            make = Deliveries(slack)
            acknowledgement = await slack.deliver("slash_commands", make.command(QUESTION))
            await slack.deliver("events_api", make.mention(QUESTION))
            await slack.deliver("events_api", make.direct(QUESTION))
            mention = await discord.reply_to(await discord.say(QUESTION))
            slash = await discord.answer_to(await discord.slash(QUESTION))
            async with httpx.AsyncClient(base_url=page) as client:
                api = (await client.get("/api/ask", params={"q": QUESTION})).json()
                html = (await client.get("/", params={"q": QUESTION})).text
                assert (await client.get("/readyz")).status_code == httpx.codes.OK
            program.send_signal(signal.SIGINT)
            assert await program.wait() == 0

        assert acknowledgement["response_type"] == "ephemeral"
        payloads = [acknowledgement, *(call.params for call in slack.sent()), mention.body, slash, api]
        assert len(payloads) == 6
        for payload in payloads:
            written = json.dumps(payload)
            assert SAID in written
            assert SOURCE in written
        assert SAID in html
        assert (api["entry"], api["outcome"]) == ("agents-arrest-power", "answered")

    store = Store(database)
    await store.open()
    try:
        exchanges = await store.recent_exchanges(20)
    finally:
        await store.close()
    assert sorted((each.platform, each.surface) for each in exchanges) == [
        ("discord", "mention"),
        ("discord", "slash"),
        ("slack", "direct"),
        ("slack", "mention"),
        ("slack", "slash"),
        ("web", "api"),
        ("web", "page"),
    ]
    assert {each.entry for each in exchanges} == {"agents-arrest-power"}
