"""adapters/slack/views.py: any home and any modal is within Slack's limits and inert."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import render, views
from bot.composer import Composer
from bot.knowledge.schema import LANGUAGES
from bot.messages import Answer, Suggestion
from tests.fakes import WORDS
from tests.slack_rules import alive, view_faults
from tests.test_slack_render import ANSWERS, LINES, SUGGESTIONS
from tests.test_slack_replies import RealWords

WORDS_OF = Composer(RealWords.knowledge).words


@settings(max_examples=60, deadline=None)
@given(SUGGESTIONS, st.lists(LINES, max_size=12), st.sampled_from(["en", "ar"]))
def test_any_home_is_within_the_limits_and_inert(
    popular: tuple[Suggestion, ...], recent: list[str], language: str
) -> None:
    names = {"en": "English", "ar": "العربية"}
    view = views.home(WORDS, language, popular, recent, names=names, preferred=language)
    assert view_faults(view) + alive(view) == []


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_any_answer_is_a_modal_within_the_limits_and_inert(answer: Answer) -> None:
    view = views.shown(render.answer(answer, WORDS, private=True), WORDS)
    assert view_faults(view) + alive(view) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_real_words_fit_the_home_and_the_modal_whole(language: str) -> None:
    words = WORDS_OF(language)
    home = views.home(words, language, (), (), names={"en": "English"}, preferred=None)
    ask = views.ask(words, language)
    assert view_faults(home) + view_faults(ask) + alive(home) + alive(ask) == []
    assert "…" not in ask["submit"]["text"] + ask["close"]["text"]
    assert words.unofficial in str(home)
