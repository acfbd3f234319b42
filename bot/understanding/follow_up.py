"""Follow-ups: "and how long does it last?", "what about in Spanish?", "the yellow one?". When context applies, and how.

See docs/decisions/0004-follow-ups.md. Here is what the words tell; the engine asks where the text alone is not sure.
"""

from collections.abc import Mapping

from bot.knowledge.schema import Knowledge
from bot.messages import Turn
from bot.text import normalise
from bot.understanding.clauses import ASKING, without_and
from bot.understanding.filler import strip
from bot.understanding.subjects import Subjects

MOST_WORDS = 9  # of a follow-up; who writes more says what they mean
MOST_BARE = 4  # words of a question that names nothing at all: "who decides?", "¿cuánto dura?"

_OPENERS = (
    "and what about; and how about; what about; how about; and; also; so; but; then; or; ok and; okay and; "
    "quen est il de; quen est il pour; et pour; et; mais; donc; alors; sinon; "
    "y que hay de; que hay de; que pasa con; y; pero; entonces; tambien; o; "
    "وماذا عن; ماذا عن; و; طيب; لكن"
)
_POINTING = (
    "it its that this they them their those these one ones there "
    "ca cela celui celle ceux celles celuici celuila celleci cellela elle il elles ils leur leurs lui "
    "eso esa ese esto esta este esos esas estos estas ello ella ellos ellas aquello aquella lo suyo suya sus "
    "ذلك هذا هذه تلك هي هو هم لها له فيها فيه عنها عنه منها منه بها به اليها اليه عليها عليه هناك"
)
_SMALL = (
    "a an the one ones of in for on with to about al "
    "le la les l un une des du de d celui celle ceux celles pour en au aux sur "
    "el los las uno una unos unas del para sobre con "
    "عن في من على"
)
_ARABIC_POINTERS = ("ها", "هم")
_SHORTEST = 5  # letters of an Arabic word whose ending points back: "مدتها"

_LANGUAGES = {
    "en": "english anglais ingles الانجليزية الانجليزي بالانجليزية بالانجليزي انجليزي والانجليزية وبالانجليزية",
    "fr": "french francais frances الفرنسية الفرنسي بالفرنسية بالفرنسي فرنسي والفرنسية وبالفرنسية",
    "es": "spanish espagnol espanol castellano الاسبانية الاسباني بالاسبانية بالاسباني اسباني والاسبانية وبالاسبانية",
    "ar": "arabic arabe العربية العربي بالعربية بالعربي عربي والعربية وبالعربية",
}
_AROUND_A_LANGUAGE = (
    "in into to and what how about the same again now please can could you u i have get say tell me that it this "
    "answer reply translate translated repeat version language give write "
    "en et la le meme chose maintenant peux tu pouvez vous dis dites moi le repete repetez traduis traduire traduisez "
    "reponds repondez version langue ca "
    "al y lo mismo ahora puedes puede decir decirlo dilo dime di traduce traducir traducelo responde repite version "
    "que idioma eso "
    "في باللغة اللغة ب الى هل يمكن يمكنك ان تقول قل لي ذلك هذا ترجم ترجمها ترجمه اجب نفس الشيء مرة اخرى و وماذا ماذا عن"
)
_MORE = (
    "more; tell me more; more please; more details; more detail; details; more info; more information; go on; "
    "continue; explain more; say more; elaborate; source; sources; the source; the sources; whats the source; "
    "what is the source; what are the sources; whats your source; what is your source; where is that from; "
    "where does that come from; where did you get that; link; links; reference; references; the link; "
    "plus; en savoir plus; plus de details; plus dinformations; plus dinfos; encore; des details; dismen plus; "
    "dites men plus; la source; les sources; quelle source; quelle est la source; quelles sont les sources; "
    "quelle est ta source; quelle est votre source; dou vient cette information; le lien; "
    "mas; mas detalles; mas informacion; mas info; detalles; dime mas; cuentame mas; saber mas; fuente; fuentes; "
    "la fuente; las fuentes; cual es la fuente; cuales son las fuentes; cual es tu fuente; de donde sale eso; "
    "el enlace; المزيد; مزيد; المزيد من التفاصيل; مزيد من التفاصيل; تفاصيل; تفاصيل اكثر; اكثر; زدني; "
    "المصدر; المصادر; مصدر; ما المصدر; ما هو المصدر; ما هي المصادر; ما مصدر ذلك; من اين هذا; الرابط"
)


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


def _phrases(table: str) -> tuple[tuple[str, ...], ...]:
    found = {tuple(phrase.split()) for phrase in table.split(";")}
    return tuple(sorted(found, key=len, reverse=True))


_OPENING, _REQUESTS = _phrases(_OPENERS), frozenset(_phrases(_MORE))
_POINTS, _DETERMINERS, _CARRIES = _words(_POINTING), _words(_SMALL), _words(_AROUND_A_LANGUAGE)
_NAMED = {name: code for code, names in _LANGUAGES.items() for name in names.split()}


class FollowUps:
    """Reads follow-ups to questions about one knowledge. `exact` is the entry of each phrasing, normalised."""

    def __init__(self, knowledge: Knowledge, subjects: Subjects, exact: Mapping[str, str]) -> None:
        self._entries = {entry.id: entry for entry in knowledge.entries}
        self._subjects = subjects
        self._exact = exact

    def expanded(self, text: str, turn: Turn, language: str, *, linked: bool = False) -> str | None:
        """Return a text that says what a follow-up to a turn leaves out, or None where it is none by its form.

        `linked` says that it goes on with the turn in the same message.
        """
        words = _split(text)
        if not 0 < len(words) <= MOST_WORDS or turn.entry not in self._entries:
            return None
        opened = _opened(words)
        linked = linked or opened > 0 or bool(without_and(words[0])) or any(map(_is_pointing, words))
        if linked and (other := self._about_another(words[opened:], turn, language)):
            return other
        if self._subjects.find(text) or not (linked or _is_bare(words)):
            return None
        return self._about_the_same(words[opened:], turn, language)

    def adds(self, entry: str, turn: Turn, language: str) -> bool:
        """Say whether an entry, found with context, says more than the context alone.

        What answered before does not, nor does what the bare name of the subject is answered with.
        """
        topic = self._topic(turn)
        name = self._subjects.name(topic, language) if topic else ""
        return entry not in {turn.entry, topic, self._exact.get(name)}

    def _about_the_same(self, words: list[str], turn: Turn, language: str) -> str:
        """Return the follow-up's words, and what the last question was about."""
        topic = self._topic(turn)
        about = self._subjects.name(topic, language) if topic else normalise(self._title(turn, language))
        return " ".join((*words, about))

    def _about_another(self, words: list[str], turn: Turn, language: str) -> str | None:
        """Return the last question with another subject in the place of its own: "and the yellow one?"."""
        topic = self._topic(turn)
        other = self._named(words, topic) if topic else None
        if not topic or not other or other == topic:
            return None
        asked = turn.question if turn.language == language else ""
        base = asked if topic in self._subjects.find(asked) else self._title(turn, language)
        return self._subjects.replaced(base, topic, self._subjects.name(other, language))

    def _named(self, words: list[str], topic: str) -> str | None:
        """Return the subject that the words name, where they say no more than its name."""
        rest = [word for word in words if word not in _DETERMINERS]
        named = self._subjects.find(" ".join(rest))
        if named:
            return named[0] if len(named) == 1 and not self._subjects.without(" ".join(rest)) else None
        return self._subjects.like(rest, topic)

    def _topic(self, turn: Turn) -> str | None:
        """Return the subject that the last question names, else the one that the title of its answer names."""
        entry = self._entries[turn.entry]
        texts = [turn.question, *(text.question for each in entry.languages() if (text := entry.text(each)))]
        return next((named[0] for text in texts if (named := self._subjects.find(text))), None)

    def _title(self, turn: Turn, language: str) -> str:
        entry = self._entries[turn.entry]
        return (entry.text(language) or entry.en).question


def points_back(text: str) -> bool:
    """Say whether a word of a text stands for something that was said before."""
    return any(map(_is_pointing, _split(text)))


def language_wanted(text: str) -> str | None:
    """Return the code of the language that a text asks for, where it asks for nothing else: "in Spanish?"."""
    words = _split(strip(text))
    named = {_NAMED[word] for word in words if word in _NAMED}
    others = [word for word in words if word not in _NAMED]
    if len(named) != 1 or len(words) > MOST_WORDS or not _CARRIES.issuperset(others):
        return None
    return named.pop()


def wants_more(text: str) -> bool:
    """Say whether a text asks for no more than the last answer again, with its details and sources."""
    words = _split(strip(text))
    return tuple(words) in _REQUESTS or tuple(words[_opened(words) :]) in _REQUESTS


def _split(text: str) -> list[str]:
    return normalise(text.replace("-", " ")).split()


def _opened(words: list[str]) -> int:
    """Return how many words open a follow-up ("and what about")."""
    return next((len(each) for each in _OPENING if tuple(words[: len(each)]) == each and len(words) > len(each)), 0)


def _is_pointing(word: str) -> bool:
    if word in _POINTS:
        return True
    return len(word) >= _SHORTEST and word.endswith(_ARABIC_POINTERS)


def _is_bare(words: list[str]) -> bool:
    """Say whether a question is too short to be about anything but what was talked of."""
    return 0 < len(words) <= MOST_BARE and words[0] in ASKING
