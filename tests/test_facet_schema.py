"""bot/knowledge/facet_schema.py: `facets.yaml`, broken in one way after the other."""

from pathlib import Path

import pytest
import yaml

from bot.knowledge.extract import FACETS
from bot.knowledge.facet_schema import Facets
from bot.knowledge.loader import load
from tests.knowledge_folder import line_of, told, write

ROOT = Path(__file__).parent.parent
REAL = (ROOT / "knowledge" / "facets.yaml").read_text(encoding="utf-8")
CONTENT = (
    REAL[: REAL.index("\n# more names")]
    + "\nnames:\n  cybercrime:\n    {en: [hackers], fr: [pirates], es: [piratas], ar: [هكر]}\n"
)
DATA = yaml.safe_load(CONTENT)


def test_the_patterns_load(tmp_path: Path) -> None:
    facets = load(write(tmp_path, {"facets.yaml": CONTENT})).facets
    assert facets
    assert facets.names["cybercrime"].en == ("hackers",)


def test_without_the_file_there_are_no_facets(tmp_path: Path) -> None:
    assert load(write(tmp_path)).facets is None


def test_every_facet_has_its_patterns() -> None:
    assert set(FACETS) == {name for name, kind in Facets.model_fields.items() if kind.annotation.__name__ == "Facet"}  # type: ignore[union-attr]


@pytest.mark.parametrize(("language", "least"), [("en", 10), ("fr", 6), ("es", 6), ("ar", 6)])
def test_every_facet_is_asked_for_in_many_ways(language: str, least: int) -> None:
    patterns = {facet: len(DATA[facet][language]["phrasings"]) for facet in FACETS}
    assert {facet: count for facet, count in patterns.items() if count < least} == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- define {area}", "- define it", "what_it_is.en.phrasings[3]: must hold {area}, once, and no other brace"),
        ("- define {area}", "- define {area} {x}", "what_it_is.en.phrasings[3]: must hold {area}, once"),
        ('title: "{area}: what it is"', "title: What it is", "what_it_is.en.title: must hold {area}"),
        ('title: "{first} and {second}"', 'title: "{first}"', "comparison.en.title: must hold {first} and {second}"),
        (
            "- define {area}",
            "- Report {area}!",
            "report.en.phrasings[11]: 'report {area}' stands twice, first in what_it",
        ),
        (
            "- define {area}",
            "- what is {area}?",
            "what_it_is.en.phrasings[3]: 'what is {area}?' stands twice, first in",
        ),
        ("\n  cybercrime:", "\n  cybercrme:", "names.cybercrme: there is no entry 'cybercrme'"),
        ("en: [hackers], ", "", "the field 'names.cybercrime.en' is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert CONTENT.count(old) == 1
    [(name, _, found)] = told(write(tmp_path, {"facets.yaml": CONTENT.replace(old, new)}))
    assert (name, found[: len(message)]) == ("facets.yaml", message)


def test_two_languages_may_share_a_pattern(tmp_path: Path) -> None:
    assert told(write(tmp_path, {"facets.yaml": CONTENT})) == []
    assert line_of(CONTENT, "- tell me about {area}")
    assert CONTENT.count('- "{area}"\n') == 4
