"""What can be looked through: topics, crime areas and their facets, notices. Pure, over one knowledge.

An entry is named by its id, a facet of a crime area by `area/facet`; `Bot.choose` takes both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from bot.composer import Composer
from bot.knowledge.extract import FACETS, Written, facet, written
from bot.knowledge.schema import LANGUAGES, Crime, Entry, Knowledge, Words
from bot.knowledge.style import STYLES, date_in_words
from bot.messages import Answer, Explanation, Outcome, Question, Suggestion
from bot.text import normalise

Name = Literal["help", "topics", "crimes", "crime", "notices", "feedback", "privacy"]
COMMANDS: tuple[Name, ...] = ("help", "topics", "crimes", "crime", "notices", "feedback", "privacy")
_BETWEEN = "/"  # stands between an area and its facet; an id never holds it
_FACET = "; facet: "  # in an explanation's rule, before the facet that was picked (see bot/parts.py)
_BROWSED = frozenset({Outcome.ANSWERED, Outcome.HANDED_OFF})


@dataclass(frozen=True, slots=True)
class Command:
    """What was typed, understood: which command, in which language, and what follows it (an area's id)."""

    name: Name
    language: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A heading and what stands under it. An item's `entry` is a topic's, an area's or an entry's id."""

    title: str
    items: tuple[Suggestion, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Card:
    """One crime area: its name, labelled facts (plain), and its facets to press. `answer` is the whole record's."""

    name: str
    question: str
    answer: Answer
    facts: tuple[tuple[str, str], ...]
    facets: tuple[Suggestion, ...]


class Browse:
    """Lists one knowledge in any of its languages; a language (a locale such as `pt-BR` will do) it lacks is English.

    `today` tells the day, past which answers are hedged or withheld.
    """

    def __init__(self, knowledge: Knowledge, today: Callable[[], date] = date.today) -> None:
        self._knowledge = knowledge
        self._composer = Composer(knowledge, today)
        self._crimes = {crime.id: crime for crime in knowledge.crimes}
        self._commands = {language: _typed(words) for language, words in knowledge.words.items()}
        self._areas = dict(self._names_of_areas())

    @property
    def version(self) -> str:
        """Return the hash of the knowledge."""
        return self._knowledge.version

    def languages(self) -> dict[str, str]:
        """Return the languages that the bot speaks, by code, each by its own name."""
        return {code: self._knowledge.words[code].name for code in LANGUAGES if code in self._knowledge.words}

    def command(self, text: str, language: str | None = None) -> Command | None:
        """Read what was typed as a command, or return None: then it is a question.

        A word that is one in several languages is taken in `language`, the asker's, else in the first.
        """
        typed = normalise(text)
        if not typed:
            return Command("help", self._language(language))
        for code in self._languages(language):
            if name := self._commands[code].get(typed):
                return Command("crimes" if name == "crime" else name, code)
        first, _, rest = typed.partition(" ")
        area = self._areas.get(rest)
        for code in self._languages(language) if area else ():
            if self._commands[code].get(first) in {"crime", "crimes"}:
                return Command("crime", code, area or "")
        return None

    def stops(self, text: str) -> bool:
        """Say whether a line asks for silence, in any language."""
        typed = normalise(text)
        return any(typed == normalise(word) for words in self._knowledge.words.values() for word in words.commands.stop)

    def sets(self, text: str) -> bool:
        """Say whether a line asks for the settings, in any language."""
        typed = normalise(text)
        return any(
            typed == normalise(word) for words in self._knowledge.words.values() for word in words.commands.settings
        )

    def topics(self, language: str | None = None) -> Listing:
        """List the topics that hold an entry."""
        code = self._language(language)
        items = [
            Suggestion(topic.id, getattr(topic, code)) for topic in self._knowledge.menu.topics if self._in(topic.files)
        ]
        return Listing(self._words(code).topics, tuple(items), code)

    def topic(self, topic_id: str, language: str | None = None) -> Listing | None:
        """List the questions of a topic, or return None where there is no such topic."""
        code = self._language(language)
        found = next((topic for topic in self._knowledge.menu.topics if topic.id == topic_id), None)
        if found is None:
            return None
        items = tuple(self._question(entry, code) for entry in self._in(found.files))
        return Listing(getattr(found, code), items, code)

    def crimes(self, language: str | None = None) -> Listing:
        """List the crime areas by name, in the order of the language's alphabet."""
        code = self._language(language)
        items = [Suggestion(crime.id, written(crime, code).name) for crime in self._knowledge.crimes]
        return Listing(self._words(code).crimes, tuple(sorted(items, key=lambda one: normalise(one.question))), code)

    def crime(self, area: str, language: str | None = None) -> Card | None:
        """Return the card of a crime area, or None where there is none of that id, or its answer is withheld."""
        crime = self._crimes.get(area)
        if crime is None or self._composer.expired(self._entry(area)):
            return None
        code = self._composer.written_in(self._entry(area), self._language(language))
        text = written(crime, code)
        why = Explanation(language=code, rule="chosen")
        answer = self._composer.entry(Question(text.question), self._entry(area), 1.0, why)
        facets = tuple(Suggestion(f"{area}{_BETWEEN}{name}", label) for name, label in self._facets(crime, code))
        return Card(text.name, text.question, answer, tuple(self._facts(crime, code)), facets)

    def notices(self, language: str | None = None) -> Listing:
        """List the notices, by name where they have one, else by their question."""
        code = self._language(language)
        names = self._knowledge.facets.names if self._knowledge.facets else {}
        entries = (self._knowledge.by_id[each] for each in self._knowledge.menu.notices)
        items = [
            Suggestion(one.id, getattr(names[one.id], code)[0]) if one.id in names else self._question(one, code)
            for one in entries
        ]
        return Listing(self._words(code).notices, tuple(items), code)

    def facet(self, question: Question, named: str) -> Answer | None:
        """Answer with one facet, `area/facet`, of a crime area; None where the name is of none, or nothing is said."""
        area, _, name = named.partition(_BETWEEN)
        crime = self._crimes.get(area)
        if crime is None or name not in FACETS:
            return None
        entry = self._entry(area)
        asked = self._language(question.reply_in or question.language)
        said = self._said(crime, name, self._composer.written_in(entry, asked))
        why = Explanation(language=asked, rule=f"chosen{_FACET}{name}")
        return self._composer.said(question, entry, said, 1.0, why) if said else None

    def _languages(self, first: str | None) -> Iterator[str]:
        own = self._language(first)
        yield own
        yield from (code for code in LANGUAGES if code in self._commands and code != own)

    def _language(self, locale: str | None) -> str:
        code = (locale or "en").replace("_", "-").partition("-")[0].casefold()
        return code if code in self._knowledge.words else "en"

    def _words(self, language: str) -> Words:
        return self._composer.words(language)

    def _entry(self, entry_id: str) -> Entry:
        return self._knowledge.by_id[entry_id]

    def _in(self, files: tuple[str, ...]) -> tuple[Entry, ...]:
        ids = (entry_id for file in files for entry_id in self._knowledge.files.get(file, ()))
        return tuple(entry for each in ids if (entry := self._entry(each)).outcome in _BROWSED)

    def _question(self, entry: Entry, language: str) -> Suggestion:
        return Suggestion(entry.id, self._composer.question_of(entry, language))

    def _names_of_areas(self) -> Iterator[tuple[str, str]]:
        """Yield what an area may be called, normalised, with its id; its own names last, so that they win."""
        listed = self._knowledge.facets.names if self._knowledge.facets else {}
        for crime in self._knowledge.crimes:
            further = listed.get(crime.id)
            others = [name for language in LANGUAGES for name in (getattr(further, language) if further else ())]
            yield from ((normalise(name), crime.id) for name in (*crime.synonyms, *others))
        for crime in self._knowledge.crimes:
            own = (written(crime, language).name for language in LANGUAGES)
            yield from ((normalise(name), crime.id) for name in (crime.id.removeprefix("crime-"), *own))

    def _facets(self, crime: Crime, language: str) -> Iterator[tuple[str, str]]:
        """Yield the facets on which a record says something, with their labels."""
        words, style = self._words(language), STYLES[language]
        own = {"report": words.how_to_report, "related": words.related_areas}
        for name in FACETS:
            if self._said(crime, name, language):
                yield name, own.get(name) or cast("str", getattr(style, name))

    def _facts(self, crime: Crime, language: str) -> Iterator[tuple[str, str]]:
        words, style = self._words(language), STYLES[language]
        if crime.operations:
            newest = max(crime.operations, key=lambda operation: operation.end or operation.start)
            when = date_in_words(newest.end or newest.start, language)
            count = style.countries(newest.countries) if newest.countries else ""
            yield words.latest_operation, style.comma.join(filter(None, (newest.name, when, count)))
            yield words.operations_known, str(len(crime.operations))
        yield words.checked, date_in_words(crime.reviewed.isoformat(), language)

    def _related(self, crime: Crime) -> tuple[Crime, ...]:
        """Return the areas that this one names as related, then those that name this one."""
        own = [self._crimes[each] for each in crime.related if each in self._crimes]
        return (*own, *(each for each in self._crimes.values() if crime.id in each.related and each not in own))

    def _said(self, crime: Crime, name: str, language: str) -> Written | None:
        names = tuple(written(each, language).name for each in self._related(crime))
        return facet(crime, name, self._title(crime, name, language), names, language)

    def _title(self, crime: Crime, name: str, language: str) -> str:
        area = written(crime, language).name
        if self._knowledge.facets is None:
            return area
        return str(getattr(getattr(self._knowledge.facets, name), language).title.format(area=area))


def named(answer: Answer) -> str:
    """Return what shows an answer another time: its entry, or `area/facet`, or "" where it is of none."""
    _, found, facet = answer.explanation.rule.partition(_FACET)
    return f"{answer.entry}{_BETWEEN}{facet}" if found and answer.entry else answer.entry or ""


def _typed(words: Words) -> dict[str, Name]:
    """Return which command each word of a language stands for, normalised."""
    return {normalise(word): name for name in COMMANDS for word in getattr(words.commands, name)}
