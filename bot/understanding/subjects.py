"""What questions are about: crime areas, notices, bodies, tools, each with its names in every language."""

from collections.abc import Iterable, Mapping, Sequence

from bot.knowledge.schema import LANGUAGES, Knowledge
from bot.search.names import Names, stems_of
from bot.text import normalise
from bot.understanding.synonyms import EVERY, Synonyms

COMMON = 0.2  # share of all questions from which a name tells nothing: "INTERPOL" stands in most


class Subjects:
    """The subjects of one knowledge. Names come from its facets, its crime areas and its synonyms."""

    def __init__(self, knowledge: Knowledge, synonyms: Synonyms) -> None:
        named = _own_names(knowledge)
        self._names = {subject: dict(own) for subject, own in named.items()}
        everything = {subject: [name for names in own.values() for name in names] for subject, own in named.items()}
        for number, group in enumerate(synonyms.groups):
            known = [each for each, names in everything.items() if not set(group.terms).isdisjoint(names)]
            subject = known[0] if known else f"group {number}"
            everything.setdefault(subject, []).extend(group.terms)
            for language, term in group.best.items():
                self._names.setdefault(subject, {}).setdefault(language, (term,))
        for subject in _common(knowledge, everything):
            del everything[subject]
        self._finder = Names(everything)
        self._stems = {subject: [stems_of(name.split()) for name in names] for subject, names in everything.items()}

    def find(self, text: str) -> tuple[str, ...]:
        """Return the subjects that a text names, each once, in its order."""
        return tuple(dict.fromkeys(mention.of for mention in self._finder.find(text)))

    def name(self, subject: str, language: str) -> str:
        """Return what a subject is called in a language, else in English, else in any."""
        names = self._names[subject]
        return (names.get(language) or names.get("en") or names.get(EVERY) or next(iter(names.values())))[0]

    def replaced(self, text: str, subject: str, by: str) -> str:
        """Return a text, normalised, with `by` in the place of each name of a subject."""
        return self._finder.replaced(text, subject, by)

    def without(self, text: str) -> list[str]:
        """Return the words of a text, normalised, that belong to no subject's name."""
        words = normalise(text).split()
        for mention in reversed(self._finder.find(text)):
            del words[mention.start : mention.end]
        return words

    def like(self, words: Sequence[str], other: str) -> str | None:
        """Return the subject whose name these words begin or end, the rest being as in another's name.

        "yellow" beside "red notice" is "yellow notice". None where no subject, or more than one, is called so.
        """
        said = set(stems_of(words))
        rest = {stem for name in self._stems.get(other, ()) for stem in name}
        found = {
            subject
            for subject, names in self._stems.items()
            for name in names
            if said and subject != other and said < set(name) and set(name) - said <= rest
        }
        return found.pop() if len(found) == 1 else None


def _own_names(knowledge: Knowledge) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the names that the facets' file and the crime areas give, normalised, by subject and language."""
    named: dict[str, dict[str, tuple[str, ...]]] = {}
    for crime in knowledge.crimes:
        texts = {"en": crime.en, "fr": crime.fr, "es": crime.es, "ar": crime.ar}
        named[crime.id] = {language: (normalise(text.name),) for language, text in texts.items() if text}
        named[crime.id][EVERY] = tuple(map(normalise, crime.synonyms)) or named[crime.id]["en"]
    for subject, names in (knowledge.facets.names if knowledge.facets else {}).items():
        own = named.setdefault(subject, {})
        for language in LANGUAGES:
            listed: Iterable[str] = getattr(names, language)
            own[language] = (*own.get(language, ()), *map(normalise, listed))
    return named


def _common(knowledge: Knowledge, names: Mapping[str, Iterable[str]]) -> list[str]:
    questions = [f" {normalise(entry.en.question)} " for entry in knowledge.entries]
    return [
        subject
        for subject, own in names.items()
        if sum(any(f" {name} " in question for name in own) for question in questions) > COMMON * len(questions)
    ]
