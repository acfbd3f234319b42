"""Counter-examples (`unlike`): what an entry must not answer, and what that must not cost the others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.engine import Engine, counter_examples_of
from bot.messages import Question
from bot.search.classifier import RIDGE, score
from bot.search.expert import Expert, Lesson, Scored
from bot.search.index import EXACT, Index, Phrasing
from tests.knowledge_folder import line_of, replaced, told, write
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import ToyEncoder

PHRASINGS = [Phrasing(text, entry.id) for entry in KNOWLEDGE.entries for text in entry.en.phrasings]
TRAP = "vacancies on the beach please"
KERNEL = np.array([[1.0, 0.8, 0.1, 0.7], [0.8, 1.0, 0.1, 0.6], [0.1, 0.1, 1.0, 0.5], [0.7, 0.6, 0.5, 1.0]])
LABELS = np.array([0, 0, 1, 0])
AGAINST = np.array([False, False, False, True])
NOBODY = np.zeros(4, dtype=bool)


def _values(kernel: np.ndarray, towards: np.ndarray, labels: np.ndarray, against: np.ndarray) -> list[float]:
    """Return the scores by entry number."""
    found = score(kernel.copy(), towards, labels, against)
    return [float(value) for _, value in sorted(zip(found.entries, found.values, strict=True))]


def confidence(index: Index, text: str, entry: str) -> float:
    return next(hit.confidence for hit in index.rank([text], "en", most=20)[0].hits if hit.entry == entry)


PLAIN = Index(PHRASINGS, [ToyEncoder()])
TAUGHT = Index(PHRASINGS, [ToyEncoder()], unlike=[Phrasing(TRAP, "jobs")])


def test_a_counter_example_is_not_answered_with_its_entry() -> None:
    assert confidence(PLAIN, TRAP, "jobs") > 0.5
    assert confidence(TAUGHT, TRAP, "jobs") == 0


def test_what_is_like_a_counter_example_is_less_sure() -> None:
    near = "vacancies on the beach"
    assert confidence(TAUGHT, near, "jobs") < confidence(PLAIN, near, "jobs") / 2


def test_other_phrasings_of_the_entry_stay_sure() -> None:
    other = "please say something about recruitment careers"
    assert confidence(TAUGHT, other, "jobs") == pytest.approx(confidence(PLAIN, other, "jobs"), abs=0.1)
    assert confidence(TAUGHT, "vacancies", "jobs") == EXACT


def test_a_phrasing_of_another_entry_still_finds_that_one() -> None:
    index = Index(PHRASINGS, [ToyEncoder()], unlike=[Phrasing("group guided", "visits")])
    ranking = index.rank(["group guided"], "en")[0]
    assert (ranking.exact, ranking.hits[0].entry, ranking.hits[0].confidence) == ("tours", "tours", EXACT)


def test_a_counter_example_is_never_shown_as_the_nearest_phrasing() -> None:
    hits = TAUGHT.rank([TRAP + "!!"], "en", most=20)[0].hits
    assert TRAP not in {hit.phrasing for hit in hits}


def test_only_its_own_entry_loses_by_it() -> None:
    towards = np.array([0.6, 0.5, 0.4, 0.9])
    before = _values(KERNEL[:3, :3], towards[:3], LABELS[:3], NOBODY[:3])
    after = _values(KERNEL, towards, LABELS, AGAINST)
    assert after[0] < before[0] / 2
    assert after[1] == pytest.approx(before[1])


def test_without_any_nothing_changes() -> None:
    towards = np.array([0.6, 0.5, 0.4, 0.9])
    solved = np.linalg.solve(KERNEL + RIDGE * np.eye(4), towards)
    assert _values(KERNEL, towards, LABELS, NOBODY) == pytest.approx([solved[[0, 1, 3]].sum(), solved[2]])


def test_where_nothing_but_counter_examples_is_near_nothing_is_found() -> None:
    assert max(_values(KERNEL, KERNEL[0], LABELS, np.ones(4, dtype=bool))) <= 0


def _of(scored: Scored, entry: int) -> float:
    return float(scored.scores.values[scored.scores.entries == entry][0])


def test_what_was_learned_without_it_is_learned_anew(tmp_path: Path) -> None:
    lesson = Lesson(("a b", "a c", "d e", "a f"), ("en",) * 4, LABELS, np.arange(2), {})
    file = tmp_path / "model.npz"
    plain = Expert(lesson, [], file).score(["a f"], "en")[0]
    wary = Expert(replace(lesson, against=AGAINST), [], file).score(["a f"], "en")[0]
    assert _of(wary, 0) < _of(plain, 0)


def test_the_engine_learns_them_in_every_language() -> None:
    entries = tuple(
        entry.model_copy(update={"en": entry.en.model_copy(update={"unlike": (TRAP,)})})
        if entry.id == "jobs"
        else entry
        for entry in KNOWLEDGE.entries
    )
    knowledge = KNOWLEDGE.model_copy(update={"entries": entries})
    assert counter_examples_of(knowledge) == (Phrasing(TRAP, "jobs", "en"),)
    assert Engine(KNOWLEDGE, [ToyEncoder()]).answer(Question(TRAP)).entry == "jobs"
    assert Engine(knowledge, [ToyEncoder()]).answer(Question(TRAP)).entry != "jobs"


@pytest.mark.parametrize(
    ("unlike", "message"),
    [
        ("Interpol, MISSION!", "'Interpol, MISSION!' is also a phrasing of this entry, en.phrasings[1] (line 10): it"),
        (
            "what is the mission of interpol",
            "'what is the mission of interpol' is also a phrasing of this entry, en.qu",
        ),
        ("?!", "'?!' has no words in it: remove it"),
    ],
)
def test_a_counter_example_that_contradicts_its_entry_is_a_fault(tmp_path: Path, unlike: str, message: str) -> None:
    changes = replaced(
        "faq/mission.yaml", "- interpol mission", f'- interpol mission\n      unlike:\n        - "{unlike}"'
    )
    [(name, line, found)] = told(write(tmp_path, changes))
    assert (name, line) == ("faq/mission.yaml", line_of(str(changes["faq/mission.yaml"]), unlike))
    assert found.startswith(f"en.unlike[1]: {message}")


def test_a_counter_example_stands_once(tmp_path: Path) -> None:
    changes = replaced(
        "faq/mission.yaml", "- interpol mission", "- interpol mission\n      unlike: [film plot, Film plot!]"
    )
    [(_, _, message)] = told(write(tmp_path, changes))
    assert message == "en.unlike[2]: 'Film plot!' stands twice: remove one"


def test_a_counter_example_may_be_another_entry_s_phrasing(tmp_path: Path) -> None:
    changes = replaced(
        "faq/mission.yaml", "- interpol mission", "- interpol mission\n      unlike: [red notice meaning]"
    )
    assert told(write(tmp_path, changes)) == []
