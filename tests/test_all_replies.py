"""Every answer of the real knowledge, in every language, as Slack and Discord would be sent it."""

from pathlib import Path

import pytest

from adapters.discord.render import preview as discord_preview
from adapters.slack.render import preview as slack_preview
from bot.composer import Composer
from bot.knowledge.loader import load
from bot.knowledge.schema import LANGUAGES
from bot.messages import Answer, Explanation, Question
from tests import discord_rules, slack_rules

KNOWLEDGE = load(Path(__file__).parent.parent / "knowledge")
COMPOSER = Composer(KNOWLEDGE)


def answers(language: str) -> list[Answer]:
    why = Explanation(language=language)
    return [COMPOSER.entry(Question("q?"), entry, 0.9, why) for entry in KNOWLEDGE.entries]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_written_in_the_language(language: str) -> None:
    assert [answer.entry for answer in answers(language) if answer.language != language] == []
    assert language in KNOWLEDGE.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_within_slack_s_limits(language: str) -> None:
    words = COMPOSER.words(language)
    broken = {answer.entry: slack_rules.faults(slack_preview(answer, words)) for answer in answers(language)}
    assert {entry: faults for entry, faults in broken.items() if faults} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_within_discord_s_limits_and_pings_nobody(language: str) -> None:
    words = COMPOSER.words(language)
    sent = {answer.entry: discord_preview(answer, words) for answer in answers(language)}
    broken = {entry: discord_rules.violations(body) + discord_rules.pings(body) for entry, body in sent.items()}
    assert {entry: faults for entry, faults in broken.items() if faults} == {}
