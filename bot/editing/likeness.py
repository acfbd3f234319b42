"""How alike phrasings are in writing, for thousands of them at once. Plain, slow twins stand in the tests."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

SAME_WORD = 80  # of 100: words that differ more than a slip of the fingers does are other words
_ROUNDING = 1e-6
_FEW = 60  # phrasings that use a word: what tells them from others, quickly
_ROWS = 512  # words of nearly one length, compared at a time
_SLICE = 64  # vectors compared with all others at a time
_SPACE = 32  # the code of " "
_CODE_BITS = 21  # of a character: Unicode ends at U+10FFFF


# --- the same words ---


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


def alike(
    keys: Sequence[str], owners: Sequence[int], common: AbstractSet[str], least: float
) -> Iterator[tuple[int, int]]:
    """Yield the numbers, the lower one first, of two owners' phrasings that have the same words and are alike.

    Alike: `least` or more of 100, with the words sorted; `keys` are normalised.
    """
    ordered = [" ".join(sorted(key.split())) for key in keys]
    pairs = _candidates([set(key.split()) for key in keys], ordered, owners, least)
    ones, others = ([ordered[number] for number in numbers] for numbers in pairs.tolist())
    scores = process.cpdist(ones, others, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
    for one, other in pairs[:, np.flatnonzero(scores)].T.tolist():
        if same_words(keys[one], keys[other], common):
            yield one, other


def _candidates(
    phrasings: Sequence[AbstractSet[str]], ordered: Sequence[str], owners: Sequence[int], least: float
) -> NDArray[np.intp]:
    """Return the numbers of those that may have the same words, (2 x pairs), each pair once.

    Where two have the same words, each word of the one is a word of the other or near to one, or else the other way
    round. So it is enough to look for one word of each.
    """
    users: defaultdict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(phrasings):
        for word in words:
            users[word].append(number)
    near = _near(sorted({_telling(words, users) for words in phrasings if words}, key=len), sorted(users, key=len))
    many = {word: sum(len(users[each]) for each in found) for word, found in near.items()}
    askers: defaultdict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(phrasings):
        if words:
            askers[min(words & near.keys(), key=many.__getitem__)].append(number)
    lengths, owned, count = np.array([*map(len, ordered)]), np.array(owners), len(phrasings)
    found = [np.empty(0, dtype=np.intp)]
    for word, numbers in askers.items():
        ours, theirs = np.array(numbers)[:, None], np.array([number for each in near[word] for number in users[each]])
        one, other = lengths[ours], lengths[theirs]
        close = 200 * np.minimum(one, other) >= least * (one + other) - _ROUNDING
        rows, columns = np.nonzero(close & (owned[ours] != owned[theirs]))
        first, second = ours[rows, 0], theirs[columns]
        found.append(np.minimum(first, second) * count + np.maximum(first, second))
    return np.array(np.divmod(np.unique(np.concatenate(found)), max(count, 1)))


def _telling(words: AbstractSet[str], users: Mapping[str, Sequence[int]]) -> str:
    """Return one of the words that few use; of those the most used, so that fewer words are looked for in all."""
    few = [word for word in words if len(users[word]) <= _FEW]
    return max(few, key=lambda word: len(users[word])) if few else min(words, key=lambda word: len(users[word]))


def _near(asked: Sequence[str], words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each word that is asked for those that it is taken for when misspelt, and itself.

    Both are sorted by length: of two that are near, the letters of the shorter one, twice, are SAME_WORD % of all.
    """
    lengths, reach = [*map(len, words)], (200 - SAME_WORD) / SAME_WORD
    found: dict[str, list[str]] = {word: [] for word in asked}
    for start in range(0, len(asked), _ROWS):
        ours = asked[start : start + _ROWS]
        begin = bisect_left(lengths, len(ours[0]) / reach - _ROUNDING)
        theirs = words[begin : bisect_right(lengths, len(ours[-1]) * reach + _ROUNDING)]
        scores = process.cdist(ours, theirs, scorer=fuzz.ratio, score_cutoff=SAME_WORD, dtype=np.uint8)
        rows, columns = np.divmod(np.flatnonzero(scores != 0), len(theirs))  # ten times as fast as np.nonzero
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            found[ours[row]].append(theirs[column])
    return found


def contrary(
    ours: Sequence[str], theirs: Sequence[str], common: AbstractSet[str], least: float
) -> Iterator[tuple[int, int]]:
    """Yield the numbers of one of ours and one of theirs, of a few, that have the same words and are alike."""
    left, right = ([" ".join(sorted(key.split())) for key in keys] for keys in (ours, theirs))
    scores = process.cdist(left, right, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8)
    for one, other in np.argwhere(scores).tolist():
        if same_words(ours[one], theirs[other], common):
            yield one, other


# --- one entry's own ---


def diversities(entries: Sequence[Sequence[str]]) -> list[float]:
    """Return for each entry the mean distance of its normalised phrasings, 0..1; 1 for fewer than two.

    The distance of two: of all words in either, the share that only one has. All entries are worked out in one product
    of sparse matrices, in which no word of one entry is a word of another.
    """
    numbers: defaultdict[tuple[int, str], int] = defaultdict(lambda: len(numbers))
    sets = [(entry, set(key.split())) for entry, keys in enumerate(entries) for key in keys]
    columns = [numbers[entry, word] for entry, words in sets for word in words]
    sizes = np.array([len(words) for _, words in sets], dtype=np.int64)
    starts = np.concatenate([[0], sizes.cumsum()])
    words = sp.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(sets), len(numbers)))
    both = (words @ words.T).tocoo()
    shared = both.data / (sizes[both.row] + sizes[both.col] - both.data)
    owners = np.array([entry for entry, _ in sets], dtype=np.intp)
    alike = np.bincount(owners[both.row], weights=shared, minlength=len(entries))
    counts = np.array([len(keys) for keys in entries])
    distances = 1 - (alike - counts) / np.maximum(counts * (counts - 1), 1)  # each is like itself: those don't count
    return [float(each) if count > 1 else 1.0 for each, count in zip(distances, counts, strict=True)]


# --- nearest in writing ---


def pieces(keys: Sequence[str]) -> sp.csr_matrix:
    """Return unit vectors, a row a text, of the three-letter pieces of its words, rare pieces counting more.

    What scikit-learn calls `char_wb`, with `sublinear_tf`: written out here, because its import alone takes a second.
    """
    codes = np.frombuffer("".join(f" {key} " for key in keys).encode("utf-32-le"), dtype="<u4").astype(np.int64)
    owners = np.repeat(np.arange(len(keys)), [len(key) + 2 for key in keys])
    middles = np.flatnonzero(codes[1:-1] != _SPACE) + 1
    spelt = codes[middles - 1] << 2 * _CODE_BITS | codes[middles] << _CODE_BITS | codes[middles + 1]
    known, numbers = np.unique(spelt, return_inverse=True)
    found = sp.csr_matrix((np.ones(len(middles)), (owners[middles], numbers)), shape=(len(keys), len(known)))
    rarity = np.log((1 + len(keys)) / (1 + np.bincount(found.indices, minlength=len(known)))) + 1
    found.data = (1 + np.log(found.data)) * rarity[found.indices]
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    found.data /= np.repeat(lengths, np.diff(found.indptr))
    return found


def nearest(vectors: sp.csr_matrix) -> NDArray[np.intp]:
    """Return for each of two or more vectors the number of the one that is most like it; of equals, the first.

    Each pair is compared once. A thin, dense slice stays in the processor's cache and takes a third of the time of a
    sparse product.
    """
    count = vectors.shape[0]
    vectors = vectors.astype(np.float32)
    best, found = np.full(count, -np.inf, np.float32), np.zeros(count, dtype=np.intp)
    for start in range(0, count, _SLICE):
        slice_ = np.ascontiguousarray(vectors[start : start + _SLICE].toarray().T)
        width = slice_.shape[1]
        cosines = vectors[start:] @ slice_
        own = np.arange(width)
        cosines[own, own] = -np.inf
        _improve(best[start:], found[start:], cosines, start)
        _improve(best[start : start + width], found[start : start + width], cosines[width:].T, start + width)
    return found


def _improve(best: NDArray[np.float32], found: NDArray[np.intp], cosines: NDArray[np.float32], start: int) -> None:
    """Take, in place, what is better than the best so far; the columns are numbered from `start`."""
    if not cosines.size:
        return
    values = cosines.max(axis=1)
    better = np.flatnonzero(values > best)
    found[better] = cosines[better].argmax(axis=1) + start
    best[better] = values[better]
