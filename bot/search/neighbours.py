"""Which of the phrasings are worth a closer look: the nearest in meaning to a text, among hundreds or a million.

Each phrasing has a short form. Up to EXACT phrasings a text is compared with all of them; beyond, with those in the
lists nearest to it (faiss, an inverted file), where that library is installed.
"""

import logging
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.search.arrays import warn

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
Rows = NDArray[np.intp]

EXACT = 50_000  # phrasings; a comparison with all takes some milliseconds
DIMENSIONS = 96  # of the short form: of the 50 nearest phrasings it finds 98 in 100 (decision 5)
LEARNED_FROM = 20_000  # phrasings from which the short form is learned
LISTS = 4  # times the square root of the number of phrasings
PROBED = 200  # lists that are looked through for a text: recall against time, measured by `interpol-bot bench --scale`


class Neighbours(Protocol):
    """Finds the phrasings nearest to a text."""

    def near(self, text: Vectors, most: int) -> Rows:
        """Return the numbers of the nearest phrasings, `most` at most, ascending. `text`: shape (dimensions,)."""


class Scan:
    """Looks at every phrasing's short form."""

    def __init__(self, known: Vectors) -> None:
        """Take the short forms, (phrasings x dimensions)."""
        self._known = known

    def near(self, text: Vectors, most: int) -> Rows:
        """See Neighbours."""
        if most >= len(self._known):
            return np.arange(len(self._known))
        likeness = self._known @ text
        return np.sort(np.argpartition(-likeness, most)[:most])


class Lists:
    """Looks through the lists nearest to the text; they lie on disk, mapped into memory, where there is a file."""

    def __init__(self, faiss: Any, known: Vectors, file: Path | None) -> None:
        """Open what `file` holds, or build it, which takes minutes for a million. `faiss` is the module."""
        self._index = _opened(faiss, file, len(known)) or _built(faiss, known, file)
        self._index.nprobe = PROBED

    def near(self, text: Vectors, most: int) -> Rows:
        """See Neighbours."""
        found = self._index.search(text[None], most)[1][0]
        return np.sort(found[found >= 0]).astype(np.intp)


def neighbours(known: Vectors, file: Path | None) -> Neighbours:
    """Return who finds the neighbours among these short forms; `file` is where lists are kept, under a name of its own.

    The lists of other phrasings, in the same folder and with the same stem, are removed once these are there.
    """
    if len(known) <= EXACT:
        return Scan(known)
    if find_spec("faiss") is None:
        log.warning("%d phrasings are compared one by one; quicker: pip install interpol-bot[large]", len(known))
        return Scan(known)
    return Lists(import_module("faiss"), known, file)


def short_form(joined: Vectors) -> Vectors:
    """Return the (dimensions x at most DIMENSIONS) map to short forms that keeps most of the inner products."""
    values, vectors = np.linalg.eigh((joined.T @ joined).astype(np.float64))
    best = np.argsort(-values, kind="stable")[:DIMENSIONS]
    return np.ascontiguousarray(vectors[:, best], dtype=np.float32)


def _opened(faiss: Any, file: Path | None, count: int) -> Any:
    if file is None or not file.is_file():
        return None
    try:
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP)
    except RuntimeError as error:
        warn(file, error)
        return None
    if index.ntotal != count:
        warn(file, "it is not whole")
        return None
    return index


def _built(faiss: Any, known: Vectors, file: Path | None) -> Any:
    lists = int(LISTS * np.sqrt(len(known)))
    index = faiss.index_factory(known.shape[1], f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
    known = np.ascontiguousarray(known)
    index.train(known)
    index.add(known)
    if file is None:
        return index
    part = file.with_suffix(".part")
    try:
        faiss.write_index(index, str(part))
        part.replace(file)
        for old in file.parent.glob("lists-*.faiss"):
            if old != file:
                old.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        warn(file, error)
        return index
    return _opened(faiss, file, len(known)) or index
