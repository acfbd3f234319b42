"""The command `migrate`: the database, brought up to date."""

import argparse
import asyncio
import sys

from adapters.command import DONE, Command, settings_of
from bot.store import migrate


def bring_up_to_date(options: argparse.Namespace) -> int:
    """Bring the tables up to date and say their version."""
    sys.stdout.write(f"{asyncio.run(migrate(settings_of(options).database_url))}\n")
    return DONE


MIGRATE = Command(lambda _parser: None, bring_up_to_date)
