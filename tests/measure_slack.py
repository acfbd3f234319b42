"""How long a slash command takes, from Slack's sending to its getting the answer: `python -m tests.measure_slack`.

By Socket Mode against the fake Slack on loopback, real Slack libraries. The goal is a median under 50 ms.
"""

import asyncio
import os
import statistics
import sys
import time

from adapters.slack.app import SlackAdapter
from bot.settings import Settings
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, Deliveries, FakeSlack
from tests.fakes import make_bot

COMMANDS = 200
GOAL_MS = 50.0


async def measure(commands: int = COMMANDS) -> list[float]:
    """Return the round trips in milliseconds, sorted."""
    async with FakeSlack() as slack:
        settings = Settings(slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN, slack_api_base_url=slack.api_base_url)
        adapter, make = SlackAdapter(make_bot(), settings), Deliveries(slack)
        await adapter.start()
        times = [await _one(slack, make) for _ in range(commands)]
        await adapter.stop()
    return sorted(times)


async def _one(slack: FakeSlack, make: Deliveries) -> float:
    started = time.perf_counter()
    reply = await slack.deliver("slash_commands", make.command("what is a red notice?"))
    if not reply.get("blocks"):
        raise SystemExit("The slash command was not answered.")
    return (time.perf_counter() - started) * 1000


def main() -> int:
    """Print the figures; 1 when the goal is missed."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ.pop(name, None)
    times = asyncio.run(measure())
    median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    sys.stdout.write(
        f"{len(times)} slash commands: median {median:.1f} ms, p99 {p99:.1f} ms (goal: {GOAL_MS:.0f} ms)\n"
    )
    return int(median >= GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
