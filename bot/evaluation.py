"""Labelled questions → a report of right, wrong, offered and silent: by kind, language, entry; with calibration."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.errors import Fault, KnowledgeError
from bot.knowledge.schema import Language
from bot.knowledge.yaml_lines import BrokenYamlError, read
from bot.messages import Answer, Outcome, Question

BINS = 10  # of the reliability table: 0 to 0.1, 0.1 to 0.2, …
_SAID = frozenset({Outcome.ANSWERED, Outcome.URGENT})  # what an asker would take for the answer


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Label(BaseModel):
    """A question, with its right entry (or any of several), or with the outcome where no single entry is the point."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str
    entry: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    outcome: Outcome | None = None


class LabelFile(BaseModel):
    """One file under `tests/evaluation/`. `kind` is what its questions try, such as plain or noisy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    language: Language
    questions: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question with its file's kind and language."""

    kind: str
    language: str
    label: Label


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it. Neither right nor wrong: suggested with the right one (`offered`), or silent."""

    asked: Asked
    answer: Answer

    @property
    def right(self) -> bool:
        """Say whether the answer is the one that was wanted."""
        wanted = self.asked.label
        if wanted.outcome:
            return self.answer.outcome is wanted.outcome
        return any(each.entry in wanted.entry for each in (self.answer, *self.answer.also))

    @property
    def wrong(self) -> bool:
        """Say whether the asker was told something that does not answer the question."""
        return not self.right and self.answer.outcome in _SAID

    @property
    def offered(self) -> bool:
        """Say whether the right entry was at least among the choices."""
        return not self.right and bool(
            {choice.entry for choice in self.answer.suggestions} & set(self.asked.label.entry)
        )


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some questions."""

    number: int
    right: int
    offered: int
    wrong: int

    @classmethod
    def of(cls, results: Sequence[Result]) -> "Score":
        """Count."""
        return cls(
            len(results),
            sum(result.right for result in results),
            sum(result.offered for result in results),
            sum(result.wrong for result in results),
        )


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how sure they were on average, and how many of them were right."""

    number: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """The whole evaluation. `confusions` are (wanted, got, times), the most frequent first; times in milliseconds."""

    total: Score
    kinds: dict[str, Score]
    languages: dict[str, Score]
    entries: dict[str, Score]
    confusions: tuple[tuple[str, str, int], ...]
    bins: tuple[Bin, ...]
    calibration_error: float  # expected calibration error, 0..1
    median_ms: float
    p99_ms: float
    knowledge_version: str
    missed: tuple[str, ...]  # the questions that were not answered right, for the difference to the last report


class Answers(Protocol):
    """What an evaluation needs of an engine."""

    def answer(self, question: Question) -> Answer:
        """Answer it."""


def load_labels(folder: Path) -> tuple[Asked, ...]:
    """Read every YAML file of a folder. Raises KnowledgeError with all faults."""
    faults: list[Fault] = []
    asked: list[Asked] = []
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise KnowledgeError((Fault(folder, 0, "holds no YAML file with labelled questions"),))
    for path in files:
        try:
            file = LabelFile.model_validate_json(json.dumps(read(path.read_bytes()).data))
        except BrokenYamlError as error:
            faults.append(Fault(path, error.line, error.message))
        except ValidationError as error:
            faults += [Fault(path, 0, f"{'.'.join(map(str, each['loc']))}: {each['msg']}") for each in error.errors()]
        else:
            asked += [Asked(file.kind, file.language, label) for label in file.questions]
    if faults:
        raise KnowledgeError(tuple(faults))
    return tuple(asked)


def evaluate(engine: Answers, asked: Sequence[Asked], step: Callable[[], None] = lambda: None) -> tuple[Result, ...]:
    """Ask every question; `step` is called after each."""
    return tuple(_ask(engine, each, step) for each in asked)


def _ask(engine: Answers, asked: Asked, step: Callable[[], None]) -> Result:
    result = Result(asked, engine.answer(Question(asked.label.q)))
    step()
    return result


def report(results: Sequence[Result]) -> Report:
    """Sum up."""
    times = [result.answer.ms for result in results]
    bins = tuple(_bins(results))
    return Report(
        total=Score.of(results),
        kinds=_by(results, lambda result: result.asked.kind),
        languages=_by(results, lambda result: result.asked.language),
        entries=_by([result for result in results if result.asked.label.entry], _wanted),
        confusions=_confusions(results),
        bins=bins,
        calibration_error=sum(abs(each.confidence - each.right) * each.number for each in bins) / max(1, len(results)),
        median_ms=median(times),
        p99_ms=quantiles(times, n=100)[-1] if len(times) > 1 else times[0],
        knowledge_version=results[0].answer.knowledge_version,
        missed=tuple(result.asked.label.q for result in results if not result.right),
    )


def as_json(summary: Report) -> str:
    """Return a report as JSON, to be read back by `missed_before`."""
    return json.dumps(asdict(summary), ensure_ascii=False, indent=1)


def missed_before(text: str) -> frozenset[str]:
    """Return the questions that an earlier report says were missed; none for what is not a report."""
    try:
        held = json.loads(text)
    except ValueError:
        return frozenset()
    return frozenset(held.get("missed", ())) if isinstance(held, dict) else frozenset()


def _by(results: Sequence[Result], key: Callable[[Result], str]) -> dict[str, Score]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return {name: Score.of(group) for name, group in groups.items()}


def _wanted(result: Result) -> str:
    return result.asked.label.entry[0]


def _confusions(results: Sequence[Result]) -> tuple[tuple[str, str, int], ...]:
    pairs = Counter(
        (
            result.asked.label.entry[0] if result.asked.label.entry else str(result.asked.label.outcome),
            _got(result.answer),
        )
        for result in results
        if not result.right
    )
    return tuple((wanted, got, times) for (wanted, got), times in pairs.most_common())


def _got(answer: Answer) -> str:
    if answer.entry:
        return answer.entry
    first = answer.suggestions[0].entry if answer.suggestions else "nothing"
    return f"{answer.outcome.value}: {first}"


def _bins(results: Sequence[Result]) -> Iterator[Bin]:
    """Yield the reliability of the best guess: the entry that was said, or the first that was offered."""
    guesses = [
        (result.answer.confidence, result.right if result.answer.entry else _first_right(result)) for result in results
    ]
    for number in range(BINS):
        own = [guess for guess in guesses if min(int(guess[0] * BINS), BINS - 1) == number]
        if own:
            yield Bin(len(own), sum(each for each, _ in own) / len(own), sum(right for _, right in own) / len(own))


def _first_right(result: Result) -> bool:
    offered = result.answer.suggestions
    return bool(offered) and offered[0].entry in result.asked.label.entry
