"""bot/search/expert.py"""

from pathlib import Path

import numpy as np
import pytest

from bot.search import expert
from bot.search.expert import Expert, Lesson
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import ToyEncoder

ENCODER = ToyEncoder()
PAIRS = [(text, number) for number, entry in enumerate(KNOWLEDGE.entries) for text in entry.en.phrasings]
TEXTS, NUMBERS = tuple(text for text, _ in PAIRS), np.array([number for _, number in PAIRS])
LESSON = Lesson(TEXTS, NUMBERS, np.arange(len(KNOWLEDGE.entries)), {"toy": ENCODER.encode(TEXTS)})
QUESTION = "please say something about vacancies"


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the lessons that were learned anew."""
    sizes: list[int] = []
    learn = Expert._learn

    def counting(self: Expert, lesson: Lesson, kept: Path | None, key: bytes) -> object:
        sizes.append(len(lesson.texts))
        return learn(self, lesson, kept, key)

    monkeypatch.setattr(expert.Expert, "_learn", counting)
    return sizes


def test_what_was_learned_once_is_taken_from_the_file(tmp_path: Path, learned: list[int]) -> None:
    first = Expert(LESSON, [ENCODER], tmp_path / "model.npz").score([QUESTION])[0]
    again = Expert(LESSON, [ENCODER], tmp_path / "model.npz").score([QUESTION])[0]
    assert learned == [len(TEXTS)]
    assert np.array_equal(first.confidences, again.confidences)


def test_another_phrasing_another_entry_or_another_group_is_learned_anew(tmp_path: Path, learned: list[int]) -> None:
    file = tmp_path / "model.npz"
    Expert(LESSON, [ENCODER], file)
    Expert(Lesson((*TEXTS[:-1], "another"), NUMBERS, LESSON.groups, LESSON.vectors), [ENCODER], file)
    Expert(Lesson(TEXTS, NUMBERS[::-1], LESSON.groups, LESSON.vectors), [ENCODER], file)
    Expert(Lesson(TEXTS, NUMBERS, np.zeros_like(LESSON.groups), LESSON.vectors), [ENCODER], file)
    Expert(LESSON, [], file)
    assert len(learned) == 5


@pytest.mark.parametrize("damage", ["half", "nan", "shape", "empty"])
def test_a_damaged_file_is_learned_anew(tmp_path: Path, learned: list[int], damage: str) -> None:
    file = tmp_path / "model.npz"
    right = Expert(LESSON, [ENCODER], file).score([QUESTION])[0]
    with np.load(file) as held:
        arrays = dict(held)
    if damage == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        arrays["weights"] = {"nan": arrays["weights"] * np.nan, "shape": arrays["weights"][:-1], "empty": np.empty(0)}[
            damage
        ]
        np.savez(file, **arrays)
    mended = Expert(LESSON, [ENCODER], file).score([QUESTION])[0]
    assert len(learned) == 2
    assert np.allclose(mended.confidences, right.confidences)


def test_a_part_of_a_lesson_keeps_its_entries_numbers() -> None:
    part = LESSON.part(NUMBERS == 2)
    assert set(part.labels) == {2}
    assert len(part.texts) == len(part.labels) == len(part.vectors["toy"])
    assert len(part.groups) == len(LESSON.groups)


def test_the_signals_are_named_in_the_order_of_the_cosines() -> None:
    assert [signal.name for signal in Expert(LESSON, [ENCODER]).signals] == ["toy", "words"]
