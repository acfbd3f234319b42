"""The command `gaps`: the questions that got no answer, grouped, the most asked first."""

import argparse
import json
from collections.abc import Iterator
from datetime import timedelta

from adapters.command import Command, Reply, printable, replying
from adapters.stored import with_store
from bot.errors import SettingsError
from bot.gaps import Gap, grouped
from bot.settings import Settings
from bot.store import utc_now

_MOST = 10_000  # different questions that are grouped; the most asked
_DAYS_LIMIT = 36_500


def gaps(options: argparse.Namespace, settings: Settings) -> Reply:
    """Show them."""
    if not 0 < options.days <= _DAYS_LIMIT:
        raise SettingsError(f"--days must be between 1 and {_DAYS_LIMIT}, not {options.days}.")
    since = utc_now() - timedelta(days=options.days)
    found = grouped(with_store(settings, lambda store: store.unanswered(_MOST, since)))[: options.limit]
    if options.json:
        return Reply(json.dumps([*map(_object, found)], ensure_ascii=False, indent=2).encode() + b"\n")
    lines = [line for gap in found for line in _lines(gap)] or [f"No gaps in the last {options.days} days."]
    return Reply("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))


def _lines(gap: Gap) -> Iterator[str]:
    near = f"nearest {gap.entry} ({gap.confidence:.2f})" if gap.entry else "nothing near"
    yield f"{gap.times:>5} ×  {printable(gap.question)}"
    yield f"         {', '.join(gap.outcomes)}; {near}; {', '.join(gap.languages)}; last {gap.last_at:%Y-%m-%d}"
    yield from (f"         also: {printable(each)}" for each in gap.wordings)


def _object(gap: Gap) -> dict[str, object]:
    return {
        "question": gap.question,
        "times": gap.times,
        "wordings": [*gap.wordings],
        "languages": [*gap.languages],
        "outcomes": [*gap.outcomes],
        "entry": gap.entry,
        "confidence": gap.confidence,
        "last_at": gap.last_at.isoformat(),
    }


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, help="those that were asked in the last so many days; 30")
    parser.add_argument("--limit", type=int, default=50, help="how many groups; 50")
    parser.add_argument("--json", action="store_true", help="print JSON")


GAPS = Command(_add_arguments, replying(gaps))
