"""Answers grow old: past `review_by` they say when they were checked, past `expires` they are withheld."""

from datetime import date
from pathlib import Path

import pytest

from bot.composer import Composer
from bot.engine import Engine
from bot.knowledge.loader import load
from bot.knowledge.schema import Entry
from bot.markup import parse, plain
from bot.messages import Answer, Explanation, Outcome, Question
from tests.fakes import WORDS
from tests.knowledge_folder import MISSION, replaced, told, write
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import ToyEncoder

NOTICES = KNOWLEDGE.entries[0]  # reviewed 1 January 2026, to be reviewed by 1 January 2027
DANGER = KNOWLEDGE.by_id["danger"]
LIMITED = NOTICES.model_copy(update={"expires": date(2027, 6, 30)})


def asked_on(day: date, entry: Entry = NOTICES, language: str = "en") -> Answer:
    return Composer(KNOWLEDGE, lambda: day).entry(Question("x"), entry, 0.9, Explanation(language=language))


def test_up_to_the_day_of_review_nothing_is_said() -> None:
    assert asked_on(date(2027, 1, 1)).notes == (WORDS.not_legal_advice,)


@pytest.mark.parametrize(("language", "when"), [("en", "1 January 2026"), ("fr", "1er janvier 2026")])
def test_past_it_the_answer_says_when_it_was_last_checked(language: str, when: str) -> None:
    answer = asked_on(date(2027, 1, 2), language=language)

    assert answer.notes == (WORDS.overdue.replace("{date}", when), WORDS.not_legal_advice)
    assert answer.short == (NOTICES.text(language) or NOTICES.en).short


def test_emergency_guidance_and_small_talk_do_not_age() -> None:
    assert asked_on(date(2099, 1, 1), DANGER).notes == ()


def test_past_its_last_day_an_answer_only_names_the_page_to_read() -> None:
    answer = asked_on(date(2027, 7, 1), LIMITED)

    assert plain(answer.short) == WORDS.withheld.replace("{source}", "A page (INTERPOL)")
    assert (answer.details, answer.next_steps) == ("", "")
    assert (answer.outcome, answer.entry, answer.title) == (Outcome.ANSWERED, "notices", "What are notices?")
    assert [source.title for source in answer.sources] == ["A page"]


def test_on_its_last_day_it_is_still_given() -> None:
    assert asked_on(date(2027, 6, 30), LIMITED).short == NOTICES.en.short


def test_the_name_of_the_page_can_not_format_anything() -> None:
    page = KNOWLEDGE.sources["page"].model_copy(update={"title": "*A* [page] <b> {source}"})
    knowledge = KNOWLEDGE.model_copy(update={"sources": {"page": page}})

    answer = Composer(knowledge, lambda: date(2099, 1, 1)).entry(Question("x"), LIMITED, 0.9, Explanation())

    assert parse(answer.short)
    assert "*A* [page] <b> {source} (INTERPOL)" in plain(answer.short)


def test_the_engine_is_told_the_day() -> None:
    late = Engine(KNOWLEDGE, [ToyEncoder()], today=lambda: date(2030, 1, 1)).answer(Question("coloured alerts"))
    early = Engine(KNOWLEDGE, [ToyEncoder()], today=lambda: date(2026, 2, 1)).answer(Question("coloured alerts"))

    assert len(late.notes) == len(early.notes) + 1


def test_an_answer_can_not_expire_before_it_was_reviewed(tmp_path: Path) -> None:
    changes = replaced("faq/mission.yaml", "review_by: 2027-07-01", "review_by: 2027-07-01\n    expires: 2026-07-01")

    [(_, _, message)] = told(write(tmp_path, changes))

    assert message == "expires: must be later than reviewed (2026-07-01)"


def test_what_expires_needs_a_source_to_point_to(tmp_path: Path) -> None:
    changes = replaced("guards/danger.yaml", "review_by: 2027-07-01", "review_by: 2027-07-01\n    expires: 2027-08-01")

    [(name, line, message)] = told(write(tmp_path, changes))

    assert (name, line) == ("guards/danger.yaml", 6)
    assert message == "expires: what expires needs a source, to point to from then on"


def test_the_last_day_is_read_from_the_file(tmp_path: Path) -> None:
    mission = MISSION.replace("review_by: 2027-07-01", "review_by: 2027-07-01\n    expires: 2027-08-01")

    assert load(write(tmp_path, {"faq/mission.yaml": mission})).by_id["mission"].expires == date(2027, 8, 1)
