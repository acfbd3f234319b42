"""Answers made of parts of records: one facet of a crime area, or two subjects side by side."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.composer import Composer
from bot.decision import Found
from bot.facets import FacetFinder
from bot.knowledge.extract import Side, Written, facet, side_by_side, written
from bot.knowledge.facet_schema import Facets
from bot.knowledge.schema import Crime, Entry, Knowledge
from bot.messages import Answer, Explanation, Outcome, Question
from bot.search.encoders import Encoder

NAMED = 0.95  # confidence of a comparison: both subjects are named, and a word that compares
SURE_OF_FACET = 0.9  # where an area is only named, not found: it may be named in passing
SURE_OF_FOLLOWED_FACET = 0.995  # where the area was talked of before: below, what follows is as often about no facet


Explain = Callable[[str, float], Explanation]


class Parts:
    """Composes from one knowledge. `facets` says how people ask for parts."""

    def __init__(
        self,
        knowledge: Knowledge,
        facets: Facets,
        composer: Composer,
        encoders: Sequence[Encoder],
        cache: Path | None = None,
    ) -> None:
        self._entries = {entry.id: entry for entry in knowledge.entries}
        self._crimes = {crime.id: crime for crime in knowledge.crimes}
        self._facets = facets
        self._composer = composer
        self._finder = FacetFinder(knowledge, facets, encoders, cache)

    def compares(self, text: str) -> bool:
        """Say whether a text compares two subjects that are known."""
        return self._finder.compared(text) is not None

    def follows(self, text: str, entry: str, language: str) -> bool:
        """Say whether a text, read with a crime area that was talked of before, surely asks for one facet of it."""
        if entry not in self._crimes:
            return False
        picked = self._finder.facet(text, entry, language)
        return picked.sure and picked.confidence >= SURE_OF_FOLLOWED_FACET

    def answer(
        self, question: Question, text: str, found: Found | None, language: str, explain: Explain
    ) -> Answer | None:
        """Answer with parts of records, or return None where what was found, if anything, is to be told as it is."""
        if found and self._entries[found.hit.entry].outcome is not Outcome.ANSWERED:
            return None
        return self._comparison(question, text, found, language, explain) or self._facet(
            question, text, found, language, explain
        )

    def _comparison(
        self, question: Question, text: str, found: Found | None, language: str, explain: Explain
    ) -> Answer | None:
        pair = self._finder.compared(text)
        if not pair or (found and found.hit.entry not in pair and self._is_closer(found, pair)):
            return None
        first, second = (self._entries[each] for each in pair)
        if self._composer.expired(first) or self._composer.expired(second):
            return None
        told = language if first.text(language) and second.text(language) else "en"
        one, other = self._side(first, told), self._side(second, told)
        texts = getattr(self._facets.comparison, told)
        title, lead = (each.format(first=one.name, second=other.name) for each in (texts.title, texts.lead))
        why = explain("comparison", NAMED)
        left, right = (self._composer.entry(question, each, NAMED, why) for each in (first, second))
        return self._composer.both(left, right, side_by_side(one, other, title, lead), told)

    def _is_closer(self, found: Found, pair: tuple[str, str]) -> bool:
        """Say whether an editor already wrote the comparison: the phrasing that was found compares the same two."""
        said = found.hit.phrasing
        return found.exact or (self._finder.compares(said) and set(pair) <= set(self._finder.named(said)))

    def _side(self, entry: Entry, language: str) -> Side:
        short = (entry.text(language) or entry.en).short
        if crime := self._crimes.get(entry.id):
            text = written(crime, language)
            return Side(text.name, short, text.what_it_is)
        return Side(getattr(self._facets.names[entry.id], language)[0], short, short)

    def _facet(
        self, question: Question, text: str, found: Found | None, language: str, explain: Explain
    ) -> Answer | None:
        area = self._area(text, found)
        if area is None:
            return None
        if found and found.hit.entry == area.id:
            picked = self._finder.facet(found.text, area.id, language)
            why = (found.rule, found.threshold, found.hit.confidence)
        else:
            picked = self._finder.facet(text, area.id, language)
            why = ("area named", SURE_OF_FACET, picked.confidence)
        rule, threshold, confidence = why
        said = self._said(area, picked.facet, language) if picked.sure and confidence >= threshold else None
        if said is None:
            return None
        because = explain(f"{rule}; facet: {picked.facet}", threshold)
        return self._composer.said(question, self._entries[area.id], said, confidence, because)

    def _area(self, text: str, found: Found | None) -> Crime | None:
        """Return the area that was found; else the one that is named, where what was found is about none."""
        if found and found.hit.entry in self._crimes:
            return self._crimes[found.hit.entry]
        if found and (found.exact or self._finder.named(found.hit.phrasing)):
            return None
        named = [each for each in self._finder.named(text) if each in self._crimes]
        return self._crimes[named[0]] if len(named) == 1 else None

    def _related(self, crime: Crime) -> list[Crime]:
        """Return the areas that this one names as related, then those that name this one."""
        own = [self._crimes[each] for each in crime.related if each in self._crimes]
        return own + [each for each in self._crimes.values() if crime.id in each.related and each not in own]

    def _said(self, crime: Crime, name: str, language: str) -> Written | None:
        told = self._composer.written_in(self._entries[crime.id], language)
        names = tuple(written(each, told).name for each in self._related(crime))
        title = getattr(getattr(self._facets, name), told).title.format(area=written(crime, told).name)
        return facet(crime, name, title, names, told)
