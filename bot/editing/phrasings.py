"""Phrasings that the bot may take for one another, or that are too much alike to teach it anything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.editing.records import Kind, Remark
from bot.knowledge.checks import Record
from bot.knowledge.schema import LANGUAGES
from bot.knowledge.yaml_lines import Place
from bot.text import normalise

BLOCK = 1000  # phrasings compared with all at once: the whole matrix would take gigabytes for tens of thousands
ALIKE = 85  # of 100, words sorted: from here two phrasings are compared word by word
SAME_WORD = 80  # of 100: words that differ more than a slip of the fingers does are other words
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


@dataclass(frozen=True, slots=True)
class Said:
    """A phrasing where it stands. `key` is its normal form, `words` the same with the words in order."""

    record: Record
    place: Place
    text: str
    key: str
    words: str

    def where(self) -> str:
        """Return the entry and the place, for a message about another one."""
        return f"{self.record.id} ({self.record.path.name}:{self.record.line(*self.place)})"

    def remark(self, kind: Kind, message: str) -> Remark:
        """Return a remark at this phrasing."""
        return Remark(self.record.path, self.record.line(*self.place), kind, message)


def review_phrasings(records: Sequence[Record]) -> Iterator[Remark]:
    """Yield what is doubtful about the phrasings of all records, language by language."""
    for language in LANGUAGES:
        said = [each for record in records for each in _said(record, language)]
        common = _common(said)
        yield from _near_duplicates(said, common)
        yield from _confusable(said, language)
        for record in records:
            yield from _few(record, language)
            yield from _monotonous(record, language)
            yield from _contradicted(record, language, common)


def _said(record: Record, language: str, *fields: str) -> list[Said]:
    found = [each for field in fields or ("question", "phrasings") for each in record.texts(language, field)]
    synonyms = record.texts("synonyms") if language == "en" and not fields else ()
    return [_as_said(record, place, text) for place, text in (*found, *synonyms)]


def _as_said(record: Record, place: Place, text: str) -> Said:
    key = normalise(text)
    return Said(record, place, text, key, " ".join(sorted(key.split())))


# --- near-duplicates ---


def _near_duplicates(said: Sequence[Said], common: AbstractSet[str]) -> Iterator[Remark]:
    words = [each.words for each in said]
    for start in range(0, len(words), BLOCK):
        block = words[start : start + BLOCK]
        alike = process.cdist(block, words[start:], scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        for row, column in np.argwhere(np.triu(alike, 1)):
            first, second = said[start + row], said[start + column]
            if first.record is not second.record and same_words(first.key, second.key, common):
                yield second.remark(
                    "near-duplicate", f"{second.text!r} is almost {first.text!r} of {first.where()}: keep one"
                )


def _common(said: Sequence[Said]) -> frozenset[str]:
    """Return the words that many entries use, such as "what", "the" and "interpol": they tell none from another."""
    users = {(word, each.record.id) for each in said for word in each.key.split()}
    counted = Counter(word for word, _ in users)
    entries = len({each.record.id for each in said})
    return frozenset(word for word, count in counted.items() if count >= max(COMMON_LEAST, COMMON * entries))


def same_words(first: str, second: str, common: AbstractSet[str]) -> bool:
    """Say whether two normalised phrasings have the same words, but for misspelt ones and a common one more.

    "art theft" and "car theft" are alike in letters and mean two things.
    """
    ours, theirs = set(first.split()), set(second.split())
    left, right = ours - theirs, theirs - ours
    if not left or not right:
        return left | right <= common
    return _all_near(left, right) and _all_near(right, left)


def _all_near(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return all(process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=SAME_WORD) for word in words)


# --- confusable entries ---


def _confusable(said: Sequence[Said], language: str) -> Iterator[Remark]:
    numbers = {record_id: number for number, record_id in enumerate(dict.fromkeys(each.record.id for each in said))}
    labels = np.array([numbers[each.record.id] for each in said])
    if len(numbers) < 2:  # noqa: PLR2004 - there is nothing to mix up
        return
    vectors = _pieces([each.key for each in said])
    nearest = _nearest(vectors)
    sizes = np.bincount(labels)
    crossed = Counter(_pair(labels[row], labels[nearest[row]]) for row in range(len(said)))
    for (first, second), count in crossed.items():
        share = count / float(sizes[first] + sizes[second])
        if first != second and count >= CONFUSABLE_LEAST and share >= CONFUSABLE:
            ours, theirs = np.flatnonzero(labels == first), np.flatnonzero(labels == second)
            among = (vectors[ours] @ vectors[theirs].T).toarray()
            row, column = np.unravel_index(int(among.argmax()), among.shape)
            yield _mixed_up(said[ours[row]], said[theirs[column]], language, share)


def _pieces(keys: Sequence[str]) -> sp.csr_matrix:
    """Return unit vectors of the three-letter pieces, rare ones counting more."""
    pieces = TfidfVectorizer(lowercase=False, analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True)
    return pieces.fit_transform(keys).tocsr()


def _nearest(vectors: sp.csr_matrix) -> NDArray[np.intp]:
    """Return for each vector the number of the one that is most like it, but itself."""
    found = np.empty(vectors.shape[0], dtype=np.intp)
    for start in range(0, len(found), BLOCK):
        cosines = (vectors[start : start + BLOCK] @ vectors.T).toarray()
        rows = np.arange(len(cosines))
        cosines[rows, rows + start] = -1
        found[start : start + BLOCK] = cosines.argmax(axis=1)
    return found


def _pair(first: int, second: int) -> tuple[int, int]:
    return (int(first), int(second)) if first <= second else (int(second), int(first))


def _mixed_up(first: Said, second: Said, language: str, share: float) -> Remark:
    return first.remark(
        "confusable",
        f"{first.record.id} and {second.record.id} overlap in {language}: {share:.0%} of their phrasings look more "
        f"like the other's; nearest are {first.text!r} and {second.text!r}. Reword, or add counter-examples (unlike)",
    )


# --- one entry's own ---


def _few(record: Record, language: str) -> Iterator[Remark]:
    enough = ENOUGH.get(language, ENOUGH_ELSEWHERE)
    count = len(_said(record, language, "phrasings"))
    if record.get(language) is not None and count < enough:
        message = f"{record.id} has {count} in {language}; write {enough} or more"
        yield Remark(record.path, record.line(language, "phrasings"), "few-phrasings", message)


def _monotonous(record: Record, language: str) -> Iterator[Remark]:
    keys = [each.key for each in _said(record, language, "phrasings")]
    distance = diversity(keys)
    if len(keys) >= ENOUGH_ELSEWHERE and distance < DIVERSE:
        message = (
            f"the phrasings of {record.id} in {language} are too much alike: their mean distance is {distance:.2f}, "
            f"below {DIVERSE}; use other words, not one pattern filled in"
        )
        yield Remark(record.path, record.line(language, "phrasings"), "diversity", message)


def diversity(keys: Sequence[str]) -> float:
    """Return the mean distance of normalised phrasings, 0..1: for each pair the share of its words that only one has.

    1 for fewer than two.
    """
    distances = [1 - len(a & b) / len(a | b) for a, b in combinations([set(key.split()) for key in keys], 2)]
    return sum(distances) / len(distances) if distances else 1.0


def _contradicted(record: Record, language: str, common: AbstractSet[str]) -> Iterator[Remark]:
    for counter in _said(record, language, "unlike"):
        for own in _said(record, language, "question", "phrasings"):
            alike = fuzz.ratio(counter.words, own.words) >= ALIKE
            if alike and same_words(counter.key, own.key, common):
                message = f"{own.text!r} contradicts the counter-example {counter.text!r} ({counter.where()})"
                yield own.remark("counter-example", f"{message}: remove one")
