"""What the schema finds wrong, in an editor's words."""

import re
from collections.abc import Callable, Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.knowledge.fields import LANGUAGES, Line, Slug
from bot.knowledge.yaml_lines import Place

NEAR = 60  # of 100: how alike a mistyped field must be to be suggested

_LANGUAGE_CODE = re.compile(r"[a-z]{2}([-_][A-Za-z]{2,4})?")


def place(error: ErrorDetails) -> Place:
    """Return where the error is; pydantic marks a fault in a mapping's key itself with a last `[key]`."""
    return tuple(part for part in error["loc"] if part != "[key]")


def sentence(error: ErrorDetails, shape: Any) -> str:
    """Return what is wrong and what to do. `shape` is the type that the file as a whole was checked against."""
    where = place(error)
    if error["type"] == "missing":
        return f"the field {label(where)!r} is missing"
    if error["type"] == "extra_forbidden":
        return _unknown(where, allowed_fields(shape, where[:-1]))
    name = label(where)
    return f"{name}: {_complaint(error)}" if name else _complaint(error)


def label(where: Place) -> str:
    """Return a place as editors read it: `en.phrasings[2]`, counted from 1, without the number of its entry."""
    if where[:1] == ("entries",) and len(where) > 2:  # noqa: PLR2004 - "entries" and a number, and more
        where = where[2:]
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")


def _unknown(where: Place, allowed: Iterable[str]) -> str:
    allowed, key = list(allowed), str(where[-1])
    if "en" in allowed and _LANGUAGE_CODE.fullmatch(key):
        return f"unknown language {key!r}; the languages are {', '.join(LANGUAGES)}"
    near = process.extractOne(key, allowed, scorer=fuzz.ratio, score_cutoff=NEAR)
    advice = f"did you mean {near[0]!r}?" if near else f"the fields here are {', '.join(allowed)}"
    return f"unknown field {label(where)!r}; {advice}"


def allowed_fields(shape: Any, where: Place) -> tuple[str, ...]:
    """Return the names of the fields of the model that stands at `where` within `shape`."""
    for part in where:
        shape = _inner(shape, part)
    return tuple(shape.model_fields)


def _inner(shape: Any, part: str | int) -> Any:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return _present(shape.model_fields[str(part)].annotation)
    kinds = get_args(shape)  # of tuple[X, ...] or dict[str, X]
    return kinds[0] if isinstance(part, int) else kinds[1]


def _present(shape: Any) -> Any:
    """Take `… | None` away."""
    if get_origin(shape) in {Union, UnionType}:
        return next(kind for kind in get_args(shape) if kind is not type(None))
    return shape


def _complaint(error: ErrorDetails) -> str:
    say = _COMPLAINTS.get(error["type"])
    return say(error) if say else error["msg"]


def _not_text(error: ErrorDetails) -> str:
    value = error["input"]
    if value is None:
        return "is empty: write a text, or take the field away"
    if isinstance(value, bool):
        return "yes, no, on, off, true and false count as a yes/no value: put quotes around it"
    if isinstance(value, int | float):
        return f"{value} counts as a number, not as text: put quotes around it"
    kind = "a list" if isinstance(value, list) else "fields with values"
    return f"must be text, not {kind}; put quotes around a text that holds a colon, or starts with [ or {{"


_PATTERNS = {
    get_args(Slug)[1].pattern: "must be lower-case letters, digits and single hyphens, such as red-notice-definition",
    get_args(Line)[1].pattern: "must be on one line",
}


def _not_in_pattern(error: ErrorDetails) -> str:
    return _PATTERNS.get(error["ctx"]["pattern"], "must be a date: YYYY, YYYY-MM or YYYY-MM-DD")


def _not_a_date(error: ErrorDetails) -> str:
    return f"must be a date such as 2026-07-31, not {error['input']!r}"


def _length(error: ErrorDetails) -> str:
    return f"has {len(error['input'].strip())} characters; the limit is {error['ctx']['max_length']}"


def _too_short(error: ErrorDetails) -> str:
    return f"must have at least {error['ctx']['min_length']}, not {error['ctx'].get('actual_length', 0)}"


_COMPLAINTS: dict[str, Callable[[ErrorDetails], str]] = {
    "string_type": _not_text,
    "string_pattern_mismatch": _not_in_pattern,
    "string_too_long": _length,
    "string_too_short": lambda error: f"is too short: it needs at least {error['ctx']['min_length']} character(s)",
    "too_short": _too_short,
    "too_long": lambda error: f"must have at most {error['ctx']['max_length']}",
    "value_error": lambda error: str(error["ctx"]["error"]),
    "enum": lambda error: f"must be one of {error['ctx']['expected']}, not {error['input']!r}",
    "literal_error": lambda error: f"must be {error['ctx']['expected']}, not {error['input']!r}",
    "date_type": _not_a_date,
    "date_parsing": _not_a_date,
    "date_from_datetime_parsing": _not_a_date,
    "date_from_datetime_inexact": _not_a_date,
    "bool_type": lambda error: f"must be true or false, without quotes, not {error['input']!r}",
    "int_type": lambda error: f"must be a whole number, without quotes, not {error['input']!r}",
    "float_type": lambda error: f"must be a number, without quotes, not {error['input']!r}",
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']:g}",
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']:g}",
    "tuple_type": lambda _: "must be a list: a line for each, starting with -",
    "model_type": lambda _: "must be fields with values, each `name: value`",
    "dict_type": lambda _: "must be fields with values, each `name: value`",
}
