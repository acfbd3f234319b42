"""The connection after it was made: resuming, identifying anew, ending."""

import pytest

from tests import discord_rig
from tests.discord_rig import RED_NOTICE, Running, soon
from tests.fake_discord import FakeDiscord

fake, running = discord_rig.fake, discord_rig.running  # fixtures


async def test_a_mention_missed_while_away_is_answered_and_a_replayed_one_is_not_again(running: Running) -> None:
    fake = running.fake
    fake.gateway.replay_all = True
    heard = await fake.say(RED_NOTICE)
    await fake.reply_to(heard)
    await fake.gateway.drop()
    missed = await fake.say(RED_NOTICE)
    await fake.reply_to(missed)
    assert len(fake.gateway.resumes) == 1
    assert await running.replies(heard) == 1
    assert _posted(fake) == 3  # the heard, the missed, and the one that `replies` asks


async def test_it_resumes_when_discord_asks_to_reconnect(running: Running) -> None:
    await running.fake.gateway.ask_to_reconnect()
    await running.fake.reply_to(await running.fake.say(RED_NOTICE))
    assert (len(running.fake.gateway.resumes), len(running.fake.gateway.identifies)) == (1, 1)


async def test_it_identifies_anew_when_its_session_is_over(running: Running) -> None:
    running.adapter._client.before_identify_hook = _at_once  # type: ignore[method-assign] # a hook; it waits 5 s
    await running.fake.gateway.invalidate()
    await running.fake.until(lambda: len(running.fake.gateway.identifies) == 2)
    await running.fake.reply_to(await running.fake.say(RED_NOTICE))
    assert running.fake.gateway.resumes == []


async def test_the_end_of_the_connection_for_good_is_logged(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    await running.fake.gateway.drop(4004)
    await soon(lambda: "ended for good" in caplog.text)
    assert "refused the token" in caplog.text


async def test_it_heartbeats(running: Running) -> None:
    await running.fake.until(lambda: running.fake.gateway.heartbeats >= 1)


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """Identify without the pause that real Discord demands."""


def _posted(fake: FakeDiscord) -> int:
    return sum(method == "POST" and path.endswith("/messages") for method, path in fake.requests)
