"""The command `forget`: everything that is kept of one person, deleted."""

import argparse

from adapters.command import Command, Reply, replying
from adapters.stored import with_store
from bot.settings import Settings


def forget(options: argparse.Namespace, settings: Settings) -> Reply:
    """Delete it, and say how much it was."""
    asker = options.asker.strip()
    deleted = with_store(settings, lambda store: store.forgetting.of(asker))
    told = ", ".join(f"{count} {table}" for table, count in sorted(deleted.items()) if count)
    return Reply(f"Deleted: {told or 'nothing was kept'}.\n".encode())


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "asker", metavar="ASKER", help="the person's key, such as slack:T0123:U0123 (docs/operations.md)"
    )


FORGET = Command(_add_arguments, replying(forget))
