"""bot/knowledge/json_schema.py: the schemas beside the knowledge are those of the types, and accept the knowledge."""

import json
from pathlib import Path

from bot.knowledge.json_schema import schemas, write
from bot.knowledge.schema import Entry, Words

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "knowledge" / "schemas"


def test_the_schemas_are_fresh() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert kept == schemas(), "run: make docs"


def test_there_is_one_for_each_kind_of_file() -> None:
    kinds = {"faq", "crimes", "words", "facts", "facets", "sources", "contact", "synonyms", "menu"}
    assert {Path(name).stem for name in schemas()} == kinds


def test_they_name_every_field_and_allow_no_other() -> None:
    entry = json.loads(schemas()["faq.json"])["$defs"]["Entry"]
    words = json.loads(schemas()["words.json"])
    assert set(entry["properties"]) == set(Entry.model_fields)
    assert set(words["properties"]) == set(Words.model_fields)
    assert entry["additionalProperties"] is False
    assert words["additionalProperties"] is False


def test_writing_them_removes_what_is_left_of_others(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    write(tmp_path)
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(schemas())
