"""Made-up files in the shapes of the public data sets: every text names its class, so that any method can learn it."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

THINGS = ("amber", "birch", "cedar", "daisy", "elder")
_TRAINED = 12  # texts a class
WORDS = (
    "please",
    "today",
    "again",
    "quickly",
    "for me",
    "at once",
    "somehow",
    "at home",
    "by post",
    "later",
    "now",
    "here",
)


def write_all(folder: Path) -> Path:
    """Write all of them."""
    write_clinc(folder)
    write_banking(folder)
    write_stackfaq(folder)
    return folder


def clinc_parts() -> dict[str, list[list[str]]]:
    train = [
        [f"show the {thing} list {word}", f"show-{thing}"] for thing in reversed(THINGS) for word in WORDS[:_TRAINED]
    ]
    asked = [[f"could you show {thing} lists", f"show-{thing}"] for thing in THINGS]
    other = [["why is the sea so salty", "oos"], ["tell a joke", "oos"]]
    return {
        "train": train,
        "val": asked,
        "test": asked,
        "oos_train": other[:1],
        "oos_val": other[1:],
        "oos_test": other,
    }


def write_clinc(folder: Path, parts: Mapping[str, object] | None = None) -> Path:
    file = folder / "clinc150_full.json"
    file.write_text(json.dumps(parts or clinc_parts()), "utf-8")
    return file


def write_banking(folder: Path, rows: Sequence[Sequence[str]] | None = None) -> Path:
    made = [[f"my {thing} card, is it here {word}?", f"card_{thing}"] for word in WORDS for thing in THINGS]
    made += [[f"the {thing} card again", f"card_{thing}"] for thing in THINGS]
    _table(folder / "banking77_test.csv", [[f"where is a card of {thing}", f"card_{thing}"] for thing in THINGS])
    return _table(folder / "banking77_train.csv", made if rows is None else rows)


def _table(file: Path, rows: Sequence[Sequence[str]]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["text", "category"], *rows])
    return file


def write_stackfaq(folder: Path, threads: Sequence[str] = THINGS) -> Path:
    def pair(thing: str) -> str:
        said = [f"delete {thing} & go", "*", f"remove  the\n{thing}", f"get rid of {thing}"]
        rephrasings = "".join(f"<rephr>\n{escape(text)}\n</rephr>" for text in said)
        answer = f"<answer>Open it. Then cut the {thing}.</answer>"
        return f"<qapair>{rephrasings}<question>How to drop {thing}?</question>{answer}</qapair>"

    file = folder / "stackfaq.xml"
    file.write_text(f"<root>{''.join(map(pair, threads))}</root>", "utf-8")
    return file
