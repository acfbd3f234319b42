"""The words everyone shares: what is asked, what is answered. Frozen values, no behaviour."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"  # sure
    SUGGESTED = "suggested"  # a "did you mean" of up to three
    HANDED_OFF = "handed_off"  # near the subject, but it needs a person
    URGENT = "urgent"  # someone may be in danger: emergency guidance
    DECLINED = "declined"  # off subject, small talk, nothing to match


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question of a conversation: what was asked, which entry answered it, in which language."""

    question: str
    entry: str
    language: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a person asked.

    `conversation` and `asker` are opaque keys, `platform:place:thread` and `platform:workspace:user`; only the
    adapter that made one reads it. A conversation that is empty or ends in a colon is nobody's own. `language` is a
    hint (the platform's locale) for texts that leave theirs open; `reply_in` is the language that the asker chose for
    the answer, or None; both are codes such as `fr` or `pt-BR`. `surface` names where it was asked ("slash", "mention",
    "direct", "page", ...). `context` is what was answered before in the same conversation, the newest last; the bot
    fills it in.
    """

    text: str
    language: str | None = None
    platform: str = "terminal"
    surface: str = "terminal"
    conversation: str = ""
    asker: str = ""
    reply_in: str | None = None
    context: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from. `as_of` is YYYY, YYYY-MM or YYYY-MM-DD.

    `dated` says the same in the answer's language ("as of December 2025"), or, where the page itself bears no date,
    when it was last read.
    """

    publisher: str
    title: str
    url: str
    as_of: str
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry offered instead of, or beside, an answer. `confidence` is 0..1."""

    entry: str
    question: str
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Contact:
    """The person whom hand-offs show. Every field but `name` may be empty."""

    name: str
    role: str = ""
    organisation: str = ""
    fields: tuple[str, ...] = ()
    url: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was considered. `signals` are named numbers, the higher the better."""

    entry: str
    question: str
    phrasing: str
    score: float
    signals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One way in which a text was changed before it was compared: of which kind, and what became of it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why this answer: what was understood, what was considered, which rule decided.

    `candidates` are best first. `rewrites` are those that led to `normalised`, in their order.
    """

    normalised: str = ""
    language: str = "en"
    rule: str = ""
    threshold: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot says. All texts are in `language`; short, details and next_steps are small Markdown.

    `notes` are finished plain sentences shown small under the answer ("Not legal advice.", "There is no
    French version yet."). `title` is the entry's own question. `reference` is what an asker can quote
    and an operator finds in the log. `ms` is the engine's time in milliseconds. `also` are the answers to the other
    questions of the same message, in its order; of them the title, the short answer, notes and sources are shown.
    """

    question: str
    outcome: Outcome
    entry: str | None
    title: str
    confidence: float
    language: str
    short: str
    details: str = ""
    next_steps: str = ""
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    related: tuple[Suggestion, ...] = ()
    contact: Contact | None = None
    also: tuple["Answer", ...] = ()
    explanation: Explanation = Explanation()
    knowledge_version: str = ""
    reference: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether an answer helped the one who asked."""

    reference: str
    asker: str
    helpful: bool
