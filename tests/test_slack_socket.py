"""The Socket Mode connection: replaced without a gap, noticed when it falls silent."""

import asyncio
import json
import logging

import pytest
from starlette.testclient import TestClient

from adapters.slack.app import SlackAdapter
from adapters.web.app import WebAdapter
from bot.errors import ConnectError
from bot.settings import Settings
from tests import slack_rig
from tests.fake_slack import TICKET, Failure, FakeSlack
from tests.fakes import make_bot
from tests.slack_deliveries import Deliveries
from tests.slack_rig import ask, http_settings, read, socket_settings

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures
ANSWER = "find and provisionally arrest"


async def test_a_refresh_opens_the_new_connection_before_the_old_one_closes(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    await slack.refresh()
    assert slack.most_links == 2
    assert adapter.state().live
    assert ANSWER in read(await ask(slack, make, "red notice")).text


async def test_what_comes_on_the_old_connection_after_the_new_one_opened_is_answered(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    old = slack._links[0]
    await slack.refresh()
    envelope = {"envelope_id": "late", "type": "slash_commands", "accepts_response_payload": True}
    await old.send_str(json.dumps(envelope | {"payload": make.command("red notice")}))
    await slack.until(lambda: "late" in slack.envelope_acks, "the answer to the late question")
    assert ANSWER in read(slack.envelope_acks["late"]).text
    await slack.until(lambda: len(slack._links) == 1, "the end of the old connection")


async def test_a_second_farewell_on_the_old_connection_opens_no_third(slack: FakeSlack, adapter: SlackAdapter) -> None:
    old = slack._links[0]
    await slack.refresh()
    await old.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
    await slack.until(lambda: len(slack._links) == 1, "the end of the old connection")
    assert slack.connections == 2


async def test_a_refresh_that_slack_refuses_keeps_the_connection(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    slack.fail("apps.connections.open", Failure(error="internal_error"))
    await slack._links[-1].send_str(json.dumps({"type": "disconnect", "reason": "warning"}))
    await slack.until(lambda: any(call.refused for call in slack.calls), "the refusal")
    assert ANSWER in read(await ask(slack, make, "red notice")).text


async def test_a_mute_connection_is_noticed_told_and_replaced(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "adapters.slack.socket")
    slack.mute()
    slack.fail("apps.connections.open", *[Failure(error="internal_error")] * 2)
    await slack.until(lambda: any(call.refused for call in slack.calls), "a try to connect anew")
    assert not adapter.state().live
    await slack.until(lambda: slack.connections == 2, "a new connection")
    assert ANSWER in read(await ask(slack, make, "red notice")).text
    assert adapter.state().live
    assert "was lost" in caplog.text
    assert "Connected to Slack again" in caplog.text


async def test_a_refused_connection_is_tried_again_and_its_ticket_stays_out_of_the_log(
    slack: FakeSlack, make: Deliveries, caplog: pytest.LogCaptureFixture
) -> None:
    slack.refused_links = 1
    adapter = SlackAdapter(make_bot(), socket_settings(slack), ping_seconds=0.1)
    await adapter.start()
    assert ANSWER in read(await ask(slack, make, "red notice")).text
    await adapter.stop()
    assert "Failed to connect" in caplog.text
    assert TICKET not in caplog.text


async def test_readiness_tells_a_lost_connection_and_what_is_to_mend(slack: FakeSlack) -> None:
    adapter = SlackAdapter(make_bot(), socket_settings(slack, slack_app_token="xapp-wrong"))
    web = WebAdapter(make_bot(), Settings(), {}, (), (adapter.state,))
    with pytest.raises(ConnectError):
        await adapter.start()
    reply = await asyncio.to_thread(TestClient(web._app(())).get, "/readyz")
    assert reply.status_code == 503
    assert not reply.json()["ready"]
    assert not reply.json()["slack"]["connected"]
    assert "SLACK_APP_TOKEN is wrong" in reply.json()["slack"]["to_mend"][0]


async def test_readiness_tells_a_connection_that_stands(slack: FakeSlack) -> None:
    for settings in (socket_settings(slack), http_settings(slack)):
        adapter = SlackAdapter(make_bot(), settings)
        web = WebAdapter(make_bot(), Settings(), {}, (), (adapter.state,))
        await adapter.start()
        reply = await asyncio.to_thread(TestClient(web._app(())).get, "/readyz")
        await adapter.stop()
        assert (reply.status_code, reply.json()["slack"]) == (200, {"connected": True, "to_mend": []})
