"""Prints the median round trips against the fake Discord: `python -m tests.measure_discord`."""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from adapters.discord.app import DiscordAdapter
from tests.fake_discord import FakeDiscord, connected
from tests.fakes import make_bot

ROUNDS = 200


async def _median(ask: Callable[[], Awaitable[object]]) -> float:
    """Return the median time of a round trip in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


async def main() -> None:
    """Measure mentions and slash commands, on the fake engine: what the adapter and discord.py take."""
    async with FakeDiscord() as fake, connected(DiscordAdapter(make_bot(), fake.settings())):

        async def mention() -> None:
            await fake.reply_to(await fake.say("what is a red notice?"))

        async def slash() -> None:
            await fake.answer_to(await fake.slash("what is a red notice?"))

        for name, ask in (("mention", mention), ("slash command", slash)):
            sys.stdout.write(f"{name}: {await _median(ask):.1f} ms (median of {ROUNDS})\n")


if __name__ == "__main__":
    asyncio.run(main())
