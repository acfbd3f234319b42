"""The sets that the bench asks. The public ones are not ours: they are read where they lie, and never copied.

Where a set is drawn from, `random.Random(seed)` does it, over positions in file order, classes in sorted order; so the
same seed draws the same questions everywhere.
"""

import csv
import json
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

from bot.errors import BotError
from bot.search.index import Phrasing

Part = Literal["validation", "test"]
SHOTS = 10  # phrasings that an FAQ entry may well have
BANKING_HELD_OUT = 3000  # training questions of BANKING77 that its validation part asks: it has no part of its own
QUICK_INSIDE, QUICK_OUTSIDE, QUICK_ROUNDS = 300, 100, 8  # what is left of a set when it has to be quick
# One of every so many threads at a time leaves a rephrasing out. One alone would be exact, and take 630 rounds. If all
# did, the right one would have less to compete with: 0.5 points more of accuracy (token_sort, USE); of five, 0 to 0.2.
APART = 5
_NO_REPHRASING = "*"  # parts a thread's rephrasings in StackFAQ


@dataclass(frozen=True, slots=True)
class Query:
    """A question. `right` holds every entry that answers it; empty: nothing does, it is out of scope."""

    text: str
    right: frozenset[str]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Training:
    """All that a method may know. `answers` are whole answer texts; the rest is as `Index` has it."""

    phrasings: tuple[Phrasing, ...]
    answers: tuple[Phrasing, ...] = ()
    unlike: tuple[Phrasing, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    related: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """Something to learn from, and the questions that are asked then."""

    training: Training
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A set: one round, or, where questions are left out in turn, many. `declines` are entries that say "no"."""

    name: str
    seed: int
    rounds: tuple[Round, ...]
    declines: frozenset[str] = frozenset()

    @property
    def questions(self) -> int:
        """Return how many questions are asked."""
        return sum(len(each.queries) for each in self.rounds)


def quick(dataset: Dataset) -> Dataset:
    """Return a sample of it: enough to see that something works, too little to compare methods."""
    rounds = dataset.rounds[:: max(1, len(dataset.rounds) // QUICK_ROUNDS)][:QUICK_ROUNDS]
    return replace(dataset, rounds=tuple(_sampled(each, len(rounds)) for each in rounds))


def _sampled(whole: Round, rounds: int) -> Round:
    inside = [query for query in whole.queries if query.right]
    outside = [query for query in whole.queries if not query.right]
    kept = [*_some(inside, QUICK_INSIDE // rounds), *_some(outside, QUICK_OUTSIDE // rounds)]
    return replace(whole, queries=tuple(kept))


def _some(queries: Sequence[Query], most: int) -> list[Query]:
    return random.Random(0).sample(queries, min(most, len(queries)))  # noqa: S311 - a draw, no secret


# --- drawing ---


def drawn(labels: Sequence[str], count: int, seed: int) -> tuple[int, ...]:
    """Return the positions of `count` examples of each label. Raises BotError where a label has fewer."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        places[label].append(place)
    scarce = sorted(label for label, own in places.items() if len(own) < count)
    if scarce:
        raise BotError(f"Fewer than {count} examples are there for {', '.join(scarce)}: the data is not whole.")
    chance = random.Random(seed)  # noqa: S311 - a draw, no secret
    return tuple(place for label in sorted(places) for place in chance.sample(places[label], count))


def _pick(examples: Sequence[Phrasing], shots: int | None, seed: int) -> tuple[Phrasing, ...]:
    if shots is None:
        return tuple(examples)
    return tuple(examples[place] for place in drawn([each.entry for each in examples], shots, seed))


def _asked(examples: Sequence[Phrasing], *, inside: bool = True) -> Iterator[Query]:
    for each in examples:
        yield Query(each.text, frozenset({each.entry} if inside else ()), each.language)


# --- CLINC150 ---

_CLINC_PARTS = ("train", "val", "test", "oos_train", "oos_val", "oos_test")


def read_clinc(file: Path) -> Mapping[str, tuple[Phrasing, ...]]:
    """Read CLINC150's parts: intents as entries. Raises BotError where the file is not that."""
    data = _read_json(file)
    faults = [part for part in _CLINC_PARTS if not _pairs(data, part)]
    if faults:
        raise BotError(f"{file} is not CLINC150: it holds no list of [text, intent] pairs as {', '.join(faults)}.")
    return {part: tuple(Phrasing(text, intent) for text, intent in data[part]) for part in _CLINC_PARTS}


def clinc(folder: Path, shots: int | None, seed: int, part: Part) -> tuple[Round, ...]:
    """Return CLINC150 as one round: `shots` utterances an intent (None: all), then the part's own questions.

    The out-of-scope questions of its training part are of no use to us, and are asked with the validation part.
    """
    parts = read_clinc(folder / "clinc150_full.json")
    inside = parts["val" if part == "validation" else "test"]
    outside = (*parts["oos_val"], *parts["oos_train"]) if part == "validation" else parts["oos_test"]
    training = Training(_pick(parts["train"], shots, seed))
    return (Round(training, (*_asked(inside), *_asked(outside, inside=False))),)


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BotError(f"{file} is not JSON: {error}. Get it again.") from error
    except OSError as error:
        raise BotError(f"{file} can't be read: {error.strerror}.") from error


def _pairs(data: Any, part: str) -> bool:
    held = data.get(part) if isinstance(data, dict) else None
    return isinstance(held, list) and bool(held) and all(map(_is_pair, held))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)  # noqa: PLR2004


# --- BANKING77 ---

_BANKING_COLUMNS = ("text", "category")


def read_banking(file: Path) -> tuple[Phrasing, ...]:
    """Read a part of BANKING77: categories as entries. Raises BotError with the first faulty line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(_banking_rows(file, csv.reader(stream, strict=True)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BotError(f"{file} is not a table in UTF-8: {error}. Get it again.") from error
    except OSError as error:
        raise BotError(f"{file} can't be read: {error.strerror}.") from error


def _banking_rows(file: Path, rows: Any) -> Iterator[Phrasing]:
    if tuple(next(rows, ())) != _BANKING_COLUMNS:
        raise BotError(f"{file}:1 is not BANKING77: its columns must be {' and '.join(_BANKING_COLUMNS)}.")
    empty = True
    for row in rows:
        if len(row) != len(_BANKING_COLUMNS) or not all(cell.strip() for cell in row):
            raise BotError(f"{file}:{rows.line_num} is not BANKING77: a line is a question and its category.")
        empty = False
        yield Phrasing(" ".join(row[0].split()), row[1].strip())
    if empty:
        raise BotError(f"{file} holds no questions. Get it again.")


def banking(folder: Path, shots: int | None, seed: int, part: Part) -> tuple[Round, ...]:
    """Return BANKING77 as one round. The validation part asks training questions that were not drawn."""
    examples = read_banking(folder / "banking77_train.csv")
    if part == "test":
        asked = read_banking(folder / "banking77_test.csv")
        return (Round(Training(_pick(examples, shots, seed)), tuple(_asked(asked))),)
    places = range(len(examples))
    chance = random.Random(seed)  # noqa: S311 - a draw, no secret
    if shots is None:
        held = set(chance.sample(places, min(BANKING_HELD_OUT, len(examples) // 3)))
        known = [place for place in places if place not in held]
    else:
        known = list(drawn([each.entry for each in examples], shots, seed))
        rest = sorted(set(places) - set(known))
        held = set(chance.sample(rest, min(BANKING_HELD_OUT, len(rest))))
    training = Training(tuple(examples[place] for place in known))
    return (Round(training, tuple(_asked([examples[place] for place in sorted(held)]))),)


# --- StackFAQ ---


@dataclass(frozen=True, slots=True)
class Thread:
    """One FAQ: its question, its answers, and how else people put the question."""

    entry: str
    question: str
    answers: tuple[str, ...]
    rephrasings: tuple[str, ...]


def read_stackfaq(file: Path) -> tuple[Thread, ...]:
    """Read the threads. Raises BotError where the file is not StackFAQ."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314 - a data set that the person at the terminal chose
    except (ET.ParseError, UnicodeDecodeError) as error:
        raise BotError(f"{file} is not XML: {error}. Get it again.") from error
    except OSError as error:
        raise BotError(f"{file} can't be read: {error.strerror}.") from error
    threads = tuple(_thread(number, pair) for number, pair in enumerate(root.iterfind("qapair"), 1))
    bare = [each.entry for each in threads if not (each.question and each.answers and each.rephrasings)]
    if bare or len(threads) < 2:  # noqa: PLR2004 - each part asks every other one
        which = f" in {', '.join(bare)}" if bare else ""
        raise BotError(f"{file} is not StackFAQ: a question, an answer or a rephrasing is missing{which}.")
    return threads


def _thread(number: int, pair: ET.Element) -> Thread:
    texts = {tag: tuple(filter(None, map(_flat, pair.iterfind(tag)))) for tag in ("question", "answer", "rephr")}
    rephrasings = tuple(text for text in texts["rephr"] if text != _NO_REPHRASING)
    return Thread(f"thread-{number:03}", " ".join(texts["question"]), texts["answer"], rephrasings)


def _flat(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def stackfaq(folder: Path, part: Part, *, left_out: bool) -> tuple[Round, ...]:
    """Return StackFAQ. Every thread is an entry; each part asks the rephrasings of every other thread.

    Zero-shot, an entry knows its question and answers. With `left_out` it knows its other rephrasings, too: each round
    leaves out one of every APART threads that are asked.
    """
    threads = read_stackfaq(folder / "stackfaq.xml")
    asked = threads[0 if part == "validation" else 1 :: 2]
    if not left_out:
        queries = tuple(Query(text, frozenset({each.entry})) for each in asked for text in each.rephrasings)
        return (Round(_knowing(threads, {each.entry: () for each in threads}), queries),)
    most = max(len(each.rephrasings) for each in asked)
    rounds = (_leaving_out(threads, asked[turn::APART], place) for place in range(most) for turn in range(APART))
    return tuple(each for each in rounds if each.queries)


def _leaving_out(threads: Sequence[Thread], asked: Sequence[Thread], place: int) -> Round:
    known = {each.entry: each.rephrasings for each in threads}
    queries = []
    for each in asked:
        if place < len(each.rephrasings):
            queries.append(Query(each.rephrasings[place], frozenset({each.entry})))
            known[each.entry] = each.rephrasings[:place] + each.rephrasings[place + 1 :]
    return Round(_knowing(threads, known), tuple(queries))


def _knowing(threads: Sequence[Thread], rephrasings: Mapping[str, tuple[str, ...]]) -> Training:
    return Training(
        tuple(Phrasing(text, each.entry) for each in threads for text in (each.question, *rephrasings[each.entry])),
        tuple(Phrasing(text, each.entry) for each in threads for text in each.answers),
    )


# --- all of them ---


Read = Callable[[Path, int, Part], tuple[Round, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """A public set: its files, how it is read for a seed and a part, and whether each seed draws another one."""

    files: tuple[str, ...]
    read: Read
    drawn: bool = False


def _clinc_of(shots: int | None) -> Read:
    return lambda folder, seed, part: clinc(folder, shots, seed, part)


def _banking_of(shots: int | None) -> Read:
    return lambda folder, seed, part: banking(folder, shots, seed, part)


def _stackfaq_of(*, left_out: bool) -> Read:
    return lambda folder, _, part: stackfaq(folder, part, left_out=left_out)


_CLINC, _BANKING, _STACKFAQ = ("clinc150_full.json",), ("banking77_train.csv", "banking77_test.csv"), ("stackfaq.xml",)
PUBLIC: Mapping[str, Source] = {
    "clinc150-10": Source(_CLINC, _clinc_of(SHOTS), drawn=True),
    "clinc150-full": Source(_CLINC, _clinc_of(None)),
    "banking77-10": Source(_BANKING, _banking_of(SHOTS), drawn=True),
    "banking77-full": Source(_BANKING, _banking_of(None)),
    "stackfaq": Source(_STACKFAQ, _stackfaq_of(left_out=False)),
    "stackfaq-loo": Source(_STACKFAQ, _stackfaq_of(left_out=True)),
}
ORIGINS: Mapping[str, str] = {
    "clinc150_full.json": "data/data_full.json of github.com/clinc/oos-eval",
    "banking77_train.csv": "banking_data/train.csv of github.com/PolyAI-LDN/task-specific-datasets",
    "banking77_test.csv": "banking_data/test.csv of github.com/PolyAI-LDN/task-specific-datasets",
    "stackfaq.xml": "StackFAQ's XML file, from github.com/ML-Recipes/BERT-FAQ",
}


def read_public(names: Sequence[str], folder: Path, seeds: Sequence[int], part: Part) -> tuple[Dataset, ...]:
    """Read some of PUBLIC, those that are drawn once a seed. Raises BotError that names every file that is missing."""
    needed = sorted({file for name in names for file in PUBLIC[name].files})
    missing = [file for file in needed if not (folder / file).is_file()]
    if missing:
        lines = "\n".join(f"  {file}: {ORIGINS[file]}" for file in missing)
        raise BotError(
            f"The data sets are not ours, so they don't come with this program. Put these into {folder}, or name "
            f"their folder with --data, or leave them out with --sets own:\n{lines}"
        )
    return tuple(
        Dataset(name, seed, PUBLIC[name].read(folder, seed, part))
        for name in names
        for seed in (seeds if PUBLIC[name].drawn else seeds[:1])
    )
