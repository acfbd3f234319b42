"""What `check --deep` adds: which entries the engine itself mixes up. Imported only then: it brings the engine."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.editing.mistaken import review_mistaken, steps
from bot.editing.records import Remark
from bot.knowledge.loader import Opened
from bot.search.encoders import default_encoders


def mistaken(opened: Opened, cache: Path) -> Sequence[Remark]:
    """Return what the engine takes for something else, while a progress bar shows."""
    encoders = default_encoders(cache)
    records = {record.id: record for record in opened.records}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Asking the engine", total=steps(encoders))
        return [*review_mistaken(opened.knowledge, records, encoders, cache, lambda: progress.advance(task))]
