"""An entry, in the asker's language, as an answer. Every word comes from the knowledge; nothing is made up here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.knowledge.extract import Written
from bot.knowledge.schema import Entry, Knowledge, SourceRecord, Words
from bot.knowledge.style import date_in_words
from bot.markup import escape
from bot.messages import Answer, Contact, Explanation, Outcome, Question, Source, Suggestion
from bot.text import READ_LIMIT

# for a language that the bot has no words in; otherwise its own name is in its words
_ENGLISH_NAMES = {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic"}


class Composer:
    """Composes answers from one knowledge. `today` tells the day, past which answers are hedged or withheld."""

    def __init__(self, knowledge: Knowledge, today: Callable[[], date] = date.today) -> None:
        self._knowledge = knowledge
        self._today = today
        self._entries = {entry.id: entry for entry in knowledge.entries}

    def words(self, language: str | None) -> Words:
        """Return the bot's own words in `language`, else in English."""
        return self._knowledge.words.get(language or "en", self._knowledge.words["en"])

    def question_of(self, entry: Entry, language: str) -> str:
        """Return the entry's own question in `language`, else in English."""
        return (entry.text(language) or entry.en).question

    def entry(self, question: Question, entry: Entry, confidence: float, explanation: Explanation) -> Answer:
        """Compose an entry."""
        written = self.written_in(entry, explanation.language)
        text = entry.text(written) or entry.en
        said = Written(text.question, text.short, text.details, text.next_steps)
        return self.said(question, entry, said, confidence, explanation)

    def said(
        self,
        question: Question,
        entry: Entry,
        said: Written,
        confidence: float,
        explanation: Explanation,
    ) -> Answer:
        """Compose an entry of which only some things are said."""
        written = self.written_in(entry, explanation.language)
        answer = Answer(
            question=question.text,
            outcome=entry.outcome,
            entry=entry.id,
            title=said.title if entry.outcome is Outcome.ANSWERED else "",
            confidence=confidence,
            language=written,
            short=said.short,
            details=said.details,
            next_steps=said.next_steps,
            notes=self._notes(question, entry, explanation.language, written),
            sources=self._sources(entry.sources, written),
            related=self._related(entry.related, written),
            contact=self._contact() if entry.contact else None,
            explanation=explanation,
            knowledge_version=self._knowledge.version,
        )
        return self._withheld(answer) if self.expired(entry) else answer

    def expired(self, entry: Entry) -> bool:
        """Say whether the day is past on which an entry's answer ends."""
        return entry.expires is not None and self._today() > entry.expires

    def both(self, first: Answer, second: Answer, said: Written, language: str) -> Answer:
        """Compose a comparison of two answers, told in `language`, with the sources and notes of both."""
        related = tuple(
            each for each in first.related + second.related if each.entry not in {first.entry, second.entry}
        )
        return replace(
            first,
            language=language,
            title=said.title,
            short=said.short,
            details=said.details,
            next_steps="",
            notes=tuple(dict.fromkeys(first.notes + second.notes)),
            sources=tuple(dict.fromkeys(first.sources + second.sources)),
            related=tuple(dict.fromkeys(related)),
        )

    def written_in(self, entry: Entry, language: str) -> str:
        """Return the language in which an entry is told to someone who asks in `language`."""
        return language if entry.text(language) else "en"

    def suggestions(
        self, question: Question, choices: tuple[Suggestion, ...], confidence: float, explanation: Explanation
    ) -> Answer:
        """Compose a "did you mean"."""
        answer = self._wordless(question, Outcome.SUGGESTED, confidence, explanation)
        return replace(answer, short=self.words(explanation.language).suggested, suggestions=choices)

    def unknown(
        self, question: Question, nearest: tuple[Suggestion, ...], confidence: float, explanation: Explanation
    ) -> Answer:
        """Compose an honest "I do not know that", with the nearest things that are known and a person to ask."""
        answer = self._wordless(question, Outcome.DECLINED, confidence, explanation)
        short = self.words(explanation.language).declined
        return replace(answer, short=short, suggestions=nearest, contact=self._contact())

    def help(self, question: Question, explanation: Explanation) -> Answer:
        """Compose what is shown to a message without words: what the bot is and how to ask."""
        short, _, details = self.words(explanation.language).greeting_help.partition("\n\n")
        answer = self._wordless(question, Outcome.DECLINED, 0.0, explanation)
        return replace(answer, short=short, details=details)

    def _wordless(self, question: Question, outcome: Outcome, confidence: float, explanation: Explanation) -> Answer:
        language = explanation.language if explanation.language in self._knowledge.words else "en"
        return Answer(
            question=question.text,
            outcome=outcome,
            entry=None,
            title="",
            confidence=confidence,
            language=language,
            short="",
            notes=self._length_note(question, language),
            explanation=explanation,
            knowledge_version=self._knowledge.version,
        )

    def _withheld(self, answer: Answer) -> Answer:
        """Return an answer that says no more than where to look: what it said may have become wrong."""
        page = escape(f"{answer.sources[0].title} ({answer.sources[0].publisher})")
        short = self.words(answer.language).withheld.replace("{source}", page)
        return replace(answer, short=short, details="", next_steps="")

    def _notes(self, question: Question, entry: Entry, asked: str, written: str) -> tuple[str, ...]:
        words = self.words(written)
        legal = (words.not_legal_advice,) if entry.legal else ()
        freshness = self._freshness_note(entry, written)
        return (*self._translation_note(asked, written), *freshness, *legal, *self._length_note(question, written))

    def _freshness_note(self, entry: Entry, language: str) -> tuple[str, ...]:
        """Return when the entry was last checked, where that was to be done anew by now. Guards do not age."""
        if entry.outcome is not Outcome.ANSWERED or self._today() <= entry.review_by:
            return ()
        spoken = language if language in self._knowledge.words else "en"
        return (self.words(spoken).overdue.format(date=date_in_words(entry.reviewed.isoformat(), spoken)),)

    def _translation_note(self, asked: str, written: str) -> tuple[str, ...]:
        if asked == written:
            return ()
        own = self._knowledge.words.get(asked)
        name = own.name if own else _ENGLISH_NAMES[asked]
        return (self.words(asked).untranslated.format(language=name),)

    def _length_note(self, question: Question, language: str) -> tuple[str, ...]:
        if len(question.text) <= READ_LIMIT:
            return ()
        return (self.words(language).too_long.format(limit=READ_LIMIT),)

    def _sources(self, sources: tuple[str, ...], language: str) -> tuple[Source, ...]:
        return tuple(self._source(self._knowledge.sources[source], language) for source in sources)

    def _source(self, record: SourceRecord, language: str) -> Source:
        words = self.words(language)
        date = date_in_words(record.as_of, language)
        dated = (words.read_on if record.undated else words.as_of).replace("{date}", date)
        return Source(record.publisher, record.title, record.url, record.as_of, dated)

    def _related(self, related: tuple[str, ...], language: str) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(each, self.question_of(self._entries[each], language)) for each in related)

    def _contact(self) -> Contact | None:
        return self._knowledge.contact.shown()
