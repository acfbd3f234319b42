"""What the commands share: their shape, their settings, their exit codes. It imports little: every command waits."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dotenv import dotenv_values

from bot.errors import SettingsError
from bot.settings import Settings

DONE = 0
CUT_OFF = 1  # whoever read our output went away
TO_MEND = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it

Run = Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `add_arguments` tells a parser its options, `run` does it and returns its exit code."""

    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Run


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command has to say, on standard output and on standard error, and the exit code."""

    out: bytes
    code: int = DONE
    aside: str = ""


def replying(make: Callable[[argparse.Namespace, Settings], Reply]) -> Run:
    """Return a `run` that writes a reply."""

    def run(options: argparse.Namespace) -> int:
        reply = make(options, settings_of(options))
        sys.stdout.buffer.write(reply.out)
        sys.stdout.buffer.flush()
        if reply.aside:
            sys.stderr.write(f"{reply.aside}\n")
        return reply.code

    return run


def add_knowledge(command: argparse.ArgumentParser) -> None:
    """Add the option that names the knowledge folder."""
    command.add_argument("--knowledge", type=Path, metavar="DIR", help="folder of the knowledge (else KNOWLEDGE_DIR)")


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings in force: `.env`, the environment, the options. Raises SettingsError."""
    settings = Settings.read(environment(Path(".env"), os.environ))
    folder = getattr(options, "knowledge", None)
    return replace(settings, knowledge_dir=folder) if folder else settings


def environment(file: Path, real: Mapping[str, str]) -> dict[str, str]:
    """Return the `.env` file's values and, over them, the real environment's. Raises SettingsError."""
    try:
        written = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {file} can't be read: it must be UTF-8 text that this user may read.") from error
    return {name: value for name, value in written.items() if value is not None} | dict(real)


def printable(text: str) -> str:
    """Return what a terminal may be shown of somebody's text, on one line: nothing in it moves the cursor."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
