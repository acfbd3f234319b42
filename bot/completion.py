"""What a half-typed question may become: typo-tolerant, in the person's language, in about a millisecond."""

from rapidfuzz import fuzz, process, utils

from bot.knowledge.schema import Entry
from bot.messages import Suggestion

LIKELY = 55  # of 100; below it a question has little in common with what was typed


class Completion:
    """Ranks the questions of entries. The examples come first while nothing is typed."""

    def __init__(self, entries: tuple[Entry, ...], examples: tuple[str, ...]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.en.question not in examples)
        self._lines = [
            (utils.default_process(line), number)
            for number, entry in enumerate(self._entries)
            for language in entry.languages()
            if (text := entry.text(language))
            for line in (text.question, *text.phrasings)
        ]

    def complete(self, typed: str, language: str, limit: int) -> tuple[Suggestion, ...]:
        """Return at most `limit` questions in `language` (else English), the likeliest first."""
        wanted = utils.default_process(typed)
        if not wanted:
            return tuple(_suggestion(entry, language, 0.0) for entry in self._entries[:limit])
        best: dict[int, float] = {}
        for line, score, position in process.extract(
            wanted, [line for line, _ in self._lines], scorer=_as_typed, score_cutoff=LIKELY, limit=None
        ):
            number = self._lines[position][1]
            # of two lines that fit alike the shorter one says more
            best[number] = max(best.get(number, 0.0), score - len(line) / 100)
        order = sorted(best, key=lambda number: (-best[number], number))[:limit]
        return tuple(_suggestion(self._entries[number], language, best[number] / 100) for number in order)


def _as_typed(typed: str, line: str, *, score_cutoff: float | None = None) -> float:
    """Compare what is typed with the beginning, a part, or the words of a line; 0..100."""
    cutoff = score_cutoff or 0
    begun = fuzz.ratio(typed, line[: len(typed)], score_cutoff=cutoff)
    part = fuzz.partial_ratio(typed, line, score_cutoff=cutoff) * 0.95 if len(typed) <= len(line) else 0.0
    words = fuzz.token_sort_ratio(typed, line, score_cutoff=cutoff) * 0.95
    return max(begun, part, words)


def _suggestion(entry: Entry, language: str, confidence: float) -> Suggestion:
    text = entry.text(language) or entry.en
    return Suggestion(entry.id, text.question, max(0.0, min(1.0, confidence)))
