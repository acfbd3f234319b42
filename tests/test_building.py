import pickle
from pathlib import Path

import pytest

from adapters import building
from adapters.assemble import builder
from adapters.building import Builder
from bot.messages import Question
from bot.search.encoding import Encoder
from bot.settings import Settings
from tests.small_knowledge import KNOWLEDGE
from tests.toy_encoders import ToyEncoder


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the settings for which encoders were loaded; they are toys."""
    found: list[str] = []

    def load(setting: str, _folder: Path) -> tuple[Encoder, ...]:
        found.append(setting)
        return (ToyEncoder(),)

    monkeypatch.setattr(building, "chosen_encoders", load)
    return found


def test_engines_of_one_process_share_their_encoders(tmp_path: Path, loaded: list[str]) -> None:
    build = Builder("toy", tmp_path)
    for version in ("one", "two"):
        engine = build(KNOWLEDGE.model_copy(update={"version": version}))
        assert engine.version == version
        assert engine.answer(Question("vacancies")).entry == "jobs"
    assert loaded == ["toy"]


def test_another_process_loads_its_own_into_the_same_cache(tmp_path: Path, loaded: list[str]) -> None:
    build = Builder("toy", tmp_path)
    build(KNOWLEDGE)
    sent = pickle.loads(pickle.dumps(build))  # noqa: S301 - just made
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    sent(KNOWLEDGE)
    assert loaded == ["toy", "toy"]
    assert before
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")} == before


def test_the_start_and_a_reload_have_the_same_builder(tmp_path: Path) -> None:
    assert builder(Settings(cache_dir=tmp_path)) is builder(Settings(cache_dir=tmp_path))
