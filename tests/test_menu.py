"""knowledge/menu.yaml: what it may name, and that every answer can be browsed."""

from pathlib import Path

from bot.knowledge.loader import load
from bot.messages import Outcome
from tests.knowledge_folder import told, write

ROOT = Path(__file__).parent.parent
TOPIC = "topics:\n  - {id: a, files: [notices], en: A, fr: A, es: A, ar: A}\n"


def test_a_menu_that_names_what_there_is_has_no_faults(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path, {"menu.yaml": f"{TOPIC}notices: [red-notice]\n"}))
    assert knowledge.menu.notices == ("red-notice",)
    assert "red-notice" in knowledge.files[knowledge.menu.topics[0].files[0]]


def test_a_menu_may_be_missing_or_empty(tmp_path: Path) -> None:
    assert load(write(tmp_path)).menu.topics == ()
    assert load(write(tmp_path, {"menu.yaml": ""})).menu.notices == ()


def test_what_it_names_that_is_not_there_is_a_fault_with_its_line(tmp_path: Path) -> None:
    wrong = TOPIC.replace("[notices]", "[nothing]") + "notices:\n  - red-notice\n  - pink-notice\n"
    assert told(write(tmp_path, {"menu.yaml": wrong})) == [
        ("menu.yaml", 2, "topics[1].files[1]: 'nothing': there is no such file in faq/"),
        ("menu.yaml", 5, "notices[2]: 'pink-notice': there is no entry of this id"),
    ]


def test_what_it_names_twice_is_a_fault(tmp_path: Path) -> None:
    twice = TOPIC + TOPIC.removeprefix("topics:\n") + "notices: [red-notice, red-notice]\n"
    messages = [message for _, _, message in told(write(tmp_path, {"menu.yaml": twice}))]
    assert len(messages) == 3
    assert all("stands twice: name it once" in message for message in messages)


def test_every_answer_in_faq_can_be_browsed() -> None:
    knowledge = load(ROOT / "knowledge")
    shown = {file for topic in knowledge.menu.topics for file in topic.files}
    assert set(knowledge.files) - shown == set(), "name these files of faq/ in a topic of knowledge/menu.yaml"
    assert all(knowledge.by_id[each].outcome is Outcome.ANSWERED for each in knowledge.menu.notices)
