"""What the engine itself takes for what: each phrasing, asked of a model that has never seen it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.editing.records import Remark
from bot.engine import phrasings_of
from bot.knowledge.checks import Record
from bot.knowledge.schema import Knowledge
from bot.messages import Outcome
from bot.search.cache import encode_cached
from bot.search.encoders import Encoder
from bot.search.expert import Expert, Lesson
from bot.search.index import Phrasing

LEAST = 2  # phrasings of one entry taken for another; a single one is chance
SHARE = 0.1  # of an entry's phrasings
_ALIKE = frozenset({Outcome.DECLINED, Outcome.URGENT})  # one of those is as good as another

Step = Callable[[], None]


def steps(encoders: Sequence[Encoder]) -> int:
    """Return how often `review_mistaken` tells that it got on."""
    return len(encoders) + 1


def review_mistaken(
    knowledge: Knowledge, records: Mapping[str, Record], encoders: Sequence[Encoder], cache: Path, step: Step
) -> Iterator[Remark]:
    """Yield, for each entry, the others that several of its phrasings are taken for. Minutes without a cache."""
    phrasings = [each for each in phrasings_of(knowledge) if each.entry in records]
    entries = tuple(dict.fromkeys(each.entry for each in phrasings))
    if len(entries) < 2:  # noqa: PLR2004 - there is nothing to take it for
        return
    lesson = _lesson(phrasings, entries, encoders, cache, step)
    scores = Expert(lesson, encoders).left_out(range(len(phrasings)))
    step()
    taken: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for own, found in zip(phrasings, scores, strict=True):
        if len(found.entries) and _differ(knowledge, own.entry, best := entries[found.entries[0]]):
            taken[own.entry, own.language, best].append(own.text)
    yield from _remarks(taken, phrasings, records)


def _lesson(
    phrasings: Sequence[Phrasing], entries: Sequence[str], encoders: Sequence[Encoder], cache: Path, step: Step
) -> Lesson:
    texts = tuple(each.text for each in phrasings)
    vectors = {}
    for encoder in encoders:
        vectors[encoder.name] = encode_cached(encoder, texts, cache)
        step()
    labels = np.array([entries.index(each.entry) for each in phrasings])
    return Lesson(texts, tuple(each.language for each in phrasings), labels, np.arange(len(entries)), vectors)


def _differ(knowledge: Knowledge, first: str, second: str) -> bool:
    outcomes = {knowledge.by_id[first].outcome, knowledge.by_id[second].outcome}
    return first != second and not (len(outcomes) == 1 and outcomes <= _ALIKE)


def _remarks(
    taken: Mapping[tuple[str, str, str], Sequence[str]], phrasings: Sequence[Phrasing], records: Mapping[str, Record]
) -> Iterator[Remark]:
    for (entry, language, other), texts in taken.items():
        count = sum(each.entry == entry and each.language == language for each in phrasings)
        if len(texts) >= LEAST and len(texts) >= SHARE * count:
            message = (
                f"the engine takes {len(texts)} of the {count} phrasings of {entry} in {language} for {other}, such as "
                f"{texts[0]!r}; reword, or add counter-examples (unlike) to {other}"
            )
            record = records[entry]
            yield Remark(record.path, record.line(language, "phrasings"), "mistaken", message)
