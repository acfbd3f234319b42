"""The editors' pages are held to the code: the fields they name are the fields there are, their example loads."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.knowledge.checks import RESERVED_IDS
from bot.knowledge.facet_schema import ComparisonText, Facets, FacetText
from bot.knowledge.loader import load
from bot.knowledge.menu_schema import Menu, Topic
from bot.knowledge.schema import (
    DETAILS_LIMIT,
    LANGUAGES,
    PLACEHOLDERS,
    SHORT_LIMIT,
    CommandWords,
    ContactRecord,
    Crime,
    CrimeText,
    Entry,
    Fact,
    Operation,
    SourceRecord,
    Text,
    Words,
)
from tests.knowledge_folder import MISSION, SOURCES, told, write

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")
README = (ROOT / "knowledge" / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the text under a heading, up to the next."""
    [found] = re.findall(rf"^#+ {title}\n(.*?)(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def documented(title: str) -> list[str]:
    """Return the words in code in the first column of a section's table."""
    cells = re.findall(r"^\|([^|]*)\|", section(title), flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize(
    "model",
    [
        Entry,
        Text,
        Fact,
        Crime,
        CrimeText,
        Operation,
        Facets,
        FacetText,
        ComparisonText,
        SourceRecord,
        ContactRecord,
        Words,
        CommandWords,
        Menu,
        Topic,
    ],
    ids=lambda model: model.__name__,
)
def test_the_page_names_each_field_once_and_no_other(model: type[BaseModel]) -> None:
    assert sorted(documented(model.__name__)) == sorted(model.model_fields)


def test_the_page_names_what_is_filled_in() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `\{(\w+)\}`", section("Words"), flags=re.MULTILINE)

    assert dict(rows) == PLACEHOLDERS


def test_the_page_names_the_limits_languages_and_reserved_ids() -> None:
    assert f"at most {SHORT_LIMIT} characters" in section("Text")
    assert section("Text").count(f"at most {DETAILS_LIMIT} characters") == 2
    assert "The languages are `en`, `fr`, `es` and `ar`" in PAGE
    assert LANGUAGES == ("en", "fr", "es", "ar")
    assert all(f"`{reserved}`" in section("Entry") for reserved in RESERVED_IDS)


def test_the_example_of_the_readme_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    source, entry = ("\n".join(line.removeprefix("   ") for line in block.splitlines()) for block in blocks)

    knowledge = load(write(tmp_path, {"sources.yaml": f"{SOURCES}\n{source}\n", "faq/example.yaml": entry}))

    assert knowledge.by_id["how-many-notices"].sources == ("interpol-notices",)


def test_every_surprise_of_yaml_that_the_page_shows_is_one(tmp_path: Path) -> None:
    surprises = {
        "- interpol mission": ["- no", "- yes", "- on", "- 911", "- *bold* words"],
        "short: It connects police.": [
            "short: Note: it is",
            "short: 'it's'",
            "short:\tx: y",
            "short: {member-count} countries",
        ],
    }
    cures = {
        "- interpol mission": ['- "no"', '- "911"', '- "*bold* words"'],
        "short: It connects police.": ["short: 'it''s'"],
    }

    def loads(old: str, new: str) -> bool:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        return not told(write(folder, {"faq/mission.yaml": MISSION.replace(old, new)}))

    assert loads("", "")
    assert not any(loads(old, new) for old, every in surprises.items() for new in every)
    assert all(loads(old, new) for old, every in cures.items() for new in every)
