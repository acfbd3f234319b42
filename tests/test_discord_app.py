import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable

import discord
import pytest

from adapters.discord.app import DiscordAdapter
from adapters.discord.render import preview
from bot.errors import ConnectError
from bot.messages import Answer, Feedback, Question
from bot.service import Bot
from tests.fake_discord import (
    BOT,
    BOT_USER,
    CHOICES,
    DEFERRED,
    EPHEMERAL,
    OTHER_BOT,
    PERSON,
    TOKEN,
    Exchange,
    FakeDiscord,
    Json,
    connected,
    payload,
    pings,
    read_aloud,
)
from tests.fakes import WORDS, FakeEngine, make_bot

RED_NOTICE = "what is a red notice?"
EVERYONE = {"mentions": [], "mention_everyone": True}


class GatedEngine(FakeEngine):
    """Answers once the test opens the gate; keeps what it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.questions: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.questions.append(question)
        self.gate.wait(timeout=10)
        return super().answer(question)


class RatedBot(Bot):
    """Keeps what it was told about its answers."""

    def __init__(self) -> None:
        super().__init__(FakeEngine())
        self.ratings: list[Feedback] = []

    async def feedback(self, feedback: Feedback) -> None:
        self.ratings.append(feedback)


class Running:
    """A connected adapter."""

    def __init__(self, fake: FakeDiscord, adapter: DiscordAdapter) -> None:
        self.fake = fake
        self.adapter = adapter

    async def replies(self, message: Json) -> int:
        """Count the replies to a message once all is done: a later one is answered, and the adapter has stopped."""
        await self.fake.reply_to(await self.fake.say(RED_NOTICE))
        await self.adapter.stop()
        return len(self.fake.replies_to(message))


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def running(fake: FakeDiscord) -> AsyncIterator[Running]:
    async with connected(DiscordAdapter(make_bot(), fake.settings())) as adapter:
        yield Running(fake, adapter)


# --- connecting ---


async def test_start_says_as_whom_it_is_connected(fake: FakeDiscord) -> None:
    adapter = DiscordAdapter(make_bot(), fake.settings())
    assert await adapter.start() == "Discord: connected as interpol-bot#1234 in 1 server."
    await adapter.stop()


async def test_no_privileged_intent_is_asked_for(running: Running) -> None:
    asked = discord.Intents._from_value(running.fake.identifies[0]["intents"])
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
    fake.refuse_identify = code
    with pytest.raises(ConnectError, match=words):
        await DiscordAdapter(make_bot(), fake.settings()).start()


async def test_a_gateway_that_never_greets_does_not_hang_the_start(fake: FakeDiscord) -> None:
    fake.mute = True
    with pytest.raises(ConnectError, match=r"did not greet the bot within 0\.2 seconds"):
        await DiscordAdapter(make_bot(), fake.settings(), start_limit=0.2).start()


async def test_a_missing_network_is_said_with_the_address() -> None:
    async with FakeDiscord() as gone:
        settings = gone.settings()
    with pytest.raises(ConnectError, match=r"can't be reached at http://127\.0\.0\.1"):
        await DiscordAdapter(make_bot(), settings).start()


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
    await _soon(lambda: engine.questions)
    stopping = asyncio.create_task(adapter.stop())
    engine.gate.set()
    await stopping
    assert len(fake.replies_to(message)) == 1


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


# --- the connection afterwards ---


async def test_a_mention_missed_while_away_is_answered_and_a_replayed_one_is_not_again(running: Running) -> None:
    fake = running.fake
    fake.replay_all = True
    heard = await fake.say(RED_NOTICE)
    await fake.reply_to(heard)
    await fake.drop()
    missed = await fake.say(RED_NOTICE)
    await fake.reply_to(missed)
    assert len(fake.resumes) == 1
    assert await running.replies(heard) == 1
    assert _posted(fake) == 3  # the heard, the missed, and the one that `replies` asks


async def test_it_resumes_when_discord_asks_to_reconnect(running: Running) -> None:
    await running.fake.ask_to_reconnect()
    await running.fake.reply_to(await running.fake.say(RED_NOTICE))
    assert (len(running.fake.resumes), len(running.fake.identifies)) == (1, 1)


async def test_it_identifies_anew_when_its_session_is_over(running: Running) -> None:
    running.adapter._client.before_identify_hook = _at_once  # type: ignore[method-assign] # a hook; it waits 5 s
    await running.fake.invalidate()
    await running.fake.until(lambda: len(running.fake.identifies) == 2)
    await running.fake.reply_to(await running.fake.say(RED_NOTICE))
    assert running.fake.resumes == []


async def test_the_end_of_the_connection_for_good_is_logged(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    await running.fake.drop(4004)
    await _soon(lambda: "ended for good" in caplog.text)
    assert "refused the token" in caplog.text


async def test_it_heartbeats(running: Running) -> None:
    await running.fake.until(lambda: running.fake.heartbeats >= 1)


# --- messages ---


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


async def test_a_refused_form_of_a_slash_answer_is_sent_plain_and_as_private(running: Running) -> None:
    running.fake.fail("POST", "/callback$", 400, {"code": 50035, "message": "Invalid Form Body"})
    body = await running.fake.answer_to(await running.fake.slash(RED_NOTICE))
    assert body["embeds"] == []
    assert body["flags"] == EPHEMERAL


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
    await _soon(lambda: "Handling a delivery failed" in caplog.text)
    assert "reference=" in caplog.text
    await running.fake.dispatch("MESSAGE_CREATE", message)
    assert len((await running.fake.reply_to(message)).body["embeds"]) == 1


# --- /interpol ---


async def test_the_commands_are_registered(running: Running) -> None:
    await running.fake.until(lambda: running.fake.commands)
    [group] = running.fake.commands
    ask, help_ = group["options"]
    assert (group["name"], ask["name"], help_["name"]) == ("interpol", "ask", "help")
    question, private = ask["options"]
    assert (question["required"], question["autocomplete"], private["required"]) == (True, True, False)


async def test_commands_that_discord_does_not_take_do_not_stop_the_bot(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    fake.fail("PUT", "/commands$", 403, {"code": 50001, "message": "Missing Access"})
    async with connected(DiscordAdapter(make_bot(), fake.settings())):
        await fake.reply_to(await fake.say(RED_NOTICE))
        await _soon(lambda: "did not take the /interpol commands" in caplog.text)


async def test_a_slash_answer_is_private_unless_the_asker_wants_otherwise(running: Running) -> None:
    left_out = await running.fake.answer_to(await running.fake.slash(RED_NOTICE))
    private = await running.fake.answer_to(await running.fake.slash(RED_NOTICE, private=True))
    public = await running.fake.answer_to(await running.fake.slash(RED_NOTICE, private=False))
    assert (left_out["flags"], private["flags"], public.get("flags", 0)) == (EPHEMERAL, EPHEMERAL, 0)


async def test_a_repeated_interaction_is_answered_once(running: Running) -> None:
    exchange = await running.fake.slash(RED_NOTICE)
    await running.fake.answer_to(exchange)
    await running.fake.redeliver(exchange)
    await running.replies({"id": "0"})
    assert len([path for _, path in running.fake.requests if path.endswith("/callback")]) == 1


async def test_the_locale_is_a_hint(fake: FakeDiscord) -> None:
    engine = GatedEngine()
    engine.gate.set()
    async with connected(DiscordAdapter(Bot(engine), fake.settings())):
        await fake.answer_to(await fake.slash(RED_NOTICE, locale="es-419"))
    assert (engine.questions[0].language, engine.questions[0].surface) == ("es", "slash")


@pytest.mark.parametrize("private", [True, False])
async def test_a_slow_answer_is_deferred_and_then_filled_in(fake: FakeDiscord, private: bool) -> None:
    engine = GatedEngine()
    async with connected(DiscordAdapter(Bot(engine), fake.settings(), defer_after=0.01)):
        exchange = await fake.slash(RED_NOTICE, private=private)
        await fake.until(lambda: exchange.callbacks)
        assert exchange.callbacks == [(DEFERRED, {"flags": EPHEMERAL} if private else {})]
        engine.gate.set()
        body = await fake.answer_to(exchange)
    assert "provisionally arrest" in body["content"]
    assert pings(body) == []


@pytest.mark.parametrize("code", [10062, 40060])
async def test_a_dead_interaction_is_logged_with_the_reference_and_harms_nothing(
    running: Running, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    running.fake.fail("POST", "/callback$", 404 if code == 10062 else 400, {"code": code, "message": "too late"})
    exchange = await running.fake.slash(RED_NOTICE)
    await _soon(lambda: "would not take an answer" in caplog.text)
    assert "reference=" in caplog.text
    assert "Traceback" not in caplog.text
    assert exchange.answers == []
    await running.fake.answer_to(await running.fake.slash(RED_NOTICE))


async def test_an_interaction_that_expired_before_the_deferral_harms_nothing(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    engine = GatedEngine()
    fake.deadline = -1
    async with connected(DiscordAdapter(Bot(engine), fake.settings(), defer_after=0.01)):
        await fake.slash(RED_NOTICE)
        await fake.until(lambda: any(path.endswith("/callback") for _, path in fake.requests))
        engine.gate.set()
        await _soon(lambda: "would not take an answer" in caplog.text)
    assert "Traceback" not in caplog.text


async def test_autocomplete_offers_what_discord_takes(running: Running) -> None:
    choices = await _choices(running.fake, "red")
    assert len(choices) == 25
    assert choices[0] == {"name": "What is a red notice?", "value": "What is a red notice?"}
    assert running.fake.refused == []


async def test_every_picked_choice_is_answered(running: Running) -> None:
    for choice in (await _choices(running.fake, "red"))[:4]:
        body = await running.fake.answer_to(await running.fake.slash(choice["value"]))
        assert body["content"]


async def test_a_choice_too_long_to_be_a_value_is_picked_by_its_entry(running: Running) -> None:
    body = await running.fake.answer_to(await running.fake.slash("entry:mission"))
    assert body["embeds"][0]["title"] == "Entry mission"


async def test_help_says_how_to_ask_and_what(running: Running) -> None:
    body = await running.fake.answer_to(await running.fake.slash("", command="help"))
    for words in ("Ask me about INTERPOL", "Do INTERPOL agents arrest people?", "Unofficial"):
        assert words in read_aloud(body)
    assert body["flags"] == EPHEMERAL
    assert pings(body) == []


async def test_a_command_of_another_version_gets_the_help(running: Running) -> None:
    body = await running.fake.answer_to(await running.fake.slash("", command="teach"))
    assert "Ask me about INTERPOL" in read_aloud(body)


# --- buttons ---


async def test_a_button_sent_before_a_restart_still_answers(running: Running) -> None:
    assert running.fake.sent == []  # this process sent nothing
    body = await running.fake.answer_to(await running.fake.press("interpol:choose:mission"))
    assert body["embeds"][0]["title"] == "Entry mission"


@pytest.mark.parametrize("flags", [0, EPHEMERAL])
async def test_a_pressed_suggestion_is_answered_as_privately_as_it_was_made(running: Running, flags: int) -> None:
    message = payload("interaction_button")["message"] | {"flags": flags}
    body = await running.fake.answer_to(await running.fake.press("interpol:choose:mission", message))
    assert body.get("flags", 0) == flags


async def test_an_entry_that_is_gone_is_answered_by_the_words_of_its_button(fake: FakeDiscord) -> None:
    engine = GatedEngine()
    engine.gate.set()
    message = payload("interaction_button")["message"]
    message["components"][0]["components"][0] |= {"custom_id": "interpol:choose:gone", "label": RED_NOTICE}
    async with connected(DiscordAdapter(Bot(engine), fake.settings())):
        body = await fake.answer_to(await fake.press("interpol:choose:gone", message))
    assert engine.questions[0].text == RED_NOTICE
    assert "provisionally arrest" in body["content"]


@pytest.mark.parametrize(("label", "helpful"), [("Helpful", True), ("Not helpful", False)])
async def test_feedback_reaches_the_bot_and_is_thanked_for_in_private(
    fake: FakeDiscord, label: str, helpful: bool
) -> None:
    bot = RatedBot()
    async with connected(DiscordAdapter(bot, fake.settings())):
        sent = await fake.reply_to(await fake.say(RED_NOTICE))
        buttons = {
            button["label"]: button["custom_id"] for row in sent.body["components"] for button in row["components"]
        }
        body = await fake.answer_to(await fake.press(buttons[label], sent.message))
    reference = buttons[label].rpartition(":")[2]
    assert bot.ratings == [Feedback(reference, f"discord:{PERSON}", helpful)]
    assert (body["content"], body["flags"]) == (WORDS.thanks_for_feedback, EPHEMERAL)


async def test_a_button_that_is_not_ours_is_left_alone(running: Running) -> None:
    exchange = await running.fake.press("somebody-else:1")
    await running.replies({"id": "0"})
    assert exchange.callbacks == []


# --- the playground shows what is sent ---


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


async def _soon(happened: Callable[[], object]) -> None:
    """Wait until something is so that the fake can't see."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - a line in the log sets no event
            await asyncio.sleep(0.002)


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """Identify without the pause that real Discord demands."""


async def _choices(fake: FakeDiscord, typed: str) -> list[Json]:
    exchange: Exchange = await fake.type_question(typed)
    await fake.until(lambda: exchange.callbacks)
    [(kind, data)] = exchange.callbacks
    assert kind == CHOICES
    choices: list[Json] = data["choices"]
    return choices


def _posted(fake: FakeDiscord) -> int:
    return sum(method == "POST" and path.endswith("/messages") for method, path in fake.requests)


def _bare(embed: Json) -> Json:
    """Return an embed without what discord.py adds, and without the reference, which is new each time."""
    kept = {name: value for name, value in embed.items() if name not in {"type", "flags"}}
    return kept | {"footer": {"text": embed["footer"]["text"].partition(" · ")[0]}}


def _entries(row: Json) -> list[tuple[str, str]]:
    chosen = [button for button in row["components"] if button["custom_id"].startswith("interpol:choose:")]
    return [(button["label"], button["custom_id"]) for button in chosen]
