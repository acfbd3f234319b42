"""bot/knowledge/fields.py: the checks that have no file of their own to fail in; the others stand in test_loader.py."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.knowledge.fields import AsOf, holding

TITLE = TypeAdapter(Annotated[str, holding("first", "second")])


def test_a_pattern_holds_each_name_once() -> None:
    assert TITLE.validate_python("{second} or {first}") == "{second} or {first}"


@pytest.mark.parametrize(
    "text", ["{first}", "{first} {second} {first}", "{first} {second} {}", "{first} {second} }", ""]
)
def test_a_pattern_without_a_name_or_with_another_brace_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match=r"must hold \{first\} and \{second\}, once, and no other brace"):
        TITLE.validate_python(text)


def test_editors_programs_take_a_bare_year_for_a_date() -> None:
    schema = TypeAdapter(AsOf).json_schema()
    assert {"type": "integer"} in schema["anyOf"]
    assert TypeAdapter(AsOf).validate_python(2021) == "2021"
