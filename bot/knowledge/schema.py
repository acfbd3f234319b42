"""What the files under `knowledge/` may hold. pydantic models: unknown fields are faults, the loader coerces nothing.

`Knowledge` is the finished whole that the engine reads: every crime area is composed into an entry like the others.
"""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from bot.markup import MarkupError, parse
from bot.messages import Outcome

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


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Phrasing = Annotated[str, StringConstraints(min_length=2, max_length=200)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=SHORT_LIMIT), AfterValidator(_markup)]
Body = Annotated[str, StringConstraints(max_length=DETAILS_LIMIT), AfterValidator(_markup)]
AsOf = Annotated[
    str,
    BeforeValidator(_year_as_text),
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
    AfterValidator(_calendar),
]
Address = Annotated[str, AfterValidator(_address)]


class Model(BaseModel):
    """Frozen, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SourceRecord(Model):
    """One page in `sources.yaml`. `as_of`: the page's date, or, where `undated`, when it was last read."""

    publisher: Line
    title: Line
    url: Address
    as_of: AsOf
    undated: bool = False


class Text(Model):
    """An entry in one language. `question` is how an editor would put it; it is also a phrasing."""

    question: Line
    short: Short
    details: Body = ""
    next_steps: Body = ""
    phrasings: tuple[Phrasing, ...] = Field(min_length=1)


class Reviewed(Model):
    """What every record carries about its upkeep."""

    sources: tuple[Slug, ...] = ()
    reviewed: date
    review_by: date
    related: tuple[Slug, ...] = ()
    legal: bool = False  # shows "not legal advice"

    @field_validator("review_by")
    @classmethod
    def _review_follows(cls, review_by: date, info: ValidationInfo) -> date:
        reviewed = info.data.get("reviewed")
        if reviewed and review_by <= reviewed:
            raise ValueError(f"must be later than reviewed ({reviewed})")
        return review_by


class Entry(Reviewed):
    """A question that is answered, or, with another `outcome`, one that is declined or handed over (a guard).

    `contact` shows the contact card. `threshold` overrides the confidence (0..1) from which it answers.
    """

    id: Slug
    outcome: Outcome = Outcome.ANSWERED
    contact: bool = False
    threshold: float | None = Field(default=None, ge=0, le=1)
    en: Text
    fr: Text | None = None
    es: Text | None = None
    ar: Text | None = None

    def text(self, language: str) -> Text | None:
        """Return this entry in `language`, or None where it is not translated."""
        texts: dict[str, Text | None] = {"en": self.en, "fr": self.fr, "es": self.es, "ar": self.ar}
        return texts.get(language)

    def languages(self) -> tuple[str, ...]:
        """Return the languages it is written in, in the order of LANGUAGES."""
        return tuple(language for language in LANGUAGES if self.text(language))


class Translated(Model):
    """One line in each language; English always."""

    en: Line
    fr: Line | None = None
    es: Line | None = None
    ar: Line | None = None


class Operation(Model):
    """A named police operation. `countries` is how many took part; `source` is an id in `sources.yaml`."""

    name: Line
    start: AsOf
    end: AsOf | None = None
    countries: int | None = Field(default=None, ge=1)
    result: Translated
    source: Slug

    @field_validator("end")
    @classmethod
    def _end_follows(cls, end: str | None, info: ValidationInfo) -> str | None:
        start = info.data.get("start")
        if end and start and end < start[: len(end)]:
            raise ValueError(f"must not be earlier than start ({start})")
        return end


class CrimeText(Model):
    """A crime area in one language; each facet answers its own questions."""

    name: Line
    question: Line
    short: Short
    what_it_is: Body
    what_interpol_does: Body
    databases: Body = ""
    notices: Body = ""
    report: Body
    phrasings: tuple[Phrasing, ...] = Field(min_length=1)


class Crime(Reviewed):
    """One crime area, `knowledge/crimes/<area>.yaml`. `synonyms` are other names people use, in any language."""

    id: Slug
    synonyms: tuple[Phrasing, ...] = ()
    operations: tuple[Operation, ...] = ()
    en: CrimeText
    fr: CrimeText | None = None
    es: CrimeText | None = None
    ar: CrimeText | None = None


class ContactRecord(Model):
    """`contact.yaml`. An empty `name` means that there is no contact person."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    fields_of_practice: tuple[Line, ...] = ()
    url: Annotated[str, AfterValidator(_address_or_nothing)] = ""
    email: Annotated[str, AfterValidator(_mailbox_or_nothing)] = ""
    phone: str = ""


class Words(Model):
    """The bot's own words in one language, `words/<language>.yaml`. `{...}` are filled in by the bot."""

    name: Line  # of the language, in the language
    unofficial: Line
    greeting_help: Body  # what /interpol help, an empty question, an empty mention show
    examples: tuple[Line, ...] = Field(min_length=1, max_length=5)  # questions to try
    suggested: Short  # "I am not sure. Did you mean one of these?"
    declined: Short  # no match at all
    nearest: Line  # heading over the nearest things it knows, when declining
    too_long: Line  # note: only the first {limit} characters were read
    untranslated: Line  # note: no version in {language} yet
    failure: Short  # something broke; {reference}
    not_legal_advice: Line
    ask_person: Line  # heading over the contact card
    sources: Line
    as_of: Line  # "as of {date}"
    read_on: Line  # "page without a date, read {date}"
    next_steps: Line
    related: Line
    share: Line  # button
    shared_by: Line  # "{asker} shared this answer"
    shared: Line  # confirmation to the one who shared
    share_failed: Line
    helpful: Line  # button
    not_helpful: Line  # button
    thanks_for_feedback: Line
    confidence: Line
    ask_placeholder: Line
    reference: Line  # "Reference {reference}"


PLACEHOLDERS = {
    "too_long": "limit",
    "untranslated": "language",
    "failure": "reference",
    "as_of": "date",
    "read_on": "date",
    "shared_by": "asker",
    "reference": "reference",
}  # what the bot fills in, by the field of Words that must hold it; no other field is filled in


class EntryFile(Model):
    """What a file in `faq/` or `guards/` holds."""

    entries: tuple[Entry, ...]


Sources = dict[Slug, SourceRecord]  # sources.yaml
Synonyms = tuple[Annotated[tuple[Line, ...], Field(min_length=2)], ...]  # synonyms.yaml


class Knowledge(Model):
    """All of it, checked. `version` is a short hash of the files' content."""

    version: str
    entries: tuple[Entry, ...]
    crimes: tuple[Crime, ...]
    sources: dict[str, SourceRecord]
    contact: ContactRecord
    words: dict[str, Words]
    synonyms: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Return the entries by id, the composed crime areas among them."""
        return {entry.id: entry for entry in self.entries}
