"""Finds names in a text, word by word: singular or plural, with or without the Arabic article. The longest wins."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.text import normalise

_ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
_PREFIXES = frozenset("وفبلك")  # and, so, with, for, like: written as one with the word that follows
_SHORTEST = 3  # letters that are left of a word, so that "bus" and "gas" stay what they are


@dataclass(frozen=True, slots=True)
class Mention:
    """Whose name stands in a text, and on which of its words, from `start` to before `end`."""

    of: str
    start: int
    end: int


class Names:
    """The names of some subjects. A name that two of them bear tells nothing and is left out."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        bearers: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for subject, own in names.items():
            for name in own:
                bearers[stems_of(normalise(name).split())].add(subject)
        self._subjects = {stems: min(known) for stems, known in bearers.items() if stems and len(known) == 1}
        self._longest = max(map(len, self._subjects), default=0)

    def find(self, text: str) -> tuple[Mention, ...]:
        """Return the names in a text, in its order; no word belongs to two."""
        stems = stems_of(normalise(text).split())
        found: list[Mention] = []
        start = 0
        while start < len(stems):
            mention = self._at(stems, start)
            if mention:
                found.append(mention)
            start = mention.end if mention else start + 1
        return tuple(found)

    def replaced(self, text: str, subject: str, by: str) -> str:
        """Return the text, normalised, with `by` in the place of each name of the subject."""
        words = normalise(text).split()
        for mention in reversed(self.find(text)):
            if mention.of == subject:
                words[mention.start : mention.end] = [by]
        return " ".join(words)

    def _at(self, stems: tuple[str, ...], start: int) -> Mention | None:
        for end in range(min(start + self._longest, len(stems)), start, -1):
            name = stems[start:end]
            subject = self._subjects.get(name)
            if not subject and name[0][0] in _PREFIXES:
                subject = self._subjects.get((name[0][1:], *name[1:]))
            if subject:
                return Mention(subject, start, end)
        return None


def stems_of(words: Iterable[str]) -> tuple[str, ...]:
    """Return normalised words without the Arabic article and the ending of a plural."""
    return tuple(map(_stem, words))


def _stem(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + _SHORTEST:
            return word.removeprefix(article)
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > _SHORTEST else word
