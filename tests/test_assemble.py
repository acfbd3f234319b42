import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from adapters import assemble
from adapters.assemble import Adapter, Application
from bot import reload
from bot.errors import ConnectError, StoreError
from bot.knowledge.loader import load
from bot.knowledge.schema import Knowledge
from bot.prepare import Order, Refusal, carry_out
from bot.service import Bot
from bot.settings import Settings
from bot.store import Store
from tests import knowledge_folder
from tests.databases import until
from tests.fakes import FakeEngine, make_bot
from tests.knowledge_folder import replaced
from tests.reload_builds import VersionedEngine

CLOSED = "127.0.0.1:9"  # nobody listens there


@dataclass
class FakeAdapter:
    """Notes what happens to it."""

    name: str
    events: list[str]
    refusal: str = ""
    stuck: bool = False

    async def start(self) -> str:
        self.events.append(f"start {self.name}")
        if self.refusal:
            raise ConnectError(self.refusal)
        return f"{self.name}: connected"

    async def stop(self) -> None:
        self.events.append(f"stop {self.name}")
        if self.stuck:
            await asyncio.Event().wait()


class WatchedBot(Bot):
    """A bot that notes when it is started and stopped."""

    def __init__(self, events: list[str]) -> None:
        super().__init__(FakeEngine())
        self.events = events

    async def start(self) -> None:
        self.events.append("start bot")

    async def stop(self) -> None:
        self.events.append("stop bot")


def settings_of(folder: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "knowledge_dir": folder,
        "http_port": 0,
        "database_url": f"sqlite:///{folder}/x.db",
        "slack_api_base_url": f"http://{CLOSED}/api/",
        "discord_api_base": f"http://{CLOSED}/api/v10",
        "discord_gateway": f"ws://{CLOSED}/",
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


async def put_together(folder: Path, **changes: object) -> Application:
    knowledge = load(knowledge_folder.write(folder))
    return assemble.assemble(settings_of(folder, **changes), knowledge, FakeEngine())


async def test_parts_start_from_the_bot_outwards_and_stop_the_other_way() -> None:
    events: list[str] = []
    said: list[str] = []
    chats: tuple[Adapter, ...] = (FakeAdapter("Slack", events), FakeAdapter("Discord", events))
    application = Application(WatchedBot(events), FakeAdapter("Web", events), chats, ("Known",), ("Missing",))
    await application.start(said.append)
    await application.stop()
    assert events[:2] == ["start bot", "start Web"]
    assert set(events[2:4]) == {"start Slack", "start Discord"}
    assert set(events[4:7]) == {"stop Slack", "stop Discord", "stop Web"}
    assert events[7:] == ["stop bot"]
    assert said == ["Web: connected", "Known", "Slack: connected", "Discord: connected", "Missing"]


async def test_a_platform_that_refuses_us_does_not_stop_the_others() -> None:
    said: list[str] = []
    chats = (FakeAdapter("Slack", [], refusal="Slack: the token is wrong."), FakeAdapter("Discord", []))
    await Application(make_bot(), FakeAdapter("Web", []), chats).start(said.append)
    assert "Slack: not connected. The token is wrong." in said
    assert "Discord: connected" in said


async def test_a_page_that_can_not_be_served_is_an_error() -> None:
    with pytest.raises(ConnectError, match="port"):
        await Application(make_bot(), FakeAdapter("Web", [], refusal="the port is taken")).start(print)


async def test_a_part_that_will_not_stop_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(assemble, "STOP_SECONDS", 0.05)
    events: list[str] = []
    stuck = FakeAdapter("Slack", events, stuck=True)
    await Application(WatchedBot(events), FakeAdapter("Web", events), (stuck,)).stop()
    assert events[-1] == "stop bot"
    assert "Slack did not stop" in caplog.text


async def test_without_tokens_it_serves_the_page_and_says_how_to_connect_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    application = await put_together(tmp_path)
    await application.start(said.append)
    address = said[0].removeprefix("Playground: ")
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        page = await client.get("/?q=red+notice")
        ready = await client.get("/readyz")
    await application.stop()
    assert "What Slack would be sent" in page.text
    assert "What Discord would be sent" in page.text
    assert ready.json()["ready"] is True
    assert "Knowledge: 4 entries, version" in said[1]
    assert said[2] == f"Store: the file {tmp_path}/x.db"
    assert said[3:] == [assemble.SLACK_HOW, assemble.DISCORD_HOW]


async def test_what_was_asked_is_remembered(tmp_path: Path) -> None:
    said: list[str] = []
    application = await put_together(tmp_path)
    await application.start(said.append)
    async with httpx.AsyncClient(base_url=said[0].removeprefix("Playground: "), trust_env=False) as client:
        await client.get("/?q=red+notice")
    await application.stop()
    store = Store(f"sqlite:///{tmp_path}/x.db")
    counts = await store.counts()
    await store.close()
    assert counts.exchanges == {"answered": 1}


@pytest.mark.parametrize("name", ["slack_bot_token", "slack_app_token", "slack_signing_secret"])
async def test_half_set_slack_tokens_are_explained(tmp_path: Path, name: str) -> None:
    said: list[str] = []
    application = await put_together(tmp_path, **{name: "made-up"})
    await application.start(said.append)
    await application.stop()
    sentence = next(each for each in said if each.startswith("Slack: not connected."))
    missing = {"slack_bot_token", "slack_app_token", "slack_signing_secret"} - {name}
    assert any(each.upper() in sentence for each in missing)
    assert "made-up" not in sentence


async def test_platforms_out_of_reach_are_said_and_the_page_answers(tmp_path: Path) -> None:
    said: list[str] = []
    application = await put_together(
        tmp_path, slack_bot_token="xoxb-x", slack_signing_secret="made-up", discord_token="made-up"
    )
    await application.start(said.append)
    async with httpx.AsyncClient(base_url=said[0].removeprefix("Playground: "), trust_env=False) as client:
        unsigned = await client.post("/slack/events", json={})
        page = await client.get("/?q=red+notice")
    await application.stop()
    assert any(each.startswith("Slack: not connected.") for each in said)
    assert any(each.startswith("Discord: not connected.") for each in said)
    assert unsigned.status_code == 401
    assert page.status_code == 200


async def test_slack_is_not_served_over_http_in_socket_mode(tmp_path: Path) -> None:
    said: list[str] = []
    application = await put_together(tmp_path, slack_bot_token="xoxb-x", slack_app_token="xapp-x")
    await application.start(said.append)
    async with httpx.AsyncClient(base_url=said[0].removeprefix("Playground: "), trust_env=False) as client:
        response = await client.post("/slack/events", json={})
    await application.stop()
    assert response.status_code == 404


async def test_a_database_that_can_not_be_opened_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    application = await put_together(tmp_path, database_url=f"sqlite:///{tmp_path}/file/x.db")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        await application.start(print)
    await application.stop()


async def test_the_knowledge_is_read_anew_while_it_runs_and_no_longer_when_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def prepared(order: Order) -> Knowledge | Refusal:
        return carry_out(replace(order, build=None))

    monkeypatch.setattr(reload, "prepare", prepared)
    monkeypatch.setattr(assemble, "builder", lambda _settings: VersionedEngine)
    application = await put_together(tmp_path, reload_seconds=0)
    await application.start(lambda _: None)
    knowledge_folder.write(tmp_path, replaced("faq/mission.yaml", "It connects police.", "It links police."))
    application.reload()
    await until(lambda: application.bot.standing.version == load(tmp_path).version)
    await application.stop()
    assert "reloader" not in {task.get_name() for task in asyncio.all_tasks()}


@pytest.mark.parametrize(("place", "cached"), [("cache", True), ("file/cache", False)])
async def test_where_nothing_can_be_kept_the_engine_is_built_in_this_process(
    tmp_path: Path, place: str, cached: bool
) -> None:
    (tmp_path / "file").write_text("")
    application = await put_together(tmp_path, cache_dir=tmp_path / place)
    assert application.reloader
    assert application.reloader._cached is cached
    await application.stop()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SLACK_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
