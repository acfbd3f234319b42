"""A message as it is read: its language, what is compared of it, and how else it may be read when nothing is sure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.knowledge.schema import LANGUAGES, Entry, Knowledge
from bot.messages import Outcome, Rewrite
from bot.search.spelling import Spelling
from bot.text import Languages, calm, clean, normalise, sentences
from bot.understanding.clauses import ASKING, questions, ranked, without_and
from bot.understanding.filler import is_filler, strip
from bot.understanding.synonyms import Synonyms
from bot.understanding.transliteration import Transliteration

OWN_SHARE = 0.9  # of a word's uses, from which on it belongs to one language
OWN_USES = 2  # a word used once tells nothing
MIXED = 2  # English words in a text of another language, from which on it is read as English, too
# share of a word's uses in emergencies from which on it is a sign of one; each of our 1,078 phrasings of emergencies
# holds a sign, going by what the others hold (at 0.1, 7 hold none)
ALARMING = 0.05


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is read. `text` is what a person sees of it, `whole` what is compared.

    `told` says that the text itself, not the asker's setting, told the language. `sentences` are compared besides, each
    for itself; `alarming` are those of them in which an emergency may hide. `questions` are its two or three questions,
    or none where it asks only one.
    """

    text: str
    whole: str
    language: str
    told: bool = True
    sentences: tuple[str, ...] = ()
    alarming: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()

    @property
    def first(self) -> tuple[str, ...]:
        """Return what is to be compared in any case, each once, the whole message first."""
        return tuple(dict.fromkeys((self.whole, *self.alarming, *self.questions)))

    @property
    def later(self) -> tuple[str, ...]:
        """Return what is to be compared where the whole message is not sure."""
        return tuple(dict.fromkeys(each for each in self.sentences if each not in self.first))


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to read a message: the text, the language it is compared in and the one it is answered in."""

    text: str
    language: str
    answer_in: str
    rewrites: tuple[Rewrite, ...]


class _Said(NamedTuple):
    """What people say for an entry in one language."""

    entry: Entry
    language: str
    texts: tuple[str, ...]


class Reader:
    """Reads messages to one knowledge. Threads may share it: nothing in it changes."""

    def __init__(self, knowledge: Knowledge, common: Mapping[str, frozenset[str]]) -> None:
        """Learn the words of the knowledge. `common` are the common words of each language, where they are known."""
        phrasings = tuple(_phrasings(knowledge))
        said = _by_language(phrasings)
        words = {language: Counter(" ".join(own).split()) for language, own in said.items()}
        self.synonyms = Synonyms(knowledge.synonyms, said)
        self.exact = {text: each.entry.id for each in phrasings for text in each.texts}
        self._spoken = _spoken(said)
        self._words = _own_words(words)
        self.languages = Languages(LANGUAGES, self._words)
        self._alarming = _alarming(phrasings, words)
        self._known = frozenset(word for own in words.values() for word in own)
        known = {language: frozenset(own) | common.get(language, frozenset()) for language, own in words.items()}
        self._spelling = {language: Spelling(_written(knowledge, language), own) for language, own in known.items()}
        self._arabic = words.get("ar", Counter())
        latin = (known.get(language, frozenset()) for language in ("en", "fr", "es"))
        self._transliteration = Transliteration(said.get("ar", ()), frozenset().union(*latin))

    def read(self, raw: str, hint: str | None = None) -> Message:
        """Read a message. `hint` is the locale to believe where the text leaves its language open."""
        text = clean(raw)
        if normalise(text) in self.exact:
            return self._phrasing(text, text, hint, ())
        parts = [strip(part) for part in sentences(raw, len(raw)) if not is_filler(part)]
        bare = " ".join(parts) or text
        taken_off = _rewrite("filler", text, bare)
        if normalise(bare) in self.exact:
            return self._phrasing(text, bare, hint, taken_off)
        if arabic := self._transliteration.read(bare):
            return Message(text, arabic, "ar", rewrites=(*taken_off, Rewrite("Arabic letters", arabic)))
        told = self.languages.told(bare) or self.languages.told(text)
        language = told or self.languages.detect(bare, hint)
        whole = self._mended(bare, language)
        chosen = tuple(self._mended(part, language) for part in ranked(parts, self._alarm))
        return Message(
            text,
            whole,
            language,
            told is not None,
            chosen,
            tuple(part for part in chosen if self._alarm(part)),
            tuple(self._mended(part, language) for part in questions(parts)),
            (*taken_off, *_rewrite("first word" if language == "ar" else "spelling", calm(bare), whole)),
        )

    def _phrasing(self, text: str, phrasing: str, hint: str | None, rewrites: tuple[Rewrite, ...]) -> Message:
        """Read what is a phrasing letter for letter: nothing in it is mended, and it is compared as a whole."""
        told = self.languages.told(phrasing)
        language = told or self.languages.base(hint) or self._spoken.get(normalise(phrasing), "en")
        return Message(text, phrasing, language, told is not None, rewrites=rewrites)

    def variants(self, message: Message) -> tuple[Variant, ...]:
        """Return how else a message may be read: with other words, or as of another language. Often none."""
        return tuple(self._other_words(message)) + tuple(self._other_language(message))

    def _mended(self, text: str, language: str) -> str:
        """Return a text in small letters if it is shouted; if it is English, without slips of the pen.

        Of English we know the common words; in other languages slips are only mended where nothing is sure.
        """
        quiet = calm(text)
        if language == "en" and language in self._spelling:
            return self._spelling[language].repair(quiet)
        return self._without_and(quiet) if language == "ar" else quiet

    def _without_and(self, text: str) -> str:
        """Return an Arabic text without the "and" at its first word, which hides the word that it is written into."""
        first, _, rest = text.partition(" ")
        joined = normalise(first)
        bare = without_and(joined)
        known = bare in ASKING or self._arabic[bare] > self._arabic[joined]
        return f"{first[1:]} {rest}".strip() if bare and known else text

    def _other_words(self, message: Message) -> Iterator[Variant]:
        language = message.language
        mended = self._spelling[language].repair(message.whole) if language in self._spelling else message.whole
        replaced = self.synonyms.replace(mended, language)
        steps = (*_rewrite("spelling", message.whole, mended), *_rewrite("synonyms", mended, replaced))
        if steps and normalise(replaced) != normalise(message.whole):
            yield Variant(replaced, language, language, steps)

    def _other_language(self, message: Message) -> Iterator[Variant]:
        """Yield the reading as of the language to which words of the message belong, beside its own.

        Only English is compared in another way than the rest.
        """
        votes = Counter(self._words[word] for word in normalise(message.whole).split() if word in self._words)
        english = MIXED if message.told else 1
        others = (each for each, words in votes.most_common() if each != "en" or words >= english)
        other = next((each for each in others if each != message.language and "en" in {each, message.language}), None)
        if other:
            answer_in = message.language if message.told else other
            yield Variant(message.whole, other, answer_in, (Rewrite(f"read as {other}", message.whole),))

    def _alarm(self, text: str) -> float:
        """Return how much of a sign of an emergency is in a text, 0..1; a word that nobody uses may be one."""
        words = normalise(text).split()
        unknown = any(word not in self._known for word in words)
        return max((self._alarming.get(word, 0.0) for word in words), default=0.0) or (ALARMING if unknown else 0.0)


def _rewrite(kind: str, before: str, after: str) -> tuple[Rewrite, ...]:
    return (Rewrite(kind, after),) if after != before else ()


def _phrasings(knowledge: Knowledge) -> Iterator[_Said]:
    """Yield all phrasings, the questions among them, normalised, by entry and language."""
    for entry in knowledge.entries:
        for language in entry.languages():
            if text := entry.text(language):
                yield _Said(entry, language, tuple(map(normalise, (text.question, *text.phrasings))))


def _by_language(phrasings: Iterable[_Said]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = defaultdict(list)
    for each in phrasings:
        said[each.language] += each.texts
    return dict(said)


def _spoken(said: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the language of each phrasing that is one in a single language."""
    spoken: dict[str, set[str]] = defaultdict(set)
    for language, phrasings in said.items():
        for phrasing in phrasings:
            spoken[phrasing].add(language)
    return {phrasing: languages.pop() for phrasing, languages in spoken.items() if len(languages) == 1}


def _own_words(words: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return the words that belong to one language, with that language, given each language's words."""
    total: Counter[str] = Counter()
    for own in words.values():
        total.update(own)
    return {
        word: language
        for language, own in words.items()
        for word, times in own.items()
        if times >= OWN_USES and times >= OWN_SHARE * total[word] and not word.isdigit()
    }


def _alarming(phrasings: Iterable[_Said], words: Mapping[str, Counter[str]]) -> dict[str, float]:
    """Return the words that stand in emergencies more often than elsewhere: the share of their uses there."""
    urgent = Counter(
        word
        for each in phrasings
        if each.entry.outcome is Outcome.URGENT
        for text in each.texts
        for word in text.split()
    )
    total = {word: sum(own[word] for own in words.values()) for word in urgent}
    return {word: times / total[word] for word, times in urgent.items() if times >= ALARMING * total[word]}


def _written(knowledge: Knowledge, language: str) -> Iterator[str]:
    for entry in knowledge.entries:
        if text := entry.text(language):
            yield from (text.question, text.short, text.details, text.next_steps)
