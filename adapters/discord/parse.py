"""Discord payload -> Question. Pure functions; only this module reads the keys that it makes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.render import CHOOSE, HELPFUL, NOT_HELPFUL, PICKED
from bot.messages import Feedback, Question

# <@user>, <@!user>, <@&role>, <#channel>, <:emoji:id>, <a:emoji:id>, <t:time>, </command:id>, <id:place>
_TAG = re.compile(r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|/[^:<>\n]+:\d+|id:\w+)>")
_ASKED = frozenset({discord.MessageType.default, discord.MessageType.reply})


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button of ours: an entry chosen (`entry`), or a judgement on the answer with `reference`."""

    entry: str = ""
    reference: str = ""
    helpful: bool = False


def is_for(message: discord.Message, me: int) -> bool:
    """Say whether a person wrote this to the bot whose user id is `me`: a direct message, or one that names it.

    Mentions of everyone, of those here, or of a role that the bot has are not for it.
    """
    if message.author.id == me or message.author.bot or message.webhook_id or message.type not in _ASKED:
        return False
    return message.guild is None or any(user.id == me for user in message.mentions)


def read_message(message: discord.Message) -> Question:
    """Return what a message asks. Messages carry no locale: the text itself must tell the language."""
    guild = message.guild.id if message.guild else None
    return Question(
        text=strip_tags(message.content),
        platform="discord",
        surface="mention" if guild else "direct",
        conversation=_conversation(guild, message.channel.id, message.author.id),
        asker=_asker(message.author.id),
    )


def read_interaction(interaction: discord.Interaction[Any], text: str, surface: str) -> Question:
    """Return what a slash command or a pressed button asks."""
    return Question(
        text=text,
        language=language(str(interaction.locale)),
        platform="discord",
        surface=surface,
        conversation=_conversation(interaction.guild_id, interaction.channel_id or 0, interaction.user.id),
        asker=_asker(interaction.user.id),
    )


def read_press(custom_id: str) -> Press | None:
    """Return what a button's custom id means, or None where it is not one of ours."""
    if custom_id.startswith(CHOOSE):
        return Press(entry=custom_id.removeprefix(CHOOSE))
    for prefix in (HELPFUL, NOT_HELPFUL):
        if custom_id.startswith(prefix):
            return Press(reference=custom_id.removeprefix(prefix), helpful=prefix == HELPFUL)
    return None


def read_feedback(interaction: discord.Interaction[Any], press: Press) -> Feedback:
    """Return the judgement of the person who pressed."""
    return Feedback(reference=press.reference, asker=_asker(interaction.user.id), helpful=press.helpful)


def picked_entry(text: str) -> str | None:
    """Return the entry that a picked autocomplete choice stands for, or None where the text is a question itself."""
    entry = text.removeprefix(PICKED)
    return entry if entry != text and re.fullmatch(r"[a-z0-9-]+", entry) else None


def spoken(entry: str) -> str:
    """Return an entry's id as words, which can be asked when the entry is gone."""
    return entry.replace("-", " ")


def label_of(message: discord.Message | None, custom_id: str) -> str:
    """Return what the pressed button says, without the ellipsis of a cut; empty where the message has no such one."""
    rows: Iterable[Any] = message.components if message else ()
    buttons = (button for row in rows for button in getattr(row, "children", ()))
    labels = (button.label or "" for button in buttons if getattr(button, "custom_id", None) == custom_id)
    return next(labels, "").removesuffix("…")


def is_private(message: discord.Message | None) -> bool:
    """Say whether only its asker sees the message; what follows from it stays as private."""
    return message is not None and message.flags.ephemeral


def language(locale: str) -> str | None:
    """Return the ISO 639-1 code of one of Discord's locales (`en-GB`, `es-419`, `fr`), or None."""
    code = locale.partition("-")[0]
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def strip_tags(content: str) -> str:
    """Return a message's words: without mentions, custom emoji and whatever else Discord writes in angle brackets."""
    return _TAG.sub(" ", content).strip()


def _conversation(guild: int | None, channel: int, user: int) -> str:
    """Return one person's conversation in one place: in a busy channel nobody's follow-up reads as another's."""
    return f"discord:{guild or 'dm'}:{channel}:{user}"


def _asker(user: int) -> str:
    return f"discord:{user}"
