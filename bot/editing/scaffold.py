"""A new entry, guard or crime area: YAML that loads as it stands, with texts that say what to put in their place."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.editing.folder import Plan, entry_file, faults_with, heading
from bot.editing.records import CRIMES, read_records
from bot.editing.yaml_edit import edit, scalar
from bot.errors import EditingError
from bot.knowledge.checks import RESERVED_IDS
from bot.knowledge.schema import Knowledge

PLACEHOLDER = "Write here: "  # every text to be replaced begins so; the review tells those that are left
REVIEW_AFTER = timedelta(days=182)  # what is about people, counts and procedures; history may have five years
KINDS = {"faq": "faq", "guard": "guards", "crime": "crimes"}  # what is made: its folder
ID_LIMIT = 60  # characters, as in schema.py


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an editor asks for: a kind of KINDS, an id, and the file to append to ("": one of its own)."""

    kind: str
    id: str
    file: str = ""


def plan(folder: Path, knowledge: Knowledge, wanted: Wanted, today: date) -> Plan:
    """Return how to add it to a folder that holds `knowledge`. Raises EditingError that says what to do instead."""
    check_id(folder, wanted.id)
    path = path_of(folder, wanted)
    if wanted.kind != "guard" and not knowledge.sources:
        raise EditingError("sources.yaml lists no page: list in it what the answer rests on, then try again.")
    source = next(iter(knowledge.sources), "")
    before = {path: path.read_bytes()} if path.exists() else {}
    start = before.get(path, heading(path.parent))
    if wanted.kind == "crime":
        content = start + crime(wanted.id, source, today).encode()
    else:
        block = entry(wanted.id, source, today) if wanted.kind == "faq" else guard(wanted.id, today)
        content = edit(start, (), [block.splitlines()])
    faults = faults_with(folder, {path: content})
    if faults:
        raise EditingError("It can't be added:\n" + "\n".join(map(str, faults)))
    return Plan(
        (f"{path}: {wanted.id} is new; replace every text that begins “{PLACEHOLDER.strip()}”",),
        {path: content},
        before,
    )


def check_id(folder: Path, entry_id: str) -> None:
    """Refuse, with EditingError, what can't be an id, is reserved, or is there already."""
    proposal = re.sub(r"[^a-z0-9]+", "-", entry_id.lower()).strip("-")[:ID_LIMIT].strip("-")
    if not entry_id or proposal != entry_id:
        other = f", such as {proposal}" if proposal else ""
        raise EditingError(
            f"{entry_id!r} can't be an id: write lower-case letters, digits and single hyphens, at most {ID_LIMIT} "
            f"characters{other}."
        )
    if entry_id in RESERVED_IDS:
        raise EditingError(f"{entry_id!r} is reserved for the bot itself: choose another id.")
    for record in read_records(folder):
        if record.id == entry_id:
            raise EditingError(f"There is an entry {entry_id!r} already: {record.path}:{record.line('id')}.")


def path_of(folder: Path, wanted: Wanted) -> Path:
    """Return the file that it goes to. Raises EditingError where that is none, or not free."""
    own = f"{KINDS[wanted.kind]}/{wanted.id}.yaml"
    if not wanted.file:
        if (folder / own).exists():
            more = "" if wanted.kind == "crime" else f": to append to it, add --file {own}"
            raise EditingError(f"The file {folder / own} exists{more}.")
        return folder / own
    if wanted.kind == "crime":
        raise EditingError(f"A crime area has a file of its own in {CRIMES}/: leave --file out.")
    return entry_file(folder, wanted.file)


def entry(entry_id: str, source: str, today: date) -> str:
    """Return an item for the `entries:` of a file in faq/."""
    return f"""\
- id: {scalar(entry_id)}
  sources: [{scalar(source)}] # choose from sources.yaml what this answer rests on
{_dates(today, "  ")}
  related: []
  en:
    question: "{PLACEHOLDER}the question on {_topic(entry_id)}, as an editor would put it"
    short: "{PLACEHOLDER}the answer in one or two sentences that stand alone."
    details: |
      {PLACEHOLDER}the rest, or take this field away.
    next_steps: "{PLACEHOLDER}what the asker can do now, or take this field away."
    phrasings: # twelve or more, as people type them
      - "{PLACEHOLDER}how people ask about {_topic(entry_id)}"
"""


def guard(kind: str, today: date) -> str:
    """Return an item for the `entries:` of a file in guards/."""
    return f"""\
- id: {scalar(kind)}
  outcome: declined # or handed_off (needs a person), urgent (danger)
{_dates(today, "  ")}
  related: []
  en:
    question: "{PLACEHOLDER}what is asked about {_topic(kind)}"
    short: "{PLACEHOLDER}what the bot says instead of an answer."
    phrasings: # twelve or more, as people type them
      - "{PLACEHOLDER}how people ask about {_topic(kind)}"
"""


def crime(area: str, source: str, today: date) -> str:
    """Return a whole file for crimes/."""
    topic = _topic(area)
    return f"""\
id: {scalar(area)}
sources: [{scalar(source)}] # choose from sources.yaml what this rests on
{_dates(today, "")}
related: []
synonyms: []
operations: []
en:
  name: {scalar(topic.capitalize())}
  question: "{PLACEHOLDER}the question on {topic}, as an editor would put it"
  short: "{PLACEHOLDER}what INTERPOL does about it, in one or two sentences that stand alone."
  what_it_is: "{PLACEHOLDER}what the crime is."
  what_interpol_does: "{PLACEHOLDER}what INTERPOL does about it."
  databases: "{PLACEHOLDER}the databases and tools, or take this field away."
  notices: "{PLACEHOLDER}the notices used, or take this field away."
  report: "{PLACEHOLDER}where a member of the public reports it."
  phrasings: # twelve or more, as people type them
    - "{PLACEHOLDER}how people ask about {topic}"
"""


def _dates(today: date, indent: str) -> str:
    return f"{indent}reviewed: {today}\n{indent}review_by: {today + REVIEW_AFTER}"


def _topic(slug: str) -> str:
    return slug.replace("-", " ")
