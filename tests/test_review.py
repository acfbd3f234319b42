"""bot.editing.review, and with it bot.editing.phrasings and bot.editing.limits"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.checking import PREVIEWS
from bot.editing.limits import Preview, letters
from bot.editing.phrasings import DIVERSE
from bot.editing.records import Remark
from bot.editing.review import review
from bot.knowledge.loader import open_folder
from tests import knowledge_folder
from tests.knowledge_folder import MISSION, NOTICES, line_of, replaced

TODAY = date(2026, 7, 15)
Changes = dict[str, str | bytes | None]

ENGLISH = (
    "where is the office",
    "street and town please",
    "how do visitors get there",
    "postal address",
    "which building houses the secretariat",
    "map of the site",
)
FILLED = ("{0}", "what is {0}", "tell me about {0}", "{0} explained", "info on {0}", "explain {0}", "{0} meaning")


def remarks(
    folder: Path, changes: Changes | None = None, today: date = TODAY, previews: Mapping[str, Preview] | None = None
) -> list[Remark]:
    knowledge_folder.write(folder, changes)
    return list(review(open_folder(folder), today, previews or {}))


def of_kind(kind: str, found: list[Remark]) -> list[Remark]:
    return [remark for remark in found if remark.kind == kind]


def entry(entry_id: str, *phrasings: str, **more: Any) -> dict[str, Any]:
    text = {"question": f"The question {entry_id}", "short": "It is so.", "phrasings": list(phrasings)}
    text |= {key: more.pop(key) for key in ("details", "unlike") if key in more}
    return {
        "id": entry_id,
        "sources": ["faqs"],
        "reviewed": "2026-07-01",
        "review_by": "2027-07-01",
        "en": text,
        **more,
    }


def file_of(*entries: dict[str, Any]) -> str:
    return yaml.safe_dump({"entries": list(entries)}, sort_keys=False, width=1000, allow_unicode=True)


def faq(*entries: dict[str, Any]) -> Changes:
    return {"faq/more.yaml": file_of(*entries)}


# --- phrasings ---


def test_a_near_duplicate_of_another_entry_names_both_places(tmp_path: Path) -> None:
    changes = faq(entry("duties", "what secretariat does the interpol bureau have"))
    changes["faq/mission.yaml"] = MISSION + "        - what secretaryat does the interpol bureau have\n"
    [found] = of_kind("near-duplicate", remarks(tmp_path, changes))
    content = str(changes["faq/more.yaml"])
    assert (found.path, found.line) == (tmp_path / "faq/more.yaml", line_of(content, "what secretariat"))
    assert "'what secretaryat does the interpol bureau have'" in found.message
    assert "'what secretariat does the interpol bureau have'" in found.message
    assert "mission" in found.message


def test_word_order_does_not_hide_a_near_duplicate(tmp_path: Path) -> None:
    changes = faq(entry("a", "lyon secretariat address street"), entry("b", "street address secretariat lyon"))
    assert len(of_kind("near-duplicate", remarks(tmp_path, changes))) == 1


def test_phrasings_of_one_entry_and_of_two_languages_may_be_alike(tmp_path: Path) -> None:
    one = entry("a", "interpol definition please", "interpol definitions please")
    other = entry("b", "something else") | {
        "fr": {"question": "Q ?", "short": "R.", "phrasings": ["interpol definitionn please"]}
    }
    assert of_kind("near-duplicate", remarks(tmp_path, faq(one, other))) == []


def test_entries_that_overlap_in_writing_are_named_with_their_nearest_phrasings(tmp_path: Path) -> None:
    first = ("secretariat address street", "secretariat building town", "secretariat site map", "secretariat postcode")
    second = (
        "address of the secretariat",
        "town of the secretariat",
        "map of the secretariat",
        "postcode secretariat x",
    )
    [found] = of_kind("confusable", remarks(tmp_path, faq(entry("place", *first), entry("office", *second))))
    assert "place and office overlap in en" in found.message
    assert "%" in found.message
    assert found.path.name == "more.yaml"
    assert any(phrasing in found.message for phrasing in first)
    assert any(phrasing in found.message for phrasing in second)


def test_a_phrasing_that_contradicts_a_counter_example_is_told_at_its_line(tmp_path: Path) -> None:
    changes = faq(entry("a", *ENGLISH, "price of a stolen passport", unlike=["prices of a stolen passport"]))
    [contradiction] = of_kind("counter-example", remarks(tmp_path, changes))
    assert contradiction.line == line_of(str(changes["faq/more.yaml"]), "price of a stolen")
    assert "'prices of a stolen passport'" in contradiction.message


def test_too_few_phrasings_are_counted_by_language(tmp_path: Path) -> None:
    french = {"question": "Où ?", "short": "Ici.", "phrasings": [f"mot{n} chose{n}" for n in range(6)]}
    full = entry("full", *(f"word{n} thing{n}" for n in range(12)), fr=french)
    found = of_kind("few-phrasings", remarks(tmp_path, faq(full, entry("poor", *ENGLISH))))
    assert not any(remark.message.startswith("full ") for remark in found)
    assert any(remark.message == "poor has 6 in en; write 12 or more" for remark in found)
    assert any(remark.message == "red-notice has 1 in fr; write 6 or more" for remark in found)


def test_a_pattern_filled_in_is_told_and_honest_phrasings_are_not(tmp_path: Path) -> None:
    filled = [pattern.format("the commission for files") for pattern in FILLED]
    found = of_kind("diversity", remarks(tmp_path, faq(entry("filled", *filled), entry("honest", *ENGLISH))))
    assert [remark.message.split(" in en")[0] for remark in found] == ["the phrasings of filled"]
    assert f"below {DIVERSE}" in found[0].message


# --- upkeep ---


def test_missing_languages_are_told_once_an_entry(tmp_path: Path) -> None:
    found = of_kind("language", remarks(tmp_path))
    assert {remark.message for remark in found} == {
        "red-notice is not written in es, ar",
        "mission is not written in fr, es, ar",
        "danger is not written in fr, es, ar",
        "cybercrime is not written in fr, es, ar",
    }
    assert {(remark.path.name, remark.line) for remark in found} >= {("notices.yaml", 2), ("cybercrime.yaml", 1)}


@pytest.mark.parametrize(
    ("today", "kind", "words"),
    [
        (date(2027, 7, 2), "overdue", "was to be checked again by 2027-07-01"),
        (date(2027, 7, 1), "due", "is to be checked again by 2027-07-01"),
        (date(2027, 6, 1), "due", "is to be checked again by 2027-07-01"),
        (date(2027, 5, 31), "", ""),
    ],
)
def test_reviews_are_told_thirty_days_ahead_and_when_overdue(
    tmp_path: Path, today: date, kind: str, words: str
) -> None:
    found = [each for each in remarks(tmp_path, today=today) if each.kind in {"due", "overdue"}]
    assert {each.kind for each in found} == ({kind} if kind else set())
    assert all(each.message.endswith(words) for each in found)
    lines = {(each.path.name, each.line) for each in found}
    assert not found or ("mission.yaml", line_of(MISSION, "review_by")) in lines


def test_a_link_to_a_page_that_is_no_source_is_told_at_its_field(tmp_path: Path) -> None:
    old = "See [the FAQ](https://www.interpol.int/en/FAQs)."
    assert of_kind("link", remarks(tmp_path / "a")) == []
    changes = replaced("faq/notices.yaml", old, "See [it](https://interpol.int/en/FAQs/) and **[x](https://x.org/y)**.")
    [found] = of_kind("link", remarks(tmp_path / "b", changes))
    assert "https://x.org/y" in found.message
    assert found.line == line_of(NOTICES, "details: |")


def test_synonyms_that_nobody_says_are_told_at_their_line(tmp_path: Path) -> None:
    groups = "- [Computer crime, cybercrime]\n- [mission,\n   errand, déjà-vu]\n"
    found = of_kind("synonym", remarks(tmp_path, {"synonyms.yaml": groups}))
    assert [(each.line, each.message.split("'")[1]) for each in found] == [(3, "déjà-vu"), (3, "errand")]


def test_related_in_a_circle_is_no_fault_and_no_remark(tmp_path: Path) -> None:
    changes = faq(
        entry("a", *ENGLISH, related=["b"]),
        entry("b", "quite another thing", related=["c"]),
        entry("c", "third", related=["a"]),
    )
    assert not [each for each in remarks(tmp_path, changes) if "related" in each.message]


# --- limits ---


def cutting(limit: int) -> Callable[..., Any]:
    """Return a platform that shows so many characters of each text."""
    return lambda answer, _words: [answer.title, answer.short[:limit], {"deep": [answer.details, answer.next_steps]}]


def test_what_a_platform_can_not_show_is_told_at_its_field(tmp_path: Path) -> None:
    found = of_kind("limit", remarks(tmp_path, previews={"Small": cutting(20)}))
    shorts = [each for each in found if "short loses" in each.message]
    assert {each.path.name for each in shorts} == {"cybercrime.yaml", "notices.yaml", "danger.yaml"}
    assert all(each.message.startswith("Small can't show all of ") for each in shorts)
    assert any(each.line == line_of(NOTICES, "short: A **request**") for each in shorts)


def test_a_question_that_is_cut_on_buttons_is_told_once_at_its_own_entry(tmp_path: Path) -> None:
    long = "What is the mission of INTERPOL, and " + "what " * 12 + "is it not?"
    changes = replaced("faq/mission.yaml", "What is the mission of INTERPOL?", long)
    found = of_kind("limit", remarks(tmp_path, changes, previews=PREVIEWS))
    assert {(each.path.name, each.message.split(" cuts")[0]) for each in found} == {
        ("mission.yaml", "Slack"),
        ("mission.yaml", "Discord"),
    }


def test_real_renderers_show_a_valid_folder_whole(tmp_path: Path) -> None:
    marked = "1. one *two* [three](https://www.interpol.int/en/FAQs)\n2. 5 < 6 & 7_8\n\n@everyone \\* 2021\\. `x"
    changes = faq(entry("a", *ENGLISH, details=marked.removesuffix(" `x")))
    assert of_kind("limit", remarks(tmp_path, changes, previews=PREVIEWS)) == []


def test_sources_that_discord_has_no_room_for_are_told_once(tmp_path: Path) -> None:
    listed = {
        f"page-{n}": {
            "publisher": "INTERPOL",
            "title": f"A page with a long title, number {n}",
            "url": f"https://www.interpol.int/en/{'x' * 120}/{n}",
            "as_of": "2026",
        }
        for n in range(8)
    }
    sources = knowledge_folder.SOURCES + yaml.safe_dump(listed)
    changes = faq(entry("a", *ENGLISH) | {"sources": list(listed)}) | {"sources.yaml": sources}
    [found] = of_kind("limit", remarks(tmp_path, changes, previews=PREVIEWS))
    assert found.message.startswith("Discord can't show all of a in en: sources loses")


def test_letters_are_what_no_renderer_changes() -> None:
    assert letters("**Ça** [va](<x>) 1\\. النشرة!") == "Çavax1النشرة"


# --- the whole ---


def test_remarks_come_in_file_order_and_read_as_file_line_kind_and_sentence(tmp_path: Path) -> None:
    found = remarks(tmp_path)
    assert found == sorted(found)
    assert str(found[0]) == f"{tmp_path}/crimes/cybercrime.yaml:1: language: cybercrime is not written in fr, es, ar"


def test_a_folder_is_read_once_so_that_what_is_reviewed_is_what_was_loaded(tmp_path: Path) -> None:
    opened = open_folder(knowledge_folder.write(tmp_path))
    before = review(opened, TODAY, {})
    (tmp_path / "faq/mission.yaml").write_text("entries: [")
    assert review(opened, TODAY, {}) == before


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 9, 2), [("expired", "mission is withheld since 2026-09-01")]),
        (date(2026, 9, 1), [("due", "mission is withheld after 2026-09-01")]),
        (date(2026, 8, 1), []),
    ],
)
def test_an_answer_that_is_withheld_soon_or_already_is_told(tmp_path: Path, today: date, said: list[Any]) -> None:
    old = "    review_by: 2027-07-01\n"
    found = remarks(tmp_path, replaced("faq/mission.yaml", old, f"{old}    expires: 2026-09-01\n"), today)
    assert [(each.kind, each.message) for each in found if each.kind in {"due", "expired"}] == said


def test_without_synonyms_there_is_nothing_to_say_about_them(tmp_path: Path) -> None:
    assert of_kind("synonym", remarks(tmp_path / "with")) != []
    assert of_kind("synonym", remarks(tmp_path / "without", {"synonyms.yaml": None})) == []
