from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import parse
from adapters.discord.parse import Press
from tests.discord_payloads import BOT, BOT_USER, CHANNEL, DIRECT, GUILD, PERSON, Json, payload

IN_SERVER = f"discord:{GUILD}:{CHANNEL}:{PERSON}"
IN_PRIVATE = f"discord:dm:{DIRECT}:{PERSON}"


@pytest.fixture
async def client() -> discord.Client:
    """Return a client that never connects: discord.py's own parsers need one."""
    made = discord.Client(intents=discord.Intents(guilds=True))
    user: Any = BOT_USER
    made._connection.user = discord.ClientUser(state=made._connection, data=user)
    made._connection._add_guild_from_data({"id": str(GUILD), "unavailable": True})  # type: ignore[typeddict-item]
    return made


def _message(client: discord.Client, data: Json) -> discord.Message:
    recorded: Any = data
    channel, _ = client._connection._get_guild_channel(recorded)
    return discord.Message(state=client._connection, channel=channel, data=recorded)  # type: ignore[arg-type]


def _interaction(client: discord.Client, data: Json) -> discord.Interaction[discord.Client]:
    recorded: Any = data
    return discord.Interaction(data=recorded, state=client._connection)


async def test_a_recorded_mention_becomes_a_question(client: discord.Client) -> None:
    message = _message(client, payload("message_mention"))
    assert parse.is_for(message, BOT)
    question = parse.read_message(message)
    assert (question.text, question.platform, question.surface) == ("what is a red notice?", "discord", "mention")
    assert (question.conversation, question.asker, question.language) == (IN_SERVER, f"discord:{PERSON}", None)


async def test_a_recorded_direct_message_becomes_a_question(client: discord.Client) -> None:
    message = _message(client, payload("message_direct"))
    assert parse.is_for(message, BOT)
    question = parse.read_message(message)
    assert (question.text, question.surface, question.conversation) == ("what is a red notice?", "direct", IN_PRIVATE)


async def test_a_recorded_command_becomes_a_question(client: discord.Client) -> None:
    question = parse.read_interaction(_interaction(client, payload("interaction_ask")), "what is it?", "slash")
    assert (question.text, question.surface, question.language) == ("what is it?", "slash", "es")
    assert (question.conversation, question.asker) == (IN_SERVER, f"discord:{PERSON}")


async def test_a_recorded_press_knows_its_label_and_its_privacy(client: discord.Client) -> None:
    interaction = _interaction(client, payload("interaction_button"))
    assert parse.label_of(interaction.message, "interpol:choose:mission") == "What is the mission of "
    assert parse.label_of(interaction.message, "interpol:choose:unknown") == ""
    assert parse.label_of(None, "interpol:choose:mission") == ""
    assert parse.is_private(interaction.message)
    assert not parse.is_private(None)
    assert parse.read_interaction(interaction, "", "button").conversation == IN_PRIVATE


async def test_two_people_in_one_channel_are_two_conversations(client: discord.Client) -> None:
    data = payload("message_mention")
    other = data | {"author": data["author"] | {"id": "1400000000000000077"}}
    keys = {parse.read_message(_message(client, each)).conversation for each in (data, other)}
    assert len(keys) == 2


@pytest.mark.parametrize("change", [{"author": {"bot": True}}, {"webhook_id": "1600000000000000008"}, {"type": 7}])
async def test_what_no_person_wrote_is_not_for_the_bot(client: discord.Client, change: Json) -> None:
    data = payload("message_direct")
    changed = data | {name: data[name] | value if isinstance(value, dict) else value for name, value in change.items()}
    assert not parse.is_for(_message(client, changed), BOT)


async def test_its_own_message_is_not_for_the_bot(client: discord.Client) -> None:
    assert not parse.is_for(_message(client, payload("message_direct")), PERSON)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"<@{BOT}> hello", "hello"),
        (f"<@!{BOT}>", ""),
        (f"hello <@{BOT}>", "hello"),
        ("ask <@&123> in <#456> about <:flag:789> or <a:wave:1>", "ask   in   about   or"),
        ("since <t:1700000000:R> with </interpol ask:12> and <id:customize>", "since   with   and"),
        ("a < b > c, @everyone <script>", "a < b > c, @everyone <script>"),
        ("", ""),
    ],
)
def test_tags_are_taken_out_and_words_are_kept(content: str, words: str) -> None:
    assert parse.strip_tags(content) == words


@given(st.text())
def test_any_text_can_be_stripped(content: str) -> None:
    assert parse.strip_tags(f"<@{BOT}> {content}") == parse.strip_tags(content)


@pytest.mark.parametrize(
    ("locale", "code"),
    [("en-US", "en"), ("en-GB", "en"), ("es-419", "es"), ("es-ES", "es"), ("fr", "fr"), ("zh-CN", "zh"), ("", None)],
)
def test_a_locale_of_discord_becomes_a_language(locale: str, code: str | None) -> None:
    assert parse.language(locale) == code


async def test_a_locale_that_discord_py_does_not_know_is_no_language(client: discord.Client) -> None:
    interaction = _interaction(client, payload("interaction_ask") | {"locale": "tlh"})
    assert parse.read_interaction(interaction, "what?", "slash").language is None


@pytest.mark.parametrize(
    ("custom_id", "press"),
    [
        ("interpol:choose:mission", Press(entry="mission")),
        ("interpol:helpful:0123abcd", Press(reference="0123abcd", helpful=True)),
        ("interpol:not-helpful:0123abcd", Press(reference="0123abcd", helpful=False)),
        ("interpol:unknown:1", None),
        ("", None),
    ],
)
def test_a_custom_id_says_what_was_pressed(custom_id: str, press: Press | None) -> None:
    assert parse.read_press(custom_id) == press


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("entry:red-notice-definition", "red-notice-definition"),
        ("what is an entry: a visa?", None),
        ("entry: what is it?", None),
        ("red-notice-definition", None),
        ("entry:", None),
    ],
)
def test_only_the_marker_of_a_picked_choice_is_taken_for_one(text: str, entry: str | None) -> None:
    assert parse.picked_entry(text) == entry


def test_an_entry_can_be_spoken() -> None:
    assert parse.spoken("red-notice-definition") == "red notice definition"
