"""Repairs misspelt words to words of the knowledge: "notise" -> "notice". Leaves every known word alone."""

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

SHORTEST = 5  # characters: shorter words have too many neighbours
ALIKE = 0.8  # share of a word that must stay: one slip in five letters, two in ten
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """Knows the words that editors wrote in answers (`ours`) and common words of the language (`common`)."""

    def __init__(self, ours: Iterable[str], common: frozenset[str]) -> None:
        words = {word.casefold() for text in ours for word in _WORD.findall(text)}
        self._targets = sorted(word for word in words if len(word) >= SHORTEST)
        self._known = common | words

    def repair(self, text: str) -> str:
        """Return the text with each unknown word replaced by the nearest word of ours, where one is near."""
        return _WORD.sub(lambda match: self._nearest(match.group()), text)

    def _nearest(self, word: str) -> str:
        folded = word.casefold()
        if len(folded) < SHORTEST or folded in self._known:
            return word
        found = process.extractOne(
            folded, self._targets, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=ALIKE
        )
        return found[0] if found else word
