"""The page does what every adapter must do: the real web app behind the real uvicorn, asked by a real client."""

from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import httpx
import pytest
import pytest_asyncio

from adapters.web.app import WebAdapter
from bot.settings import Settings
from tests.contract import AdapterContract, Reply
from tests.document import Document
from tests.fakes import make_bot

PAGE_LIMIT = 500_000  # bytes
LINKS = ("https://www.interpol.int/en/FAQs", "https://example.org/")  # what the fake engine's editors wrote
DEAD = {"script", "iframe", "object", "embed", "base", "svg", "style", "video", "audio"}


class WebRig:
    """The page and someone who types into it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, text: str) -> Reply:
        response = await self._client.get("/?q=" + quote(text, safe="", errors="surrogatepass"))
        assert response.status_code == 200
        return Reply(Document(response.text).text, response.content)

    def violations(self, reply: Reply) -> list[str]:
        document = Document(reply.payload.decode())
        ids = document.all("id")
        too_big = [f"{len(reply.payload)} bytes"] if len(reply.payload) > PAGE_LIMIT else []
        return too_big + document.faults + [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]

    def alive(self, reply: Reply) -> list[str]:
        document = Document(reply.payload.decode())
        found = [f"<{tag}>" for tag, _ in document.elements if tag in DEAD]
        found += [f"{name}=" for _, attributes in document.elements for name in attributes if name.startswith("on")]
        found += [name for _, attributes in document.elements for name in attributes if name == "style"]
        addresses = document.all("href") + document.all("src") + document.all("action")
        return found + [address for address in addresses if not _expected(address)]


def _expected(address: str) -> bool:
    parts = urlsplit(address)
    own = not parts.scheme and not parts.netloc and (address.startswith("/") or address == "#main")
    return own or address.startswith(LINKS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig() -> AsyncIterator[WebRig]:
    web = WebAdapter(make_bot(), Settings(http_port=0), {})
    await web.start()
    async with httpx.AsyncClient(base_url=web.address, trust_env=False) as client:
        yield WebRig(client)
    await web.stop()


@pytest.mark.asyncio(loop_scope="module")  # one server for all
class TestWeb(AdapterContract):
    pass
