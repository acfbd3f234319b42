"""How long a slash command takes and how many a second are answered: `python -m tests.measure_slack`.

By Socket Mode against the fake Slack on loopback, real Slack libraries. The goals: a median under 50 ms from Slack's
sending to its getting the answer; at least 60 % of what a bare Bolt app manages that answers with a constant, measured
side by side. The bot's answers are those of `tests.fakes`, so that it is the adapter that is measured.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import render
from adapters.slack.app import SlackAdapter
from bot.settings import Settings
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.fakes import WORDS, make_answer, make_bot
from tests.slack_deliveries import Deliveries
from tests.slack_soak import Soak, Soaked

COMMANDS = 200
BURST = 1000  # commands that come at once
ROUNDS = 3
GOAL_MS = 50.0
GOAL_SHARE = 0.6


async def measure(commands: int = COMMANDS) -> list[float]:
    """Return the round trips in milliseconds, sorted."""
    async with FakeSlack() as slack, ours(slack):
        make = Deliveries(slack)
        return sorted([await _one(slack, make) for _ in range(commands)])


async def throughput(rounds: int = ROUNDS, burst: int = BURST) -> tuple[float, float]:
    """Return how many commands a second are answered by us and by a bare Bolt app: the medians, taken in turn."""
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for rate, connected in zip(rates, (ours, bare), strict=True):
            async with FakeSlack() as slack, connected(slack):
                rate.append(await _burst(slack, burst))
    return statistics.median(rates[0]), statistics.median(rates[1])


@asynccontextmanager
async def ours(slack: FakeSlack) -> AsyncIterator[None]:
    """Connect the adapter."""
    settings = Settings(slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN, slack_api_base_url=slack.api_base_url)
    adapter = SlackAdapter(make_bot(), settings)
    await adapter.start()
    yield
    await adapter.stop()


@asynccontextmanager
async def bare(slack: FakeSlack) -> AsyncIterator[None]:
    """Connect a Bolt app that answers every command with the same message, as large as ours."""
    app = AsyncApp(client=AsyncWebClient(BOT_TOKEN, slack.api_base_url))
    reply = render.payload(render.answer(make_answer(reference="abcd1234"), WORDS, private=True))

    async def answer(ack: AsyncAck) -> None:
        await ack(reply | {"response_type": "ephemeral"})

    app.command("/interpol")(answer)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=AsyncWebClient(BOT_TOKEN, slack.api_base_url))
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield
    await handler.close_async()  # type: ignore[no-untyped-call]


async def _one(slack: FakeSlack, make: Deliveries) -> float:
    started = time.perf_counter()
    reply = await slack.deliver("slash_commands", make.command("what is a red notice?"))
    if not reply.get("blocks"):
        raise SystemExit("The slash command was not answered.")
    return (time.perf_counter() - started) * 1000


async def _burst(slack: FakeSlack, count: int) -> float:
    # the first one apart: until it is answered, Bolt asks Slack at each command whose token it has
    await slack.deliver("slash_commands", Deliveries(slack).command("what is a red notice?"))
    commands = [Deliveries(slack).command("what is a red notice?") for _ in range(count)]
    started = time.perf_counter()
    for number, command in enumerate(commands):
        await slack.send_envelope("slash_commands", command, f"burst-{number}")
    await slack.until(lambda: sum(name.startswith("burst-") for name in slack.envelope_acks) == count, "all answers")
    return count / (time.perf_counter() - started)


async def soak(count: int, seed: int = 0) -> Soaked:
    """Deliver so many events in bad conditions."""
    with TemporaryDirectory() as folder:
        async with FakeSlack() as slack:
            return await Soak(slack, Path(folder), count, seed).run()


def _soaked(count: int) -> int:
    started = time.perf_counter()
    done = asyncio.run(soak(count))
    sys.stdout.write(
        f"{done.deliveries} deliveries of {done.questions} questions in {time.perf_counter() - started:.0f} s, "
        f"{done.again} sent again, {done.connections} connections, {done.refused} calls refused: "
        f"{len(done.lost)} questions lost, {len(done.doubled)} answered twice (goal: 0, 0)\n"
    )
    return int(bool(done.lost or done.doubled))


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--soak", type=int, metavar="N", help="instead: N events in bad conditions")
    options = parser.parse_args()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ.pop(name, None)
    if options.soak:
        return _soaked(options.soak)
    times = asyncio.run(measure())
    median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    sys.stdout.write(
        f"{len(times)} slash commands: median {median:.1f} ms, p99 {p99:.1f} ms (goal: {GOAL_MS:.0f} ms)\n"
    )
    mine, bolt = asyncio.run(throughput())
    share = mine / bolt
    sys.stdout.write(
        f"{BURST} at once: {mine:.0f} a second; a bare Bolt app {bolt:.0f}; {share:.0%} (goal: {GOAL_SHARE:.0%})\n"
    )
    return int(median >= GOAL_MS or share < GOAL_SHARE)


if __name__ == "__main__":
    sys.exit(main())
