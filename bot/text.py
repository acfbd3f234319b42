"""A question's words: cleaning, normalising, sentences, language. Any Unicode, any length, in linear time."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

READ_LIMIT = 4000  # characters of a message that are read; more than any platform lets a person type at once
SURE_OF_ONE_WORD = 0.85  # a name or a word that languages share ("europol", "diffusion") tells little
SURE_OF_LANGUAGE = 0.6  # below this probability the asker's own setting, else English, is believed
NO_DOUBT = 0.9  # from here on, one word of another language changes nothing
SHOUTED = 0.8  # share of capitals among a text's letters from which it is all capitals

SHORT = 200  # characters, as many as a phrasing may have: the keys of such texts are remembered
_REMEMBERED = 0x10000

_SPACES = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w\s]|_")
_SENTENCE_END = re.compile(r"(?<=[.!?؟\n])\s+|\n+|(?<=[?؟])(?=[^\W\d_])")
_SELECTOR = re.compile("[\ufe00-\ufe0f\u20e3]")  # what turns a sign into an emoji, and is left when that is gone
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LETTER = re.compile(r"[^\W\d_]")


def clean(text: str) -> str:
    """Return what a person sees of a text, on one line: no control, format or private characters, no emoji.

    Line breaks become spaces; a lone surrogate disappears; at most READ_LIMIT characters are read.
    """
    return _SPACES.sub(" ", _visible(text)).strip()


def _visible(text: str) -> str:
    read = text[:READ_LIMIT]
    if read.isascii():  # most questions; several times faster
        return read.translate(_ASCII)
    return unicodedata.normalize("NFKC", _SELECTOR.sub("", read)).translate(_ALL)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    return " " if category in {"Cc", "So", "Sk"} and char != "\n" else char


class _Table(dict[int, str]):
    """Makes up a character's translation when it is first met; remembers those of the plane that people write in."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        super().__init__()
        self._translate = translate

    def __missing__(self, code: int) -> str:
        found = self._translate(chr(code))
        if code < _REMEMBERED:
            self[code] = found
        return found


def _bare(char: str) -> str:
    return "" if unicodedata.combining(char) else char


_ASCII = {code: shown for code in range(128) if (shown := _shown(chr(code))) != chr(code)}
_ALL, _WITHOUT_MARKS = _Table(_shown), _Table(_bare)


def normalise(text: str) -> str:
    """Return the key under which two phrasings count as the same: case, accents and punctuation do not matter."""
    return _remembered(text) if len(text) <= SHORT else _normalised(text)


def _normalised(text: str) -> str:
    folded = clean(text).casefold().replace("'", "")
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
        folded = apart.translate(_WITHOUT_MARKS)
    return " ".join(_NOT_WORDS.sub(" ", folded).split())


# the loader, the reader and the index each ask for the key of every phrasing
_remembered = lru_cache(maxsize=0x10000)(_normalised)


def calm(text: str) -> str:
    """Return a text that is shouted (ALL CAPITALS) in small letters. A single word may be a name, and stays."""
    cased = [char.isupper() for char in text if char.isupper() or char.islower()]
    return text.lower() if " " in text and cased and sum(cased) >= SHOUTED * len(cased) else text


def has_words(text: str) -> bool:
    """Say whether there is a letter in the text at all."""
    return bool(_LETTER.search(text))


def sentences(text: str, most: int = 8) -> tuple[str, ...]:
    """Split a message into its sentences and lines, the first and the last ones where there are more than `most`."""
    parts = [clean(part) for part in _SENTENCE_END.split(_visible(text))]
    worded = [part for part in parts if has_words(part)]
    if len(worded) <= most:
        return tuple(worded)
    return tuple(worded[: most // 2] + worded[-(most - most // 2) :])


class Languages:
    """Tells the language of a short text, among those that the knowledge is written in.

    `words` are known words, normalised, of which each belongs to one language alone: what tells short texts apart that
    are too short, or too badly accented, for their letters to do so.
    """

    def __init__(self, known: tuple[str, ...], words: Mapping[str, str] | None = None) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(list(known))
        self._known = known
        self._words = words or {}

    def detect(self, text: str, hint: str | None = None) -> str:
        """Return the code of the text's language; where the text leaves it open, the hint, else English.

        `hint` is a locale such as `fr`, `es-419` or `pt_BR`; a language that is not known counts as none.
        """
        return self.told(text) or self.base(hint) or "en"

    def told(self, text: str) -> str | None:
        """Return the code of the language that the text itself tells, or None where it leaves it open."""
        if len(_ARABIC.findall(text)) * 2 > len(_LETTER.findall(text)):
            return "ar" if "ar" in self._known else None
        if not has_words(text):
            return None
        language, probability = self._identifier.classify(text.casefold())
        if probability < NO_DOUBT and (other := self._by_words(text)):
            return other
        needed = SURE_OF_LANGUAGE if " " in text.strip() else SURE_OF_ONE_WORD
        return str(language) if probability >= needed else None

    def _by_words(self, text: str) -> str | None:
        """Return the language to which most of several words belong; a single one may be a name."""
        words = normalise(text).split()
        votes = Counter(self._words[word] for word in words if word in self._words and len(words) > 1)
        best = votes.most_common(2)
        return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None

    def base(self, locale: str | None) -> str | None:
        """Return the known language of a locale, or None."""
        code = re.split(r"[-_]", locale or "", maxsplit=1)[0].casefold()
        return code if code in self._known else None
