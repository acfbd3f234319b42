import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.web.app import GRACE, WebAdapter
from adapters.web.parse import BODY_LIMIT
from bot.errors import ConnectError
from bot.knowledge.schema import Words
from bot.messages import Answer
from bot.service import Bot
from bot.settings import Settings
from bot.store import Store
from tests.document import Document
from tests.fakes import FakeEngine, make_bot

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one server for all
ANYWHERE = Settings(http_port=0)
KEYS = ["q", "outcome", "entry", "confidence", "language", "text", "sources", "suggestions", "ms", "also"]


def preview(answer: Answer, words: Words) -> dict[str, Any]:
    return {"text": answer.title}


def broken_preview(answer: Answer, words: Words) -> dict[str, Any]:
    raise RuntimeError("as the test wished")


async def bring(request: Request) -> Response:
    return PlainTextResponse("brought along")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web() -> AsyncIterator[WebAdapter]:
    adapter = WebAdapter(make_bot(), ANYWHERE, {"Slack": preview}, [Route("/slack/events", bring, methods=["POST"])])
    await adapter.start()
    yield adapter
    await adapter.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(web: WebAdapter) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as opened:
        yield opened


async def test_it_says_where_the_playground_is() -> None:
    adapter = WebAdapter(make_bot(), ANYWHERE, {})
    sentence = await adapter.start()
    await adapter.stop()
    assert re.fullmatch(r"Playground: http://127\.0\.0\.1:\d+", sentence)
    assert sentence.endswith(adapter.address)


async def test_a_first_look_shows_questions_to_try(client: httpx.AsyncClient) -> None:
    page = Document((await client.get("/")).text)
    assert "Questions to try" in page.text
    assert "/?q=What+is+a+red+notice%3F" in page.all("href")


async def test_a_language_without_words_of_its_own_is_not_offered(client: httpx.AsyncClient) -> None:
    page = Document((await client.get("/?lang=ar")).text)
    assert "English" not in page.text
    assert "rtl" not in page.all("dir")


async def test_an_example_leads_to_its_answer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/?q=What+is+a+red+notice%3F")
    assert "find and provisionally arrest" in Document(answer.text).text


async def test_a_picked_entry_is_opened(client: httpx.AsyncClient) -> None:
    assert "Entry mission" in (await client.get("/", params={"q": "unsure", "entry": "mission"})).text


async def test_an_entry_that_is_gone_asks_anew(client: httpx.AsyncClient) -> None:
    assert "Did you mean" in (await client.get("/", params={"q": "unsure", "entry": "gone"})).text


async def test_the_page_shows_what_a_platform_would_be_sent(client: httpx.AsyncClient) -> None:
    page = Document((await client.get("/?q=red+notice")).text)
    assert "What Slack would be sent" in page.text
    assert '"text": "What is a red notice?"' in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_api_answers_with_the_object(client: httpx.AsyncClient, method: str) -> None:
    asked = {"q": "What is a RED notice? ünï", "lang": "en"}
    how = {"params": asked} if method == "GET" else {"json": asked}
    response = await client.request(method, "/api/ask", **how)  # type: ignore[arg-type]
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == KEYS
    assert response.json()["q"] == asked["q"]
    assert response.json()["entry"] == "red-notice-definition"


async def test_the_api_gives_half_a_surrogate_pair_back(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/ask", content=b'{"q": "red \\ud83d notice"}')
    assert json.loads(response.content)["q"] == "red \ud83d notice"


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"q": 1}', b"\xff"])
async def test_malformed_json_is_a_400_with_a_sentence(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/api/ask", content=body)
    assert response.status_code == 400
    assert '"q": "your question"' in response.json()["error"]


async def test_a_body_that_is_too_large_is_a_413(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/ask", content=b"x" * (BODY_LIMIT + 1))
    assert response.status_code == 413
    assert "shorter" in response.json()["error"]


async def test_the_longest_question_fits_in_a_body(client: httpx.AsyncClient) -> None:
    text = "🚓" * 40_000
    assert (await client.post("/api/ask", json={"q": text})).json()["q"] == text


async def test_the_longest_question_fits_in_an_address(web: WebAdapter) -> None:
    host, port = web.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /?q=" + b"%F0%9F%9A%93" * 40_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/", 405), ("GET", "/feedback", 405)]
)
async def test_a_wrong_address_gets_a_kind_page(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    response = await client.request(method, path)
    page = Document(response.text)
    assert response.status_code == status
    assert "Ask a question" in page.text
    assert page.faults == []


async def test_a_wrong_address_of_the_api_gets_json(client: httpx.AsyncClient) -> None:
    responses = [await client.get("/api/nowhere"), await client.put("/api/ask")]
    assert [response.status_code for response in responses] == [404, 405]
    assert all(response.json()["error"] for response in responses)


@pytest.mark.parametrize("path", ["/", "/?q=red+notice", "/static/page.css", "/nowhere", "/api/ask", "/healthz"])
async def test_every_reply_has_strict_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_a_failure_of_ours_gets_a_kind_page_and_strict_headers() -> None:
    adapter = WebAdapter(make_bot(), ANYWHERE, {"Slack": broken_preview})
    await adapter.start()
    async with httpx.AsyncClient(base_url=adapter.address, trust_env=False) as client:
        response = await client.get("/?q=red+notice")
    await adapter.stop()
    assert response.status_code == 500
    assert "Please try again" in Document(response.text).text
    assert "RuntimeError" not in response.text
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_the_styles_and_the_icon_are_served(client: httpx.AsyncClient) -> None:
    page = Document((await client.get("/")).text)
    served = [await client.get(path) for path in page.all("href") if path.startswith("/static/")]
    assert {response.headers["content-type"] for response in served} == {"text/css; charset=utf-8", "image/svg+xml"}


async def test_routes_of_other_adapters_are_served(client: httpx.AsyncClient) -> None:
    assert (await client.post("/slack/events")).text == "brought along"


async def test_it_is_up_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "up"}
    ready = await client.get("/readyz")
    found = ready.json()
    assert found.pop("knowledge")["version"] == FakeEngine.version
    assert (ready.status_code, found) == (200, {"ready": True, "engine": "loaded", "store": "healthy"})


async def test_it_is_up_but_not_ready_without_its_store(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/missing/x.db")
    adapter = WebAdapter(Bot(FakeEngine(), store), ANYWHERE, {})
    await adapter.start()
    async with httpx.AsyncClient(base_url=adapter.address, trust_env=False) as client:
        ready, alive, answer = [await client.get(path) for path in ("/readyz", "/healthz", "/?q=red+notice")]
    await adapter.stop()
    await store.close()
    assert (ready.status_code, ready.json()["store"]) == (503, "unreachable")
    assert (alive.status_code, answer.status_code) == (200, 200)


async def test_it_says_which_knowledge_it_answers_from_and_why_newer_is_refused() -> None:
    hours = iter(range(24))
    bot = Bot(FakeEngine(), clock=lambda: datetime(2026, 7, 1, next(hours), tzinfo=UTC))
    adapter = WebAdapter(bot, ANYWHERE, {})
    await adapter.start()
    async with httpx.AsyncClient(base_url=adapter.address, trust_env=False) as client:
        bot.refuse("knowledge/faq/mission.yaml:3: a tab can't be used here")
        refused = (await client.get("/readyz")).json()
        bot.use(FakeEngine())
        mended = (await client.get("/readyz")).json()
    await adapter.stop()
    assert refused["ready"] is True
    assert refused["knowledge"] == {
        "version": FakeEngine.version,
        "since": "2026-07-01T00:00:00+00:00",
        "refused": "knowledge/faq/mission.yaml:3: a tab can't be used here",
        "refused_at": "2026-07-01T01:00:00+00:00",
    }
    assert mended["knowledge"] == {"version": FakeEngine.version, "since": "2026-07-01T02:00:00+00:00"}


async def test_feedback_is_remembered_and_thanked_for(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/x.db")
    bot = Bot(FakeEngine(), store)
    await bot.start()
    adapter = WebAdapter(bot, ANYWHERE, {})
    await adapter.start()
    async with httpx.AsyncClient(base_url=adapter.address, trust_env=False, follow_redirects=True) as client:
        page = Document((await client.get("/?q=red+notice")).text)
        form = {a["name"]: a["value"] for tag, a in page.elements if tag == "input" and a.get("type") == "hidden"}
        thanks = await client.post("/feedback", data={**form, "helpful": "no"}, headers={"Origin": adapter.address})
    await adapter.stop()
    await bot.stop()
    counts = await store.counts()
    await store.close()
    assert "Thank you, noted." in Document(thanks.text).text
    assert (counts.helpful, counts.not_helpful) == (0, 1)


@pytest.mark.parametrize("path", ["/feedback", "/api/ask"])
async def test_other_sites_may_not_post(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path, content=b'{"q": "x"}', headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


async def test_a_form_that_is_not_ours_is_a_400(client: httpx.AsyncClient) -> None:
    assert (await client.post("/feedback", data={"reference": "x"})).status_code == 400


async def test_a_caller_who_goes_away_leaves_the_app_well(web: WebAdapter, client: httpx.AsyncClient) -> None:
    host, port = web.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await client.get("/healthz")).status_code == 200


async def test_a_port_in_use_is_an_error_that_says_what_to_do(web: WebAdapter) -> None:
    port = int(web.address.rpartition(":")[2])
    with pytest.raises(ConnectError, match=rf"port {port}.*HTTP_PORT"):
        await WebAdapter(make_bot(), Settings(http_port=port), {}).start()


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
async def test_a_host_that_is_not_ours_is_an_error_that_says_what_to_do(host: str) -> None:
    with pytest.raises(ConnectError, match="HTTP_HOST"):
        await WebAdapter(make_bot(), Settings(http_host=host, http_port=0), {}).start()


async def test_an_address_for_all_is_shown_as_one_that_a_browser_can_open() -> None:
    adapter = WebAdapter(make_bot(), Settings(http_host="0.0.0.0", http_port=0), {})  # noqa: S104 - what is tested
    await adapter.start()
    await adapter.stop()
    assert adapter.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"])
async def test_it_stops_within_seconds_even_with_open_connections(sent: bytes) -> None:
    adapter = WebAdapter(make_bot(), ANYWHERE, {})
    await adapter.start()
    host, port = adapter.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as caller:
        caller.sendall(sent)
        started = time.monotonic()
        await adapter.stop()
    assert time.monotonic() - started < GRACE + 2


async def test_stopping_what_never_started_is_nothing() -> None:
    adapter = WebAdapter(make_bot(), ANYWHERE, {})
    await adapter.stop()
    assert adapter.address == ""
