"""Which facet of a crime area a question asks for, and which two subjects it compares.

The engine finds an area by its phrasings; a text may also name one. The name gives way to one neutral word, and a small
index over the patterns of `facets.yaml` tells the facet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.extract import FACETS
from bot.knowledge.facet_schema import Facets
from bot.knowledge.schema import LANGUAGES, Crime, CrimeText, Knowledge
from bot.search.encoders import Encoder
from bot.search.index import Index, Phrasing
from bot.search.names import Names
from bot.text import normalise

WHOLE = "whole"
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Picked:
    """A facet, or WHOLE; the probability that it is the one meant, and from which on it counts as sure."""

    facet: str
    confidence: float
    threshold: float

    @property
    def sure(self) -> bool:
        """Say whether one facet, not the area as a whole, is surely meant."""
        return self.facet != WHOLE and self.confidence >= self.threshold


class FacetFinder:
    """Reads questions about crime areas. Threads may share it: nothing in it changes."""

    def __init__(
        self, knowledge: Knowledge, facets: Facets, encoders: Sequence[Encoder], cache: Path | None = None
    ) -> None:
        """Train on the patterns, with the encoders that understand all languages, so that a question costs one."""
        self._facets = facets
        self._names = Names({subject: tuple(names) for subject, names in _names(knowledge, facets)})
        self._questions = {(crime.id, normalise(text.question)) for crime in knowledge.crimes for text in _texts(crime)}
        everywhere = [encoder for encoder in encoders if encoder.languages is None]
        self._index = Index(tuple(_phrasings(knowledge, facets)), everywhere, cache / "facets" if cache else None)
        self._cues = Names({"cue": [cue for each in LANGUAGES for cue in getattr(facets.comparison, each).cues]})

    def named(self, text: str) -> tuple[str, ...]:
        """Return what the text names, each once, in its order: crime areas and the other subjects of comparisons."""
        return tuple(dict.fromkeys(mention.of for mention in self._names.find(text)))

    def compares(self, text: str) -> bool:
        """Say whether a word of the text compares, in any language."""
        return bool(self._cues.find(text))

    def compared(self, text: str) -> tuple[str, str] | None:
        """Return the two subjects that the text compares, or None."""
        named = self.named(text)
        return (named[0], named[1]) if len(named) == _PAIR and self.compares(text) else None

    def facet(self, text: str, area: str, language: str) -> Picked:
        """Return the facet of an area that the text asks for; its own question asks for the whole."""
        if (area, normalise(text)) in self._questions:
            return Picked(WHOLE, 1.0, 0.0)
        neutral = self._names.replaced(text, area, getattr(self._facets.neutral, language))
        [ranking] = self._index.rank([neutral], language, most=1)
        return Picked(ranking.hits[0].entry, ranking.hits[0].confidence, ranking.sure)


def _texts(crime: Crime) -> tuple[CrimeText, ...]:
    return tuple(text for text in (crime.en, crime.fr, crime.es, crime.ar) if text)


def _names(knowledge: Knowledge, facets: Facets) -> Iterator[tuple[str, Iterator[str]]]:
    for crime in knowledge.crimes:
        yield crime.id, _names_of(crime, knowledge, facets)
    areas = {crime.id for crime in knowledge.crimes}
    yield from ((subject, _listed(facets, subject)) for subject in facets.names if subject not in areas)


def _names_of(crime: Crime, knowledge: Knowledge, facets: Facets) -> Iterator[str]:
    own = [part for text in _texts(crime) for part in text.name.replace("(", ")").split(")")]
    own += [*crime.synonyms, *_listed(facets, crime.id)]
    yield from own
    known = {normalise(name) for name in own}
    for group in knowledge.synonyms:
        if not known.isdisjoint(normalise(word) for word in group):
            yield from group


def _listed(facets: Facets, subject: str) -> Iterator[str]:
    for language in LANGUAGES if subject in facets.names else ():
        yield from getattr(facets.names[subject], language)


def _phrasings(knowledge: Knowledge, facets: Facets) -> Iterator[Phrasing]:
    """Yield each pattern twice: with the neutral word, and, area by area, with a name, which may stay unknown."""
    names = [_texts(crime) for crime in knowledge.crimes]
    for number, (facet, language, pattern) in enumerate(_patterns(facets)):
        text = getattr(knowledge.crimes[number % len(names)], language) or knowledge.crimes[number % len(names)].en
        for area in (getattr(facets.neutral, language), text.name):
            yield Phrasing(normalise(pattern.format(area=area)), facet, language)


def _patterns(facets: Facets) -> Iterator[tuple[str, str, str]]:
    """Yield facet, language and pattern."""
    for language in LANGUAGES:
        yield from ((WHOLE, language, pattern) for pattern in getattr(facets.whole, language))
        for facet in FACETS:
            patterns = getattr(getattr(facets, facet), language).phrasings
            yield from ((facet, language, pattern) for pattern in patterns)
