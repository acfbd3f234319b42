from dataclasses import replace
from io import StringIO

from rich.cells import cell_len
from rich.console import Console

from adapters.explain import explained
from bot.messages import Answer, Candidate, Explanation, Rewrite
from tests.fakes import HOSTILE, make_answer

WHY = replace(
    make_answer().explanation,
    candidates=(
        Candidate("red-notice-definition", "?", "what is a red notice", 0.97, (("dense", 0.9), ("words", 0.8))),
        Candidate("mission", "?", "your mission", 0.2, (("words", 0.125),)),
    ),
    rewrites=(Rewrite("filler", "what is a red notice"), Rewrite("follow-up", "how long does it last red notice")),
)


def printed(answer: Answer, width: int = 120) -> str:
    paper = StringIO()
    Console(file=paper, width=width, _environ={}).print(explained(answer))
    return paper.getvalue()


def lines(answer: Answer) -> list[str]:
    return [" ".join(line.split()) for line in printed(answer).splitlines()]


def test_it_says_what_was_read_by_which_rule_and_how_sure() -> None:
    found = lines(make_answer(explanation=WHY))
    for line in (
        "Why this answer: red-notice-definition",
        "Rule sure",
        "Read as what is a red notice?",
        "Language en",
        "Filler what is a red notice",
        "Follow-up how long does it last red notice",
        "Confidence 0.970 (threshold 0.700)",
        "Best red-notice-definition 0.970, by 'what is a red notice'",
        "Runner-up mission 0.200, by 'your mission'",
        "Margin 0.770",
        "Knowledge 0123456789ab",
        "Time 1.5 ms",
    ):
        assert line in found


def test_every_candidate_stands_in_a_row_with_each_signal() -> None:
    found = lines(make_answer(explanation=WHY))
    assert "Entry Nearest phrasing Score dense words" in found
    assert "red-notice-definition what is a red notice 0.970 0.900 0.800" in found
    assert "mission your mission 0.200 - 0.125" in found


def test_each_question_of_a_message_is_explained() -> None:
    text = printed(make_answer(also=(make_answer(entry="mission"),)))
    assert text.index("Why this answer: red-notice-definition") < text.index("Why this answer: mission")


def test_an_answer_of_no_entry_has_a_reason_too() -> None:
    found = lines(make_answer(entry=None, explanation=Explanation(rule="no words")))
    assert "Why this answer" in found
    assert "Rule no words" in found


def test_it_fits_a_narrow_terminal_and_shows_markup_as_text() -> None:
    why = replace(WHY, normalised=HOSTILE, rewrites=(Rewrite("filler", "[red]x[/red]"),))
    narrow = printed(make_answer(explanation=why), width=60)
    assert max(map(cell_len, narrow.splitlines())) <= 60
    assert "[red]x[/red]" in narrow
