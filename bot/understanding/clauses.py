"""The parts of a message: its sentences, and the questions that stand in it one after the other.

Word by word, so in linear time.
"""

from collections.abc import Callable, Iterator, Sequence

from bot.text import clean, normalise

MOST_QUESTIONS = 3  # that are answered one by one; a message with more tells a story
MOST_SENTENCES = 6  # of a message that is read as questions; a longer one tells a story
MOST_RANKED = 8  # sentences that are ranked for themselves
RANKED_CHARACTERS = 1500  # of all of them together: what the encoders read is what costs time
LONG = 300  # characters of a sentence; a longer one, without a full stop to it, is read piece by piece

ASKING = frozenset(
    normalise(
        """
        what whats who whos whom whose which when where wheres why how hows is are was were do does did can could will
        would should may must has have tell explain describe define
        qu quest que quel quelle quels quelles qui quand pourquoi comment combien est sont peut peuton puis puisje faut
        faudraitil doit doiton quoi estce existetil atil dites expliquez explique cest
        qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas es son puede pueden puedo hay dime
        explica explícame
        ما ماذا من متى أين لماذا كيف هل كم أي لمن بماذا ممن عم اشرح أخبرني ماهي ماهو شو وين ليش مين شنو ايش
        """
    ).split()
)
_AND = frozenset(normalise("and et y e also").split())
_ALSO = frozenset({"and also", "and then", "et aussi", "et puis", "y tambien", "y ademas", "وايضا", "وكذلك"})
_ARABIC_AND = "و"


def asks(part: str) -> bool:
    """Say whether a sentence, or a part of one, asks something: by its mark or by its first word."""
    if part.rstrip().endswith(("?", "؟")):
        return True
    words = [word for word in normalise(part).replace("-", " ").split() if word not in _AND]
    return bool(words) and (words[0] in ASKING or without_and(words[0]) in ASKING)


def questions(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the two or three questions in a message's sentences, or nothing where it asks one or tells a story."""
    if len(sentences) > MOST_SENTENCES:
        return ()
    asked = tuple(clause for sentence in sentences for clause in _clauses(sentence) if asks(clause))
    return asked if 1 < len(asked) <= MOST_QUESTIONS else ()


def ranked(sentences: Sequence[str], cue: Callable[[str], float]) -> tuple[str, ...]:
    """Return the sentences of a message that are ranked for themselves, in its order; none where it is a single one.

    Where there are too many, those with the highest cue (how likely it is that an emergency hides in them) and those
    that ask come first, then the last and the first ones.
    """
    parts = [piece for sentence in sentences for piece in _pieces(sentence)]
    if len(parts) < 2:  # noqa: PLR2004 - the whole message is ranked anyway
        return ()
    order = sorted(range(len(parts)), key=lambda at: (-cue(parts[at]), not asks(parts[at]), _from_the_ends(at, parts)))
    chosen: list[int] = []
    room = RANKED_CHARACTERS
    for at in order[:MOST_RANKED]:
        if len(parts[at]) <= room:
            chosen.append(at)
            room -= len(parts[at])
    return tuple(parts[at] for at in sorted(chosen))


def _from_the_ends(at: int, parts: Sequence[str]) -> int:
    return min(2 * at + 1, 2 * (len(parts) - 1 - at))


def _pieces(sentence: str) -> Iterator[str]:
    """Yield a sentence, or, of a very long one, pieces that end with a word."""
    while len(sentence) > LONG:
        cut = sentence.rfind(" ", LONG // 2, LONG)
        cut = cut if cut > 0 else LONG
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence


def _clauses(sentence: str) -> Iterator[str]:
    """Yield the parts of a sentence that "and also", or "and" before a question word, joins; each without its "and"."""
    words = sentence.split()
    keys = [normalise(word) for word in words]
    starts = [0, *(at for at in range(1, len(words)) if _begins(keys, at))]
    for start, stop in zip(starts, [*starts[1:], len(words)], strict=True):
        first = next((at for at in range(start, stop) if keys[at] not in _AND), start)
        yield clean(" ".join(words[first:stop]))


def _begins(keys: Sequence[str], at: int) -> bool:
    """Say whether another question begins at a word."""
    key, after = keys[at], keys[at + 1] if at + 1 < len(keys) else ""
    if key in _ALSO or f"{key} {after}" in _ALSO:
        return True
    return (key in _AND and after.split(" ")[0] in ASKING) or without_and(key) in ASKING


def without_and(word: str) -> str:
    """Return an Arabic word, normalised, without the "and" written as one with it; nothing where there is none."""
    return word[1:] if word.startswith(_ARABIC_AND) else ""
