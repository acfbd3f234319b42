"""adapters/report.py"""

import io

from rich.console import Console

from adapters.report import figures, render
from bot.evaluation import report
from tests.test_evaluation import RESULTS


def printed(before: frozenset[str] | None) -> str:
    page = io.StringIO()
    Console(width=200, file=page).print(render(report(RESULTS), before))
    return page.getvalue()


def test_shares_are_shown_by_kind_and_for_all() -> None:
    lines = printed(None).splitlines()
    whole = next(line for line in lines if " all " in line)
    assert whole.replace("│", " ").split() == ["all", "5", "40.0%", "20.0%", "20.0%", "20.0%"]
    assert any("off-subject" in line and "100.0%" in line for line in lines)


def test_confusions_calibration_and_time_are_shown() -> None:
    text = printed(None)
    assert "suggested: mission" in text
    assert "Expected calibration error 0." in text
    assert "median 1.5 ms" in text


def test_the_difference_to_the_last_report_names_the_questions() -> None:
    text = printed(frozenset({"right", "wrong"}))
    assert "now right   right" in text
    assert "now missed  offered" in text
    assert "now missed  wrong" not in text
    assert "Since the last report" not in printed(None)
    assert "the same questions are missed" in printed(frozenset({"wrong", "offered", "silent"}))


def test_held_out_questions_are_told_in_figures_only() -> None:
    page = io.StringIO()
    Console(width=200, file=page).print(figures(report(RESULTS)))
    told = page.getvalue()
    assert "Expected calibration error 0." in told
    assert "20.0%" in told
    assert "suggested: mission" not in told
    assert "Confusions" not in told
    assert "worst first" not in told
