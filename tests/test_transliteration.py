"""bot/understanding/transliteration.py"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import normalise
from bot.understanding.transliteration import Transliteration

ARABIC = [
    "ما هي النشرة الحمراء؟",
    "كيف أبلغ عن جريمة",
    "كم تدوم النشرة الحمراء",
    "أنا في خطر، ساعدوني",
    "مقر الإنتربول",
]
LATIN = frozenset("what is a the of interpol notice crime el presidente de que la une est".split())  # noqa: SIM905 - readable
READER = Transliteration(map(normalise, ARABIC), LATIN)


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("chno houwa interpol", "ما هو الإنتربول"),
        ("ma hiya al nashra al hamra", "ما هي النشرة الحمراء"),
        ("Ma hia annashra al7amra?", "ما هي النشرة الحمراء"),
        ("kayf ablegh 3an jarima", "كيف ابلغ عن جريمة"),
        ("kam tadoum al-nachra al-7amra", "كم تدوم النشرة الحمراء"),
        ("wein ma9ar el interpol", "أين مقر الإنتربول"),
        ("ana fi khatar sa3douni", "أنا في خطر ساعدوني"),
    ],
)
def test_arabic_in_latin_letters_is_read(text: str, arabic: str) -> None:
    assert READER.read(text) == arabic


@pytest.mark.parametrize(
    "text",
    [
        "what is a red notice",
        "qu'est-ce que la ccf",
        "el presidente de la interpol",
        "who is hal",
        "set an alarm for 6am",
        "the 3rd of may",
        "covid19 and interpol",
        "i247",
        "hiya",
        "wash my car",
        "mp3 b2b g20 9mm",
        "interpol mossad mi6",
        "",
    ],
)
def test_other_languages_stay_as_they_are(text: str) -> None:
    assert READER.read(text) is None


def test_what_is_hardly_understood_stays_as_it_is() -> None:
    assert READER.read("chno bzzz grrt plkk wxxm") is None


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read_or_left(text: str) -> None:
    read = READER.read(text)
    assert read is None or all("\u0600" <= char <= "\u06ff" or char == " " for char in read)
