"""A question's words: cleaning, normalising, sentences, language. Any Unicode, any length, in linear time."""

import re
import unicodedata

from py3langid.langid import MODEL_FILE, LanguageIdentifier

READ_LIMIT = 4000  # characters of a message that are read; more than any platform lets a person type at once
SURE_OF_ONE_WORD = 0.85  # a name or a word that languages share ("europol", "diffusion") tells little
SURE_OF_LANGUAGE = 0.6  # below this probability the asker's own setting, else English, is believed

_SPACES = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w\s]|_")
_SENTENCE_END = re.compile(r"(?<=[.!?؟\n])\s+|\n+")
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
    return "".join(_shown(char) for char in unicodedata.normalize("NFKC", read))


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    return " " if category in {"Cc", "So", "Sk"} and char != "\n" else char


_ASCII = {code: shown for code in range(128) if (shown := _shown(chr(code))) != chr(code)}


def normalise(text: str) -> str:
    """Return the key under which two phrasings count as the same: case, accents and punctuation do not matter."""
    decomposed = unicodedata.normalize(
        "NFKD", clean(text).casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    )
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SPACES.sub(" ", _NOT_WORDS.sub(" ", bare)).strip()


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
    """Tells the language of a short text, among those that the knowledge is written in."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(list(known))
        self._known = known

    def detect(self, text: str, hint: str | None = None) -> str:
        """Return the code of the text's language; where the text leaves it open, the hint, else English.

        `hint` is a locale such as `fr`, `es-419` or `pt_BR`; a language that is not known counts as none.
        """
        if len(_ARABIC.findall(text)) * 2 > len(_LETTER.findall(text)):
            return "ar" if "ar" in self._known else "en"
        fallback = self.base(hint) or "en"
        if not has_words(text):
            return fallback
        language, probability = self._identifier.classify(text.casefold())
        needed = SURE_OF_LANGUAGE if " " in text.strip() else SURE_OF_ONE_WORD
        return str(language) if probability >= needed else fallback

    def base(self, locale: str | None) -> str | None:
        """Return the known language of a locale, or None."""
        code = re.split(r"[-_]", locale or "", maxsplit=1)[0].casefold()
        return code if code in self._known else None
