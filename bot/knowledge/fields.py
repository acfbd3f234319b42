"""The kinds of value that fields under `knowledge/` hold, each with its limit and its check."""

import re
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from bot.markup import MarkupError, parse

LANGUAGES = ("en", "fr", "es", "ar")
Language = Literal["en", "fr", "es", "ar"]
SHORT_LIMIT = 300  # characters: an answer's first sentences must fit a notification
DETAILS_LIMIT = 1900  # characters: with the short answer and the sources it must fit the smallest message we send


def _markup(text: str) -> str:
    try:
        parse(text)
    except MarkupError as error:
        raise ValueError(str(error)) from error
    return text


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ValueError("is not an address") from error
    if parts.scheme not in {"https", "http"} or not parts.hostname or any(char.isspace() for char in text):
        raise ValueError("must be an address such as https://www.example.org/page")
    return text


def _address_or_nothing(text: str) -> str:
    return _address(text) if text else text


def _mailbox_or_nothing(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise ValueError("must be an e-mail address such as name@example.org")
    return text


def _year_as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value  # a bare 2021, which YAML takes for a number


def _calendar(text: str) -> str:
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error
    return text


def holding(*names: str) -> AfterValidator:
    """Return a check, for `Annotated`, that a text holds each `{name}` once, and no other brace."""
    wanted = sorted(f"{{{name}}}" for name in names)

    def check(text: str) -> str:
        if sorted(re.findall(r"\{\w*\}|[{}]", text)) != wanted:
            raise ValueError(f"must hold {' and '.join(wanted)}, once, and no other brace")
        return text

    return AfterValidator(check)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Phrasing = Annotated[str, StringConstraints(min_length=2, max_length=200)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=SHORT_LIMIT), AfterValidator(_markup)]
Body = Annotated[str, StringConstraints(max_length=DETAILS_LIMIT), AfterValidator(_markup)]
_DateText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
AsOf = Annotated[
    _DateText, BeforeValidator(_year_as_text, json_schema_input_type=_DateText | int), AfterValidator(_calendar)
]
Address = Annotated[str, AfterValidator(_address)]
AddressOrNothing = Annotated[str, AfterValidator(_address_or_nothing)]
MailboxOrNothing = Annotated[str, AfterValidator(_mailbox_or_nothing)]


class Model(BaseModel):
    """Frozen, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class EveryLanguage(Model):
    """One line in each language, none left out."""

    en: Line
    fr: Line
    es: Line
    ar: Line
