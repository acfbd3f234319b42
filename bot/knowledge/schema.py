"""What the files under `knowledge/` may hold. pydantic models: unknown fields are faults, the loader coerces nothing.

`Knowledge` is the finished whole that the engine reads: every crime area is composed into an entry like the others.
"""

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from bot.knowledge.facet_schema import Facets
from bot.knowledge.fields import (
    DETAILS_LIMIT,
    LANGUAGES,
    SHORT_LIMIT,
    Address,
    AddressOrNothing,
    AsOf,
    Body,
    EveryLanguage,
    Language,
    Line,
    MailboxOrNothing,
    Model,
    Phrasing,
    Short,
    Slug,
)
from bot.messages import Outcome

__all__ = ["DETAILS_LIMIT", "LANGUAGES", "SHORT_LIMIT", "Language"]  # said here for those who read finished knowledge


def _fact_value(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else check(value)
    except ValueError as error:  # pydantic's own is one, too
        kinds = "a number, a date such as 2026-07-31, or one line each in en, fr, es and ar"
        raise ValueError(f"must be {kinds}") from error


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
    unlike: tuple[Phrasing, ...] = ()  # questions that look like this entry's and are not


class Reviewed(Model):
    """What every record carries about its upkeep."""

    sources: tuple[Slug, ...] = ()
    reviewed: date
    review_by: date  # past it, the answer says when it was last checked
    expires: date | None = None  # past it, the answer is withheld
    related: tuple[Slug, ...] = ()
    legal: bool = False  # shows "not legal advice"

    @field_validator("review_by", "expires")
    @classmethod
    def _review_follows(cls, day: date | None, info: ValidationInfo) -> date | None:
        reviewed = info.data.get("reviewed")
        if day and reviewed and day <= reviewed:
            raise ValueError(f"must be later than reviewed ({reviewed})")
        return day


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
    unlike: tuple[Phrasing, ...] = ()


class Crime(Reviewed):
    """One crime area, `knowledge/crimes/<area>.yaml`. `synonyms` are other names people use, in any language."""

    id: Slug
    synonyms: tuple[Phrasing, ...] = ()
    operations: tuple[Operation, ...] = ()
    en: CrimeText
    fr: CrimeText | None = None
    es: CrimeText | None = None
    ar: CrimeText | None = None


class Fact(Model):
    """One figure or name that changes, in `facts.yaml`; texts hold it as `{fact-id}`, its date as `{fact-id:date}`.

    `value`: a number, in millions where `scale` says so; a date; or one line in each language.
    """

    value: Annotated[int | float | date | EveryLanguage, WrapValidator(_fact_value)]
    scale: Literal["million"] | None = None
    as_of: AsOf
    source: Slug
    note: str = ""  # for editors

    @field_validator("scale")
    @classmethod
    def _scales_a_number(cls, scale: str | None, info: ValidationInfo) -> str | None:
        if scale and not isinstance(info.data.get("value", 0), int | float):
            raise ValueError("only a number has a scale")
        return scale


class ContactRecord(Model):
    """`contact.yaml`. An empty `name` means that there is no contact person."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    fields_of_practice: tuple[Line, ...] = ()
    url: AddressOrNothing = ""
    email: MailboxOrNothing = ""
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
    overdue: Line  # note past review_by: last checked on {date}
    withheld: Short  # instead of an answer past its `expires`; {source} is the page to read
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
    "overdue": "date",
    "withheld": "source",
    "as_of": "date",
    "read_on": "date",
    "shared_by": "asker",
    "reference": "reference",
}  # what the bot fills in, by the field of Words that must hold it; no other field is filled in


class EntryFile(Model):
    """What a file in `faq/` or `guards/` holds."""

    entries: tuple[Entry, ...]


Sources = dict[Slug, SourceRecord]  # sources.yaml
Facts = dict[Slug, Fact]  # facts.yaml
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
    facets: Facets | None = None

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Return the entries by id, the composed crime areas among them."""
        return {entry.id: entry for entry in self.entries}
