"""bot/bench/run.py"""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.bench.datasets import Dataset, Query, Round, Training
from bot.bench.methods import Ranked
from bot.bench.run import Asked, Failed, Measured, Result, figures, judged, measure, run
from bot.search.index import Phrasing

TRAINING = Training(
    tuple(Phrasing(f"{verb} the {thing}", thing) for thing in ("door", "roof") for verb in ("open", "shut"))
)
QUERIES = (Query("the door", frozenset({"door"})), Query("a roof", frozenset({"roof"})), Query("eggs", frozenset()))
SET = Dataset("houses", 3, (Round(TRAINING, QUERIES), Round(TRAINING, QUERIES[:1])))
ALONE = Dataset("alone", 0, (Round(Training(TRAINING.phrasings[:2]), QUERIES),))  # one entry: no model can be trained


def asked(
    confidence: float, *, inside: bool = True, place: int = 1, sure: float | None = None, ms: float = 1.0
) -> Asked:
    return Asked(inside, place, inside and place == 1, confidence, declined=False, sure=sure, ms=ms)


# --- one question ---


def test_the_place_is_that_of_the_first_right_entry() -> None:
    ranked = Ranked(("a", "b", "c"), 0.7, 0.5)
    assert [judged(Query("?", frozenset(right)), ranked, frozenset(), 2.0).place for right in ("a", "cb", "x")] == [
        1,
        2,
        0,
    ]
    one = judged(Query("?", frozenset("b")), ranked, frozenset(), 2.0)
    assert (one.inside, one.right, one.confidence, one.score, one.sure, one.ms) == (True, False, 0.7, 0.7, 0.5, 2.0)
    assert not one.declined


def test_an_entry_that_says_no_is_right_for_what_is_out_of_scope_and_no_answer_otherwise() -> None:
    ranked = Ranked(("no", "a"), 0.7)
    outside = judged(Query("?", frozenset()), ranked, frozenset({"no"}), 1.0)
    inside = judged(Query("?", frozenset("a")), ranked, frozenset({"no"}), 1.0)
    assert (outside.right, outside.declined, outside.confidence) == (True, True, 0.7)
    assert (inside.right, inside.declined, inside.place) == (False, True, 2)
    assert outside.score < -1
    assert not judged(Query("?", frozenset()), ranked, frozenset(), 1.0).right


# --- the sum ---


def test_figures_count_what_was_asked() -> None:
    all_asked = (
        asked(0.9, sure=0.6, ms=1),
        asked(0.8, sure=0.6, place=2, ms=2),
        asked(0.5, sure=0.6, place=0, ms=3),
        asked(0.7, sure=0.6, inside=False, place=0, ms=4),
        asked(0.1, sure=0.6, inside=False, place=0, ms=10),
    )
    found = figures(Measured(tuple(replace(each, bare_ms=each.ms / 2) for each in all_asked), 1.5, 200.0))
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.mrr == pytest.approx((1 + 1 / 2) / 3)
    assert found.auroc == pytest.approx(5 / 6)
    assert found.oos_recall == pytest.approx(1 / 2)
    assert found.wrong == pytest.approx(2 / 5)  # 0.8 and 0.7 are answered, and are not right
    assert found.calibration_error == pytest.approx((0.1 + 0.8 + 0.5 + 0.7 + 0.1) / 5)
    assert (found.median_ms, found.build_s, found.memory_mb, found.bare_ms) == (3, 1.5, 200, 1.5)
    assert 9 < found.p99_ms <= 10


def test_a_method_without_a_threshold_gets_the_one_that_rejects_five_in_a_hundred() -> None:
    inside = [asked(number / 100, place=1 if number >= 50 else 2) for number in range(100)]
    outside = [asked(0.99, inside=False, place=0), asked(0.01, inside=False, place=0)]
    found = figures(Measured((*inside, *outside), 0, 0))
    assert found.wrong == pytest.approx((45 + 1) / 102)
    assert found.calibration_error is found.bare_ms is None


def test_no_answer_is_never_a_wrong_one() -> None:
    silent = [replace(asked(0.9, place=2), declined=True)] * 10
    assert figures(Measured((*silent, asked(0.5)), 0, 0)).wrong == 0


def test_the_surer_a_no_is_the_more_it_is_out_of_scope() -> None:
    inside, outside = replace(asked(0.3, place=2), declined=True), replace(asked(0.8, inside=False), declined=True)
    found = figures(Measured((inside, outside, asked(0.1), asked(0.2)), 0, 0))
    assert found.auroc == found.oos_recall == 1


def test_without_out_of_scope_questions_there_is_no_auroc() -> None:
    found = figures(Measured((asked(0.9),), 0, 0))
    assert found.auroc is found.oos_recall is None


# --- the work ---


def test_every_round_is_built_and_asked_and_every_question_is_a_step() -> None:
    steps: list[int] = []
    found = measure(SET, "token_sort", None, steps.append)
    assert [(each.inside, each.place) for each in found.asked] == [(True, 1), (True, 1), (False, 0), (True, 1)]
    assert steps == [1, 1, 1, 1]
    assert found.build_s > 0
    assert all(each.ms > 0 and each.bare_ms is None for each in found.asked)


def test_our_index_is_measured_beside_its_encoders_and_vectors_are_kept(tmp_path: Path) -> None:
    found = measure(SET, "interpol-bot", tmp_path, lambda _: None)
    assert [each.place for each in found.asked] == [1, 1, 0, 1]
    assert all(each.bare_ms and 0 < each.bare_ms < 1000 for each in found.asked)
    assert all(each.sure is not None for each in found.asked)
    assert [*tmp_path.iterdir()]


def test_a_method_that_fails_is_named_and_the_others_go_on() -> None:
    results = [*run([ALONE, SET], ["tfidf-lr", "token_sort"], None)]
    failed, *others = results
    assert isinstance(failed, Failed)
    assert str(failed).startswith("alone (seed 0), tfidf-lr: ")
    assert [(each.dataset, each.method, each.seed) for each in others] == [
        ("alone", "token_sort", 0),
        ("houses", "tfidf-lr", 3),
        ("houses", "token_sort", 3),
    ]
    assert [each.figures.accuracy for each in others if isinstance(each, Result)] == [0.5, 1, 1]
