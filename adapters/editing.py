"""The commands `new`, `export` and `import`, for editors."""

import argparse
from datetime import datetime
from pathlib import Path

from adapters.command import Command, Reply, add_knowledge, replying
from bot.editing.folder import Plan
from bot.editing.importing import NEW_FILE
from bot.editing.importing import plan as plan_import
from bot.editing.records import is_crime
from bot.editing.rows import Row, rows_of
from bot.editing.scaffold import KINDS, Wanted
from bot.editing.scaffold import plan as plan_new
from bot.editing.sections import read_markdown, write_markdown
from bot.editing.sheets import read_csv, write_csv
from bot.errors import EditingError
from bot.knowledge.loader import load, open_folder
from bot.settings import Settings

_WRITERS = {"csv": write_csv, "markdown": write_markdown}
_READERS = {".csv": read_csv, ".tsv": read_csv, ".txt": read_csv, ".md": read_markdown, ".markdown": read_markdown}


def new(options: argparse.Namespace, settings: Settings) -> Reply:
    """Start an entry."""
    folder = settings.knowledge_dir
    wanted = Wanted(options.kind, options.id, options.file)
    today = datetime.now().astimezone().date()
    return _carried_out(plan_new(folder, load(folder), wanted, today))


def export(options: argparse.Namespace, settings: Settings) -> Reply:
    """Write the entries as a table or a document."""
    records = open_folder(settings.knowledge_dir).records  # what has faults is not handed on
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


# --- arguments ---


def _name_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, help="what it is")
    parser.add_argument("id", help="such as red-notice-duration")
    parser.add_argument("--file", default="", help="append it to this file, such as faq/notices.yaml")
    add_knowledge(parser)


def _name_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=tuple(_WRITERS), default="csv", help="csv opens in a spreadsheet")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to; else to standard output")
    add_knowledge(parser)


def _name_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="ends in .csv or .md")
    parser.add_argument("--into", default=NEW_FILE, metavar="FILE", help=f"of new entries; default {NEW_FILE}")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, write nothing")
    add_knowledge(parser)


NEW = Command(_name_new, replying(new))
EXPORT = Command(_name_export, replying(export))
IMPORT = Command(_name_import, replying(take_in))
