"""The adapter on a fake Discord: connecting, stopping, logging, showing what the preview shows."""

import asyncio
import logging

import discord
import pytest

from adapters.discord.app import DiscordAdapter
from adapters.discord.render import preview
from bot.errors import ConnectError
from bot.messages import Question
from bot.service import Bot
from tests import discord_rig
from tests.discord_payloads import BOT, Json, payload
from tests.discord_rig import RED_NOTICE, GatedEngine, Running, soon
from tests.fake_discord import TOKEN, FakeDiscord, connected
from tests.fakes import WORDS, FakeEngine, make_bot

fake, running = discord_rig.fake, discord_rig.running  # fixtures


# --- connecting ---


async def test_start_says_as_whom_it_is_connected(fake: FakeDiscord) -> None:
    adapter = DiscordAdapter(make_bot(), fake.settings())
    assert await adapter.start() == "Discord: connected as interpol-bot#1234 in 1 server."
    await adapter.stop()


async def test_no_privileged_intent_is_asked_for(running: Running) -> None:
    asked = discord.Intents._from_value(running.fake.gateway.identifies[0]["intents"])
    assert {name for name, on in asked if on} == {"guilds", "guild_messages", "dm_messages"}


async def test_a_wrong_token_is_said_with_what_to_do(fake: FakeDiscord) -> None:
    adapter = DiscordAdapter(make_bot(), fake.settings(token="wrong"))
    with pytest.raises(ConnectError, match=r"refused the token .* Reset Token"):
        await adapter.start()


@pytest.mark.parametrize(
    ("code", "words"),
    [(4004, "refused the token"), (4014, r"intents .*4014.*Privileged Gateway Intents"), (4013, "code 4013")],
)
async def test_a_refusal_by_the_gateway_is_said_with_what_to_do(fake: FakeDiscord, code: int, words: str) -> None:
    fake.gateway.refuse_identify = code
    with pytest.raises(ConnectError, match=words):
        await DiscordAdapter(make_bot(), fake.settings()).start()


async def test_a_gateway_that_never_greets_does_not_hang_the_start(fake: FakeDiscord) -> None:
    fake.gateway.mute = True
    with pytest.raises(ConnectError, match=r"did not greet the bot within 0\.2 seconds"):
        await DiscordAdapter(make_bot(), fake.settings(), start_limit=0.2).start()


async def test_a_missing_network_is_said_with_the_address() -> None:
    async with FakeDiscord() as gone:
        settings = gone.settings()
    with pytest.raises(ConnectError, match=r"can't be reached at http://127\.0\.0\.1"):
        await DiscordAdapter(make_bot(), settings).start()


# --- stopping ---


async def test_stop_before_start_and_twice_does_nothing(fake: FakeDiscord) -> None:
    adapter = DiscordAdapter(make_bot(), fake.settings())
    await adapter.stop()
    await adapter.stop()
    assert fake.requests == []


async def test_stop_leaves_no_task_behind(fake: FakeDiscord) -> None:
    before = asyncio.all_tasks()
    async with connected(DiscordAdapter(make_bot(), fake.settings())):
        await fake.reply_to(await fake.say(RED_NOTICE))
        await fake.answer_to(await fake.slash(RED_NOTICE))
    left = {task for task in asyncio.all_tasks() - before if "RequestHandler" not in repr(task)}  # those are the fake's
    assert left == set()


async def test_an_answer_under_way_goes_out_before_the_bot_stops(fake: FakeDiscord) -> None:
    engine = GatedEngine()
    adapter = DiscordAdapter(Bot(engine), fake.settings())
    await adapter.start()
    message = await fake.say(RED_NOTICE)
    await soon(lambda: engine.questions)
    stopping = asyncio.create_task(adapter.stop())
    engine.gate.set()
    await stopping
    assert len(fake.replies_to(message)) == 1


# --- what others see of it ---


async def test_neither_token_nor_question_is_logged(fake: FakeDiscord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected(DiscordAdapter(make_bot(), fake.settings())):
        await fake.reply_to(await fake.say("what is a red notice in Ruritania?"))
        await fake.answer_to(await fake.slash("explode Ruritania"))
        fake.fail("POST", "/messages$", 403)
        await fake.say("what is a red notice in Ruritania?")
    assert "reference=" in caplog.text
    assert "Ruritania" not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("question", [RED_NOTICE, "unsure", "my case", "hostile", "arabic"])
async def test_what_is_sent_is_what_the_preview_shows(running: Running, question: str) -> None:
    body = (await running.fake.reply_to(await running.fake.say(question))).body
    expected = preview(FakeEngine().answer(Question(question)), WORDS)
    assert body["content"] == expected["content"]
    assert [_bare(embed) for embed in body["embeds"]] == [_bare(embed) for embed in expected["embeds"]]
    entries = [_entries(row) for row in body["components"]]
    assert [row for row in entries if row] == [_entries(row) for row in expected["components"]]


def test_an_adapter_has_the_name_that_people_know() -> None:
    assert DiscordAdapter.name == "Discord"
    assert str(BOT) in payload("message_mention")["content"]


def _bare(embed: Json) -> Json:
    """Return an embed without what discord.py adds, and without the reference, which is new each time."""
    kept = {name: value for name, value in embed.items() if name not in {"type", "flags"}}
    return kept | {"footer": {"text": embed["footer"]["text"].partition(" · ")[0]}}


def _entries(row: Json) -> list[tuple[str, str]]:
    chosen = [button for button in row["components"] if button["custom_id"].startswith("interpol:choose:")]
    return [(button["label"], button["custom_id"]) for button in chosen]
