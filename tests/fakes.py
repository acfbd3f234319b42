"""Small shipped fakes at the one seam between bot and adapters: an engine whose answers a test can foresee."""

from collections.abc import Callable
from datetime import date

from bot.knowledge.compose import compose
from bot.knowledge.menu_schema import Menu
from bot.knowledge.schema import CommandWords, ContactRecord, Crime, Entry, Knowledge, SourceRecord, Words
from bot.messages import Answer, Candidate, Contact, Explanation, Outcome, Question, Source, Suggestion
from bot.service import Bot

HOSTILE = (
    "<!channel> <!here> @everyone @here <@U123> <@123456789012345678> <@&123> <#C1> "
    "*b* _i_ `c` ~s~ ||x|| & < > \u202eabc"
)

WORDS = Words(
    name="English",
    unofficial="Unofficial: this bot is not INTERPOL.",
    greeting_help="Ask me about INTERPOL. Type **/interpol** and your question.",
    examples=("What is a red notice?", "Do INTERPOL agents arrest people?"),
    suggested="I am not sure. Did you mean one of these?",
    declined="I do not know that. I only answer questions about INTERPOL.",
    nearest="The nearest things I know",
    too_long="Your message was long: I read the first {limit} characters.",
    untranslated="There is no {language} version of this answer yet; here it is in English.",
    failure="Something went wrong on my side. Please try again; the reference is {reference}.",
    not_legal_advice="This is general information, not legal advice.",
    overdue="This answer was last checked on {date}; it may have changed since.",
    withheld="What I knew about this is out of date. Please read {source}.",
    ask_person="Ask a person",
    sources="Sources",
    as_of="as of {date}",
    read_on="page without a date, read {date}",
    next_steps="What to do next",
    related="Related questions",
    share="Share in channel",
    shared_by="{asker} shared this answer",
    shared="Shared in the channel.",
    share_failed="I could not share it here. Invite me to the channel and try again.",
    helpful="Helpful",
    not_helpful="Not helpful",
    thanks_for_feedback="Thank you, noted.",
    confidence="Confidence",
    ask_placeholder="Ask about INTERPOL",
    reference="Reference {reference}",
    commands=CommandWords(
        help=("help",),
        topics=("topics",),
        crimes=("crimes",),
        crime=("crime",),
        notices=("notices",),
        feedback=("feedback",),
        privacy=("privacy",),
        stop=("stop",),
        settings=("settings",),
    ),
    topics="Topics",
    crimes="Crime areas",
    notices="Notices",
    popular="Popular questions",
    recent="Your recent questions",
    more="More",
    latest_operation="Latest operation",
    operations_known="Operations on record",
    checked="Last checked",
    how_to_report="How to report it",
    related_areas="Related areas",
    answered_before="This was answered here a short while ago.",
    read_it="Read that answer",
    show_here="Show it here",
    muted="I will stay silent in this thread.",
    looking="is looking for the answer…",
    feedback_help="Press *Helpful* or *Not helpful* under an answer.",
    privacy_help="**What is kept**: your question and which answer you got.",
    language="Answer me in",
    any_language="The language of my question",
    ask="Ask",
    close="Close",
    no_text="There are no words in this message that I could answer.",
    person_asked="Your question is with people of the team now. You will be told here.",
    person_failed="I could not pass your question on. This is whom you can ask:",
    person_nobody="There is nobody to whom I could pass your question on.",
    person_question="About your question: {question}",
    person_taken="{expert} took up your question.",
    person_waiting="Nobody has taken up your question yet. It stays open.",
    person_answer="From {expert}, a person of the team. These are not the bot's words.",
    person_declined="The team can't answer your question.",
    person_expired="Nobody answered your question in time, so it is closed now.",
    somebody="somebody",
    expert_asked="A question for a person",
    expert_question="Question",
    expert_offered="What the bot answered",
    expert_unknown="Nothing: it did not know.",
    expert_where="Asked in",
    expert_rule="The first reply in this thread goes to the one who asked. Lines that begin with // stay here.",
    expert_claim="Claim",
    expert_release="Give back",
    expert_answer="Answer",
    expert_decline="Not for us",
    expert_save="Save as answer",
    expert_send="Send",
    expert_claimed="Claimed by {expert}",
    expert_answered="Answered by {expert}",
    expert_declined="Not for us, says {expert}",
    expert_expired="Closed: nobody answered in time",
    expert_gone="This question is not kept any more.",
    expert_remind="Nobody has taken up this question yet.",
    expert_late="That is not possible any more.",
    expert_failed="This could not be saved. Please try again in a moment.",
    expert_long="Please shorten your answer: it may have {limit} characters.",
    expert_sent="Your answer is on its way to the one who asked.",
    expert_saved="Saved as draft {draft}, for the editors.",
    settings="Settings",
    settings_denied="Only administrators of this workspace can change the settings.",
    settings_unable="I can't see who is an administrator here: the app lacks the permission users:read.",
    settings_all="The whole workspace",
    settings_here="This channel",
    settings_experts="Channel of the people who answer",
    settings_public="Answers that everybody sees",
    settings_follow="Follow threads without being mentioned",
    settings_same="As in the whole workspace",
    settings_private="In this channel answers are for the asker only.",
    settings_saved="Saved.",
    settings_yes="Yes",
    settings_no="No",
    settings_save="Save",
)

SOURCE = Source("INTERPOL", "FAQs", "https://www.interpol.int/en/FAQs", "2021", "as of 2021")


def make_answer(question: str = "what is a red notice?", **changes: object) -> Answer:
    """Return a whole answer, every field filled, with `changes` applied."""
    values: dict[str, object] = {
        "question": question,
        "outcome": Outcome.ANSWERED,
        "entry": "red-notice-definition",
        "title": "What is a red notice?",
        "confidence": 0.97,
        "language": "en",
        "short": "A red notice is a **request** to find and provisionally arrest a person.",
        "details": "It is *not* a warrant.\n\n- asked for by a member country\n- see [the FAQ](https://www.interpol.int/en/FAQs)",
        "next_steps": "Search the public notices on INTERPOL's website.",
        "notes": ("This is general information, not legal advice.",),
        "sources": (SOURCE,),
        "related": (Suggestion("mission", "What is the mission of INTERPOL?"),),
        "explanation": Explanation(
            normalised=question.casefold(),
            rule="sure",
            threshold=0.7,
            candidates=(
                Candidate(
                    "red-notice-definition", "What is a red notice?", "what is a red notice", 0.97, (("dense", 0.9),)
                ),
            ),
        ),
        "knowledge_version": "0123456789ab",
        "reference": "",
        "ms": 1.5,
    }
    return Answer(**(values | changes))  # type: ignore[arg-type]


CONTACT = Contact(name="Jane Example", role="Partner", organisation="Example LLP", fields=("Data Protection",))


def _entry(entry_id: str, question: str, **more: object) -> Entry:
    """Return an entry of which only the names matter."""
    text = {"question": question, "short": f"Short: {question}", "phrasings": [f"about {entry_id}"]}
    values = {"id": entry_id, "reviewed": date(2026, 1, 1), "review_by": date(2027, 1, 1), "en": text}
    return Entry.model_validate(values | more)


def _crime(area: str, name: str, **more: object) -> Crime:
    text = {
        "name": name,
        "question": f"How does INTERPOL fight {name.casefold()}?",
        "short": f"It **helps** police against {name.casefold()}.",
        "what_it_is": f"What {name.casefold()} is.",
        "what_interpol_does": "It shares data.",
        "report": "Report it to your local police.",
        "phrasings": [f"interpol {name.casefold()}"],
    }
    values = {"id": area, "sources": ["faqs"], "reviewed": date(2026, 1, 1), "review_by": date(2027, 1, 1), "en": text}
    return Crime.model_validate(values | more)


_OPERATION = {
    "name": "Synergia",
    "start": "2025-07",
    "countries": 72,
    "result": {"en": "94 arrests."},
    "source": "faqs",
}
CRIMES = (
    _crime("crime-cybercrime", "Cybercrime", synonyms=["hacking"], operations=[_OPERATION], related=["crime-firearms"]),
    _crime("crime-firearms", "Firearms trafficking"),
)
KNOWLEDGE = Knowledge(
    version="0123456789ab",
    entries=(
        _entry("red-notice-definition", "What is a red notice?"),
        _entry("mission", "What is the mission of INTERPOL?"),
        _entry("hello", "Hello!", outcome=Outcome.DECLINED),
        *(compose(crime) for crime in CRIMES),
    ),
    crimes=CRIMES,
    sources={
        "faqs": SourceRecord(publisher="INTERPOL", title="FAQs", url="https://www.interpol.int/en/FAQs", as_of="2021")
    },
    contact=ContactRecord(),
    words={"en": WORDS},
    menu=Menu.model_validate(
        {
            "topics": [
                {"id": "notices", "files": ["notices"], "en": "Notices", "fr": "N", "es": "N", "ar": "N"},
                {"id": "about", "files": ["about"], "en": "About INTERPOL", "fr": "A", "es": "A", "ar": "A"},
                {"id": "empty", "files": ["nothing"], "en": "Nothing", "fr": "R", "es": "N", "ar": "L"},
            ],
            "notices": ["red-notice-definition"],
        }
    ),
    files={"notices": ("red-notice-definition",), "about": ("mission", "hello")},
)  # what can be browsed beside the answers of FakeEngine


class FakeEngine:
    """Answers by a word in the question.

    "red notice" -> answered; "unsure" -> suggested (three); "my case" -> handed off with a contact;
    "danger" -> urgent; "hostile" -> answered, with hostile text in every field; "long" -> answered, at the
    schema's length limits; "arabic" -> answered in Arabic; "explode" -> raises; anything else -> declined.
    """

    version = "0123456789ab"
    knowledge = KNOWLEDGE

    def answer(self, question: Question) -> Answer:
        text = question.text.casefold()
        for word, make in _ANSWERS.items():
            if word in text:
                return make(question.text)
        return make_answer(
            question.text,
            outcome=Outcome.DECLINED,
            entry=None,
            title="",
            confidence=0.02,
            short=WORDS.declined,
            details="",
            next_steps="",
            notes=(),
            sources=(),
            related=(),
            explanation=Explanation(rule="nothing near"),
        )

    def open(self, question: Question, entry_id: str) -> Answer | None:
        if entry_id not in {"mission", "red-notice-definition"}:
            return None
        return make_answer(question.text, entry=entry_id, title=f"Entry {entry_id}", confidence=1.0)

    def complete(self, typed: str, language: str | None, limit: int) -> tuple[Suggestion, ...]:
        everything = (
            Suggestion("red-notice-definition", "What is a red notice?", 0.9),
            Suggestion("mission", "What is the mission of INTERPOL?", 0.5),
            Suggestion("long-one", "Q" * 200, 0.4),
            *(Suggestion(f"entry-{n}", f"Question number {n}?", 0.1) for n in range(40)),
        )
        return everything[:limit]

    def words(self, language: str | None) -> Words:
        return WORDS


def _suggested(text: str) -> Answer:
    choices = (
        Suggestion("red-notice-definition", "What is a red notice?", 0.41),
        Suggestion("mission", "What is the mission of INTERPOL?", 0.22),
        Suggestion("long-one", "Q" * 200, 0.11),
    )
    return make_answer(
        text,
        outcome=Outcome.SUGGESTED,
        entry=None,
        title="",
        confidence=0.41,
        short=WORDS.suggested,
        details="",
        next_steps="",
        notes=(),
        sources=(),
        suggestions=choices,
        related=(),
    )


def _handed_off(text: str) -> Answer:
    return make_answer(text, outcome=Outcome.HANDED_OFF, entry="personal-case", contact=CONTACT)


def _urgent(text: str) -> Answer:
    return make_answer(text, outcome=Outcome.URGENT, entry="emergency", short="Call your emergency number now.")


def _hostile(text: str) -> Answer:
    return make_answer(
        text,
        title=HOSTILE,
        short=_escape_markdown(HOSTILE),
        details=_escape_markdown(HOSTILE),
        notes=(HOSTILE,),
        sources=(Source(HOSTILE, HOSTILE, 'https://example.org/a|b?c=<d>&e="', "2025", HOSTILE),),
        related=(Suggestion("mission", HOSTILE),),
        contact=Contact(name=HOSTILE, role=HOSTILE, fields=(HOSTILE,)),
    )


def _long(text: str) -> Answer:
    return make_answer(
        text,
        title="T" * 200,
        short="S" * 300,
        details="word & \\<more> " * 118,
        next_steps="N" * 1900,
        notes=tuple("note " * 30 for _ in range(3)),
        sources=tuple(
            Source("P" * 200, f"{n} " + "T" * 190, f"https://example.org/{n}" + "u" * 1900, "2025-01")
            for n in range(12)
        ),
        related=tuple(Suggestion(f"entry-{n}", "R" * 200) for n in range(12)),
        contact=Contact(name="N" * 200, fields=tuple("F" * 200 for _ in range(20))),
    )


def _arabic(text: str) -> Answer:
    return make_answer(
        text, language="ar", title="ما هي النشرة الحمراء؟", short="النشرة الحمراء طلب للعثور على شخص.", details=""
    )


def _explode(text: str) -> Answer:
    raise RuntimeError("the engine broke, as the test wished")


def _escape_markdown(text: str) -> str:
    return "".join("\\" + char if char in r"\`*_{}[]<>()#+-.!|~&" else char for char in text)


_ANSWERS: dict[str, Callable[[str], Answer]] = {
    "red notice": make_answer,
    "unsure": _suggested,
    "my case": _handed_off,
    "danger": _urgent,
    "hostile": _hostile,
    "long": _long,
    "arabic": _arabic,
    "explode": _explode,
}


def make_bot() -> Bot:
    """Return a bot on the fake engine, remembering nothing."""
    return Bot(FakeEngine())
