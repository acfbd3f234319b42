"""Many questions in bad conditions: deliveries doubled, re-ordered and retried, connections cut, Slack failing."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.slack.app import SlackAdapter
from bot.service import Bot
from bot.store import Store
from tests.fake_slack import Failure, FakeSlack
from tests.fakes import FakeEngine
from tests.slack_deliveries import Deliveries
from tests.slack_rig import socket_settings

Payload = dict[str, Any]
AT_ONCE = 40  # deliveries under way
TRIES = 12
PAUSE = 0.05
ACK_SECONDS = 3.0  # then Slack sends again (S1)
PER_CHANNEL = 4
TWICE = 0.2  # of all deliveries are no first ones
CUT, REFRESH, FAIL = 0.004, 0.002, 0.02  # how often, for each delivery


@dataclass(frozen=True, slots=True)
class Soaked:
    """What became of it. `lost` and `doubled` are questions; both must be empty."""

    questions: int
    deliveries: int
    again: int  # deliveries that Slack repeated because nothing was acknowledged
    connections: int
    refused: int  # calls of ours that the fake refused
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


class Soak:
    """Delivers `count` events to a bot with a database in `folder`."""

    def __init__(self, slack: FakeSlack, folder: Path, count: int, seed: int) -> None:
        self._slack = slack
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._numbers = iter(range(10**9))
        self._again = 0
        fresh = count - int(count * TWICE)
        make = Deliveries(slack)
        self._questions = [make.mention("red notice", channel=f"C{n // PER_CHANNEL:06}") for n in range(fresh)]
        slack.channels |= {event["event"]["channel"] for event in self._questions}
        doubles = [self._double(self._random.choice(self._questions)) for _ in range(count - fresh)]
        self._events = [*self._questions, *doubles]
        self._random.shuffle(self._events)

    def _double(self, event: Payload) -> Payload:
        """Return the same delivery, or the same post as the other kind of event: another id, one time stamp (S5)."""
        if self._random.random() < 0.5:
            return event
        return event | {"event_id": f"{event['event_id']}B"}

    async def run(self) -> Soaked:
        """Deliver everything, until all is acknowledged."""
        bot = Bot(FakeEngine(), Store(f"sqlite:///{self._folder / 'soak.db'}"))
        await bot.start()
        adapter = SlackAdapter(bot, socket_settings(self._slack), ping_seconds=0.5)
        await adapter.start()
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for event in self._events:
                await gate.acquire()
                group.create_task(self._deliver(event)).add_done_callback(lambda _: gate.release())
                await self._disturb()
        await adapter.stop()
        await bot.stop()
        return self._judged()

    async def _disturb(self) -> None:
        chance = self._random.random()
        if chance < CUT:
            self._slack.cut()
        elif chance < CUT + REFRESH:
            await self._slack.farewell()
        elif chance < CUT + REFRESH + FAIL:
            failures = [Failure(503), Failure(429, "ratelimited", {"Retry-After": "0"}), Failure(error="fatal_error")]
            self._slack.fail("chat.postMessage", self._random.choice(failures))

    async def _deliver(self, event: Payload) -> None:
        """Send until it is acknowledged, as Slack does: some as the same envelope, some as a new one."""
        name = f"soak-{next(self._numbers)}"
        for attempt in range(TRIES):
            if attempt and self._random.random() < 0.5:
                name = f"soak-{next(self._numbers)}"
            more = {"retry_attempt": attempt, "retry_reason": "timeout"} if attempt else {}
            self._again += bool(attempt)
            try:
                await self._slack.send_envelope("events_api", event, name, **more)
                async with asyncio.timeout(ACK_SECONDS):
                    await self._slack.acknowledged(name)
            except (TimeoutError, ConnectionError):
                await asyncio.sleep(PAUSE * (attempt + 1))  # as Slack pauses, only shorter
                continue
            return
        raise AssertionError(f"{name} was never acknowledged")

    def _judged(self) -> Soaked:
        answered = Counter(call.params["thread_ts"] for call in self._slack.sent("chat.postMessage"))
        asked = [event["event"]["ts"] for event in self._questions]
        return Soaked(
            questions=len(asked),
            deliveries=len(self._events),
            again=self._again,
            connections=self._slack.connections,
            refused=sum(bool(call.refused) for call in self._slack.calls),
            lost=tuple(ts for ts in asked if ts not in answered),
            doubled=tuple(ts for ts, times in answered.items() if times > 1),
        )
