"""bot/knowledge/extract.py: what is said on one facet, and on two subjects side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.extract import FACETS, Side, facet, opening, side_by_side
from bot.knowledge.fields import DETAILS_LIMIT, SHORT_LIMIT
from bot.markup import parse, plain
from tests.test_compose import make_crime, make_operation, make_text

LONG = "**SMV** is a database, e.g. For cars. " + "It is searched by police in many countries every day. " * 8


def test_a_facet_that_fits_is_said_in_short() -> None:
    said = facet(make_crime(en=make_text(databases="**SMV**, fed by police.")), "databases", "T", (), "en")

    assert said
    assert (said.title, said.short, said.details, said.next_steps) == (
        "T", "**SMV**, fed by police.", "", "Tell the police.",
    )  # fmt: skip


def test_a_long_one_opens_with_whole_sentences() -> None:
    said = facet(make_crime(en=make_text(databases=LONG.strip())), "databases", "T", (), "en")

    assert said
    assert said.short.startswith("**SMV** is a database, e.g. For cars. It is")
    assert said.short.endswith("day.")
    assert f"{said.short} {said.details}" == LONG.strip()


def test_where_no_sentence_fits_the_record_s_own_short_answer_opens() -> None:
    for body in ("x " * 200 + "end.", "- one\n" * 60):
        said = facet(make_crime(en=make_text(notices=body.strip())), "notices", "T", (), "en")
        assert said
        assert (said.short, said.details) == ("It helps.", body.strip())


def test_a_facet_of_which_the_record_says_nothing_is_none() -> None:
    crime = make_crime()
    assert {name for name in FACETS if facet(crime, name, "T", (), "en") is None} == {
        "databases", "notices", "operations", "related",
    }  # fmt: skip


def test_the_newest_operation_comes_first_and_the_others_are_a_list() -> None:
    operations = (make_operation("Old", "2020"), make_operation("New", "2025"), make_operation("Middle", "2023-05"))
    said = facet(make_crime(operations=operations), "operations", "T", (), "en")

    assert said
    assert said.short == "**New** (2025): Done."
    assert said.details == "- **Middle** (May 2023): Done.\n- **Old** (2020): Done."


def test_many_operations_stay_within_the_limit() -> None:
    operations = tuple(make_operation("N" * 150, str(1950 + number)) for number in range(40))
    said = facet(make_crime(operations=operations), "operations", "T", (), "en")

    assert said
    assert len(said.details) <= DETAILS_LIMIT
    assert "1988" in said.details


def test_the_report_facet_does_not_repeat_itself() -> None:
    said = facet(make_crime(), "report", "T", (), "en")
    assert said
    assert (said.short, said.next_steps) == ("Tell the police.", "")


def test_related_areas_are_named() -> None:
    said = facet(make_crime(), "related", "T", ("Drug trafficking", "1. *Crime*"), "en")
    assert said
    assert plain(said.short) == "Drug trafficking, 1. *Crime*."


def test_a_missing_translation_is_told_in_english() -> None:
    said = facet(make_crime(), "what_it_is", "T", (), "ar")
    assert said
    assert said.short == "Crime."


def test_two_short_sides_need_no_details() -> None:
    said = side_by_side(Side("A", "Short a.", "It is a."), Side("B", "Short b.", "It is b."), "A and B", "Both: A, B.")
    assert (said.title, said.short, said.details) == ("A and B", "**A**: It is a. **B**: It is b.", "")


def test_longer_ones_stand_under_their_names() -> None:
    said = side_by_side(
        Side("A", "Short a.", LONG.strip()), Side("B", "Short b.", "It is b."), "A and B", "Both: A, B."
    )
    assert len(said.short) <= SHORT_LIMIT
    assert said.short.startswith("**A**: **SMV** is a database")
    assert said.short.endswith("**B**: It is b.")
    assert said.details == f"**A**\n\n{LONG.strip()}\n\n**B**\n\nIt is b."


def test_two_whose_first_sentences_are_too_long_open_with_the_lead() -> None:
    body = "x " * 100 + "end."
    said = side_by_side(Side("A", "Short a.", body), Side("B", "Short b.", body), "A and B", "1. Both: A, B.")
    assert plain(said.short) == "1. Both: A, B."
    assert said.details == f"**A**\n\n{body}\n\n**B**\n\n{body}"


def test_names_that_are_too_long_for_a_lead_leave_it_to_the_first_short_answer() -> None:
    said = side_by_side(Side("A" * 200, "Short a.", "It is."), Side("B" * 200, "S.", "It is."), "T", "x" * 301)
    assert said.short == "Short a."


def test_one_side_may_take_more_room_than_the_other() -> None:
    body = "x " * 110 + "end."
    said = side_by_side(Side("A", "", body), Side("B", "", "It is b. So it is."), "A and B", "Both.")
    assert said.short == f"**A**: {body} **B**: It is b. So it is."


def test_two_that_are_too_long_together_give_way_to_their_short_answers() -> None:
    body = "A sentence of some length. " * 60
    said = side_by_side(Side("A", "Short a.", body), Side("B", "Short b.", body), "A and B", "Both: A, B.")
    assert (said.short, said.details) == ("**A**: Short a. **B**: Short b.", "")


@pytest.mark.parametrize(
    "open_", ["**bold. Still bold** here.", "*so. It goes* on.", "[a. Link](https://example.org) b."]
)
def test_a_sentence_that_ends_within_markup_is_no_end(open_: str) -> None:
    assert opening(open_ + " More.", len(open_)) == (open_, "More.")
    assert opening(open_, 10) is None


@given(st.lists(st.sampled_from(["One. ", "Two words! ", "**Three**? ", "e.g. ", "four ", "- five\n", "\n\n", "5.5 "])))
def test_an_opening_and_its_rest_are_the_whole(parts: list[str]) -> None:
    body = "".join(parts).strip()
    found = opening(body, 30)
    if found:
        head, rest = found
        assert head
        assert len(head) <= 30
        assert parse(head)
        assert (head + rest).replace("\n", "").replace(" ", "") == body.replace("\n", "").replace(" ", "")


@given(st.text(min_size=1, max_size=60).filter(str.strip), st.text(min_size=1, max_size=60).filter(str.strip))
def test_names_never_format_a_comparison(first: str, second: str) -> None:
    said = side_by_side(Side(first, "S.", "It."), Side(second, "S.", "It."), "title", "lead")
    assert len(said.short) <= SHORT_LIMIT
    assert parse(said.short)
