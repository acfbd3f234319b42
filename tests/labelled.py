"""Labelled questions (`tests/evaluation/`) and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.engine import Engine
from bot.messages import Answer, Outcome, Question

ROOT = Path(__file__).parent.parent
_HARMFUL = frozenset({Outcome.ANSWERED, Outcome.URGENT})


@dataclass(frozen=True, slots=True)
class Label:
    """A question with its right entries, or with the outcome that is right where no single entry is the point."""

    kind: str
    q: str
    entries: tuple[str, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A labelled question and its answer. What is neither right nor wrong was offered as a choice, or declined."""

    label: Label
    answer: Answer

    @property
    def right(self) -> bool:
        if self.label.outcome:
            return self.answer.outcome is self.label.outcome
        return self.answer.entry in self.label.entries

    @property
    def wrong(self) -> bool:
        return not self.right and self.answer.outcome in _HARMFUL

    @property
    def offered(self) -> bool:
        """Say whether the right entry was among the choices."""
        return not self.right and bool({choice.entry for choice in self.answer.suggestions} & set(self.label.entries))


def labels() -> Iterator[Label]:
    """Read the labelled questions."""
    kinds = yaml.safe_load((ROOT / "tests/evaluation/questions.yaml").read_text("utf-8"))
    for kind, questions in kinds.items():
        for each in questions:
            wanted = each.get("entry", ())
            entries = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            outcome = Outcome(each["outcome"]) if "outcome" in each else None
            yield Label(kind, each["q"], entries, outcome)


def results(engine: Engine) -> tuple[Result, ...]:
    """Ask them all."""
    return tuple(Result(label, engine.answer(Question(label.q))) for label in labels())
