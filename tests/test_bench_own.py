"""bot/bench/own.py"""

from bot.bench.own import own
from bot.engine import phrasings_of
from bot.evaluation import Asked, Label
from bot.messages import Outcome
from tests.small_knowledge import KNOWLEDGE

ASKED = (
    Asked("plain", "fr", Label(q="les alertes", entry=("notices", "history"))),
    Asked("off-subject", "en", Label(q="rain?", outcome=Outcome.DECLINED)),
    Asked("near-subject", "en", Label(q="my trial", outcome=Outcome.HANDED_OFF)),
    Asked("urgent", "en", Label(q="a bomb", outcome=Outcome.URGENT)),
)


def test_questions_with_an_entry_are_in_scope_and_those_off_the_subject_out_of_it() -> None:
    [asked] = own(KNOWLEDGE, ASKED).rounds
    assert [(query.text, query.right, query.language) for query in asked.queries] == [
        ("les alertes", {"notices", "history"}, "fr"),
        ("rain?", frozenset(), "en"),
    ]


def test_it_learns_what_the_engine_learns() -> None:
    training = own(KNOWLEDGE, ASKED).rounds[0].training
    assert training.phrasings == phrasings_of(KNOWLEDGE)
    assert training.groups == {"danger": "urgent", "hello": "declined", "weather": "declined"}


def test_guards_that_decline_say_no() -> None:
    assert own(KNOWLEDGE, ASKED).declines == {"hello", "weather"}
