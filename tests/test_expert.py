"""bot/search/expert.py"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.search import expert
from bot.search.arrays import read_arrays, write_arrays
from bot.search.classifier import Scores
from bot.search.expert import Expert, Lesson
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import BrokenEncoder, ToyEncoder

ENCODER = ToyEncoder()
PAIRS = [(text, number) for number, entry in enumerate(KNOWLEDGE.entries) for text in entry.en.phrasings]
TEXTS, NUMBERS = tuple(text for text, _ in PAIRS), np.array([number for _, number in PAIRS])
ENGLISH = ("en",) * len(TEXTS)
LESSON = Lesson(TEXTS, ENGLISH, NUMBERS, np.arange(len(KNOWLEDGE.entries)), {"toy": ENCODER.encode(TEXTS)})
QUESTION = "please say something about vacancies"


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the lessons that were learned anew."""
    sizes: list[int] = []
    learn = Expert._learn

    def counting(self: Expert, lesson: Lesson) -> dict[str, np.ndarray]:
        sizes.append(len(lesson.texts))
        return learn(self, lesson)

    monkeypatch.setattr(expert.Expert, "_learn", counting)
    return sizes


def test_what_was_learned_once_is_taken_from_the_file(tmp_path: Path, learned: list[int]) -> None:
    first = Expert(LESSON, [ENCODER], tmp_path / "model.npz").score([QUESTION], "en")[0]
    again = Expert(LESSON, [ENCODER], tmp_path / "model.npz").score([QUESTION], "en")[0]
    assert learned == [len(TEXTS)]
    assert np.array_equal(first.confidences, again.confidences)


def test_another_phrasing_another_entry_or_another_group_is_learned_anew(tmp_path: Path, learned: list[int]) -> None:
    file = tmp_path / "model.npz"
    Expert(LESSON, [ENCODER], file)
    Expert(replace(LESSON, texts=(*TEXTS[:-1], "another")), [ENCODER], file)
    Expert(replace(LESSON, labels=NUMBERS[::-1]), [ENCODER], file)
    Expert(replace(LESSON, groups=np.zeros_like(LESSON.groups)), [ENCODER], file)
    Expert(LESSON, [], file)
    assert len(learned) == 5


@pytest.mark.parametrize("damage", ["half", "nan", "missing", "empty"])
def test_a_damaged_file_is_learned_anew(tmp_path: Path, learned: list[int], damage: str) -> None:
    file = tmp_path / "model.npz"
    right = Expert(LESSON, [ENCODER], file).score([QUESTION], "en")[0]
    if damage == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        arrays = dict(read_arrays(file) or {})
        broken = {"nan": {"calibrations": arrays["calibrations"] * np.nan}, "missing": {}}[damage]
        write_arrays(file, {name: array for name, array in arrays.items() if name != "calibrations"} | broken)
    mended = Expert(LESSON, [ENCODER], file).score([QUESTION], "en")[0]
    assert len(learned) == 2
    assert np.allclose(mended.confidences, right.confidences)


def test_a_signal_that_does_not_understand_a_language_has_no_say_in_it() -> None:
    english = ToyEncoder("english", frozenset({"en"}))
    half = ("en",) * (len(TEXTS) // 2) + ("fr",) * (len(TEXTS) - len(TEXTS) // 2)
    vectors = {"toy": LESSON.vectors["toy"], "english": LESSON.vectors["toy"]}
    mixed = Expert(replace(LESSON, languages=half, vectors=vectors), [english, ENCODER])
    assert mixed.understands("en") == (True, True, True)
    assert mixed.understands("fr") == (False, True, True)
    before = english.encoded
    mixed.score([QUESTION], "fr")
    assert english.encoded == before
    mixed.score([QUESTION], "en")
    assert english.encoded == before + 1


def test_a_language_with_enough_phrasings_has_a_calibration_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    languages = ("en",) * (len(TEXTS) - 10) + ("fr",) * 10
    monkeypatch.setattr(expert, "ENOUGH", 11)
    mixed = Expert(replace(LESSON, languages=languages), [ENCODER])
    english, french, arabic = (mixed.score([QUESTION], each)[0].calibration for each in ("en", "fr", "ar"))
    assert french == arabic
    assert english != french


def test_the_signals_are_named_in_the_order_of_the_cosines() -> None:
    assert [signal.name for signal in Expert(LESSON, [ENCODER]).signals] == ["toy", "words"]


def test_left_out_scores_are_those_of_an_expert_that_never_saw_the_phrasing() -> None:
    whole = Expert(LESSON, [ENCODER])
    for out, found in zip((0, 7), whole.left_out((0, 7)), strict=True):
        rest = [row for row in range(len(TEXTS)) if row != out]
        fewer = Lesson(
            tuple(TEXTS[row] for row in rest),
            ENGLISH[1:],
            NUMBERS[rest],
            LESSON.groups,
            {"toy": LESSON.vectors["toy"][rest]},
        )
        [alone] = Expert(fewer, [ENCODER]).score([TEXTS[out]], "en")
        assert found.entries[0] == alone.scores.entries[0]
        # the words' weights, learned from one phrasing more, differ a little
        assert found.values[0] == pytest.approx(alone.scores.values[0], abs=0.1)


def test_only_the_nearest_phrasings_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expert, "LEARNED_FROM", 5)
    [scored] = Expert(LESSON, [ENCODER]).score([QUESTION], "en")
    assert len(scored.rows) == 5
    assert scored.cosines.shape == (2, 5)
    assert scored.scores.entries[0] == NUMBERS[TEXTS.index("vacancies")]


@pytest.mark.parametrize("how", ["nan", "raises", "few"])
def test_an_encoder_that_fails_at_a_question_is_left_out_of_it_with_a_warning(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = BrokenEncoder(how)
    vectors = {broken.name: LESSON.vectors["toy"], "toy": LESSON.vectors["toy"]}
    [scored] = Expert(replace(LESSON, vectors=vectors), [broken, ENCODER]).score([QUESTION], "en")
    [alone] = Expert(replace(LESSON, vectors=vectors), [broken]).score([QUESTION], "en")
    assert scored.scores.entries[0] == alone.scores.entries[0] == NUMBERS[TEXTS.index("vacancies")]
    assert np.isfinite(scored.confidences).all()
    assert f"broken-{how}" in caplog.text
    assert QUESTION not in caplog.text


def test_confidence_is_calibrated_on_the_ordinary_phrasings(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    left_out = Expert.left_out

    def noting(self: Expert, rows: Sequence[int]) -> tuple[Scores, ...]:
        tried.extend(rows)
        return left_out(self, rows)

    monkeypatch.setattr(expert.Expert, "left_out", noting)
    ordinary = np.arange(len(TEXTS)) % 3 == 0
    Expert(replace(LESSON, ordinary=ordinary), [ENCODER])
    assert sorted(set(tried)) == np.flatnonzero(ordinary).tolist()


def test_another_choice_of_ordinary_phrasings_or_related_entries_is_calibrated_anew(
    tmp_path: Path, learned: list[int]
) -> None:
    file = tmp_path / "model.npz"
    for lesson in (
        LESSON,
        replace(LESSON, ordinary=np.arange(len(TEXTS)) % 3 == 0),
        replace(LESSON, akin={0: frozenset({1})}),
    ):
        Expert(lesson, [ENCODER], file)
    assert len(learned) == 3


def test_what_has_nothing_in_common_with_any_phrasing_is_ranked_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expert, "CANDIDATES", 10)
    words_alone = Expert(replace(LESSON, vectors={}), [])
    for text in ("qqq zzz", "?!", ""):
        [scored] = words_alone.score([text], "en")
        assert len(scored.scores.entries) > 1
        assert scored.confidences.max() < scored.calibration.sure
    assert words_alone.left_out(range(len(TEXTS)))
