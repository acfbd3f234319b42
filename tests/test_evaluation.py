"""bot/evaluation.py"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.evaluation import Asked, Label, Result, as_json, evaluate, load_labels, missed_before, report
from bot.messages import Answer, Outcome, Question, Suggestion
from tests.fakes import make_answer

OFFER = make_answer(
    outcome=Outcome.SUGGESTED,
    entry=None,
    confidence=0.4,
    suggestions=(Suggestion("mission", "?", 0.4), Suggestion("x", "?")),
)
NOTHING = make_answer(outcome=Outcome.DECLINED, entry=None, confidence=0.05)
ANSWERS: Mapping[str, Answer] = {
    "right": make_answer(entry="mission", confidence=0.98),
    "wrong": make_answer(entry="headquarters", confidence=0.92),
    "offered": OFFER,
    "silent": NOTHING,
    "off subject": make_answer(outcome=Outcome.DECLINED, entry="off-subject", confidence=0.9),
}


class Scripted:
    def answer(self, question: Question) -> Answer:
        return ANSWERS[question.text]


def asked(question: str, *entries: str, outcome: Outcome | None = None, kind: str = "plain") -> Asked:
    return Asked(kind, "en", Label(q=question, entry=entries, outcome=outcome))


ASKED = (
    asked("right", "mission"),
    asked("wrong", "mission", "what-is-interpol"),
    asked("offered", "mission"),
    asked("silent", "mission"),
    asked("off subject", outcome=Outcome.DECLINED, kind="off-subject"),
)
RESULTS = evaluate(Scripted(), ASKED)


def test_a_result_is_right_wrong_offered_or_silent() -> None:
    told = [(result.right, result.wrong, result.offered) for result in RESULTS]
    assert told == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (False, False, False),
        (True, False, False),
    ]


def test_any_of_several_right_entries_will_do() -> None:
    assert Result(asked("x", "what-is-interpol", "mission"), ANSWERS["right"]).right


def test_the_report_counts_by_kind_language_and_entry() -> None:
    summary = report(RESULTS)
    assert (summary.total.number, summary.total.right, summary.total.offered, summary.total.wrong) == (5, 2, 1, 1)
    assert summary.kinds["off-subject"].right == summary.kinds["off-subject"].number == 1
    assert summary.languages["en"] == summary.total
    assert set(summary.entries) == {"mission"}
    assert summary.entries["mission"].number == 4
    assert summary.missed == ("wrong", "offered", "silent")


def test_confusions_name_what_was_wanted_and_what_came() -> None:
    assert set(report(RESULTS).confusions) == {
        ("mission", "headquarters", 1),
        ("mission", "suggested: mission", 1),
        ("mission", "declined: nothing", 1),
    }


def test_the_calibration_error_is_the_mean_distance_of_confidence_and_truth() -> None:
    summary = report(RESULTS)
    # four bins: 0.98, 0.92 and 0.9 (two of three right); 0.4 (right); 0.05 (wrong)
    expected = (abs((0.98 + 0.92 + 0.9) / 3 - 2 / 3) * 3 + abs(0.4 - 1) + 0.05) / 5
    assert summary.calibration_error == pytest.approx(expected)
    assert [each.number for each in summary.bins] == [1, 1, 3]


def test_each_question_is_a_step_of_progress() -> None:
    steps: list[int] = []
    evaluate(Scripted(), ASKED, lambda: steps.append(1))
    assert len(steps) == len(ASKED)


def test_a_report_is_read_back_for_the_difference() -> None:
    assert missed_before(as_json(report(RESULTS))) == {"wrong", "offered", "silent"}
    assert missed_before("half a {") == missed_before("[1]") == frozenset()


def test_every_file_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: plain\nlanguage: fr\nquestions:\n  - {q: oui, entry: mission}\n", "utf-8")
    (tmp_path / "b.yaml").write_text(
        "kind: off-subject\nlanguage: en\nquestions:\n  - {q: hi, outcome: declined}\n", "utf-8"
    )
    first, second = load_labels(tmp_path)
    assert (first.kind, first.language, first.label.q, first.label.entry) == ("plain", "fr", "oui", ("mission",))
    assert (second.label.outcome, second.label.entry) == (Outcome.DECLINED, ())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("kind: x\nlanguage: de\nquestions: []\n", "language"),
        ("kind: x\nlanguage: en\nquestions:\n  - {q: a, entri: b}\n", "entri"),
        ("kind: [\n", "a.yaml:"),
        ("kind: x\nlanguage: en\nquestions:\n  - {q: a, outcome: perhaps}\n", "outcome"),
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(content, "utf-8")
    with pytest.raises(KnowledgeError, match=told):
        load_labels(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="holds no YAML"):
        load_labels(tmp_path)
