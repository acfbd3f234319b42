"""Drafts: an expert's answer in the terminal, and what accepting it writes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

from adapters import cli
from bot.editing.drafting import Wish, plan
from bot.errors import EditingError
from bot.handoff import states
from bot.handoff.states import Expert
from bot.knowledge.loader import load
from bot.knowledge.schema import SHORT_LIMIT
from bot.settings import Settings
from bot.store import Draft, Store
from tests import knowledge_folder
from tests.fakes import HOSTILE
from tests.test_handoff_states import ANN, NOON, REQUEST

TODAY = date(2026, 7, 15)
DRAFT = Draft(
    7, "1a2b", "slack", "How long does it last?", "Until it is withdrawn. *Not* longer.", "en", ANN, NOON, "k", NOON
)
WISH = Wish("red-notice-duration", source="faqs")
T = TypeVar("T")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return knowledge_folder.write(tmp_path / "knowledge")


def refusal(folder: Path, draft: Draft, wish: Wish) -> str:
    with pytest.raises(EditingError) as caught:
        plan(folder, load(folder), draft, wish, TODAY)
    return str(caught.value)


def accepted(folder: Path, draft: Draft = DRAFT, wish: Wish = WISH) -> list[Path]:
    made = plan(folder, load(folder), draft, wish, TODAY)
    made.carry_out()
    return [*made.files]


def test_an_accepted_draft_is_an_entry_in_the_expert_s_words(folder: Path) -> None:
    [path] = accepted(folder)
    assert path == folder / "faq" / "red-notice-duration.yaml"
    entry = load(folder).by_id["red-notice-duration"]
    assert entry.en.question == "How long does it last?"
    assert entry.en.short == "Until it is withdrawn. \\*Not\\* longer."
    assert (entry.sources, entry.reviewed, entry.en.phrasings) == (("faqs",), TODAY, ("red notice duration",))
    written = path.read_text("utf-8")
    assert "# From draft 7: a person's answer of 2026-06-01, hand-off 1a2b." in written
    assert ANN.name not in written


def test_what_was_asked_stays_a_phrasing_when_an_editor_puts_it_better(folder: Path) -> None:
    wish = replace(WISH, question="How long is a red notice in force?", phrasings=("duration", "How long does it LAST"))
    accepted(folder, wish=wish)
    text = load(folder).by_id["red-notice-duration"].en
    assert text.question == "How long is a red notice in force?"
    assert text.phrasings == ("How long does it last?", "duration")


def test_a_long_answer_is_parted_at_a_sentence(folder: Path) -> None:
    sentences = [f"Sentence number {n} is here to fill the room that there is." for n in range(12)]
    accepted(folder, replace(DRAFT, answer=" ".join(sentences) + "\nA last line."))
    entry = load(folder).by_id["red-notice-duration"].en
    assert len(entry.short) <= SHORT_LIMIT
    assert " ".join([*entry.short.split(), *entry.details.split()]) == " ".join([*sentences, "A last line."])
    assert entry.details.endswith("\n\nA last line.")


def test_a_topic_is_a_file_to_append_to(folder: Path) -> None:
    before = (folder / "faq" / "notices.yaml").read_text("utf-8")
    [path] = accepted(folder, wish=replace(WISH, topic="notices"))
    assert path.read_text("utf-8").startswith(before.rstrip("\n"))


def test_a_page_that_is_not_listed_is_listed(folder: Path) -> None:
    before = (folder / "sources.yaml").read_text("utf-8")
    page = replace(WISH, source="", source_title="FAQs", source_url="https://www.interpol.int/en/More")
    accepted(folder, wish=page)
    assert (folder / "sources.yaml").read_text("utf-8").startswith(before)
    knowledge = load(folder)
    [source] = knowledge.by_id["red-notice-duration"].sources
    record = knowledge.sources[source]
    assert (record.title, record.url, record.publisher, record.as_of, record.undated) == (
        ("FAQs", "https://www.interpol.int/en/More", "interpol.int", "2026-07-15", True)
    )


def test_a_page_that_is_listed_is_found_by_its_address(folder: Path) -> None:
    page = replace(WISH, source="", source_title="Anything", source_url="https://www.interpol.int/en/FAQs")
    [_] = accepted(folder, wish=page)
    assert load(folder).by_id["red-notice-duration"].sources == ("faqs",)


def test_a_draft_in_another_language_needs_english_and_gets_both(folder: Path) -> None:
    french = replace(DRAFT, language="fr", question="Combien de temps ?", answer="Jusqu'à son retrait.")
    assert "--english-question and --english-short" in refusal(folder, french, WISH)
    english = replace(WISH, english_question="How long?", english_short="Until it is withdrawn.")
    assert "--phrasing" in refusal(folder, french, english)
    accepted(folder, french, replace(english, phrasings=("combien de temps dure une notice rouge",)))
    entry = load(folder).by_id["red-notice-duration"]
    assert entry.fr
    assert (entry.en.short, entry.fr.short) == ("Until it is withdrawn.", "Jusqu'à son retrait.")


@pytest.mark.parametrize(
    ("draft", "wish", "words"),
    [
        (DRAFT, replace(WISH, source=""), "add --source-title and --source-url"),
        (DRAFT, replace(WISH, source="", source_title="FAQs"), "add --source-title and --source-url"),
        (DRAFT, replace(WISH, source="nowhere"), "'nowhere' is not listed in sources.yaml"),
        (DRAFT, replace(WISH, source="", source_title="X", source_url="not an address"), "sources.yaml"),
        (DRAFT, replace(WISH, entry="mission"), "There is an entry 'mission' already"),
        (DRAFT, replace(WISH, entry="Not An Id"), "such as not-an-id"),
        (DRAFT, replace(WISH, topic="../etc/passwd"), "can't take entries"),
        (replace(DRAFT, answer="x" * 400), WISH, "write it with --short"),
        (replace(DRAFT, question="why " * 60), WISH, "with --question"),
        (replace(DRAFT, answer="See {member-count}."), WISH, "member-count"),
        (replace(DRAFT, question="interpol mission"), WISH, "interpol mission"),  # another entry's phrasing
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_become_an_entry_is_refused_with_what_to_do_and_nothing_is_written(
    folder: Path, draft: Draft, wish: Wish, words: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert words in refusal(folder, draft, wish)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_hostile_words_are_shown_as_they_stand(folder: Path) -> None:
    accepted(folder, replace(DRAFT, question=f"why {HOSTILE}", answer=f"{HOSTILE} [x](https://evil.example)"))
    text = load(folder).by_id["red-notice-duration"].en
    short = text.short
    assert "\u202e" not in short + text.question
    assert "\\[x\\]" in short
    assert "\\*b\\*" in short


# the command


def stored(url: str, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = Store(url)
        await store.open()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def _put(store: Store, answer: str) -> Draft:
    one = await store.handoffs.open(states.opened(replace(REQUEST, question="How\x1b[2J long?"), NOON))
    answered = await store.handoffs.save(one, states.answer(one, Expert("slack:T1:ANN", "Ann"), answer, NOON))
    assert answered
    return await store.handoffs.add_draft(answered, ANN, NOON)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    """A database with a draft, as the settings name it."""
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/drafts.db"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("KNOWLEDGE_DIR", str(folder))
    stored(url, lambda store: _put(store, "Until it is withdrawn."))
    return url


def run(*arguments: str) -> int:
    return cli.main(["drafts", *arguments])


def state_of(url: str) -> tuple[str, str, str]:
    one = stored(url, lambda store: store.handoffs.draft(1))
    assert one
    return one.state.value, one.entry, one.reason


def test_drafts_are_listed_and_shown_with_where_they_are_from(
    url: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("list") == 0
    assert run("show", "1") == 0
    out = capfdbinary.readouterr().out.decode()
    for said in ("How [2J long?", "Until it is withdrawn.", "Answered by Ann (slack:T1:ANN) on 2026-06-01, hand-off"):
        assert said in out
    assert "\x1b" not in out
    assert run("show", "1", "--json") == 0
    shown = json.loads(capfdbinary.readouterr().out)
    assert (shown["answer"], shown["state"]) == ("Until it is withdrawn.", "new")


def test_accepting_writes_the_entry_and_says_what_is_left_to_do(
    url: str, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("accept", "1", "--entry", "duration", "--source", "faqs", "--question", "How long?") == 0
    assert load(folder).by_id["duration"].en.short == "Until it is withdrawn."
    assert state_of(url) == ("accepted", "duration", "")
    out = capfdbinary.readouterr().out.decode()
    assert "duration is new, from draft 1" in out
    assert "few-phrasings: duration" in out
    assert run("accept", "1", "--entry", "other", "--source", "faqs") == 2
    assert b"Draft 1 was accepted already, as duration." in capfdbinary.readouterr().err


def test_what_is_refused_stays_new(url: str, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("accept", "1", "--entry", "duration") == 2
    assert b"--source-title" in capfdbinary.readouterr().err
    assert state_of(url) == ("new", "", "")
    assert "duration" not in load(folder).by_id


def test_a_rejected_draft_keeps_the_reason(url: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("reject", "1", "--reason", "It names a person.") == 0
    assert state_of(url) == ("rejected", "", "It names a person.")
    capfdbinary.readouterr()
    assert run("list") == 0
    assert capfdbinary.readouterr().out == b"There are no new drafts.\n"
    assert run("list", "--all") == 0
    assert b"rejected" in capfdbinary.readouterr().out
    assert run("accept", "1", "--entry", "duration", "--source", "faqs") == 2
    assert b"Draft 1 was rejected already: It names a person." in capfdbinary.readouterr().err


def test_a_draft_that_is_not_there_is_said(url: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("show", "99") == 2
    assert b"There is no draft 99" in capfdbinary.readouterr().err
