"""Other words for the same: a term that no phrasing of the knowledge uses gives way to one that phrasings do use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.search.names import Names
from bot.text import normalise

EVERY = ""  # stands for all languages together


@dataclass(frozen=True, slots=True)
class Group:
    """Terms that mean the same, normalised; of those in use, the one that each language's phrasings use most."""

    terms: tuple[str, ...]
    unused: tuple[str, ...]
    best: Mapping[str, str]

    def term(self, language: str) -> str:
        """Return the term to use in a language."""
        return self.best.get(language, self.best[EVERY])


class Synonyms:
    """Knows groups of terms that mean the same. `groups` are those of which phrasings use any term."""

    def __init__(self, groups: Iterable[Iterable[str]], phrasings: Mapping[str, Iterable[str]]) -> None:
        """Count how often the phrasings, normalised and by language, use each term."""
        said = {language: _Said.of(own) for language, own in phrasings.items()}
        counted = (_counted(dict.fromkeys(map(normalise, group)), said) for group in groups)
        self.groups = tuple(group for group in counted if group.best)
        self._unused = Names({str(number): group.unused for number, group in enumerate(self.groups)})

    def replace(self, text: str, language: str) -> str:
        """Return the text, normalised, with its terms that nobody uses replaced; as it was, where there are none."""
        for group in dict.fromkeys(mention.of for mention in self._unused.find(text)):
            text = self._unused.replaced(text, group, self.groups[int(group)].term(language))
        return text


@dataclass(frozen=True, slots=True)
class _Said:
    """What the phrasings of a language say: one text, each phrasing between spaces, and its words."""

    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, phrasings: Iterable[str]) -> "_Said":
        text = "\n".join(f" {each} " for each in phrasings)
        return cls(text, frozenset(text.split()))

    def count(self, term: str) -> int:
        """Count a term; a search through the whole text is only for terms of known words."""
        return self.text.count(f" {term} ") if self.words.issuperset(term.split()) else 0


def _counted(terms: Iterable[str], said: Mapping[str, _Said]) -> Group:
    times = {term: {language: text.count(term) for language, text in said.items()} for term in terms}
    totals = {term: sum(counts.values()) for term, counts in times.items()}
    best = {
        language: max(times, key=lambda term: times[term][language])
        for language in said
        if any(counts[language] for counts in times.values())
    }
    if any(totals.values()):
        best[EVERY] = max(totals, key=lambda term: totals[term])
    return Group(tuple(times), tuple(term for term, total in totals.items() if not total), best)
