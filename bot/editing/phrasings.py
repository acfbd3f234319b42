"""Phrasings that the bot may take for one another, or that are too much alike to teach it anything."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from bot.editing.likeness import alike, contrary, diversities, nearest, pieces
from bot.editing.records import Kind, Remark
from bot.knowledge.checks import Keys, Record
from bot.knowledge.yaml_lines import Place

ALIKE = 85  # of 100, words sorted: from here two phrasings are compared word by word
COMMON = 0.1  # the share of entries that use a word which tells none from another
COMMON_LEAST = 3  # entries
ENOUGH = {"en": 12}  # phrasings an entry; the other languages:
ENOUGH_ELSEWHERE = 6
# The mean distance of an entry's phrasings, 0 (same words) to 1 (no word in common). On the first 147 entries, written
# by hand in four languages, the least was 0.74 and the middle 0.89; a dozen templates filled in ("what is X", "X
# meaning", …) have 0.38 to 0.62 where X is two words or more.
DIVERSE = 0.7
# The share of two entries' phrasings that look more like one of the other's than like any of their own. Of some 10,000
# pairs among the first 147 entries it is above the bound in 3 to 7 a language: pairs that people do mix up.
CONFUSABLE = 0.25
CONFUSABLE_LEAST = 4  # phrasings: fewer are chance
COMPARED = 32  # of an entry's phrasings: enough to tell a quarter; an entry may have a thousand


@dataclass(frozen=True, slots=True)
class Said:
    """A phrasing where it stands. `key` is its normal form."""

    record: Record
    place: Place
    text: str
    key: str

    def where(self) -> str:
        """Return the entry and the place, for a message about another one."""
        return f"{self.record.id} ({self.record.path.name}:{self.record.line(*self.place)})"

    def remark(self, kind: Kind, message: str) -> Remark:
        """Return a remark at this phrasing."""
        return Remark(self.record.path, self.record.line(*self.place), kind, message)


@dataclass(frozen=True, slots=True)
class Voice:
    """What one record says in one language. `synonyms` are in any language; they count as English."""

    record: Record
    language: str
    question: tuple[Said, ...]
    phrasings: tuple[Said, ...]
    synonyms: tuple[Said, ...]
    unlike: tuple[Said, ...]

    @property
    def said(self) -> tuple[Said, ...]:
        """Return all ways in which people ask for it."""
        return (*self.question, *self.phrasings, *self.synonyms)


def review_phrasings(records: Sequence[Record], language: str, keys: Keys) -> Iterator[Remark]:
    """Yield what is doubtful about the phrasings of all records in a language."""
    voices = [_voice(record, language, keys) for record in records]
    said = [each for voice in voices for each in voice.said]
    common = _common(said)
    yield from _near_duplicates(said, common)
    yield from _confusable([each for voice in voices for each in _some(voice.said)], language)
    yield from _monotonous(voices)
    for voice in voices:
        yield from _few(voice)
        yield from _contradicted(voice, common)


def _voice(record: Record, language: str, keys: Keys) -> Voice:
    def said(*place: str) -> tuple[Said, ...]:
        return tuple(Said(record, at, text, keys[text]) for at, text in record.texts(*place))

    synonyms = said("synonyms") if language == "en" else ()
    question, phrasings, unlike = (said(language, field) for field in ("question", "phrasings", "unlike"))
    return Voice(record, language, question, phrasings, synonyms, unlike)


# --- near-duplicates ---


def _near_duplicates(said: Sequence[Said], common: AbstractSet[str]) -> Iterator[Remark]:
    for one, other in alike([each.key for each in said], _owners(said), common, ALIKE):
        first, second = said[one], said[other]
        yield second.remark("near-duplicate", f"{second.text!r} is almost {first.text!r} of {first.where()}: keep one")


def _owners(said: Sequence[Said]) -> list[int]:
    """Return the number of each phrasing's record."""
    numbers = {record: number for number, record in enumerate(dict.fromkeys(id(each.record) for each in said))}
    return [numbers[id(each.record)] for each in said]


def _common(said: Sequence[Said]) -> frozenset[str]:
    """Return the words that many entries use, such as "what", "the" and "interpol": they tell none from another."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for each in said:
        users[each.record.id].update(each.key.split())
    counted = Counter(word for words in users.values() for word in words)
    return frozenset(word for word, count in counted.items() if count >= max(COMMON_LEAST, COMMON * len(users)))


# --- confusable entries ---


def _confusable(said: Sequence[Said], language: str) -> Iterator[Remark]:
    labels = np.array(_owners(said), dtype=np.intp)
    if len(set(labels.tolist())) < 2:  # noqa: PLR2004 - there is nothing to mix up
        return
    vectors = pieces([each.key for each in said])
    sizes = np.bincount(labels)
    crossed = Counter(map(_pair, labels.tolist(), labels[nearest(vectors)].tolist()))
    for (first, second), count in crossed.items():
        share = count / float(sizes[first] + sizes[second])
        if first != second and count >= CONFUSABLE_LEAST and share >= CONFUSABLE:
            ours, theirs = np.flatnonzero(labels == first), np.flatnonzero(labels == second)
            among = (vectors[ours] @ vectors[theirs].T).toarray()
            row, column = np.unravel_index(int(among.argmax()), among.shape)
            yield _mixed_up(said[ours[row]], said[theirs[column]], language, share)


def _some(said: Sequence[Said]) -> Sequence[Said]:
    """Return at most COMPARED of an entry's phrasings, in their order; most stay the same when others are added."""
    if len(said) <= COMPARED:
        return said
    drawn = sorted(range(len(said)), key=lambda number: zlib.crc32(said[number].key.encode()))
    return [said[number] for number in sorted(drawn[:COMPARED])]


def _pair(first: int, second: int) -> tuple[int, int]:
    return (first, second) if first <= second else (second, first)


def _mixed_up(first: Said, second: Said, language: str, share: float) -> Remark:
    return first.remark(
        "confusable",
        f"{first.record.id} and {second.record.id} overlap in {language}: {share:.0%} of their phrasings look more "
        f"like the other's; nearest are {first.text!r} and {second.text!r}. Reword, or add counter-examples (unlike)",
    )


# --- one entry's own ---


def _few(voice: Voice) -> Iterator[Remark]:
    record, language, count = voice.record, voice.language, len(voice.phrasings)
    enough = ENOUGH.get(language, ENOUGH_ELSEWHERE)
    if count < enough and record.get(language) is not None:
        message = f"{record.id} has {count} in {language}; write {enough} or more"
        yield Remark(record.path, record.line(language, "phrasings"), "few-phrasings", message)


def _monotonous(voices: Sequence[Voice]) -> Iterator[Remark]:
    distances = diversities([[each.key for each in _some(voice.phrasings)] for voice in voices])
    for voice, distance in zip(voices, distances, strict=True):
        if len(voice.phrasings) >= ENOUGH_ELSEWHERE and distance < DIVERSE:
            record, language = voice.record, voice.language
            message = (
                f"the phrasings of {record.id} in {language} are too much alike: their mean distance is "
                f"{distance:.2f}, below {DIVERSE}; use other words, not one pattern filled in"
            )
            yield Remark(record.path, record.line(language, "phrasings"), "diversity", message)


def _contradicted(voice: Voice, common: AbstractSet[str]) -> Iterator[Remark]:
    if not voice.unlike:
        return
    said = (*voice.question, *voice.phrasings)
    for first, second in contrary([each.key for each in voice.unlike], [each.key for each in said], common, ALIKE):
        counter, own = voice.unlike[first], said[second]
        message = f"{own.text!r} contradicts the counter-example {counter.text!r} ({counter.where()})"
        yield own.remark("counter-example", f"{message}: remove one")
