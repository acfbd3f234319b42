from pathlib import Path

from bot.editing.mistaken import review_mistaken, steps
from bot.editing.records import read_records
from bot.knowledge.loader import load
from tests import knowledge_folder
from tests.test_review import entry, faq, file_of
from tests.toy_encoders import ToyEncoder

SAME = [f"guided tour of the building {word}" for word in ("monday", "tuesday", "friday")]


def test_entries_that_the_engine_mixes_up_are_told_with_an_example(tmp_path: Path) -> None:
    ours = [*SAME, "quite another matter"]
    theirs = [f"{each} morning" for each in SAME] + [f"{each} evening" for each in SAME]
    told = run(knowledge_folder.write(tmp_path, faq(entry("visits", *ours), entry("tours", *theirs))))
    [found] = [each for each in told if each.startswith("the engine takes") and "of visits in en for tours" in each]
    assert "3 of the 5 phrasings" in found  # of what only one entry has, nothing can be taken for the other
    assert found.endswith("reword, or add counter-examples (unlike) to tours")


def test_declining_one_way_or_the_other_is_no_mistake(tmp_path: Path) -> None:
    theirs = [f"{each} morning" for each in SAME] + [f"{each} evening" for each in SAME]
    guards = [entry(name, *said, outcome="declined", sources=[]) for name, said in (("a", SAME), ("b", theirs))]
    told = run(knowledge_folder.write(tmp_path, {"guards/more.yaml": file_of(*guards)}))
    assert not [each for each in told if "of a in en for b" in each]
    assert [each for each in told if "of danger in en for b" in each]  # but an emergency that is declined is one


def run(folder: Path) -> list[str]:
    encoders = (ToyEncoder(), ToyEncoder("english", frozenset({"en"})))
    ticks: list[None] = []
    records = {record.id: record for record in read_records(folder)}
    found = list(review_mistaken(load(folder), records, encoders, folder / ".cache", lambda: ticks.append(None)))
    assert len(ticks) == steps(encoders)
    return [remark.message for remark in found]
