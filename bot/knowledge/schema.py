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
from bot.knowledge.menu_schema import Menu
from bot.messages import Contact, Outcome

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

    def shown(self) -> Contact | None:
        """Return what is shown of it, or None where there is no contact person."""
        if not self.name:
            return None
        return Contact(
            name=self.name,
            role=self.role,
            organisation=self.organisation,
            fields=self.fields_of_practice,
            url=self.url,
            email=self.email,
            phone=self.phone,
        )


class CommandWords(Model):
    """What people type for a command, in one language; the first is the one that is shown."""

    help: tuple[Line, ...] = Field(min_length=1)
    topics: tuple[Line, ...] = Field(min_length=1)
    crimes: tuple[Line, ...] = Field(min_length=1)
    crime: tuple[Line, ...] = Field(min_length=1)  # an area's name follows
    notices: tuple[Line, ...] = Field(min_length=1)
    feedback: tuple[Line, ...] = Field(min_length=1)
    privacy: tuple[Line, ...] = Field(min_length=1)
    stop: tuple[Line, ...] = Field(min_length=1)  # silences the bot in a thread
    settings: tuple[Line, ...] = Field(min_length=1)  # opens an administrator's settings


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
    commands: CommandWords
    topics: Line  # heading over the topics
    crimes: Line  # heading over the crime areas
    notices: Line  # heading over the notices
    popular: Line  # heading over popular questions
    recent: Line  # heading over the asker's own last questions
    more: Line  # button: the details
    latest_operation: Line  # label on a crime area's card
    operations_known: Line  # label: how many operations the record names
    checked: Line  # label: when an editor last checked it
    how_to_report: Line  # button
    related_areas: Line  # button
    answered_before: Line  # instead of a whole answer that stands nearby
    read_it: Line  # link to that answer
    show_here: Line  # button: show it here all the same
    muted: Line  # confirms "stop"
    looking: Line  # status while answering; follows the bot's name
    feedback_help: Short  # what /interpol feedback shows
    privacy_help: Body  # what /interpol privacy shows
    language: Line  # label over the choice of language
    any_language: Line  # choice: the language of the question
    ask: Line  # button, at most 24 characters
    close: Line  # button, at most 24 characters
    no_text: Line  # "answer this" on a message without words
    person_asked: Line  # to the asker, who pressed "ask a person"
    person_failed: Line  # the same, where it could not be passed on: whom to ask follows
    person_nobody: Line  # the same, where nobody is set up at all
    person_question: Line  # "About your question: {question}"
    person_taken: Line  # "{expert} took up your question"
    person_waiting: Line  # nobody has, yet
    person_answer: Line  # over an expert's words: {expert}, a person of the team, not the bot
    person_declined: Line  # the team can't answer it
    person_expired: Line  # nobody answered in time
    somebody: Line  # an expert whose name is not known
    expert_asked: Line  # headline over a question that experts are shown
    expert_question: Line  # label
    expert_offered: Line  # label: what the bot answered
    expert_unknown: Line  # in its place: the bot did not know
    expert_where: Line  # label: where it was asked, in which language
    expert_rule: Short  # what becomes of replies in the thread
    expert_claim: Line  # button
    expert_release: Line  # button
    expert_answer: Line  # button, and the label of the field
    expert_decline: Line  # button
    expert_save: Line  # button: save as answer
    expert_send: Line  # button, at most 24 characters
    expert_claimed: Line  # where it stands: claimed by {expert}
    expert_answered: Line  # answered by {expert}
    expert_declined: Line  # not for the team, says {expert}
    expert_expired: Line  # closed, nobody answered in time
    expert_gone: Line  # it is not kept any more
    expert_remind: Line  # nobody has taken it up yet
    expert_late: Line  # what was pressed can't be done any more; where it stands follows
    expert_failed: Line  # it could not be saved
    expert_long: Line  # the answer is longer than {limit} characters
    expert_sent: Line  # the answer is on its way
    expert_saved: Line  # saved as draft {draft}
    settings: Line  # title of the settings' modal, at most 24 characters
    settings_denied: Line  # to those who may not change them
    settings_unable: Line  # the app may not look who is an administrator
    settings_all: Line  # heading: the whole workspace
    settings_here: Line  # heading: this channel
    settings_experts: Line  # label: the channel of the people who answer
    settings_public: Line  # label: answers that everybody sees
    settings_follow: Line  # label: threads are followed without a mention
    settings_same: Line  # choice: as in the whole workspace
    settings_private: Line  # to those who want to share an answer where administrators said no
    settings_saved: Line  # confirmation
    settings_yes: Line  # choice
    settings_no: Line  # choice
    settings_save: Line  # button, at most 24 characters


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
    "person_question": "question",
    "person_taken": "expert",
    "person_answer": "expert",
    "expert_claimed": "expert",
    "expert_answered": "expert",
    "expert_declined": "expert",
    "expert_long": "limit",
    "expert_saved": "draft",
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
    menu: Menu = Menu()
    files: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # of faq/: the entries' ids, by the file's stem

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Return the entries by id, the composed crime areas among them."""
        return {entry.id: entry for entry in self.entries}
