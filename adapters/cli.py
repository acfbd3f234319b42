"""The command line: finds the command, runs it, exits with 0 (done), 2 (to be mended) or 130 (interrupted)."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, NoReturn, TextIO

from adapters.command import CUT_OFF, INTERRUPTED, TO_MEND, Command
from bot.errors import BotError

# A command's module is imported when the command is asked for, and no earlier: `check` is to answer before the engine,
# the database and the chat libraries would have been imported. Each is `module:NAME` of a Command, and what it is for.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("adapters.serving:SERVE", "run the bot: the page, Slack, Discord"),
    "ask": ("adapters.asking:ASK", "answer a question here"),
    "check": ("adapters.checking:CHECK", "check the knowledge: every fault, and what an editor should look at"),
    "new": ("adapters.editing:NEW", "start an entry, a guard or a crime area"),
    "export": ("adapters.editing:EXPORT", "write the entries as a table or a document"),
    "import": ("adapters.editing:IMPORT", "take changes and new entries from such a table or document"),
    "evaluate": ("adapters.evaluating:EVALUATE", "ask the labelled questions, report right and wrong"),
    "bench": ("adapters.bench:BENCH", "compare the engine with other methods, or see how it grows"),
    "drafts": ("adapters.drafting:DRAFTS", "look at experts' answers, make entries of them"),
    "gaps": ("adapters.gaps:GAPS", "show the questions that got no answer, grouped"),
    "slack": ("adapters.slacking:SLACK", "print the Slack app's manifest, or find what is to be mended"),
    "forget": ("adapters.forgetting:FORGET", "delete everything that is kept of one person"),
    "migrate": ("adapters.migrating:MIGRATE", "bring the database up to date"),
    "settings": ("adapters.configuring:SETTINGS", "show the settings in force, secrets hidden"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BotError as error:
        print(error, file=sys.stderr)
        return TO_MEND
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain when it flushes at the end: let it flush into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole line; what it parses has `run`, which takes it and returns the exit code."""
    whole = _Parser(prog="interpol-bot", description="Answers questions about INTERPOL, with sources. Unofficial.")
    whole.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = whole.add_subparsers(metavar="COMMAND", required=True, parser_class=_LazyParser)
    for name, (place, purpose) in COMMANDS.items():
        commands.add_parser(name, help=purpose, place=place)
    return whole


def find(place: str) -> Command:
    """Import the command at `module:NAME`."""
    module, _, name = place.partition(":")
    command: Command = getattr(import_module(module), name)
    return command


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and where to read on."""

    def error(self, message: str) -> NoReturn:
        self.exit(TO_MEND, f"{self.prog}: {message}. See {self.prog} --help.\n")


class _Version(argparse.Action):
    """Looks the version up only for those who ask."""

    def __call__(self, parser: argparse.ArgumentParser, *_unused: Any) -> NoReturn:
        print(f"interpol-bot {version('interpol-bot')}")
        parser.exit()


class _LazyParser(_Parser):
    """One command's parser, which learns its options when it is the command's turn."""

    def __init__(self, *, place: str, **named: Any) -> None:
        super().__init__(**named)
        self._place = place

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        command = find(self._place)
        command.add_arguments(self)
        self.set_defaults(run=command.run)
        return super().parse_known_args(args, namespace)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale; what UTF-8 can't hold becomes an escape."""
    for stream in (sys.stdout, sys.stderr):
        _as_wrapper(stream)


def _as_wrapper(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="backslashreplace")
