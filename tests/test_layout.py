"""The shape of the house: who may import whom, what an adapter consists of, where each module is tested."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ADAPTERS = ("slack", "discord", "web")
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
TESTED_ELSEWHERE = {  # module: the test file that covers it, because it is only of use together with another
    "adapters/slack/blocks.py": "test_slack_render.py",  # every limit, by generated answers
    "adapters/slack/parse_settings.py": "test_slack_settings.py",
    "adapters/slack/selftest.py": "test_slack_doctor.py",
    "adapters/slacking.py": "test_slack_doctor.py",
    "adapters/slack/parse_experts.py": "test_slack_cards.py",
    "adapters/slack/presses.py": "test_slack_buttons.py",
    "adapters/slack/sending.py": "test_slack_app.py",  # what fails, and is tried again
    "adapters/slack/texts.py": "test_slack_render.py",
    "adapters/asking.py": "test_cli.py",  # the commands are tested as they are typed
    "adapters/checking.py": "test_editing.py",
    "adapters/command.py": "test_cli.py",
    "adapters/configuring.py": "test_cli.py",
    "adapters/deep.py": "test_editing.py",
    "adapters/evaluating.py": "test_report.py",  # what it prints
    "adapters/migrating.py": "test_cli.py",
    "adapters/serving.py": "test_program.py",
    "adapters/stored.py": "test_drafting.py",
    "bot/errors.py": "test_loader.py",  # KnowledgeError's sentences; the others are plain
    "bot/health.py": "test_slack_socket.py",  # a frozen value, shown by readiness
    "bot/known_rules.py": "test_rules.py",
    "bot/messages.py": "test_plain.py",  # frozen values
    "bot/editing/folder.py": "test_importing.py",  # what is written there, and what is not
    "bot/editing/limits.py": "test_review.py",
    "bot/editing/phrasings.py": "test_review.py",
    "bot/editing/records.py": "test_review.py",
    "bot/editing/rows.py": "test_sheets.py",
    "bot/editing/sections.py": "test_sheets.py",
    "bot/knowledge/menu_schema.py": "test_menu.py",
    "bot/knowledge/schema.py": "test_loader.py",  # each rule, broken in a file
    "bot/knowledge/sentences.py": "test_loader.py",  # the words of each fault
    "bot/knowledge/yaml_lines.py": "test_loader.py",  # the line of each fault
    "bot/store/address.py": "test_migrations.py",  # every kind of DATABASE_URL, opened
    "bot/store/database.py": "test_migrations.py",
    "bot/store/records.py": "test_store.py",  # what is written is read back
    "bot/store/tables.py": "test_store.py",
}


def contract(kind: str, name: str) -> dict[str, Any]:
    found = [rule for rule in RULES["contracts"] if rule["type"] == kind and name in rule["name"]]
    assert len(found) == 1
    return dict(found[0])


def modules() -> list[Path]:
    found = [path for folder in ("bot", "adapters") for path in (ROOT / folder).rglob("*.py")]
    return [path.relative_to(ROOT) for path in found if path.name != "__init__.py" and "migrations" not in path.parts]


def covering(module: Path) -> list[Path]:
    """Return the test files of a module: test_NAME.py, or test_FOLDER_NAME.py for one in a folder of that name."""
    names = (module.stem, f"{module.parent.name}_{module.stem}")
    return [found for name in names for found in (ROOT / "tests").glob(f"test_{name}.py")]


def test_the_import_rules_are_configured() -> None:
    layers = contract("layers", "adapters never import each other")["layers"]
    assert layers == ["adapters.cli", "adapters.assemble", "adapters.slack | adapters.discord | adapters.web", "bot"]
    unknown_to_bot = contract("forbidden", "bot knows no adapter")
    assert unknown_to_bot["source_modules"] == ["bot"]
    assert {"adapters", "slack_bolt", "discord", "starlette"} <= set(unknown_to_bot["forbidden_modules"])
    pure = contract("forbidden", "engine and search are pure")
    assert {"bot.engine", "bot.search"} <= set(pure["source_modules"])
    assert {"sqlalchemy", "asyncio"} <= set(pure["forbidden_modules"])


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_has_its_three_files(name: str) -> None:
    """What outgrows one of them stands beside it, under the name of its theme."""
    folder = ROOT / "adapters" / name
    assert {path.name for path in folder.glob("*.py")} >= {"__init__.py", "app.py", "parse.py", "render.py"}


def test_there_are_no_other_adapters() -> None:
    folders = {path.name for path in (ROOT / "adapters").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(ADAPTERS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_passes_the_contract(name: str) -> None:
    text = (ROOT / "tests" / f"test_{name}_contract.py").read_text("utf-8")
    assert "AdapterContract" in text or "ChatContract" in text


@pytest.mark.parametrize("module", modules(), ids=str)
def test_every_module_has_its_tests(module: Path) -> None:
    elsewhere = TESTED_ELSEWHERE.get(module.as_posix())
    assert covering(module) or (elsewhere and (ROOT / "tests" / elsewhere).exists()), (
        f"write tests/test_{module.stem}.py, or say in TESTED_ELSEWHERE where {module} is tested"
    )


def test_the_table_of_exceptions_is_fresh() -> None:
    for module in TESTED_ELSEWHERE:
        assert (ROOT / module).exists()
        assert covering(Path(module)) == []


def test_no_test_folder_shadows_a_library() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert folders.isdisjoint({"slack", "discord", "slack_sdk", "slack_bolt"})
