"""The rules by which one entry, or none, is chosen from what was ranked. Pure: rankings in, what was found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.schema import Entry
from bot.messages import Outcome
from bot.search.index import Hit, Ranking

URGENT_FROM = 0.3  # someone may be in danger: better once too often
URGENT_SENTENCE_FROM = 0.5  # a sentence out of a longer message, where each has its own chance of a false alarm
HAND_OFF_FROM = 0.5  # a person is asked once too often rather than too seldom
FOLLOW_UP_FROM = 0.9  # two texts read as one: what has nothing to do with the first one comes to 0.87
LIKELIEST = 3  # entries that count for how likely an outcome is
OFFERED = frozenset({Outcome.ANSWERED, Outcome.HANDED_OFF})


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a text, and by which rule; `ranking` is the one that decided."""

    rule: str
    threshold: float
    hit: Hit
    ranking: Ranking

    @property
    def text(self) -> str:
        """Return the text that decided: the whole message, one of its sentences, or what it was rewritten to."""
        return self.ranking.text

    @property
    def exact(self) -> bool:
        """Say whether that text is a phrasing, letter for letter."""
        return self.ranking.exact == self.hit.entry


class Rules:
    """The rules over the entries of one knowledge. Of several rankings the first is the whole message's."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    def outcome(self, hit: Hit) -> Outcome:
        """Return what becomes of a question that an entry answers."""
        return self._entries[hit.entry].outcome

    def urgent(self, rankings: Sequence[Ranking]) -> Found | None:
        """Return the emergency that the message, or one of its sentences, is likely enough to be."""
        for place, ranking in enumerate(rankings):
            threshold = URGENT_SENTENCE_FROM if place else URGENT_FROM
            if self._chance(ranking, Outcome.URGENT) >= max(threshold, _best(ranking)):
                return self._first(ranking, Outcome.URGENT, "urgent", threshold)
        return None

    def follow_up(self, ranking: Ranking) -> Found | None:
        """Return what a text is sure to ask for that was read with what was said before."""
        found = self.sure([ranking])
        right = found and self.outcome(found.hit) is Outcome.ANSWERED and found.hit.confidence >= FOLLOW_UP_FROM
        return found if right else None

    def alarm(self, ranking: Ranking) -> Found | None:
        """Return the emergency that the message may be, when nothing is sure: it comes before any "did you mean"."""
        if self._chance(ranking, Outcome.URGENT) < ranking.near:
            return None
        return self._first(ranking, Outcome.URGENT, "urgent", ranking.near)

    def sure(self, rankings: Sequence[Ranking]) -> Found | None:
        """Return what is sure: answers before small talk, the whole message before its sentences."""
        sure = [
            (self.outcome(ranking.hits[0]) in OFFERED, not place, ranking.hits[0].confidence, ranking)
            for place, ranking in enumerate(rankings)
            if ranking.hits and ranking.hits[0].confidence >= self._threshold(ranking)
        ]
        if not sure:
            return None
        ranking = max(sure, key=lambda each: each[:3])[3]
        rule = "sure" if ranking.exact is None else "exact phrasing"
        return Found(rule, self._threshold(ranking), ranking.hits[0], ranking)

    def polite(self, ranking: Ranking) -> Found | None:
        """Return a guard, when nothing is sure and its kind is likeliest: a no costs less than a wrong answer.

        Those that decline must together at least be near; those that hand over to a person, likelier than not.
        """
        best = max((hit.confidence for hit in ranking.hits if self.outcome(hit) is Outcome.ANSWERED), default=0.0)
        for outcome, threshold in ((Outcome.DECLINED, ranking.near), (Outcome.HANDED_OFF, HAND_OFF_FROM)):
            if self._chance(ranking, outcome) >= max(threshold, best):
                return self._first(ranking, outcome, "likeliest", threshold)
        return None

    def offered(self, rankings: Sequence[Ranking]) -> tuple[Hit, ...]:
        """Return the entries that may be offered as choices, each once, best first."""
        best: dict[str, Hit] = {}
        for hit in sorted((hit for ranking in rankings for hit in ranking.hits), key=_confidence):
            best[hit.entry] = hit
        return tuple(
            hit for hit in sorted(best.values(), key=_confidence, reverse=True) if self.outcome(hit) in OFFERED
        )

    def _first(self, ranking: Ranking, outcome: Outcome, rule: str, threshold: float) -> Found:
        hit = next(hit for hit in ranking.hits if self.outcome(hit) is outcome)
        return Found(rule, threshold, hit, ranking)

    def _chance(self, ranking: Ranking, outcome: Outcome) -> float:
        """Return the probability that a text asks for any of the likeliest entries of an outcome.

        Only of the few likeliest: those far down are each a little likely, whatever the text.
        """
        return sum(hit.confidence for hit in ranking.hits[:LIKELIEST] if self.outcome(hit) is outcome)

    def _threshold(self, ranking: Ranking) -> float:
        own = self._entries[ranking.hits[0].entry].threshold
        return ranking.sure if own is None else own


def _best(ranking: Ranking) -> float:
    return ranking.hits[0].confidence if ranking.hits else 0.0


def _confidence(hit: Hit) -> float:
    return hit.confidence
