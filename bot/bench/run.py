"""Asks every set's questions of every method, each pair in a process of its own, and sums up."""

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from bot.bench.apart import Tell, apart
from bot.bench.datasets import Dataset, Query, Round
from bot.bench.encoders import Memory
from bot.bench.machine import peak_mb, resident_mb
from bot.bench.measures import accuracy, auroc, calibration_error, mrr, oos_recall, threshold
from bot.bench.methods import METHODS, OURS, Method, Ranked, texts_of
from bot.errors import BotError
from bot.search.encoders import Encoder


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question. `place` is the first right entry's, from 1; 0: none was named, or none is right.

    `right`: the first entry is right, or says "no" (`declined`) to what is out of scope. `ms` is the work of all
    threads: time on one core, whoever else is using the machine. `bare_ms` is the encoders' own, where our index was
    asked.
    """

    inside: bool
    place: int
    right: bool
    confidence: float
    declined: bool
    sure: float | None
    ms: float
    bare_ms: float | None = None

    @property
    def score(self) -> float:
        """Return how much the question looks in scope: a "no" less than any answer, and the surer the less."""
        return -1 - self.confidence if self.declined else self.confidence


@dataclass(frozen=True, slots=True)
class Measured:
    """A method's work on a set."""

    asked: tuple[Asked, ...]
    build_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The table's figures. Shares from 0 to 1; None: it can't be said of this method or set."""

    accuracy: float
    mrr: float
    auroc: float | None
    oos_recall: float | None
    wrong: float
    calibration_error: float | None
    median_ms: float
    p99_ms: float
    build_s: float
    memory_mb: float
    bare_ms: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a method on a set, drawn with a seed."""

    dataset: str
    method: str
    seed: int
    questions: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Failed:
    """A method that could not be measured on a set; the others go on."""

    dataset: str
    method: str
    seed: int
    reason: str

    def __str__(self) -> str:
        return f"{self.dataset} (seed {self.seed}), {self.method}: {self.reason}"


def run(
    datasets: Sequence[Dataset], methods: Sequence[str], cache: Path | None, tell: Tell = lambda _: None
) -> Iterator[Result | Failed]:
    """Yield a result for each set and method, as soon as there is one; `cache` keeps the vectors of the phrasings."""
    for dataset in datasets:
        for method in methods:
            folder = cache / dataset.name if cache else None
            try:
                measured = apart(partial(measure, dataset, method, folder), tell)
            except BotError as error:
                yield Failed(dataset.name, method, dataset.seed, str(error))
            else:
                yield Result(dataset.name, method, dataset.seed, dataset.questions, figures(measured))


def measure(dataset: Dataset, method: str, cache: Path | None, tell: Tell) -> Measured:
    """Build the method for each round of the set and ask it the round's questions, one after the other."""
    gc.collect()
    before = resident_mb()
    recipe = METHODS[method]
    encoders = tuple(make() for make in recipe.encoders)
    memory = Memory(encoders, chain(*map(_texts, dataset.rounds)), cache) if cache else None
    bare = encoders if method == OURS else ()
    asked: list[Asked] = []
    built: list[float] = []
    for each in dataset.rounds:
        made = recipe.make(memory.of(_texts(each)) if memory else encoders)
        started = time.perf_counter()
        made.build(each.training)
        built.append(time.perf_counter() - started)
        with threadpool_limits(1):  # as the engine has it, once it is built
            for one in _ask_all(made, each, dataset.declines, bare):
                asked.append(one)
                tell(1)
        del made
    return Measured(tuple(asked), sum(built) / len(built), peak_mb() - before)


def _texts(each: Round) -> Iterator[str]:
    """Yield what a method learns from, counter-examples and all."""
    for phrasing in (*texts_of(each.training), *each.training.unlike):
        yield phrasing.text


def _ask_all(method: Method, asked: Round, declines: frozenset[str], bare: Sequence[Encoder]) -> Iterator[Asked]:
    method.rank(asked.queries[0].text, asked.queries[0].language)  # the first of all pays for what is set up then
    for query in asked.queries:
        started = time.process_time()
        ranked = method.rank(query.text, query.language)
        ms = (time.process_time() - started) * 1000
        yield judged(query, ranked, declines, ms, _encoding_ms(bare, query) if bare else None)


def _encoding_ms(encoders: Sequence[Encoder], query: Query) -> float:
    """Return what the encoders take that understand the question: what an index can't do without."""
    started = time.process_time()
    for encoder in encoders:
        if encoder.languages is None or query.language in encoder.languages:
            encoder.encode([query.text])
    return (time.process_time() - started) * 1000


def judged(query: Query, ranked: Ranked, declines: frozenset[str], ms: float, bare_ms: float | None = None) -> Asked:
    """Say what became of a question."""
    place = next((number for number, entry in enumerate(ranked.entries, 1) if entry in query.right), 0)
    declined = ranked.entries[0] in declines
    right = place == 1 if query.right else declined
    return Asked(bool(query.right), place, right, ranked.confidence, declined, ranked.sure, ms, bare_ms)


def _answers(asked: Asked, fallback: float) -> bool:
    return not asked.declined and asked.score >= (fallback if asked.sure is None else asked.sure)


def figures(measured: Measured) -> Figures:
    """Sum up. A method without a threshold of its own gets the one that rejects 5 % of the in-scope questions."""
    asked = measured.asked
    inside = [each for each in asked if each.inside]
    known, unknown = [each.score for each in inside], [each.score for each in asked if not each.inside]
    fallback = threshold(known)
    answered = [each for each in asked if _answers(each, fallback)]
    own = all(each.sure is not None for each in asked)
    times = [each.ms for each in asked]
    bare = [each.bare_ms for each in asked if each.bare_ms is not None]
    return Figures(
        accuracy=accuracy([each.right for each in inside]),
        mrr=mrr([each.place for each in inside]),
        auroc=auroc(known, unknown),
        oos_recall=oos_recall(known, unknown),
        wrong=sum(not each.right for each in answered) / len(asked),
        calibration_error=calibration_error([each.confidence for each in asked], [each.right for each in asked])
        if own
        else None,
        median_ms=median(times),
        p99_ms=float(np.percentile(times, 99)),
        build_s=measured.build_s,
        memory_mb=measured.memory_mb,
        bare_ms=median(bare) if bare else None,
    )
