"""A hand-off as a value, what may become of it, and who is to be told what when. Pure functions."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import HandOffError

QUESTION_LIMIT = 1000  # characters of the question, and of the answer offered, that experts are shown
ANSWER_LIMIT = 3000  # characters of an expert's answer: a field of Slack's modal takes no more (platforms.md S26)
NAME_LIMIT = 80
KEPT_OPEN = timedelta(days=7)  # after this long without an answer it is closed, and the asker is told
ASIDE = "//"  # what an expert writes behind it is for the colleagues


class State(StrEnum):
    """Where a hand-off stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    NOT_FOR_US = "not_for_us"
    EXPIRED = "expired"


class Notice(StrEnum):
    """Something that somebody is told once."""

    POST = "post"  # the experts: the question
    REMIND = "remind"  # the experts: nobody took it up
    WAITING = "waiting"  # the asker: nobody took it up yet
    TAKEN = "taken"  # the asker: who took it up
    ANSWER = "answer"  # the asker: the expert's answer
    DECLINED = "declined"  # the asker: the team can't answer it
    EXPIRED = "expired"  # the asker: nobody answered in time


OPEN_STATES = frozenset({State.OPEN, State.CLAIMED})
_LAST = {State.ANSWERED: Notice.ANSWER, State.NOT_FOR_US: Notice.DECLINED, State.EXPIRED: Notice.EXPIRED}


@dataclass(frozen=True, slots=True)
class Expert:
    """Who works on it: an opaque key as in `Question.asker`, and what people call them ("": not known)."""

    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """One question, handed to people. `asker`, `conversation` and `card` are opaque keys, `place` an opaque text.

    Only the adapter of `platform` reads these: `place` is where the asker is answered, `card` where the experts see
    it. `offered` is what the bot answered ("": it did not know). `told` is who was told what already. `version`
    counts the changes, so that of two at once only one is kept.
    """

    id: str
    key: str
    platform: str
    surface: str
    question: str
    offered: str
    reference: str
    language: str
    asker: str
    conversation: str
    place: str
    opened_at: datetime
    changed_at: datetime
    state: State = State.OPEN
    expert: Expert | None = None
    answer: str = ""
    card: str = ""
    told: frozenset[Notice] = frozenset()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants a person to answer."""

    platform: str
    surface: str
    question: str
    offered: str
    reference: str
    language: str
    asker: str
    conversation: str
    place: str


@dataclass(frozen=True, slots=True)
class Times:
    """How long a question may wait: until the experts are reminded, until the asker is told. None: never."""

    remind: timedelta | None = timedelta(minutes=30)
    tell: timedelta | None = timedelta(minutes=240)


def opened(request: Request, at: datetime) -> HandOff:
    """Return a new hand-off. The same answer asked about again by the same person has the same key."""
    subject = f"{request.asker}\0{request.reference or secrets.token_hex(8)}"
    return HandOff(
        id=secrets.token_hex(8),
        key=hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest(),
        platform=request.platform,
        surface=request.surface,
        question=request.question[:QUESTION_LIMIT],
        offered=request.offered[:QUESTION_LIMIT],
        reference=request.reference,
        language=request.language,
        asker=request.asker,
        conversation=request.conversation,
        place=request.place,
        opened_at=at,
        changed_at=at,
    )


def claim(one: HandOff, expert: Expert, at: datetime) -> HandOff:
    """Take it up. Raises HandOffError unless it is open."""
    if one.state is not State.OPEN:
        raise HandOffError(one.state.value, one.expert.name if one.expert else "")
    return replace(one, state=State.CLAIMED, expert=_named(expert), changed_at=at)


def release(one: HandOff, expert: Expert, at: datetime) -> HandOff:
    """Give it back. Raises HandOffError unless this expert has claimed it."""
    if one.state is not State.CLAIMED:
        raise HandOffError(one.state.value, one.expert.name if one.expert else "")
    _check(one, expert)
    return replace(one, state=State.OPEN, expert=None, changed_at=at, told=one.told - {Notice.TAKEN})


def answer(one: HandOff, expert: Expert, text: str, at: datetime) -> HandOff:
    """Answer it, which also takes it up. Raises HandOffError where it is closed or another's, ValueError for no text.

    A text of more than ANSWER_LIMIT characters is a ValueError, too: it would have to be cut.
    """
    text = text.strip()
    if not text or len(text) > ANSWER_LIMIT:
        raise ValueError(f"An answer has 1 to {ANSWER_LIMIT} characters, this one {len(text)}.")
    _check(one, expert)
    return replace(one, state=State.ANSWERED, expert=_known(one, expert), answer=text, changed_at=at)


def decline(one: HandOff, expert: Expert, at: datetime) -> HandOff:
    """Say that it is not for this team. Raises HandOffError where it is closed or another's."""
    _check(one, expert)
    return replace(one, state=State.NOT_FOR_US, expert=_known(one, expert), changed_at=at)


def expire(one: HandOff, at: datetime) -> HandOff:
    """Close it for want of an answer. Raises HandOffError where it is closed, or too young."""
    if not is_stale(one, at):
        raise HandOffError(one.state.value)
    return replace(one, state=State.EXPIRED, changed_at=at)


def is_stale(one: HandOff, now: datetime) -> bool:
    """Say whether it has been waiting too long for an answer."""
    return one.state in OPEN_STATES and now - one.opened_at >= KEPT_OPEN


def tell(one: HandOff, *notices: Notice) -> HandOff:
    """Note that somebody was told."""
    return replace(one, told=one.told | set(notices))


def due(one: HandOff, now: datetime, times: Times) -> tuple[Notice, ...]:
    """Return what somebody is to be told now and was not."""
    return tuple(notice for notice in _due(one, now - one.opened_at, times) if notice not in one.told)


def _due(one: HandOff, age: timedelta, times: Times) -> Iterator[Notice]:
    if one.state in OPEN_STATES:
        yield Notice.POST
    if one.state is State.OPEN and Notice.POST in one.told:
        if times.remind is not None and age >= times.remind:
            yield Notice.REMIND
        if times.tell is not None and age >= times.tell:
            yield Notice.WAITING
    if one.state is State.CLAIMED:
        yield Notice.TAKEN
    if end := last(one):
        yield end


def last(one: HandOff) -> Notice | None:
    """Return how the asker is told its end; None while it is open."""
    return _LAST.get(one.state)


def is_settled(one: HandOff) -> bool:
    """Say whether it is closed and the asker knows."""
    return last(one) in one.told


def is_aside(text: str) -> bool:
    """Say whether a line under a question is for the colleagues, not for the asker."""
    return not text.strip() or text.lstrip().startswith(ASIDE)


def _check(one: HandOff, expert: Expert) -> None:
    if one.state not in OPEN_STATES or (one.expert and one.expert.key != expert.key):
        raise HandOffError(one.state.value, one.expert.name if one.expert else "")


def _known(one: HandOff, expert: Expert) -> Expert:
    """Return the expert with the name that is known: some of a platform's events tell none."""
    return one.expert if one.expert and not expert.name else _named(expert)


def _named(expert: Expert) -> Expert:
    return replace(expert, name=" ".join(expert.name.split())[:NAME_LIMIT])
