"""The editors' commands: check, new, export, import. Each returns what the command line is to write, and its code."""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from adapters.discord.render import preview as discord_preview
from adapters.slack.render import preview as slack_preview
from bot.editing.folder import Plan
from bot.editing.importing import NEW_FILE
from bot.editing.importing import plan as plan_import
from bot.editing.limits import Preview
from bot.editing.mistaken import review_mistaken, steps
from bot.editing.records import Remark, is_crime, read_records
from bot.editing.review import review
from bot.editing.rows import Row, rows_of
from bot.editing.scaffold import KINDS, Wanted
from bot.editing.scaffold import plan as plan_new
from bot.editing.sections import read_markdown, write_markdown
from bot.editing.sheets import read_csv, write_csv
from bot.errors import EditingError, Fault, KnowledgeError
from bot.knowledge.loader import load
from bot.knowledge.schema import LANGUAGES, Knowledge
from bot.search.encoders import default_encoders
from bot.settings import Settings

DONE, TO_MEND = 0, 2
# Slack's plain form repeats the answer and would hide what its blocks leave out
PREVIEWS: Mapping[str, Preview] = {
    "Slack": lambda answer, words: slack_preview(answer, words)["blocks"],
    "Discord": discord_preview,
}
_WRITERS = {"csv": write_csv, "markdown": write_markdown}
_READERS = {".csv": read_csv, ".tsv": read_csv, ".txt": read_csv, ".md": read_markdown, ".markdown": read_markdown}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command has to say, on standard output and on standard error, and the exit code."""

    out: bytes
    code: int = DONE
    aside: str = ""


Command = Callable[[argparse.Namespace, Settings], Reply]


def add_commands(commands: Any, add_knowledge: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the editors' commands; each sets `edit`, a Command."""
    checked = commands.add_parser("check", help="check the knowledge: every fault, and what an editor should look at")
    checked.add_argument("--format", choices=("text", "json"), default="text", help="json: one object, for programs")
    checked.add_argument("--strict", action="store_true", help="a warning counts as a fault")
    checked.add_argument("--deep", action="store_true", help="ask the engine, too, which entries it mixes up (slow)")
    checked.set_defaults(edit=check)
    made = commands.add_parser("new", help="start an entry, a guard or a crime area")
    made.add_argument("kind", choices=KINDS, help="what it is")
    made.add_argument("id", help="such as red-notice-duration")
    made.add_argument("--file", default="", help="append it to this file, such as faq/notices.yaml")
    made.set_defaults(edit=new)
    out = commands.add_parser("export", help="write the entries as a table or a document")
    out.add_argument("--format", choices=tuple(_WRITERS), default="csv", help="csv opens in a spreadsheet")
    out.add_argument("--out", type=Path, metavar="FILE", help="where to; else to standard output")
    out.set_defaults(edit=export)
    taken = commands.add_parser("import", help="take changes and new entries from such a table or document")
    taken.add_argument("file", type=Path, metavar="FILE", help="ends in .csv or .md")
    taken.add_argument("--into", default=NEW_FILE, metavar="FILE", help=f"of new entries; default {NEW_FILE}")
    taken.add_argument("--dry-run", action="store_true", help="show what would change, write nothing")
    taken.set_defaults(edit=take_in)
    for command in (checked, made, out, taken):
        add_knowledge(command)


# --- check ---


def check(options: argparse.Namespace, settings: Settings) -> Reply:
    """Check the knowledge. Raises KnowledgeError, but with JSON, which holds the faults."""
    folder = settings.knowledge_dir
    try:
        knowledge = load(folder)
    except KnowledgeError as error:
        if options.format == "text":
            raise
        return Reply(_json({"faults": [*map(_object, error.faults)], "warnings": []}), TO_MEND)
    remarks = review(folder, knowledge, _today(), PREVIEWS)
    if options.deep:
        remarks = tuple(sorted({*remarks, *_deep(folder, knowledge, settings.cache_dir)}))
    code = TO_MEND if remarks and options.strict else DONE
    if options.format == "json":
        found = counts(knowledge) | {"faults": [], "warnings": [*map(_object, remarks)]}
        return Reply(_json(found), code)
    return Reply("".join(f"{line}\n" for line in (*remarks, summary(knowledge), *_tally(remarks))).encode(), code)


def _deep(folder: Path, knowledge: Knowledge, cache: Path) -> Sequence[Remark]:
    encoders = default_encoders()
    records = {record.id: record for record in read_records(folder)}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Asking the engine", total=steps(encoders))
        return [*review_mistaken(knowledge, records, encoders, cache, lambda: progress.advance(task))]


def counts(knowledge: Knowledge) -> dict[str, Any]:
    """Return how much there is of what."""
    texts = [text for entry in knowledge.entries for language in LANGUAGES if (text := entry.text(language))]
    return {
        "entries": len(knowledge.entries),
        "crimes": len(knowledge.crimes),
        "sources": len(knowledge.sources),
        "phrasings": sum(len(text.phrasings) for text in texts),
        "languages": sorted(knowledge.words),
        "version": knowledge.version,
    }


def summary(knowledge: Knowledge) -> str:
    """Return how much there is of what, as a sentence."""
    found = counts(knowledge)
    return (
        f"{found['entries']} entries, {found['crimes']} crime areas, {found['sources']} sources, "
        f"{found['phrasings']} phrasings, languages {', '.join(found['languages'])}: no faults "
        f"(version {found['version']})."
    )


def _tally(remarks: Sequence[Remark]) -> tuple[str, ...]:
    kinds = Counter(remark.kind for remark in remarks).most_common()
    each = ", ".join(f"{count} {kind}" for kind, count in kinds)
    return (f"{len(remarks)} warnings: {each}. See docs/editing.md.",) if remarks else ()


def _object(found: Fault | Remark) -> dict[str, Any]:
    kind = found.kind if isinstance(found, Remark) else "fault"
    return {"path": found.path.as_posix(), "line": found.line, "kind": kind, "message": found.message}


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def _today() -> date:
    return datetime.now().astimezone().date()


# --- new, export, import ---


def new(options: argparse.Namespace, settings: Settings) -> Reply:
    """Start an entry."""
    folder = settings.knowledge_dir
    wanted = Wanted(options.kind, options.id, options.file)
    return _carried_out(plan_new(folder, load(folder), wanted, _today()))


def export(options: argparse.Namespace, settings: Settings) -> Reply:
    """Write the entries as a table or a document."""
    load(settings.knowledge_dir)  # what has faults is not handed on
    records = read_records(settings.knowledge_dir)
    rows = tuple(rows_of(records))
    content = _WRITERS[options.format](rows)
    left = sum(map(is_crime, records))
    aside = f"{len({row.key[0] for row in rows})} entries, {len(rows)} rows. {left} crime areas stay in their files."
    if not options.out:
        return Reply(content, aside=aside)
    try:
        options.out.write_bytes(content)
    except OSError as error:
        raise EditingError(f"{options.out} can't be written: {error.strerror}.") from error
    return Reply(b"", aside=f"{options.out}: {aside}")


def take_in(options: argparse.Namespace, settings: Settings) -> Reply:
    """Take changes and new entries from a table or a document."""
    folder = settings.knowledge_dir
    load(folder)  # faults that were there before are no fault of the table
    made = plan_import(folder, _rows(options.file), options.into)
    if not options.dry_run:
        return _carried_out(made)
    return Reply(_told(made) + b"Nothing was written: this was a dry run.\n")


def _rows(file: Path) -> tuple[Row, ...]:
    reader = _READERS.get(file.suffix.lower())
    if not reader:
        raise EditingError(f"{file} is neither a table (.csv) nor a document (.md).")
    try:
        return reader(file.read_bytes())
    except OSError as error:
        raise EditingError(f"{file} can't be read: {error.strerror}.") from error


def _carried_out(plan: Plan) -> Reply:
    plan.carry_out()
    return Reply(_told(plan))


def _told(plan: Plan) -> bytes:
    lines = [*plan.changes, f"{len(plan.changes)} changes in {len(plan.files)} files."]
    return "".join(f"{line}\n" for line in (lines if plan.changes else ["Nothing changes."])).encode()
