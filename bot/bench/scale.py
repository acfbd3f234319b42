"""How time and memory grow with the number of phrasings. They are made up from real ones, and always the same."""

import gc
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from bot.bench.apart import Tell
from bot.bench.datasets import Query, Training
from bot.bench.encoders import HashedWords
from bot.bench.machine import peak_mb, resident_mb
from bot.bench.measures import recall_at
from bot.bench.methods import METHODS, OURS, Method, Recipe
from bot.search.index import Phrasing

PER_ENTRY = 10  # phrasings, as in the few-shot sets
QUESTIONS = 200
COMPARED = 100  # questions that the exact search is asked, too: it may be slow
_FOREIGN = 2  # words of an entry's text that come from other texts: they tell entries apart
_SLIPS = (1, 3)  # in how many ways a phrasing differs from its entry's text
_LARGEST_NUMBER = 999
_HASHED = (partial(HashedWords, "hashed-384", 384), partial(HashedWords, "hashed-512", 512))


@dataclass(frozen=True, slots=True)
class Point:
    """What a size costs. Memory in 10^6 bytes; `recall` of the first ten entries, None without an exact search."""

    phrasings: int
    entries: int
    build_s: float
    median_ms: float
    p99_ms: float
    resident_mb: float
    peak_mb: float
    recall: float | None


@dataclass(frozen=True, slots=True)
class Scaling:
    """What is measured at a size. `exact` names the method whose first ten entries are the right ones.

    `hashed`: vectors come from word hashes, which cost nothing, to look at the search alone.
    """

    method: str = OURS
    exact: str | None = None
    hashed: bool = False

    def recipe(self, method: str) -> Recipe:
        """Return how a method is made."""
        recipe = METHODS[method]
        return replace(recipe, encoders=_HASHED[: len(recipe.encoders)]) if self.hashed else recipe


def measure_size(base: Sequence[str], size: int, scaling: Scaling, tell: Tell) -> Point:
    """Build on `size` phrasings made from `base`, then ask. The exact search comes after all else was measured."""
    gc.collect()
    before = resident_mb()
    method, built = _build(base, size, scaling.recipe(scaling.method))
    gc.collect()
    queries = questions(base, size)
    found, times = _ask(method, queries, tell)
    held, most = resident_mb() - before, peak_mb() - before
    recall = None
    if scaling.exact:
        exact, _ = _build(base, size, scaling.recipe(scaling.exact))
        wanted, _ = _ask(exact, queries[:COMPARED], tell)
        recall = recall_at(found[:COMPARED], wanted)
    p99 = float(np.percentile(times, 99))
    return Point(size, -(-size // PER_ENTRY), built, median(times), p99, held, most, recall)


def _build(base: Sequence[str], size: int, recipe: Recipe) -> tuple[Method, float]:
    method = recipe.make(tuple(make() for make in recipe.encoders))
    training = Training(tuple(phrasings(base, size)))
    started = time.perf_counter()
    method.build(training)
    return method, time.perf_counter() - started


def _ask(method: Method, queries: Sequence[Query], tell: Tell) -> tuple[list[tuple[str, ...]], list[float]]:
    method.rank(queries[0].text, queries[0].language)  # pays for what is set up with the first question
    found, times = [], []
    with threadpool_limits(1):  # as the engine has it, once it is built
        for query in queries:
            started = time.perf_counter()
            found.append(method.rank(query.text, query.language).entries)
            times.append((time.perf_counter() - started) * 1000)
            tell(1)
    return found, times


# --- made-up phrasings ---


def phrasings(base: Sequence[str], size: int) -> Iterator[Phrasing]:
    """Yield `size` phrasings, PER_ENTRY an entry; those of a smaller size are the first ones of a larger."""
    words = [word for text in base for word in text.split()]
    for start in range(0, size, PER_ENTRY):
        number = start // PER_ENTRY
        subject = _subject(base, words, number)
        for own in range(min(PER_ENTRY, size - start)):
            yield Phrasing(_slipped(subject, _chance(f"{number} {own}")), _name(number))


def questions(base: Sequence[str], size: int, most: int = QUESTIONS) -> tuple[Query, ...]:
    """Return questions for entries drawn from all of them, made up as the phrasings are, but anew."""
    words = [word for text in base for word in text.split()]
    entries = range(-(-size // PER_ENTRY))
    drawn = _chance("questions").sample(entries, min(most, len(entries)))
    return tuple(
        Query(_slipped(_subject(base, words, number), _chance(f"question {number}")), frozenset({_name(number)}))
        for number in drawn
    )


def _name(number: int) -> str:
    return f"entry-{number:07}"


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a draw, no secret


def _subject(base: Sequence[str], words: Sequence[str], number: int) -> str:
    """Return an entry's text: a real one with some words out of others."""
    chance = _chance(f"entry {number}")
    own = base[number % len(base)].split()
    for place in chance.sample(range(len(own)), min(_FOREIGN, len(own))):
        own[place] = chance.choice(words)
    return " ".join(own)


def _slipped(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(*_SLIPS)):
        text = chance.choice((_dropped, _swapped, _mistyped, _numbered))(text, chance)
    return text


def _dropped(text: str, chance: random.Random) -> str:
    words = text.split()
    if len(words) > 1:
        del words[chance.randrange(len(words))]
    return " ".join(words)


def _swapped(text: str, chance: random.Random) -> str:
    words = text.split()
    if len(words) > 1:
        place = chance.randrange(len(words) - 1)
        words[place : place + 2] = words[place + 1], words[place]
    return " ".join(words)


def _mistyped(text: str, chance: random.Random) -> str:
    """Swap two neighbouring letters, as fingers do."""
    if len(text) < 2:  # noqa: PLR2004 - there is nothing to swap
        return text
    place = chance.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _numbered(text: str, chance: random.Random) -> str:
    return f"{text} {chance.randint(1, _LARGEST_NUMBER)}"
