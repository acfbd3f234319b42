"""adapters/slack/replies.py: what `/interpol` and its subcommands show, in the acknowledgement."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.app import SlackAdapter
from adapters.slack.blocks import address
from adapters.slack.render import payload
from adapters.slack.replies import shown
from bot.browse import Browse
from bot.knowledge.loader import load
from bot.knowledge.schema import LANGUAGES, Words
from bot.service import Bot
from tests import slack_rig
from tests.fake_slack import FakeSlack
from tests.fakes import FakeEngine
from tests.slack_deliveries import Deliveries
from tests.slack_rig import ask, read
from tests.slack_rules import alive, button, faults, nodes

slack, make, adapter = slack_rig.slack, slack_rig.make, slack_rig.adapter  # fixtures


class RealWords(FakeEngine):
    """Speaks the project's own words; its answers are not asked for."""

    knowledge = load(Path(__file__).parent.parent / "knowledge")

    def words(self, language: str | None) -> Words:
        return self.knowledge.words[language or "en"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("topics", "About INTERPOL"),
        ("crimes", "Cybercrime"),
        ("crime", "Firearms trafficking"),
        ("crime cybercrime", "Latest operation: Synergia, July 2025, 72 countries"),
        ("notices", "What is a red notice?"),
        ("feedback", "under an answer"),
        ("privacy", "What is kept"),
    ],
)
async def test_a_subcommand_is_answered_in_the_acknowledgement_for_the_asker_alone(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, typed: str, said: str
) -> None:
    calls = len(slack.calls)
    reply = await ask(slack, make, typed)
    assert reply["response_type"] == "ephemeral"
    assert said in read(reply).text
    assert said in reply["text"]
    assert faults(reply) + alive(reply) == []
    assert len(slack.calls) == calls


@pytest.mark.parametrize("typed", ["crime statistics of red notice", "topics of a red notice", "stop red notice"])
async def test_an_unknown_subcommand_is_a_question(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter, typed: str
) -> None:
    assert "find and provisionally arrest" in read(await ask(slack, make, typed)).text


async def test_a_card_has_its_facts_as_fields_and_its_facets_as_buttons(
    slack: FakeSlack, make: Deliveries, adapter: SlackAdapter
) -> None:
    card = await ask(slack, make, "crime cybercrime")
    (section,) = (block for block in card["blocks"] if block["type"] == "section")
    assert [field["text"].split("\n") for field in section["fields"]] == [
        ["Latest operation", "Synergia, July 2025, 72 countries"],
        ["Operations on record", "1"],
        ["Last checked", "1 January 2026"],
    ]
    values = [json.loads(button(card["blocks"], f"choose:{n}")["value"]) for n in range(6)]
    assert [value["e"] for value in values][:2] == ["crime-cybercrime", "crime-cybercrime/what_it_is"]
    assert "https://www.interpol.int/en/FAQs" in json.dumps(card["blocks"])


async def test_a_mention_understands_the_same_words(slack: FakeSlack, make: Deliveries, adapter: SlackAdapter) -> None:
    await slack.deliver("events_api", make.mention("crimes"))
    assert "Firearms trafficking" in read(slack.sent()[0].params).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_of_the_real_knowledge_is_within_the_limits_and_inert(language: str) -> None:
    bot, browse = Bot(RealWords()), Browse(RealWords.knowledge)
    areas = [f"crime:{item.entry}" for item in browse.crimes(language).items]
    topics = [f"topic:{item.entry}" for item in browse.topics(language).items]
    for what in ("help", "topics", "crimes", "notices", "feedback", "privacy", *areas, *topics):
        message = payload(shown(bot, what, language))
        assert faults(message) + alive(with_addresses_of_editors_known(message)) == [], what


def with_addresses_of_editors_known(message: dict[str, Any]) -> dict[str, Any]:
    """Put an address that the check knows for those of the sources."""
    text = json.dumps(message, ensure_ascii=False)
    for source in sorted(RealWords.knowledge.sources.values(), key=lambda one: -len(one.url)):
        text = text.replace(address(source.url).replace("&", "&amp;"), "https://example.org/")
        text = text.replace(address(source.url), "https://example.org/")
    known: dict[str, Any] = json.loads(text)
    return known


@pytest.mark.parametrize("what", ["crimes", "notices", "topic:about"])
def test_no_item_of_a_real_list_is_left_out(what: str) -> None:
    bot, browse = Bot(RealWords()), Browse(RealWords.knowledge)
    wanted = {"crimes": browse.crimes("ar"), "notices": browse.notices("ar")}.get(what) or browse.topic("about", "ar")
    pressed = [one for one in nodes(list(shown(bot, what, "ar").blocks)) if one.get("type") == "button"]
    assert wanted
    assert len(pressed) == len(wanted.items)


def test_arabic_lists_begin_right_to_left() -> None:
    card = shown(Bot(RealWords()), "crime:crime-terrorism", "ar")
    fields = next(block["fields"] for block in card.blocks if block["type"] == "section")
    assert all(line.startswith("\u200f") for field in fields for line in field["text"].splitlines())
    assert all(line.startswith("\u200f") for line in card.text.splitlines())
