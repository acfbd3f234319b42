"""adapters/slack/lists.py: whatever an editor lists, the message is within Slack's limits and inert."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import lists
from bot.browse import Card, Listing
from bot.messages import Suggestion
from tests.fakes import WORDS, make_answer
from tests.slack_rules import nodes
from tests.test_slack_render import ANSWERS, LINES, TEXTS, faulty

LANGUAGES = st.sampled_from(["en", "ar"])
ITEMS = st.lists(st.builds(Suggestion, st.sampled_from(["mission", "a/b", "x" * 60]), LINES), max_size=40).map(tuple)
LISTINGS = st.builds(Listing, LINES, ITEMS, LANGUAGES)
FACTS = st.lists(st.tuples(LINES, TEXTS), max_size=14).map(tuple)
CARDS = st.builds(Card, LINES, LINES, ANSWERS, FACTS, ITEMS)


def numbered(listing: Listing) -> Listing:
    """Give each item an id of its own, as in a knowledge."""
    items = tuple(Suggestion(f"{one.entry}-{n}", one.question) for n, one in enumerate(listing.items))
    return Listing(listing.title, items, listing.language)


@settings(max_examples=80, deadline=None)
@given(LISTINGS)
def test_any_list_is_within_the_limits_and_inert(listing: Listing) -> None:
    for render in (lists.topics, lists.crimes, lists.questions):
        assert faulty(render(numbered(listing), WORDS)) == []


@settings(max_examples=80, deadline=None)
@given(CARDS)
def test_any_card_is_within_the_limits_and_inert(card: Card) -> None:
    assert faulty(lists.card(card, WORDS)) == []


@settings(max_examples=60, deadline=None)
@given(LINES, TEXTS, LANGUAGES)
def test_any_note_is_within_the_limits_and_inert(title: str, text: str, language: str) -> None:
    assert faulty(lists.note(title, text, WORDS, language)) == []


def test_a_card_past_every_limit_keeps_its_name_answer_and_first_buttons() -> None:
    facets = tuple(Suggestion(f"area/{n}", "Facet " * 60) for n in range(60))
    facts = tuple((f"Fact {n}", "word " * 700) for n in range(14))
    message = lists.card(Card("Area", "What about it?", make_answer(short="S" * 300), facts, facets), WORDS)
    assert faulty(message) == []
    texts = [str(one.get("text")) for one in nodes(list(message.blocks))]
    assert {"Area", "S" * 300, "What about it?"} <= set(texts)
