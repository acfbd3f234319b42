"""The project's own evaluation as a set: the knowledge's phrasings to learn from, the labelled questions to ask."""

from collections.abc import Sequence

from bot.bench.datasets import Dataset, Query, Round, Training
from bot.engine import counter_examples_of, groups_of, phrasings_of
from bot.evaluation import Asked
from bot.knowledge.schema import Knowledge
from bot.messages import Outcome

NAME = "own"
OUTSIDE = "off-subject"  # the kind of the questions that no entry answers


def own(knowledge: Knowledge, asked: Sequence[Asked]) -> Dataset:
    """Return the labelled questions that have an entry, and as out of scope those off the subject.

    The other kinds ask what the bot does (hand over, warn), which `interpol-bot evaluate` tells.
    """
    training = Training(
        phrasings_of(knowledge),
        unlike=counter_examples_of(knowledge),
        groups=groups_of(knowledge),
        related={entry.id: entry.related for entry in knowledge.entries},
    )
    queries = tuple(
        Query(each.label.q, frozenset(each.label.entry), each.language)
        for each in asked
        if each.label.entry or each.kind == OUTSIDE
    )
    declines = frozenset(entry.id for entry in knowledge.entries if entry.outcome is Outcome.DECLINED)
    return Dataset(NAME, 0, (Round(training, queries),), declines)
