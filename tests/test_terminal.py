from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from adapters.terminal import show
from bot.messages import Answer, Outcome, Question, Source
from tests.fakes import HOSTILE, WORDS, FakeEngine, make_answer


def shown(answer: Answer, *, width: int = 100_000, terminal: bool = False) -> str:
    paper = StringIO()
    console = Console(
        file=paper, width=width, force_terminal=terminal, color_system="standard" if terminal else None, _environ={}
    )
    console.print(show(answer, WORDS))
    return paper.getvalue()


def printed(question: str, *, width: int = 100_000, terminal: bool = False) -> str:
    return shown(FakeEngine().answer(Question(question)), width=width, terminal=terminal)


def test_an_answer_shows_its_parts_in_order() -> None:
    assert printed("what is a red notice?") == (
        "What is a red notice?\n\n"
        "A red notice is a request to find and provisionally arrest a person.\n\n"
        "It is not a warrant.\n\n"
        "  - asked for by a member country\n  - see the FAQ (https://www.interpol.int/en/FAQs)\n\n"
        "What to do next\n  Search the public notices on INTERPOL's website.\n\n"
        "This is general information, not legal advice.\n\n"
        "Sources\n  INTERPOL: FAQs (as of 2021)\n  https://www.interpol.int/en/FAQs\n\n"
        "Related questions\n  - What is the mission of INTERPOL?\n\n"
        "Confidence: 97 %. Unofficial: this bot is not INTERPOL.\n"
    )


def test_a_second_question_is_answered_below_with_its_title_and_source() -> None:
    other = make_answer(title="What is the mission?", short="To **prevent** crime.", notes=("An old figure.",))
    text = shown(make_answer(also=(other,)))
    below = "What is the mission?\n\nTo prevent crime.\n\nSources\n  INTERPOL: FAQs (as of 2021)\n"
    assert below in text
    assert text.index("It is not a warrant.") < text.index(below)
    assert "An old figure." in text


def test_choices_are_numbered() -> None:
    assert "  1. What is a red notice?\n  2. What is the mission of INTERPOL?\n" in printed("unsure")


def test_a_hand_off_shows_the_contact() -> None:
    assert "Ask a person\n  Jane Example, Partner, Example LLP\n  Data Protection\n" in printed("my case")


def test_arabic_is_printed_as_it_is() -> None:
    assert "النشرة الحمراء طلب للعثور على شخص." in printed("arabic")


def test_an_address_is_whole_where_a_program_reads() -> None:
    url = "https://example.org/" + "u" * 1900
    assert f"  {url}\n" in shown(make_answer(sources=(Source("INTERPOL", "FAQs", url, "2021"),)))


@pytest.mark.parametrize(
    "question", ["what is a red notice?", "unsure", "my case", "danger", "hostile", "arabic", "else"]
)
def test_no_line_is_wider_than_a_terminal(question: str) -> None:
    assert max(map(cell_len, printed(question, width=40).split("\n"))) <= 40


def test_a_terminal_gets_colours_and_a_pipe_none() -> None:
    assert "\x1b[1;32mWhat is a red notice?" in printed("what is a red notice?", terminal=True)
    assert "\x1b" not in printed("what is a red notice?")


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_can_be_shown(outcome: Outcome) -> None:
    assert "What is a red notice?" in shown(make_answer(outcome=outcome))


def test_rich_markup_in_a_text_stays_text() -> None:
    text = "[red]x[/red] [link=https://evil.example]y[/link] :smile:"
    assert text in shown(make_answer(title=text))
    assert HOSTILE[:60] in printed("hostile")
