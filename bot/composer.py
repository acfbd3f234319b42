"""An entry, in the asker's language, as an answer. Every word comes from the knowledge; nothing is made up here."""

from dataclasses import replace

from bot.knowledge.schema import Entry, Knowledge, Text, Words
from bot.messages import Answer, Contact, Explanation, Outcome, Question, Source, Suggestion
from bot.text import READ_LIMIT

# for a language that the bot has no words in; otherwise its own name is in its words
_ENGLISH_NAMES = {"en": "English", "fr": "French", "es": "Spanish", "ar": "Arabic"}


class Composer:
    """Composes answers from one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._entries = {entry.id: entry for entry in knowledge.entries}

    def words(self, language: str | None) -> Words:
        """Return the bot's own words in `language`, else in English."""
        return self._knowledge.words.get(language or "en", self._knowledge.words["en"])

    def question_of(self, entry: Entry, language: str) -> str:
        """Return the entry's own question in `language`, else in English."""
        return (entry.text(language) or entry.en).question

    def entry(self, question: Question, entry: Entry, confidence: float, explanation: Explanation) -> Answer:
        """Compose an entry."""
        asked = explanation.language
        written = asked if entry.text(asked) else "en"
        text: Text = entry.text(written) or entry.en
        answer = Answer(
            question=question.text,
            outcome=entry.outcome,
            entry=entry.id,
            title=text.question,
            confidence=confidence,
            language=written,
            short=text.short,
            details=text.details,
            next_steps=text.next_steps,
            notes=self._notes(question, entry, asked, written),
            sources=tuple(self._source(source) for source in entry.sources),
            related=self._related(entry, written),
            contact=self._contact() if entry.contact else None,
            explanation=explanation,
            knowledge_version=self._knowledge.version,
        )
        return answer if entry.outcome is Outcome.ANSWERED else replace(answer, title="")

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

    def _notes(self, question: Question, entry: Entry, asked: str, written: str) -> tuple[str, ...]:
        words = self.words(written)
        legal = (words.not_legal_advice,) if entry.legal else ()
        return (*self._translation_note(asked, written), *legal, *self._length_note(question, written))

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

    def _source(self, source: str) -> Source:
        return Source(**self._knowledge.sources[source].model_dump())

    def _related(self, entry: Entry, language: str) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(each, self.question_of(self._entries[each], language)) for each in entry.related)

    def _contact(self) -> Contact | None:
        record = self._knowledge.contact
        if not record.name:
            return None
        return Contact(
            name=record.name,
            role=record.role,
            organisation=record.organisation,
            fields=record.fields_of_practice,
            url=record.url,
            email=record.email,
            phone=record.phone,
        )
