"""What is written: frozen records, and the rows that they become."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.messages import Answer, Feedback, Outcome, Question
from bot.store.tables import DONE

QUESTION_LIMIT = 4000  # characters kept of a question
NORMALISED_LIMIT = 300  # characters; PostgreSQL can't index more than 2,704 bytes, and one takes up to four
KEY_LIMIT = 500  # characters of an id, an asker, a conversation: ten times what the platforms send
FAILURE = "failure"  # the rule named by an apology: a fault of ours, not a gap in the knowledge

Row = dict[str, Any]


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was answered, one way or another. Made of rows at once, so that it holds no more than it must."""

    exchange: Row
    unanswered: Row | None

    @classmethod
    def of(cls, question: Question, answer: Answer, at: datetime) -> "Asked":
        """Return the record of `answer`, which carries its reference."""
        question = replace(question, text=storable(question.text, QUESTION_LIMIT))
        return cls(_exchange_row(question, answer, at), _unanswered_row(question, answer, at))


@dataclass(frozen=True, slots=True)
class Rated:
    """Somebody said whether an answer helped."""

    feedback: Feedback
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A delivery was handled: its keys must never be handled again."""

    keys: tuple[str, ...]
    at: datetime


Record = Asked | Rated | Done


def storable(text: str, limit: int = KEY_LIMIT) -> str:
    """Return `text` as both databases can take it: no NUL, no lone surrogate, no more than `limit` characters."""
    return text[:limit].replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def _exchange_row(question: Question, answer: Answer, at: datetime) -> Row:
    return {
        "reference": storable(answer.reference),
        "asked_at": at,
        "platform": storable(question.platform),
        "surface": storable(question.surface),
        "conversation": storable(question.conversation),
        "asker": storable(question.asker),
        "question": question.text,
        "language": storable(answer.language),
        "outcome": answer.outcome.value,
        "entry": answer.entry,
        "confidence": float(answer.confidence),
        "ms": float(answer.ms),
        "knowledge_version": answer.knowledge_version,
    }


def _unanswered_row(question: Question, answer: Answer, at: datetime) -> Row | None:
    normalised = _normalise(answer.explanation.normalised or question.text)
    if not normalised or not _is_gap(answer):
        return None
    entry, confidence = _best(answer)
    return {
        "normalised": normalised,
        "text": question.text,
        "language": storable(answer.language),
        "outcome": answer.outcome.value,
        "times": 1,
        "first_at": at,
        "last_at": at,
        "entry": entry,
        "confidence": float(confidence),
    }


def feedback_row(rated: Rated) -> Row:
    """Return a row of `feedback`."""
    feedback = rated.feedback
    return {
        "reference": storable(feedback.reference),
        "asker": storable(feedback.asker),
        "helpful": feedback.helpful,
        "at": rated.at,
    }


def done_rows(done: Done) -> list[Row]:
    """Return rows of `event_claims`: whole ones, because the claim may never have reached the database."""
    return [
        {
            "key": storable(key),
            "state": DONE,
            "token": "",
            "claimed_at": done.at,
            "lease_until": done.at,
            "done_at": done.at,
        }
        for key in done.keys
    ]


def _is_gap(answer: Answer) -> bool:
    if answer.outcome is Outcome.DECLINED:
        return answer.entry is None and answer.explanation.rule != FAILURE
    return answer.outcome in {Outcome.SUGGESTED, Outcome.HANDED_OFF}


def _best(answer: Answer) -> tuple[str | None, float]:
    if answer.entry or not answer.suggestions:
        return answer.entry, answer.confidence
    return answer.suggestions[0].entry, answer.suggestions[0].confidence


def _normalise(text: str) -> str:
    return storable(" ".join(text.casefold().split()).strip(" ?!.,;:¿¡؟"), NORMALISED_LIMIT)
