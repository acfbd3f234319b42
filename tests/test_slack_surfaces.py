"""Every answer of the real knowledge, in every language, on every surface that Slack has, is within its limits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import render, views
from adapters.slack.texts import plain
from bot.composer import Composer
from bot.knowledge.loader import load
from bot.knowledge.schema import LANGUAGES, Words
from bot.messages import Answer, Explanation, Outcome, Question
from tests.slack_rules import faults, nodes, view_faults

KNOWLEDGE = load(Path(__file__).parent.parent / "knowledge")
COMPOSER = Composer(KNOWLEDGE)
URL = "https://example.slack.invalid/archives/C0GENERAL/p1753100000000001?thread_ts=1753100000.000001&cid=C0GENERAL"
Payload = dict[str, Any]


def answers(language: str) -> Iterator[Answer]:
    for entry in KNOWLEDGE.entries:
        answer = COMPOSER.entry(Question("q?"), entry, 0.9, Explanation(language=language))
        yield replace(answer, reference="abcd1234")


def messages(answer: Answer, words: Words) -> dict[str, Payload]:
    """Return the answer as each surface shows it, by the surface's name."""
    return {
        "channel": render.payload(render.answer(answer, words)),
        "private": render.payload(render.answer(answer, words, private=True)),
        "more": render.payload(render.answer(answer, words, private=True, unfolded=True)),
        "after sharing": render.payload(render.answer(answer, words, private=True, shared=True)),
        "shared": render.payload(render.shared(answer, words, "jane")),
        "again": render.payload(render.again(answer, words, URL)),
        "plain": render.payload(render.answer(answer, words), plain=True),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_and_modal_is_within_the_limits(language: str) -> None:
    words = COMPOSER.words(language)
    broken = {}
    for answer in answers(language):
        shown = messages(answer, words)
        found = {name: fault for name, message in shown.items() if (fault := faults(message))}
        modal = views.shown(render.answer(answer, words, unfolded=True), words)
        if found or view_faults(modal):
            broken[answer.entry] = found or view_faults(modal)
    assert broken == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_shows_all_that_was_folded_away(language: str) -> None:
    words = COMPOSER.words(language)
    for answer in answers(language):
        if render.folds(answer):
            whole = list(render.answer(answer, words, unfolded=True).blocks)
            said = _squeezed("".join(one["text"] for one in nodes(whole) if one.get("type") in {"text", "link"}))
            assert all(line in said for line in _lines(answer.details)), answer.entry


@pytest.mark.parametrize("language", LANGUAGES)
def test_guidance_in_an_emergency_is_never_folded(language: str) -> None:
    urgent = [answer for answer in answers(language) if answer.outcome is Outcome.URGENT]
    assert urgent
    assert not any(render.folds(answer) for answer in urgent)


def _lines(markdown: str) -> list[str]:
    return [_squeezed(line.removeprefix("• ")) for line in plain(markdown).splitlines()]


def _squeezed(text: str) -> str:
    return "".join(text.replace("\u200f", "").split())
