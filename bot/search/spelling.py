"""Repairs misspelt words to words of the knowledge: "notise" -> "notice". Leaves every known word alone."""

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

SHORTEST = 5  # characters: shorter words have too many neighbours
LONGEST = 30  # characters: longer ones are no words
MOST = 40  # unknown words of a text that are looked up; the rest of a long message stays as it is
ALIKE = 0.8  # share of a word that must stay: one slip in six letters, two in ten
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """Knows the words that editors wrote (`ours`) and common words of the language (`common`)."""

    def __init__(self, ours: Iterable[str], common: frozenset[str]) -> None:
        words = {word.casefold() for text in ours for word in _WORD.findall(text)}
        self._targets = sorted(word for word in words if len(word) >= SHORTEST)
        self._known = common | words

    def repair(self, text: str) -> str:
        """Return the text with each unknown word replaced by the nearest word of ours, where one is near."""
        left = MOST

        def nearest(match: re.Match[str]) -> str:
            nonlocal left
            word = match.group()
            folded = word.casefold()
            if not SHORTEST <= len(folded) <= LONGEST or folded in self._known or not left:
                return word
            left -= 1
            return self._nearest(folded) or word

        return _WORD.sub(nearest, text)

    def _nearest(self, folded: str) -> str | None:
        found = process.extractOne(
            folded, self._targets, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=ALIKE
        )
        return str(found[0]) if found else None
