"""What people write around a question: greetings, "quick question", "please". Taken off where a question remains.

Word by word, so in linear time. Only the two ends are looked at: what stands inside belongs to the question.
"""

import re
from collections.abc import Iterable, Sequence

from bot.text import has_words, normalise

# Compared without case, accents and punctuation. Never a word that an emergency may begin or end with, such as "help".
_OPENING = """
hi; hello; hey; heya; hiya; hi there; hey there; hello there; hi all; hello all; hi everyone; hello everyone; hi team;
hi folks; hi guys; hey guys; good morning; good afternoon; good evening; good day; greetings; dear bot; hey bot; hi bot;
hello bot; ok bot; interpol bot; hey interpol bot; hi interpol bot; hello interpol bot; how are you; how are you doing;
hope you are well; hope youre well; i hope you are well; i hope youre well; hope this finds you well; excuse me;
sorry to bother you; sorry to bother; quick q; quick question; quick one; a quick question; just a quick question;
just a quick q; small question; one question; one more question; another question; i have a question;
i have a quick question; i have another question; ive got a question; ive got a quick question; i got a question;
got a question; question for you; random question; dumb question; stupid question; silly question; noob question;
maybe a stupid question; please; pls; plz; um; umm; uh; okay; ok; okay so; ok so; btw; by the way; just wondering;
just curious; was wondering; i was wondering; i was just wondering; thanks in advance;
bonjour; bonsoir; salut; coucou; rebonjour; bonjour a tous; bonjour a toutes et a tous; salut a tous; bonjour le bot;
salut le bot; bonjour bot; salut bot; comment allez vous; ca va; jespere que vous allez bien; excusez moi; excuse moi;
une question; une petite question; petite question; question rapide; une question rapide; petite question rapide;
juste une question; juste une petite question; jai une question; jai une petite question; encore une question;
une autre question; sil vous plait; sil te plait; svp; stp; dites moi; euh; au fait; je me demandais;
hola; buenas; buenos dias; buenas tardes; buenas noches; hola a todos; hola bot; oye bot; hola que tal; que tal;
como estas; como esta usted; disculpa; disculpe; disculpen; perdona; perdone; una pregunta; una preguntita;
una pregunta rapida; pregunta rapida; tengo una pregunta; tengo una duda; una duda; una consulta; tengo una consulta;
otra pregunta; por favor; porfa; por cierto; me preguntaba;
مرحبا; اهلا; اهلا وسهلا; هلا; السلام عليكم; سلام عليكم; السلام عليكم ورحمه الله; السلام عليكم ورحمة الله;
السلام عليكم ورحمة الله وبركاته; سلام; صباح الخير; مساء الخير; تحيه طيبه; تحية طيبة; كيف حالك; كيف الحال; عفوا;
سؤال سريع; عندي سؤال; عندي سؤال سريع; لدي سؤال; لدي سؤال سريع; عندي استفسار; لدي استفسار; سؤال اخر; من فضلك;
لو سمحت; لو سمحتم; رجاء; يا بوت; مرحبا يا بوت;
salam; slm; salam alaykum; salam alaikum; salam aleikum; salam 3alaykum; assalamu alaikum; assalamou alaikoum;
as salam alaykum; marhaba; mar7aba; ahlan; ahla; ahlan wa sahlan; sabah el kheir; saba7 el kheir; sbah lkhir;
masa el kheir; min fadlak; men fadlak; law samaht; law sama7t; 3afak; afak; 3andi sou2al; 3andi so2al; 3ndi su2al
"""
# only where a comma, a colon or a dash follows: "well, …", but "well known criminals"
_OPENING_BEFORE_A_PAUSE = """
question; bot; well; yo; sorry; right; look; listen; anyway; bon; ben; dis; pardon; pregunta; bueno; oye; perdon;
سؤال; طيب; حسنا; استفسار; soual; sou2al; so2al; su2al
"""
_CLOSING = """
please; pls; plz; thanks; thank you; thx; thnx; ty; tysm; tia; thanks in advance; thank you in advance; many thanks;
thanks a lot; thank you so much; thank you very much; thanks so much; much appreciated; cheers; lol; lmao; haha; hahaha;
btw; best regards; kind regards; regards; just curious; just wondering; asking for a friend; quick question; bot;
merci; merci davance; merci beaucoup; merci bien; svp; stp; sil vous plait; sil te plait; mdr; cordialement; bien
cordialement; bonne journee; gracias; muchas gracias; mil gracias; gracias de antemano; por favor; porfa; porfis;
saludos; un saludo; jaja; jajaja; شكرا; شكرا لك; شكرا لكم; شكرا جزيلا; شكرا جزيلا لك; وشكرا; من فضلك; من فضلكم;
لو سمحت; لو سمحتم; رجاء; مع الشكر; تحياتي; مع تحياتي; هههه; ههه; chokran; shukran; shokran; choukran; min fadlak;
law samaht; law sama7t; 3afak; afak
"""
MOST = 10  # phrases of filler that are taken off at each end
_PAUSE = re.compile(r"[,;:!.…\-–—،؛]\s*$")
_LEFT_OVER = re.compile(r"^[\s,;:!.…\-–—،؛)]+")

_Phrases = frozenset[tuple[str, ...]]


def _listed(text: str) -> _Phrases:
    return frozenset(tuple(normalise(phrase).split()) for phrase in text.split(";"))


_FIRST, _PAUSED, _LAST = _listed(_OPENING), _listed(_OPENING_BEFORE_A_PAUSE), _listed(_CLOSING)
_LONGEST = max(map(len, _FIRST | _LAST))


def strip(text: str) -> str:
    """Return a cleaned text without the filler at its two ends, or, where nothing else is in it, as it was."""
    return _left(text) or text


def is_filler(text: str) -> bool:
    """Say whether a cleaned text is filler and nothing else."""
    return not _left(text)


def _left(text: str) -> str:
    tokens = text.split()
    words = [normalise(token).split() for token in tokens]
    start = _opening(tokens, words)
    stop = _closing(words, start)
    left = _LEFT_OVER.sub("", " ".join(tokens[start:stop]))
    return left if has_words(left) else ""


def _opening(tokens: Sequence[str], words: Sequence[list[str]]) -> int:
    """Return how many tokens filler takes up at the beginning."""
    start = 0
    for _ in range(MOST):
        start += _longest(words[start : start + _LONGEST], tokens[start : start + _LONGEST])
    return start


def _longest(words: Sequence[list[str]], tokens: Sequence[str]) -> int:
    for length in range(len(tokens), 0, -1):
        phrase = _joined(words[:length])
        if not phrase or phrase in _FIRST or (phrase in _PAUSED and _PAUSE.search(tokens[length - 1])):
            return length
    return 0


def _closing(words: Sequence[list[str]], start: int) -> int:
    """Return at which token the filler at the end begins."""
    stop = len(words)
    for _ in range(MOST):
        stop -= next((n for n in range(min(_LONGEST, stop - start), 0, -1) if _ends(words[stop - n : stop])), 0)
    return stop


def _ends(words: Sequence[list[str]]) -> bool:
    return bool(words[0]) and _joined(words) in _LAST  # signs before a phrase are the question's own


def _joined(words: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(word for each in words for word in each)
