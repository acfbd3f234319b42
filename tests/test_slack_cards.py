"""adapters/slack/cards.py and parse_experts.py: what experts and askers are shown, and what experts press."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import cards, parse_experts
from bot.handoff import states
from bot.handoff.states import ANSWER_LIMIT, Expert, Notice, Request, State
from bot.knowledge.schema import LANGUAGES, Words
from tests.fake_slack import BOT_USER
from tests.fakes import CONTACT, WORDS
from tests.slack_rules import alive, faults, view_faults
from tests.test_handoff_states import NOON

Payload = dict[str, Any]
KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
EXPERTS = "C0EXPERTS"
TEXTS = st.text(max_size=ANSWER_LIMIT)


@given(TEXTS, TEXTS, st.text(max_size=200), st.sampled_from([*State]), st.sampled_from(["en", "ar"]))
def test_any_words_are_within_the_limits_and_inert(
    question: str, answer: str, name: str, state: State, language: str
) -> None:
    request = Request("slack", "slash", question, answer, "ref1", language, "a:b:U1", "c", "{}")
    one = states.opened(request, datetime.fromisoformat("2026-06-01T12:00+00:00"))
    if state is not State.OPEN and answer.strip():
        one = states.answer(one, Expert("a:b:U2", name), answer, one.opened_at)
    messages = [cards.question(one, WORDS), *(cards.told(one, notice, WORDS, CONTACT) for notice in _TELLING)]
    for message in messages:
        payload = {"text": message.text, "blocks": [*message.blocks]}
        assert faults(payload) + alive(payload) == []
    assert view_faults(cards.form(one, EXPERTS, WORDS)) == []


_TELLING = (Notice.TAKEN, Notice.WAITING, Notice.ANSWER, Notice.DECLINED, Notice.EXPIRED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [*State])
def test_the_words_of_each_language_are_within_the_limits_and_inert(language: str, state: State) -> None:
    words = Words.model_validate(yaml.safe_load((KNOWLEDGE / "words" / f"{language}.yaml").read_text("utf-8")))
    request = Request("slack", "slash", "What now?", "", "ref1", language, "a:b:U1", "c", "{}")
    one = replace(states.opened(request, NOON), state=state, expert=Expert("a:b:U2", "Ann"), answer="Because.")
    shown = [
        cards.question(one, words),
        cards.asked(words, language),
        *(cards.not_asked(words, language, contact, failed=True) for contact in (CONTACT, None)),
        *(cards.told(one, notice, words, CONTACT) for notice in _TELLING),
    ]
    for message in shown:
        payload = {"text": message.text, "blocks": [*message.blocks]}
        assert faults(payload) + alive(payload) == []
    assert view_faults(cards.form(one, EXPERTS, words)) == []


def test_the_whole_of_the_longest_answer_is_shown() -> None:
    request = Request("slack", "slash", "q" * 1000, "", "ref1", "en", "a:b:U1", "c", "{}")
    answer = ("word " * (ANSWER_LIMIT // 5)).strip()
    one = states.answer(states.opened(request, NOON), Expert("a:b:U2", "Ann"), answer, NOON)
    assert answer in json.dumps(cards.told(one, Notice.ANSWER, WORDS, None).blocks)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": [{"action_id": "expert_claim"}]},
        {"actions": [{"action_id": "expert_fire", "value": '{"h":"x"}'}]},
    ],
)
def test_what_is_no_press_of_an_expert_is_none(body: Payload) -> None:
    assert parse_experts.press(body) is None
    assert parse_experts.written(body) is None
    assert parse_experts.line(body, BOT_USER, frozenset()) is None
