"""Arabic written in Latin letters ("chno houwa interpol", "ma hiya al nashra al hamra"), read as Arabic.

Small words come from a list that people reviewed. Any other word is looked for among the Arabic words of the knowledge
by its consonants, which writers agree on where they do not agree on vowels: "nashra", "nachra" and نشرة are all n-sh-r.
Nothing is read as Arabic without a word that only Arabic has, or where any word is another language's.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel

UNDERSTOOD = 0.6  # share of a text's words that must be read, or the text stays as it is
MOST_WORDS = 60  # longer messages in Latin letters are hardly Arabic all through
SHORTEST = 2  # consonants by which a word is looked for
ENOUGH = 3  # words from which on a text may be Arabic although none of them is Arabic alone

# words that no English, French or Spanish question holds: one of them makes a text Arabic. Moroccan to Gulf spellings.
_ONLY_ARABIC = {
    "ما": "chno chnou chnowa chnouwa shno shnu shnou shnuwa shinu shinou shu eih ashno achno",
    "ما هي": "mahiya mahia mahya chnahiya",
    "ما هو": "mahowa mahouwa mahuwa",
    "هي": "hiya hiyya hia heya hya",
    "هو": "houwa howa huwa houa hwa huwwa howwa",
    "كيف": "kayf kayfa kaif kaifa keef kifach kifash kifach kefash izay ezay ezzay ezayy kaifiya",
    "هل": "wach",
    "من": "meen mnin",
    "متى": "mata imta emta imtin waqtach wa9tach wa9tash fuqash fou9ach",
    "أين": "ayna wein wayn feen fayn fein",
    "لماذا": "limatha limadha limaza lesh leesh leish 3lach 3lash 3alash 3lech",
    "كم": "chhal shhal ch7al sh7al chehal 9addesh gaddesh addesh 2addesh",
    "ماذا": "matha madha maza ma2za",
    "هذا": "hadha hatha hadhihi hadihi",
    "يمكن": "momkin mumkin mumken yumkin yomkin ymkn",
    "أريد": "bghit nebghi ureed urid oreed orid areed biddi 3ayez 3awez abgha",
    "عندي": "3andi 3endi 3indi 3ndi",
    "عن": "3an 3ann",
    "على": "3ala 3la 3aley",
    "مع": "ma3a m3a",
    "بلاغ": "balagh",
    "الإنتربول": "lintirbol lanterpol el-interpol al-interpol linterpol alinterpol elinterpol",
}
# words that are Arabic only beside one of those
_BESIDE = {
    "ما": "ma maa ach ash esh eish aysh chou shou",
    "كيف": "kif",
    "هل": "hal wash",
    "من": "man min mine men",
    "أين": "fin fen wain",
    "لماذا": "lach lash leh leih",
    "كم": "kam kem",
    "في": "fi fe f",
    "عن": "an",
    "على": "ala",
    "إلى": "ila ela",
    "أي": "ay ayy",
    "هذا": "had hada",
    "أنا": "ana",
    "أنت": "anta nta enta inta",
    "": "al el il l dial dyal ta3 d wa w o ya",
    "الإنتربول": "interpol",
}
_READ = {word: arabic for table in (_BESIDE, _ONLY_ARABIC) for arabic, words in table.items() for word in words.split()}
_MARKS = frozenset(word for words in _ONLY_ARABIC.values() for word in words.split())

# one consonant between two readings: letters that people write alike are one class
_CLASSES = {
    "ب": "b", "ت": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "ح": "h", "ه": "h", "خ": "x", "د": "d",
    "ض": "d", "ذ": "d", "ظ": "d", "ز": "d", "ر": "r", "ش": "c", "غ": "g", "ف": "f", "ق": "k", "ك": "k", "ل": "l",
    "م": "m", "ن": "n",
}  # fmt: skip
_LATIN = (
    ("tch", "c"), ("sh", "c"), ("ch", "c"), ("kh", "x"), ("gh", "g"), ("th", "s"), ("dh", "d"), ("dj", "j"),
    ("5", "x"), ("7", "h"), ("9", "k"), ("6", "t"), ("q", "k"), ("p", "b"), ("v", "f"), ("z", "d"), ("g", "j"),
)  # fmt: skip
_KEPT = frozenset("bcdfghjklmnrstx")
_DIGRAPH = re.compile("|".join(re.escape(latin) for latin, _ in _LATIN))
_TO_CLASS = dict(_LATIN)
_ARTICLE = re.compile(r"^(?:al|el|il|l)-|^(?:a[a-z]|e[a-z])-")
_JOINED_ARTICLE = re.compile(r"^(?:al|el|il)(?=[a-z0-9]{3})")
# a numeral for a sound, inside or before a word: "3an", "ma7kama"; not "i247", "mi6", "2nd", "6am" or "9mm"
_NUMERAL = re.compile(r"(?<![0-9])[35679](?![0-9])")
_COUNTED = re.compile(r"^[a-z]{1,2}[0-9]$|^[0-9]+(?:st|nd|rd|th|e|er|eme|o|a|am|pm|ish|ans|x)$")
_LATIN_WORD = re.compile(r"[a-z0-9'-]+")
_VOWEL = re.compile(r"[aeiou]")


class Transliteration:
    """Knows the Arabic words of some texts, and words of languages that are written in Latin letters, normalised."""

    def __init__(self, arabic: Iterable[str], latin: frozenset[str] = frozenset()) -> None:
        """Learn the words of Arabic texts, normalised."""
        self._latin = latin
        known: dict[str, list[str]] = defaultdict(list)
        for word, _ in Counter(word for text in arabic for word in text.split()).most_common():
            known[_consonants_of(word)].append(word)
        self._known = {key: tuple(words) for key, words in known.items() if len(key) >= SHORTEST}

    def read(self, text: str) -> str | None:
        """Return an Arabic text for one in Latin letters that is Arabic, else None."""
        words = _LATIN_WORD.findall(text.casefold())
        if not 1 < len(words) <= MOST_WORDS:
            return None
        read = [self._word(word) for word in words]
        found = [each for each in read if each is not None]
        if any(map(_is_arabic, words)):
            understood = len(found) >= UNDERSTOOD * len(words)
        else:
            understood = len(found) == len(words) >= ENOUGH and self._is_foreign(words)
        return " ".join(filter(None, found)) if understood else None

    def _is_foreign(self, words: Sequence[str]) -> bool:
        """Say whether some words stand beside Arabic ones, and none of them is of a language in Latin letters."""
        others = [word for word in words if word not in _READ]
        return 0 < len(others) < len(words) and self._latin.isdisjoint(others)

    def _word(self, word: str) -> str | None:
        """Return an Arabic word, an empty one for an article, None for one that is not known."""
        if word in _READ:
            return _READ[word]
        bare = _ARTICLE.sub("", word)
        return self._sought(bare) or self._sought(_JOINED_ARTICLE.sub("", bare))

    def _sought(self, word: str) -> str | None:
        """Return the known word of the same consonants whose spelling is nearest, the more frequent first."""
        alike = self._known.get(_consonants(word), ())
        if len(alike) < 2:  # noqa: PLR2004 - nothing to choose from
            return alike[0] if alike else None
        found = process.extractOne(word, {each: _spelled(each) for each in alike}, scorer=Indel.distance)
        return str(found[2])


def _is_arabic(word: str) -> bool:
    if word in _MARKS:
        return True
    letters = sum(char.isalpha() for char in word)
    numeral = _NUMERAL.search(word) and letters > 1 and _VOWEL.search(word) and not _COUNTED.match(word)
    return bool(numeral) and not re.search(r"[0-9]{2}", word)


def _consonants(latin: str) -> str:
    """Return the consonants of a word in Latin letters, a doubled one once; "h" at the end is a vowel's."""
    classes = _DIGRAPH.sub(lambda match: _TO_CLASS[match.group()], latin)
    return _once("".join(char for char in classes.removesuffix("h") if char in _KEPT))


def _consonants_of(arabic: str) -> str:
    for article in ("وال", "بال", "لل", "ال"):
        if arabic.startswith(article) and len(arabic) > len(article) + 1:
            arabic = arabic.removeprefix(article)
            break
    return _once("".join(_CLASSES.get(char, "") for char in arabic.removesuffix("ه").removesuffix("ة")))


def _once(consonants: str) -> str:
    return re.sub(r"(.)\1+", r"\1", consonants)


_SPELLED = _CLASSES | {
    "ا": "a", "ى": "a", "ة": "a", "و": "ou", "ي": "i", "ع": "3", "ء": "", "ش": "sh", "خ": "kh", "غ": "gh", "ز": "z",
}  # fmt: skip


def _spelled(arabic: str) -> str:
    return "".join(_SPELLED.get(char, "") for char in arabic.removeprefix("ال"))
