"""The command `settings`: what is in force, and the pages that explain the settings."""

import argparse
import sys

from adapters.command import DONE, Command, settings_of
from bot.settings_page import env_example, markdown, rows


def show(options: argparse.Namespace) -> int:
    """Show the settings, secrets hidden, or one of the pages."""
    if options.markdown or options.env:
        sys.stdout.write(markdown() if options.markdown else env_example())
        return DONE
    for row in rows(settings_of(options)):
        sys.stdout.write(f"{row.name:<22} {row.value or '-'}\n")
    return DONE


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="print docs/settings.md")
    parser.add_argument("--env", action="store_true", help="print .env.example")


SETTINGS = Command(_add_arguments, show)
