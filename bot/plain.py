"""An answer without a platform: as plain text, and as the JSON object that the terminal and the page's API give out."""

import json
from collections.abc import Mapping
from typing import Any

from bot.markup import plain
from bot.messages import Answer, Candidate, Contact, Explanation, Source, Suggestion

SUGGESTIONS_LIMIT = 3  # of the JSON object
CONFIDENCE_DIGITS = 4
MS_DIGITS = 2


def answer_object(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer; `confidence` is 0..1, `ms` milliseconds. The keys are a promise.

    `also` holds the answers to the other questions of the same message.
    """
    return {
        "q": answer.question,
        "outcome": answer.outcome.value,
        "entry": answer.entry,
        "confidence": round(answer.confidence, CONFIDENCE_DIGITS),
        "language": answer.language,
        "text": answer_text(answer),
        "sources": [_source(source) for source in answer.sources],
        "suggestions": [_suggestion(suggestion) for suggestion in best(answer.suggestions)],
        "ms": round(answer.ms, MS_DIGITS),
        "also": [_other(other) for other in answer.also],
    }


def explanation_object(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of why an answer was given; scores, signals and `threshold` are 0..1."""
    why = answer.explanation
    return {
        "normalised": why.normalised,
        "language": why.language,
        "rule": why.rule,
        "threshold": round(why.threshold, CONFIDENCE_DIGITS),
        "rewrites": [{"kind": rewrite.kind, "text": rewrite.text} for rewrite in why.rewrites],
        "margin": round(margin(why), CONFIDENCE_DIGITS),
        "candidates": [_candidate(candidate) for candidate in why.candidates],
        "knowledge": answer.knowledge_version,
        "also": [explanation_object(other) for other in answer.also],
    }


def margin(why: Explanation) -> float:
    """Return by how much the best candidate's score is above the runner-up's."""
    best_score, *others = (*(candidate.score for candidate in why.candidates), 0.0)
    return best_score - (others[0] if others else 0.0)


def answer_text(answer: Answer) -> str:
    """Return what a person reads, without markup: short, details, next steps, notes, contact, a blank line between."""
    written = (plain(text) for text in (answer.short, answer.details, answer.next_steps))
    card = contact_lines(answer.contact) if answer.contact else ()
    return "\n\n".join(part for part in (*written, *answer.notes, "\n".join(card)) if part.strip())


def all_notes(answer: Answer) -> tuple[str, ...]:
    """Return the notes of an answer and of those that stand under it, each once."""
    return tuple(dict.fromkeys(note for each in (answer, *answer.also) for note in each.notes))


def contact_lines(contact: Contact) -> tuple[str, ...]:
    """Return the contact card's filled lines: who, what for, where."""
    who = ", ".join(filter(None, (contact.name, contact.role, contact.organisation)))
    return tuple(filter(None, (who, ", ".join(contact.fields), contact.url, contact.email, contact.phone)))


def best(suggestions: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """Return at most SUGGESTIONS_LIMIT of them, the most confident first."""
    return tuple(sorted(suggestions, key=lambda suggestion: -suggestion.confidence)[:SUGGESTIONS_LIMIT])


def percent(share: float) -> str:
    """Return 0..1 in words, "97 %". Certainty is only said where it is."""
    rounded = round(share * 100)
    if rounded == 100 and share < 1:  # noqa: PLR2004 - per cent
        return "over 99 %"
    return "under 1 %" if rounded == 0 and share > 0 else f"{rounded} %"


def to_json(value: Mapping[str, Any], *, indent: int | None = None) -> bytes:
    """Return JSON in UTF-8, letters as they are. Half a surrogate pair, which UTF-8 can't hold, stays an escape."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")


def _source(source: Source) -> dict[str, str]:
    return {"title": source.title, "url": source.url, "as_of": source.as_of}


def _other(answer: Answer) -> dict[str, Any]:
    return {
        "entry": answer.entry,
        "title": answer.title,
        "confidence": round(answer.confidence, CONFIDENCE_DIGITS),
        "language": answer.language,
        "text": answer_text(answer),
        "sources": [_source(source) for source in answer.sources],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "entry": candidate.entry,
        "question": candidate.question,
        "phrasing": candidate.phrasing,
        "score": round(candidate.score, CONFIDENCE_DIGITS),
        "signals": {name: round(value, CONFIDENCE_DIGITS) for name, value in candidate.signals},
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "entry": suggestion.entry,
        "question": suggestion.question,
        "confidence": round(suggestion.confidence, CONFIDENCE_DIGITS),
    }
