"""Question in, answer out: read it, rank the entries, decide, compose. Pure: no store, no network, no await."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from threadpoolctl import threadpool_limits

from bot.completion import Completion
from bot.composer import Composer
from bot.knowledge.schema import Entry, Knowledge, Words
from bot.messages import Answer, Candidate, Explanation, Outcome, Question, Suggestion
from bot.parts import Found, Parts
from bot.search.encoders import Encoder, MiniLM, default_encoders
from bot.search.index import Hit, Index, Phrasing, Ranking
from bot.search.spelling import Spelling
from bot.text import Languages, clean, has_words, normalise, sentences

URGENT_FROM = 0.3  # someone may be in danger: better once too often
URGENT_SENTENCE_FROM = 0.5  # a sentence out of a longer message, where each has its own chance of a false alarm
HAND_OFF_FROM = 0.5  # a person is asked once too often rather than too seldom
SUGGESTIONS = 3
_OFFERED = frozenset({Outcome.ANSWERED, Outcome.HANDED_OFF})


def build_engine(knowledge: Knowledge, cache_dir: Path | None = None) -> "Engine":
    """Build an engine on the encoders that this machine has; `cache_dir` makes the next build quick.

    Then gives the process's linear algebra one thread: a question is small work, and threads that wait for each
    other cost several times what they save.
    """
    engine = Engine(knowledge, default_encoders(), cache_dir)
    threadpool_limits(1)
    return engine


@dataclass(frozen=True, slots=True)
class _Reading:
    """A message as understood: the language to answer in, one ranking for the whole and one for each sentence."""

    text: str
    language: str
    rankings: tuple[Ranking, ...]


class Engine:
    """Answers from one knowledge. Threads may share it: nothing in it changes."""

    def __init__(
        self,
        knowledge: Knowledge,
        encoders: Sequence[Encoder],
        cache: Path | None = None,
        *,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._knowledge = knowledge
        self._entries = {entry.id: entry for entry in knowledge.entries}
        self._composer = Composer(knowledge, today)
        self._languages = Languages(("en", "fr", "es", "ar"))
        self._index = Index(
            phrasings_of(knowledge), encoders, cache, groups=_groups(knowledge), unlike=counter_examples_of(knowledge)
        )
        askable = knowledge.facets if knowledge.crimes else None
        self._parts = Parts(knowledge, askable, self._composer, encoders, cache) if askable else None
        self._spelling = Spelling(_editors_words(knowledge), _common_words(encoders))
        self._completion = Completion(
            tuple(entry for entry in knowledge.entries if entry.outcome in _OFFERED), knowledge.words["en"].examples
        )

    @property
    def version(self) -> str:
        """Return the hash of the knowledge."""
        return self._knowledge.version

    def words(self, language: str | None) -> Words:
        """Return the bot's own words in the language of a locale, else in English."""
        return self._composer.words(self._languages.base(language))

    def answer(self, question: Question) -> Answer:
        """Answer any text of any length."""
        started = time.perf_counter()
        answer = self._answer(question)
        return replace(answer, ms=(time.perf_counter() - started) * 1000)

    def open(self, question: Question, entry_id: str) -> Answer | None:
        """Compose the entry that the asker picked, or None where there is none of that name."""
        entry = self._entries.get(entry_id)
        if entry is None:
            return None
        spoken = self._languages.detect(clean(question.text), question.language)
        language = self._languages.base(question.reply_in) or spoken
        return self._composer.entry(question, entry, 1.0, Explanation(language=language, rule="chosen"))

    def complete(self, typed: str, language: str | None, limit: int) -> tuple[Suggestion, ...]:
        """Rank the entries' questions for a half-typed one, best first."""
        return self._completion.complete(clean(typed), self._languages.base(language) or "en", limit)

    def _answer(self, question: Question) -> Answer:
        text = clean(question.text)
        spoken = self._languages.detect(text, question.language)
        language = self._languages.base(question.reply_in) or spoken
        if not has_words(text):
            return self._composer.help(question, Explanation(text, language, rule="no words"))
        reading = _Reading(text, language, self._rank(question.text, text, spoken))
        found = self._urgent(reading) or self._sure(reading) or self._alarm(reading) or self._polite(reading)
        if self._parts:
            explain = partial(self._explain, reading)
            whole = reading.rankings[0].text
            if answer := self._parts.answer(question, whole, found, language, explain):
                return answer
        if found:
            why = self._explain(reading, found.rule, found.threshold)
            return self._composer.entry(question, self._entries[found.hit.entry], found.hit.confidence, why)
        return self._unsure(question, reading)

    def _rank(self, raw: str, text: str, language: str) -> tuple[Ranking, ...]:
        parts = sentences(raw)
        texts = [text, *parts] if len(parts) > 1 else [text]
        if language == "en":
            texts = [self._spelling.repair(each) for each in texts]
        return self._index.rank(texts, language)

    def _urgent(self, reading: _Reading) -> Found | None:
        """Return the emergency that the message, or one of its sentences, is likely enough to be."""
        for place, ranking in enumerate(reading.rankings):
            threshold = URGENT_SENTENCE_FROM if place else URGENT_FROM
            if self._chance(ranking, Outcome.URGENT) >= max(threshold, ranking.hits[0].confidence):
                hit = next(hit for hit in ranking.hits if self._outcome(hit) is Outcome.URGENT)
                return Found("urgent", threshold, hit, reading.text)
        return None

    def _alarm(self, reading: _Reading) -> Found | None:
        """Return the emergency that the message may be, when nothing is sure: it comes before any "did you mean"."""
        ranking = reading.rankings[0]
        if self._chance(ranking, Outcome.URGENT) < ranking.near:
            return None
        hit = next(hit for hit in ranking.hits if self._outcome(hit) is Outcome.URGENT)
        return Found("urgent", ranking.near, hit, reading.text)

    def _chance(self, ranking: Ranking, outcome: Outcome) -> float:
        """Return the probability that a text asks for any of the likeliest entries of an outcome.

        Only of the few likeliest: those far down are each a little likely, whatever the text.
        """
        return sum(hit.confidence for hit in ranking.hits[:SUGGESTIONS] if self._outcome(hit) is outcome)

    def _sure(self, reading: _Reading) -> Found | None:
        """Return what is sure: answers before small talk, the whole message before its sentences."""
        sure = [
            (self._outcome(ranking.hits[0]) in _OFFERED, not place, ranking.hits[0].confidence, ranking)
            for place, ranking in enumerate(reading.rankings)
            if ranking.hits[0].confidence >= self._threshold(ranking)
        ]
        if not sure:
            return None
        ranking = max(sure, key=lambda each: each[:3])[3]
        hit, exact = ranking.hits[0], ranking.exact is not None
        return Found("exact phrasing" if exact else "sure", self._threshold(ranking), hit, ranking.text, exact)

    def _polite(self, reading: _Reading) -> Found | None:
        """Return a guard, when nothing is sure and its kind is likeliest: a no costs less than a wrong answer.

        Those that decline must together at least be near; those that hand over to a person, likelier than not.
        """
        ranking = reading.rankings[0]
        best = max((hit.confidence for hit in ranking.hits if self._outcome(hit) is Outcome.ANSWERED), default=0.0)
        for outcome, threshold in ((Outcome.DECLINED, ranking.near), (Outcome.HANDED_OFF, HAND_OFF_FROM)):
            if self._chance(ranking, outcome) >= max(threshold, best):
                hit = next(hit for hit in ranking.hits if self._outcome(hit) is outcome)
                return Found("likeliest", threshold, hit, reading.text)
        return None

    def _unsure(self, question: Question, reading: _Reading) -> Answer:
        whole = reading.rankings[0]
        best: dict[str, Hit] = {}
        for hit in sorted((hit for ranking in reading.rankings for hit in ranking.hits), key=_confidence):
            best[hit.entry] = hit
        offered = [
            hit for hit in sorted(best.values(), key=_confidence, reverse=True) if self._outcome(hit) in _OFFERED
        ]
        choices = tuple(self._suggestion(hit, reading.language) for hit in offered[:SUGGESTIONS])
        confidence = offered[0].confidence if offered else 0.0
        if confidence >= whole.near:
            why = self._explain(reading, "did you mean", whole.near)
            return self._composer.suggestions(question, choices, confidence, why)
        return self._composer.unknown(question, choices, confidence, self._explain(reading, "nothing near", whole.near))

    def _outcome(self, hit: Hit) -> Outcome:
        return self._entries[hit.entry].outcome

    def _threshold(self, ranking: Ranking) -> float:
        own = self._entries[ranking.hits[0].entry].threshold
        return ranking.sure if own is None else own

    def _suggestion(self, hit: Hit, language: str) -> Suggestion:
        entry = self._entries[hit.entry]
        return Suggestion(hit.entry, self._composer.question_of(entry, language), hit.confidence)

    def _explain(self, reading: _Reading, rule: str, threshold: float) -> Explanation:
        whole = reading.rankings[0]
        candidates = tuple(
            Candidate(
                entry=hit.entry,
                question=self._composer.question_of(self._entries[hit.entry], reading.language),
                phrasing=hit.phrasing,
                score=hit.confidence,
                signals=hit.signals,
            )
            for hit in whole.hits[:5]
        )
        return Explanation(normalise(whole.text), reading.language, rule, threshold, candidates)


def phrasings_of(knowledge: Knowledge) -> tuple[Phrasing, ...]:
    """Return every phrasing of every entry, its question among them, in every language."""
    return tuple(
        Phrasing(phrasing, entry.id, language)
        for entry in knowledge.entries
        for language in entry.languages()
        if (text := entry.text(language))
        for phrasing in (text.question, *text.phrasings)
    )


def counter_examples_of(knowledge: Knowledge) -> tuple[Phrasing, ...]:
    """Return every question that looks like an entry's and is not, in every language."""
    return tuple(
        Phrasing(question, entry.id, language)
        for entry in knowledge.entries
        for language in entry.languages()
        if (text := entry.text(language))
        for question in text.unlike
    )


def _groups(knowledge: Knowledge) -> dict[str, str]:
    """Return the guards by what they do: one "no" is as good as another, and so is one emergency's guidance."""
    alike = {Outcome.DECLINED, Outcome.URGENT}
    return {entry.id: entry.outcome.value for entry in knowledge.entries if entry.outcome in alike}


def _confidence(hit: Hit) -> float:
    return hit.confidence


def _editors_words(knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(part for entry in knowledge.entries for part in _written(entry))


def _written(entry: Entry) -> tuple[str, ...]:
    return (entry.en.question, entry.en.short, entry.en.details, entry.en.next_steps)


def _common_words(encoders: Sequence[Encoder]) -> frozenset[str]:
    words = [encoder.vocabulary() for encoder in encoders if isinstance(encoder, MiniLM)]
    return frozenset().union(*words)
