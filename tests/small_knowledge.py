"""A small knowledge made in Python, in which every rule of the engine can be foreseen."""

from datetime import date

from bot.knowledge.schema import ContactRecord, Entry, Knowledge, SourceRecord, Text
from bot.messages import Outcome
from tests.fakes import WORDS

_FILLERS = (
    "{0}",
    "what is {0}",
    "tell me about {0}",
    "{0} please explain",
    "i want to know about {0}",
    "info {0}",
    "could you say something on {0} today",
    "{0} meaning",
)


def text(question: str, topics: tuple[str, ...], **more: str) -> Text:
    phrasings = tuple(filler.format(topic) for topic in topics for filler in _FILLERS)
    return Text(question=question, short=f"Short: {question}", phrasings=phrasings, **more)


def entry(entry_id: str, written: Text, outcome: Outcome = Outcome.ANSWERED, **more: object) -> Entry:
    values: dict[str, object] = {
        "id": entry_id,
        "outcome": outcome,
        "sources": ("page",) if outcome is Outcome.ANSWERED else (),
        "reviewed": date(2026, 1, 1),
        "review_by": date(2027, 1, 1),
        "en": written,
    }
    return Entry.model_validate(values | more)


KNOWLEDGE = Knowledge(
    version="0123456789ab",
    entries=(
        entry(
            "notices",
            text(
                "What are notices?",
                ("coloured alerts", "police bulletins"),
                details="They *differ*.",
                next_steps="Look.",
            ),
            legal=True,
            related=("history",),
            fr=text("Que sont les notices ?", ("les alertes colorées", "les bulletins de police")),
        ),
        entry("history", text("When was it founded?", ("founding year", "historical origins"))),
        entry("jobs", text("How can I work there?", ("vacancies", "recruitment careers"))),
        # two that are hard to tell apart
        entry("visits", text("Can I visit?", ("guided group", "open house"))),
        entry("tours", text("Are there tours?", ("group guided", "walk round"))),
        entry(
            "my-case",
            text("What about my own case?", ("my lawsuit", "my own trial")),
            Outcome.HANDED_OFF,
            contact=True,
        ),
        entry("danger", text("What if I am in danger?", ("kidnapping emergency", "bomb threat")), Outcome.URGENT),
        entry("hello", text("Hello!", ("good morning", "hello greetings")), Outcome.DECLINED),
        entry("weather", text("What about the weather?", ("rainfall forecast", "sunshine tomorrow")), Outcome.DECLINED),
    ),
    crimes=(),
    sources={
        "page": SourceRecord(
            publisher="INTERPOL", title="A page", url="https://www.interpol.int/en/page", as_of="2026-01"
        )
    },
    contact=ContactRecord(name="Jane Example", role="Partner", fields_of_practice=("Data Protection",)),
    words={"en": WORDS, "fr": WORDS.model_copy(update={"name": "français", "declined": "Je ne sais pas."})},
)
