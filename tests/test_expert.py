"""bot/search/expert.py"""

from dataclasses import replace
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
ENGLISH = ("en",) * len(TEXTS)
LESSON = Lesson(TEXTS, ENGLISH, NUMBERS, np.arange(len(KNOWLEDGE.entries)), {"toy": ENCODER.encode(TEXTS)})
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


@pytest.mark.parametrize("damage", ["half", "nan", "shape", "empty"])
def test_a_damaged_file_is_learned_anew(tmp_path: Path, learned: list[int], damage: str) -> None:
    file = tmp_path / "model.npz"
    right = Expert(LESSON, [ENCODER], file).score([QUESTION], "en")[0]
    with np.load(file) as held:
        arrays = dict(held)
    if damage == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        arrays["weights"] = {"nan": arrays["weights"] * np.nan, "shape": arrays["weights"][:-1], "empty": np.empty(0)}[
            damage
        ]
        np.savez(file, **arrays)
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
