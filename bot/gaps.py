"""Questions that got no answer, grouped by likeness: what editors should write next. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz, process

from bot.store import Unanswered
from bot.text import normalise

ALIKE = 80.0  # of 100 (token_sort_ratio): two questions are one
ALIKE_AND_NEAR = 65.0  # the same, where the nearest entry is the same too
EXAMPLES = 5  # other wordings that are shown of a group


@dataclass(frozen=True, slots=True)
class Gap:
    """One question, in its wordings. `entry` is the nearest to it, None where nothing was near; `confidence` 0..1."""

    question: str
    times: int
    wordings: tuple[str, ...]
    languages: tuple[str, ...]
    outcomes: tuple[str, ...]
    entry: str | None
    confidence: float
    last_at: datetime


def grouped(questions: Iterable[Unanswered]) -> tuple[Gap, ...]:
    """Return the gaps, the most asked first, of equals the latest. A group is led by its most asked wording."""
    groups: list[list[Unanswered]] = []
    leaders: list[str] = []
    for each in sorted(questions, key=lambda one: (-one.times, one.normalised)):
        words = normalise(each.text) or each.normalised
        place = _place(each, words, leaders, groups)
        if place is None:
            leaders.append(words)
            groups.append([each])
        else:
            groups[place].append(each)
    return tuple(sorted(map(_gap, groups), key=lambda gap: (-gap.times, -gap.last_at.timestamp(), gap.question)))


def _place(each: Unanswered, words: str, leaders: list[str], groups: list[list[Unanswered]]) -> int | None:
    found = process.extract(words, leaders, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE_AND_NEAR, limit=5)
    for _, score, place in found:
        near = each.entry is not None and groups[place][0].entry == each.entry
        if score >= ALIKE or near:
            return int(place)
    return None


def _gap(group: list[Unanswered]) -> Gap:
    nearest = max(group, key=lambda one: (one.entry is not None, one.confidence))
    return Gap(
        question=group[0].text,
        times=sum(one.times for one in group),
        wordings=tuple(one.text for one in group[1 : EXAMPLES + 1]),
        languages=tuple(sorted({one.language for one in group})),
        outcomes=tuple(sorted({one.outcome for one in group})),
        entry=nearest.entry,
        confidence=nearest.confidence if nearest.entry else 0.0,
        last_at=max(one.last_at for one in group),
    )
