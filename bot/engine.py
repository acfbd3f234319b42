"""Question in, answer out: read it, rank the entries, decide, compose. Pure: no store, no network, no await."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from bot.completion import Completion
from bot.composer import Composer
from bot.decision import OFFERED, Found, Rules
from bot.knowledge.schema import LANGUAGES, Knowledge, Words
from bot.messages import Answer, Candidate, Explanation, Outcome, Question, Rewrite, Suggestion, Turn
from bot.parts import Parts
from bot.search.encoders import Encoder
from bot.search.index import Index, Phrasing, Ranking
from bot.text import clean, has_words, normalise
from bot.understanding.follow_up import FollowUps, language_wanted, points_back, wants_more
from bot.understanding.reading import Message, Reader
from bot.understanding.subjects import Subjects

SUGGESTIONS = 3
# an entry's question and first phrasings in a language are the usual ones, those after are there for reach (knowledge/
# README.md): confidence is calibrated on the first; see docs/decisions/0006-what-confidence-is-calibrated-on.md
ORDINARY = 16
FOLLOW_UP = "follow-up"


@runtime_checkable
class KnowsWords(Protocol):
    """An encoder that can tell which words are common."""

    @property
    def languages(self) -> frozenset[str] | None:
        """Return the languages it understands, or None for many."""

    def vocabulary(self) -> frozenset[str]:
        """Return the whole words that it knows."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A question under way: how it was read, the language to answer in, the ranking of each of its texts."""

    question: Question
    message: Message
    language: str
    ranked: dict[str, Ranking]

    @property
    def whole(self) -> Ranking:
        return self.ranked[self.message.whole]

    @property
    def parts(self) -> tuple[Ranking, ...]:
        """The whole message's ranking, then those of its sentences that were ranked."""
        return (self.whole, *(self.ranked[each] for each in self.message.sentences if each in self.ranked))

    @property
    def clauses(self) -> tuple[Ranking, ...]:
        """The rankings of its questions, where it asks two or three."""
        return tuple(self.ranked[each] for each in self.message.questions)


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
        self._rules = Rules(self._entries)
        self._composer = Composer(knowledge, today)
        self._reader = Reader(knowledge, _common_words(encoders))
        self._follow_ups = FollowUps(knowledge, Subjects(knowledge, self._reader.synonyms), self._reader.exact)
        self._languages = self._reader.languages
        self._index = Index(
            phrasings_of(knowledge),
            encoders,
            cache,
            groups=groups_of(knowledge),
            unlike=counter_examples_of(knowledge),
            related={entry.id: entry.related for entry in knowledge.entries},
        )
        askable = knowledge.facets if knowledge.crimes else None
        self._parts = Parts(knowledge, askable, self._composer, encoders, cache) if askable else None
        self._completion = Completion(
            tuple(entry for entry in knowledge.entries if entry.outcome in OFFERED), knowledge.words["en"].examples
        )

    @property
    def version(self) -> str:
        """Return the hash of the knowledge."""
        return self._knowledge.version

    @property
    def knowledge(self) -> Knowledge:
        """Return what it answers from."""
        return self._knowledge

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
        hint = question.context[-1].language if question.context else question.language
        message = self._reader.read(question.text, hint)
        language = self._languages.base(question.reply_in) or message.language
        if not has_words(message.text):
            return self._composer.help(question, Explanation(message.text, language, rule="no words"))
        if again := self._repeated(question, message):
            return again
        case = _Case(question, message, language, self._ranked(message.first, message.language))
        if message.later and not self._is_settled(case):
            case = replace(case, ranked=case.ranked | self._ranked(message.later, message.language))
        return self._sure(case) or self._followed(case) or self._otherwise(case) or self._unsure(case)

    def _ranked(self, texts: tuple[str, ...], language: str) -> dict[str, Ranking]:
        return dict(zip(texts, self._index.rank(texts, language), strict=True)) if texts else {}

    def _is_settled(self, case: _Case) -> bool:
        """Say whether no further sentence changes the answer: the whole message is sure, or a part of it is urgent."""
        found = self._rules.urgent(case.parts) or self._rules.sure([case.whole])
        return found is not None and self._rules.outcome(found.hit) in {*OFFERED, Outcome.URGENT}

    # --- what is sure, and what is urgent ---

    def _sure(self, case: _Case) -> Answer | None:
        found = self._rules.urgent(case.parts)
        if not found and (answer := self._each(case)):
            return answer
        found = found or self._rules.sure(case.parts) or self._rules.sure(case.clauses) or self._rules.alarm(case.whole)
        return self._tell(case, found, case.message.whole) if found else None

    def _each(self, case: _Case) -> Answer | None:
        """Answer the questions of a message one by one, where two or more are sure and ask for different entries."""
        found: list[Found] = []
        if self._parts and self._parts.compares(case.message.whole):
            return None
        for text in case.message.questions:
            alone = self._rules.sure([case.ranked[text]])
            one = alone if alone and not points_back(text) else self._in_passing(text, found, case.message.language)
            one = one or alone
            if one and self._rules.outcome(one.hit) is Outcome.HANDED_OFF:
                return None
            if one and self._rules.outcome(one.hit) is Outcome.ANSWERED:
                found.append(one)
        different = list({each.hit.entry: each for each in reversed(found)}.values())[::-1]
        if len(different) < 2:  # noqa: PLR2004 - it is one question
            return None
        told = [
            self._tell(case, replace(each, rule=f"{each.rule}; question {number} of {len(different)}"), each.text)
            for number, each in enumerate(different, 1)
        ]
        return replace(told[0], also=tuple(told[1:]))

    def _in_passing(self, text: str, before: Sequence[Found], language: str) -> Found | None:
        """Return what a question asks for that goes on with the one before it in the same message."""
        if not before:
            return None
        turn = Turn(before[-1].text, before[-1].hit.entry, language)
        return self._continued(text, [turn], language, linked=True)

    # --- follow-ups ---

    def _repeated(self, question: Question, message: Message) -> Answer | None:
        """Give the last answer again, in another language ("in Spanish?") or as it was ("source?").

        The words of these requests are few and known: nothing else can be meant, so nothing is ranked.
        """
        turn = next(self._turns(question), None)
        wanted = language_wanted(message.text) or (turn.language if turn and wants_more(message.text) else None)
        if not turn or not wanted or normalise(message.text) in self._reader.exact:
            return None
        again = self._answer(replace(question, text=turn.question, reply_in=wanted, context=()))
        if again.entry != turn.entry:
            why = Explanation(normalise(turn.question), wanted)
            again = self._composer.entry(question, self._entries[turn.entry], 1.0, why)
        why = replace(again.explanation, rule=FOLLOW_UP, rewrites=(Rewrite(FOLLOW_UP, turn.question),))
        return replace(again, question=question.text, explanation=why)

    def _turns(self, question: Question) -> Iterator[Turn]:
        """Yield what was answered before from what is still known, the newest first."""
        return (turn for turn in reversed(question.context) if turn.entry in self._entries)

    def _followed(self, case: _Case) -> Answer | None:
        """Answer a follow-up, where the text alone is not sure and the conversation tells what it leaves out."""
        turns = tuple(self._turns(case.question))
        found = self._continued(case.message.whole, turns, case.message.language)
        if found:
            return self._tell(case, found, found.text, (Rewrite(FOLLOW_UP, found.text),))
        return self._facet_of(case, turns[0]) if turns else None

    def _facet_of(self, case: _Case, turn: Turn) -> Answer | None:
        """Answer with one facet of the crime area that was talked of: "and which databases are used for it?"."""
        read = self._follow_ups.expanded(case.message.whole, turn, case.message.language)
        if not read or not self._parts:
            return None

        def explain(rule: str, threshold: float) -> Explanation:
            rewrites = (Rewrite(FOLLOW_UP, read),)
            why = self._explain(case, case.whole, rewrites, f"{FOLLOW_UP}; {rule}", threshold)
            return replace(why, normalised=normalise(read))

        answer = self._parts.answer(case.question, read, None, case.language, explain)
        sure = answer and answer.entry and self._parts.follows(read, answer.entry, case.message.language)
        return answer if sure else None

    def _continued(self, text: str, turns: Sequence[Turn], language: str, *, linked: bool = False) -> Found | None:
        """Return what a follow-up is sure to ask for, read with the newest turn with which it is sure."""
        expanded = {turn: self._follow_ups.expanded(text, turn, language, linked=linked) for turn in turns}
        texts = tuple(dict.fromkeys(filter(None, expanded.values())))
        ranked = self._ranked(texts, language)
        for turn, read in expanded.items():
            found = self._rules.follow_up(ranked[read]) if read else None
            if found and self._adds(found, turn, language):
                return replace(found, rule=FOLLOW_UP)
        return None

    def _adds(self, found: Found, turn: Turn, language: str) -> bool:
        """Say whether what was found with context says more than the context: another entry, or one facet of it."""
        if self._follow_ups.adds(found.hit.entry, turn, language):
            return True
        return bool(self._parts and self._parts.follows(found.text, found.hit.entry, language))

    # --- other readings ---

    def _otherwise(self, case: _Case) -> Answer | None:
        """Answer the message read in another way (other words, another language), where that is sure or urgent."""
        best: tuple[Found, _Case, tuple[Rewrite, ...]] | None = None
        for variant in self._reader.variants(case.message):
            rankings = self._index.rank([variant.text], variant.language)
            found = self._rules.urgent(rankings) or self._rules.sure(rankings)
            if found and (not best or found.hit.confidence > best[0].hit.confidence):
                language = self._languages.base(case.question.reply_in) or variant.answer_in
                best = found, replace(case, language=language), variant.rewrites
        if not best:
            return None
        found, read, rewrites = best
        return self._tell(read, found, found.text, rewrites)

    # --- nothing is sure ---

    def _unsure(self, case: _Case) -> Answer:
        if found := self._rules.polite(case.whole):
            return self._tell(case, found, case.message.whole)
        explain = partial(self._explain, case, case.whole, ())
        if self._parts and (
            answer := self._parts.answer(case.question, case.message.whole, None, case.language, explain)
        ):
            return answer
        near = case.whole.near
        hits = self._rules.offered(case.parts)
        choices = tuple(
            Suggestion(hit.entry, self._title(hit.entry, case.language), hit.confidence) for hit in hits[:SUGGESTIONS]
        )
        confidence = hits[0].confidence if hits else 0.0
        if confidence >= near:
            return self._composer.suggestions(case.question, choices, confidence, explain("did you mean", near))
        return self._composer.unknown(case.question, choices, confidence, explain("nothing near", near))

    # --- telling ---

    def _tell(self, case: _Case, found: Found, text: str, rewrites: tuple[Rewrite, ...] = ()) -> Answer:
        """Compose what was found: the parts of records that the text asks for, else the entry."""
        if not rewrites and found.ranking is not case.whole:
            rewrites = (Rewrite("part of the message", found.text),)
        explain = partial(self._explain, case, found.ranking, rewrites)
        if self._parts and (answer := self._parts.answer(case.question, text, found, case.language, explain)):
            return answer
        entry, why = self._entries[found.hit.entry], explain(found.rule, found.threshold)
        return self._composer.entry(case.question, entry, found.hit.confidence, why)

    def _title(self, entry: str, language: str) -> str:
        return self._composer.question_of(self._entries[entry], language)

    def _explain(
        self, case: _Case, ranking: Ranking, rewrites: tuple[Rewrite, ...], rule: str, threshold: float
    ) -> Explanation:
        candidates = tuple(
            Candidate(hit.entry, self._title(hit.entry, case.language), hit.phrasing, hit.confidence, hit.signals)
            for hit in ranking.hits[:5]
        )
        read = (*case.message.rewrites, *rewrites)
        return Explanation(normalise(ranking.text), case.language, rule, threshold, candidates, read)


def phrasings_of(knowledge: Knowledge) -> tuple[Phrasing, ...]:
    """Return every phrasing of every entry, its question among them, in every language."""
    return tuple(
        Phrasing(phrasing, entry.id, language, place < ORDINARY)
        for entry in knowledge.entries
        for language in entry.languages()
        if (text := entry.text(language))
        for place, phrasing in enumerate((text.question, *text.phrasings))
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


def groups_of(knowledge: Knowledge) -> dict[str, str]:
    """Return the guards by what they do: one "no" is as good as another, and so is one emergency's guidance."""
    alike = {Outcome.DECLINED, Outcome.URGENT}
    return {entry.id: entry.outcome.value for entry in knowledge.entries if entry.outcome in alike}


def _common_words(encoders: Sequence[Encoder]) -> dict[str, frozenset[str]]:
    """Return the words that the encoders know, by language; what understands all languages knows words of all."""
    words: dict[str, frozenset[str]] = {}
    for encoder in encoders:
        if isinstance(encoder, KnowsWords):
            for language in encoder.languages or LANGUAGES:
                words[language] = words.get(language, frozenset()) | encoder.vocabulary()
    return words
