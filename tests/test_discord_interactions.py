"""Interactions: the /interpol commands, half-typed questions, pressed buttons."""

import pytest

from adapters.discord.app import DiscordAdapter
from bot.knowledge.schema import Words
from bot.messages import Feedback
from bot.service import Bot
from tests import discord_rig
from tests.discord_payloads import PERSON, Json, payload
from tests.discord_rig import RED_NOTICE, GatedEngine, Running, soon
from tests.discord_rules import EPHEMERAL, pings, read_aloud
from tests.fake_discord import CHOICES, DEFERRED, Exchange, FakeDiscord, connected
from tests.fakes import WORDS, FakeEngine, make_bot

fake, running = discord_rig.fake, discord_rig.running  # fixtures


class WordlessEngine(FakeEngine):
    """Fails where it should be quite safe."""

    def words(self, language: str | None) -> Words:
        raise RuntimeError("no words, as the test wished")


class RatedBot(Bot):
    """Keeps what it was told about its answers."""

    def __init__(self) -> None:
        super().__init__(FakeEngine())
        self.ratings: list[Feedback] = []

    async def feedback(self, feedback: Feedback) -> None:
        self.ratings.append(feedback)


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
        await soon(lambda: "did not take the /interpol commands" in caplog.text)


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


async def test_a_refused_form_of_a_slash_answer_is_sent_plain_and_as_private(running: Running) -> None:
    running.fake.fail("POST", "/callback$", 400, {"code": 50035, "message": "Invalid Form Body"})
    body = await running.fake.answer_to(await running.fake.slash(RED_NOTICE))
    assert body["embeds"] == []
    assert body["flags"] == EPHEMERAL


@pytest.mark.parametrize("code", [10062, 40060])
async def test_a_dead_interaction_is_logged_with_the_reference_and_harms_nothing(
    running: Running, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    running.fake.fail("POST", "/callback$", 404 if code == 10062 else 400, {"code": code, "message": "too late"})
    exchange = await running.fake.slash(RED_NOTICE)
    await soon(lambda: "would not take an answer" in caplog.text)
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
        await soon(lambda: "would not take an answer" in caplog.text)
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


async def test_a_command_that_fails_is_logged_with_its_cause(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(DiscordAdapter(Bot(WordlessEngine()), fake.settings())):
        await fake.slash("", command="help")
        await soon(lambda: "A command failed." in caplog.text)
    assert "no words, as the test wished" in caplog.text
    assert "not ours" not in caplog.text


async def test_help_says_how_to_ask_and_what(running: Running) -> None:
    body = await running.fake.answer_to(await running.fake.slash("", command="help"))
    for words in ("Ask me about INTERPOL", "Do INTERPOL agents arrest people?", "Unofficial"):
        assert words in read_aloud(body)
    assert body["flags"] == EPHEMERAL
    assert pings(body) == []


async def test_a_command_of_another_version_gets_the_help(running: Running) -> None:
    body = await running.fake.answer_to(await running.fake.slash("", command="teach"))
    assert "Ask me about INTERPOL" in read_aloud(body)


async def _choices(fake: FakeDiscord, typed: str) -> list[Json]:
    exchange: Exchange = await fake.type_question(typed)
    await fake.until(lambda: exchange.callbacks)
    [(kind, data)] = exchange.callbacks
    assert kind == CHOICES
    choices: list[Json] = data["choices"]
    return choices


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
