"""What was answered a short while ago in each conversation, so that a follow-up can be understood. In memory only."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.messages import Answer, Outcome, Question, Turn

MOST = 10_000  # conversations; the one that was silent longest goes first
TURNS = 3  # of a conversation
KEPT = timedelta(minutes=30)  # after the last answer
CHARACTERS = 300  # of a question: a follow-up needs what it was about, and memory is bounded by this

_Key = tuple[str, str]


class Conversations:
    """Remembers turns by conversation and asker: nobody's question becomes another's context. `clock` tells the time.

    Not for threads: the event loop alone reads and writes.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: OrderedDict[_Key, tuple[datetime, tuple[Turn, ...]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def turns(self, question: Question) -> tuple[Turn, ...]:
        """Return what was answered before in the conversation of a question, the newest last."""
        key = _key(question)
        at, turns = self._kept.get(key, (None, ())) if key else (None, ())
        return turns if at and self._clock() - at <= KEPT else ()

    def remember(self, question: Question, answer: Answer) -> None:
        """Add an answer to its conversation; one that is urgent or a guard ends what was talked of.

        An answer that is none ("did you mean", "I do not know that") leaves it: the asker may put it in other words.
        """
        key = _key(question)
        if not key:
            return
        if answer.outcome is Outcome.ANSWERED:
            turns = (*self.turns(question), *(_turn(question, each) for each in (answer, *answer.also)))
            self._keep(key, tuple(turn for turn in turns if turn)[-TURNS:])
        elif answer.entry:
            self._kept.pop(key, None)

    def _keep(self, key: _Key, turns: tuple[Turn, ...]) -> None:
        now = self._clock()
        self._kept[key] = (now, turns)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST or now - next(iter(self._kept.values()))[0] > KEPT:
            self._kept.popitem(last=False)


def _key(question: Question) -> _Key | None:
    """Return the key of a conversation, or None where it is nobody's own: visitors of the page share theirs."""
    own = question.conversation and not question.conversation.endswith(":")
    return (question.conversation, question.asker) if own else None


def _turn(question: Question, answer: Answer) -> Turn | None:
    """Return the turn; of a follow-up, or of one of several questions, what it was read as: that names its subject."""
    if not answer.entry:
        return None
    read = bool(answer.explanation.rewrites) and answer.explanation.normalised
    return Turn((read or question.text)[:CHARACTERS], answer.entry, answer.language)
