"""Gaps: unanswered questions, grouped by likeness, the most asked first."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import cli
from bot.gaps import grouped
from bot.messages import Outcome, Question, Suggestion
from bot.settings import Settings
from bot.store import Asked, Store, Unanswered
from tests.fakes import make_answer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def row(text: str, times: int = 1, entry: str | None = None, confidence: float = 0.0, **more: object) -> Unanswered:
    values = {"normalised": text.casefold(), "text": text, "language": "en", "outcome": "declined"}
    return Unanswered(
        **values | {"times": times, "first_at": NOON, "last_at": NOON, "entry": entry, "confidence": confidence} | more
    )


def test_wordings_of_one_question_are_one_gap_led_by_the_most_asked() -> None:
    rows = [
        row("how long does a red notice last", 5),
        row("How long does a red notice last??", 2, "red-notice", 0.3, outcome="suggested"),
        row("how long do red notices last", 1, language="fr"),
        row("who pays for INTERPOL", 3),
    ]
    first, second = grouped(rows)
    assert (first.question, first.times, len(first.wordings)) == ("how long does a red notice last", 8, 2)
    assert (first.entry, first.confidence) == ("red-notice", 0.3)
    assert (first.languages, first.outcomes) == (("en", "fr"), ("declined", "suggested"))
    assert (second.question, second.times, second.entry) == ("who pays for INTERPOL", 3, None)


def test_a_common_word_alone_makes_no_group() -> None:
    assert len(grouped([row("interpol"), row("interpol budget figures"), row("what does interpol do about cats")])) == 3


def test_the_same_nearest_entry_makes_up_for_other_words() -> None:
    texts = ("how long does a red notice last", "how long will a red notice stay")
    assert len(grouped([row(text) for text in texts])) == 2
    assert len(grouped([row(text, entry="red-notice", confidence=0.3) for text in texts])) == 1


def test_of_equals_the_latest_comes_first() -> None:
    old, new = row("alpha beta"), row("gamma delta", last_at=NOON + timedelta(days=1))
    assert [gap.question for gap in grouped([old, new])] == ["gamma delta", "alpha beta"]


@given(st.lists(st.tuples(st.text(max_size=40), st.integers(1, 9)), max_size=30, unique_by=lambda pair: pair[0]))
def test_nothing_is_lost_and_the_order_of_the_rows_does_not_matter(pairs: list[tuple[str, int]]) -> None:
    rows = [row(text, times) for text, times in pairs]
    gaps = grouped(rows)
    assert sum(gap.times for gap in gaps) == sum(times for _, times in pairs)
    assert [gap.times for gap in gaps] == sorted((gap.times for gap in gaps), reverse=True)


# the command


async def _ask(url: str) -> None:
    store, now = Store(url), datetime.now(UTC)
    await store.open()
    near = (Suggestion("red-notice", "?", 0.41),)
    asked = [
        ("How long\x1b[2J does it last?", Outcome.SUGGESTED, now, near),
        ("how long does it last", Outcome.SUGGESTED, now, near),
        ("an old question", Outcome.HANDED_OFF, now - timedelta(days=40), ()),
        ("an answered one", Outcome.ANSWERED, now, ()),
    ]
    for number, (text, outcome, at, suggestions) in enumerate(asked):
        answer = make_answer(text, outcome=outcome, entry=None, suggestions=suggestions, reference=f"r{number}")
        await store.write([Asked.of(Question(text), answer, at)])
    await store.close()


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_command_shows_what_was_asked_lately_and_what_is_nearest(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    asyncio.run(_ask("sqlite:///interpol-bot.db"))
    assert cli.main(["gaps"]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "    2 ×  " in out
    assert "suggested; nearest red-notice (0.41); en; last " in out
    assert "old question" not in out
    assert "answered one" not in out
    assert "\x1b" not in out
    assert cli.main(["gaps", "--days", "60", "--json"]) == 0
    shown = json.loads(capfdbinary.readouterr().out)
    assert [gap["times"] for gap in shown] == [2, 1]
    assert cli.main(["gaps", "--limit", "1", "--days", "60", "--json"]) == 0
    assert len(json.loads(capfdbinary.readouterr().out)) == 1


def test_no_gaps_are_said(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["gaps", "--days", "7"]) == 0
    assert capfdbinary.readouterr().out == b"No gaps in the last 7 days.\n"


@pytest.mark.parametrize("days", ["0", "-3", "99999999"])
def test_days_that_are_none_are_refused(days: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["gaps", "--days", days]) == 2
    assert b"--days must be between 1 and 36500" in capfdbinary.readouterr().err
