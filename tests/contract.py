"""What every adapter must do. Each adapter's contract test subclasses one of these and gives it a rig.

A rig puts the real adapter, on `tests.fakes.make_bot()`, behind a fake of its platform on loopback.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

import pytest


@dataclass(frozen=True, slots=True)
class Reply:
    """What the platform was sent: everything that a person would read, and the payload as it came."""

    text: str
    payload: Any


class Rig(Protocol):
    """One adapter, connected."""

    async def ask(self, text: str) -> Reply:
        """A person asks, the way most people do there; the reply that the platform got."""

    def violations(self, reply: Reply) -> list[str]:
        """Limits of the platform that the payload breaks, by the platform's rules (not by the renderer's table)."""

    def alive(self, reply: Reply) -> list[str]:
        """Whatever in the payload would ping, format or link although no editor wrote it so."""


class ChatRig(Rig, Protocol):
    """An adapter of a platform that delivers messages by itself."""

    async def deliver_own(self, text: str) -> int:
        """The platform delivers the bot's own message; how many replies came of it."""

    async def deliver_from_bot(self, text: str) -> int:
        """The platform delivers another bot's message; how many replies came of it."""

    async def deliver_twice(self, text: str) -> int:
        """The platform delivers one message two times; how many replies came of both."""


BAD_INPUT = {
    "empty": "",
    "blank": " \t \n ",
    "40,000 characters": "what is a red notice " * 1905,
    "only emoji": "🚓🚨👮‍♀️🏴‍☠️",
    "control characters": "red\x00 \x07notice\x1b[31m\x7f",
    "right-to-left marks": "\u202ered notice\u202c \u200f\u200e\u2066x\u2069",
    "slack markup": "<!channel> <!here> <@U123ABC> <#C123ABC|general> <https://evil.example|red notice>",
    "discord markup": "@everyone @here <@123456789012345678> <@&123456789012345678> ||x|| [a](https://evil.example)",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> &amp; red notice",
    "lone surrogate": "red \ud83d notice",
    "template syntax": "{{ 7*7 }} {reference} %s ${jndi:x}",
}


class AdapterContract:
    """For every adapter. Subclasses define the fixture `rig`."""

    async def test_a_question_is_answered_with_its_source(self, rig: Rig) -> None:
        reply = await rig.ask("what is a red notice?")
        assert "find and provisionally arrest" in reply.text
        assert "https://www.interpol.int/en/FAQs" in reply.text
        assert "2021" in reply.text

    async def test_it_says_that_it_is_unofficial(self, rig: Rig) -> None:
        assert "Unofficial" in (await rig.ask("what is a red notice?")).text

    async def test_an_unsure_question_shows_what_may_be_meant(self, rig: Rig) -> None:
        reply = await rig.ask("unsure")
        assert "Did you mean" in reply.text
        assert "What is the mission of INTERPOL?" in reply.text

    async def test_a_hand_off_shows_the_contact(self, rig: Rig) -> None:
        reply = await rig.ask("my case")
        assert "Jane Example" in reply.text
        assert "Data Protection" in reply.text

    async def test_emergency_guidance_comes_first(self, rig: Rig) -> None:
        assert "Call your emergency number now." in (await rig.ask("danger")).text

    async def test_a_failure_is_kind_short_and_has_a_reference(self, rig: Rig) -> None:
        reply = await rig.ask("explode")
        assert re.search(r"Something went wrong.*reference is [0-9a-f]{8}", reply.text)
        assert "Traceback" not in reply.text
        assert "RuntimeError" not in reply.text

    @pytest.mark.parametrize("question", ["long", "hostile", "arabic", "unsure", "my case", "what is a red notice?"])
    async def test_every_reply_is_within_the_limits(self, rig: Rig, question: str) -> None:
        assert rig.violations(await rig.ask(question)) == []

    @pytest.mark.parametrize("name", ["hostile answer", *BAD_INPUT])
    async def test_nothing_comes_alive(self, rig: Rig, name: str) -> None:
        assert rig.alive(await rig.ask(BAD_INPUT.get(name, "hostile"))) == []

    @pytest.mark.parametrize("name", BAD_INPUT)
    async def test_bad_input_gets_one_kind_reply(self, rig: Rig, name: str) -> None:
        reply = await rig.ask(BAD_INPUT[name])
        assert reply.text.strip()
        assert rig.violations(reply) == []


class ChatContract(AdapterContract):
    """For adapters of platforms that deliver messages by themselves."""

    async def test_it_ignores_itself(self, rig: ChatRig) -> None:
        assert await rig.deliver_own("what is a red notice?") == 0

    async def test_it_ignores_other_bots(self, rig: ChatRig) -> None:
        assert await rig.deliver_from_bot("what is a red notice?") == 0

    async def test_a_repeated_delivery_is_answered_once(self, rig: ChatRig) -> None:
        assert await rig.deliver_twice("what is a red notice?") == 1
