"""The command `check`: every fault of the knowledge, and what an editor should look at."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import Any

from adapters.command import DONE, TO_MEND, Command, Reply, add_knowledge, replying
from adapters.discord.render import preview as discord_preview
from adapters.slack.render import answer as slack_answer
from adapters.slack.render import payload as slack_payload
from bot.editing.limits import Preview
from bot.editing.records import Remark
from bot.editing.review import review
from bot.errors import Fault, KnowledgeError
from bot.knowledge.loader import open_folder
from bot.knowledge.schema import LANGUAGES, Knowledge
from bot.settings import Settings

# Slack's plain form repeats the answer and would hide what its blocks leave out; what is folded is a button away
PREVIEWS: Mapping[str, Preview] = {
    "Slack": lambda answer, words: slack_payload(slack_answer(answer, words, unfolded=True))["blocks"],
    "Discord": discord_preview,
}


def check(options: argparse.Namespace, settings: Settings) -> Reply:
    """Check the knowledge. Raises KnowledgeError, but with JSON, which holds the faults."""
    try:
        opened = open_folder(settings.knowledge_dir)
    except KnowledgeError as error:
        if options.format == "text":
            raise
        return Reply(_json({"faults": [*map(_object, error.faults)], "warnings": []}), TO_MEND)
    knowledge = opened.knowledge
    remarks = review(opened, today(), PREVIEWS)
    if options.deep:
        deep = import_module("adapters.deep")  # the engine is imported only now: without it check takes seconds less
        remarks = tuple(sorted({*remarks, *deep.mistaken(opened, settings.cache_dir)}))
    code = TO_MEND if remarks and options.strict else DONE
    if options.format == "json":
        found = counts(knowledge) | {"faults": [], "warnings": [*map(_object, remarks)]}
        return Reply(_json(found), code)
    return Reply("".join(f"{line}\n" for line in (*remarks, summary(knowledge), *_tally(remarks))).encode(), code)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: one object, for programs")
    parser.add_argument("--strict", action="store_true", help="a warning counts as a fault")
    parser.add_argument("--deep", action="store_true", help="ask the engine, too, which entries it mixes up (slow)")
    add_knowledge(parser)


CHECK = Command(_add_arguments, replying(check))


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


def today() -> date:
    """Return the day, here."""
    return datetime.now().astimezone().date()
