"""Mentions and direct messages: which are answered, how, and what becomes of a refused answer."""

import asyncio

import pytest

from adapters.discord.app import DiscordAdapter
from bot.service import Bot
from tests import discord_rig
from tests.discord_payloads import BOT_USER, OTHER_BOT, PERSON, Json
from tests.discord_rig import RED_NOTICE, GatedEngine, Running, soon
from tests.discord_rules import pings, read_aloud
from tests.fake_discord import FakeDiscord, connected

EVERYONE = {"mentions": [], "mention_everyone": True}

fake, running = discord_rig.fake, discord_rig.running  # fixtures


async def test_a_mention_is_answered_once_by_a_reply_that_pings_nobody(running: Running) -> None:
    message = await running.fake.say(RED_NOTICE)
    body = (await running.fake.reply_to(message)).body
    assert body["nonce"] == message["id"]
    assert body["enforce_nonce"] is True
    assert body["message_reference"]["fail_if_not_exists"] is False
    assert pings(body) == []
    assert await running.replies(message) == 1


async def test_a_direct_message_is_answered(running: Running) -> None:
    message = await running.fake.say(RED_NOTICE, "direct")
    sent = await running.fake.reply_to(message)
    assert sent.channel == message["channel_id"]
    assert "provisionally arrest" in sent.body["content"]


async def test_a_reply_that_pings_the_bot_without_naming_it_is_answered(running: Running) -> None:
    message = await running.fake.say("", content=RED_NOTICE, type=19)
    assert "provisionally arrest" in (await running.fake.reply_to(message)).body["content"]


@pytest.mark.parametrize(
    "changes",
    [
        EVERYONE | {"content": "@everyone what is a red notice?"},
        EVERYONE | {"content": "@here what is a red notice?"},
        {
            "mentions": [],
            "content": "<@&1600000000000000009> what is a red notice?",
            "mention_roles": ["1600000000000000009"],
        },
        {"mentions": [BOT_USER | {"id": str(OTHER_BOT)}], "content": f"<@{OTHER_BOT}> what is a red notice?"},
        {"mentions": [], "content": RED_NOTICE},
        {"webhook_id": "1600000000000000008"},
        {"type": 6},  # "somebody pinned a message"
    ],
    ids=["everyone", "here", "role", "another bot", "nobody", "webhook", "pin"],
)
async def test_what_is_not_for_the_bot_is_left_alone(running: Running, changes: Json) -> None:
    assert await running.replies(await running.fake.say(RED_NOTICE, **changes)) == 0


async def test_the_question_carries_the_person_and_the_place_but_no_mention(fake: FakeDiscord) -> None:
    engine = GatedEngine()
    engine.gate.set()
    async with connected(DiscordAdapter(Bot(engine), fake.settings())):
        await fake.reply_to(await fake.say(RED_NOTICE))
    asked = engine.questions[0]
    assert (asked.text, asked.surface, asked.language) == (RED_NOTICE, "mention", None)
    assert asked.asker == f"discord:{PERSON}"
    assert asked.conversation == f"discord:1100000000000000001:1200000000000000001:{PERSON}"


# --- what Discord refuses ---


@pytest.mark.parametrize("everywhere", [False, True], ids=["one route", "global"])
async def test_a_rate_limit_is_obeyed(running: Running, everywhere: bool) -> None:
    running.fake.fail("POST", "/messages$", 429, {"message": "slow", "retry_after": 0.05, "global": everywhere})
    started = asyncio.get_running_loop().time()
    message = await running.fake.say(RED_NOTICE)
    await running.fake.reply_to(message)
    assert asyncio.get_running_loop().time() - started >= 0.05
    assert await running.replies(message) == 1


async def test_a_failing_server_is_tried_again(running: Running) -> None:
    running.fake.fail("POST", "/messages$", 502)
    await running.fake.reply_to(await running.fake.say(RED_NOTICE))


async def test_a_refused_form_is_sent_plain(running: Running) -> None:
    running.fake.fail("POST", "/messages$", 400, {"code": 50035, "message": "Invalid Form Body"})
    body = (await running.fake.reply_to(await running.fake.say(RED_NOTICE))).body
    assert body["embeds"] == body["components"] == []
    for words in ("provisionally arrest", "https://www.interpol.int/en/FAQs", "2021", "Unofficial"):
        assert words in read_aloud(body)
    assert pings(body) == []


async def test_a_channel_where_it_may_not_write_is_logged_with_the_reference(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.fake.fail("POST", "/messages$", 403, {"code": 50013, "message": "Missing Permissions"})
    silent = await running.fake.say(RED_NOTICE)
    assert await running.replies(silent) == 0
    assert "Missing Permissions" in caplog.text
    assert "reference=" in caplog.text


async def test_an_answer_that_failed_for_now_goes_out_on_the_next_delivery(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.fake.fail("POST", "/messages$", 400, {"code": 0, "message": "made up"})
    message = await running.fake.say(RED_NOTICE)
    await soon(lambda: "Handling a delivery failed" in caplog.text)
    assert "reference=" in caplog.text
    await running.fake.gateway.dispatch("MESSAGE_CREATE", message)
    assert len((await running.fake.reply_to(message)).body["embeds"]) == 1
