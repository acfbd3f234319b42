"""bot/search/neighbours.py"""

from pathlib import Path

import numpy as np
import pytest

from bot.search import neighbours
from bot.search.neighbours import Lists, Scan, short_form

RANDOM = np.random.default_rng(5)
CENTRES = RANDOM.standard_normal((40, 16)).astype(np.float32)
KNOWN = (CENTRES[RANDOM.integers(0, 40, 4000)] + 0.3 * RANDOM.standard_normal((4000, 16))).astype(np.float32)


def nearest(text: np.ndarray, most: int) -> set[int]:
    return set(np.argsort(-(KNOWN @ text))[:most].tolist())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few thousand be too many to look at each."""
    monkeypatch.setattr(neighbours, "EXACT", 1000)


def test_a_scan_finds_the_nearest() -> None:
    for text in KNOWN[:5]:
        assert set(Scan(KNOWN).near(text, 20).tolist()) == nearest(text, 20)
    assert Scan(KNOWN[:3]).near(KNOWN[0], 20).tolist() == [0, 1, 2]


def test_lists_find_nearly_all_that_a_scan_finds(few: None, tmp_path: Path) -> None:
    lists = neighbours.neighbours(KNOWN, tmp_path / "lists-a.faiss")
    assert isinstance(lists, Lists)
    found = [len(set(lists.near(text, 50).tolist()) & nearest(text, 50)) / 50 for text in KNOWN[:100]]
    assert np.mean(found) > 0.98


def test_lists_on_disk_are_opened_again_and_those_of_other_phrasings_go(
    few: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = neighbours.neighbours(KNOWN, tmp_path / "lists-a.faiss").near(KNOWN[0], 10)
    monkeypatch.setattr(neighbours, "_built", lambda *_: pytest.fail("built again"))
    assert np.array_equal(neighbours.neighbours(KNOWN, tmp_path / "lists-a.faiss").near(KNOWN[0], 10), before)
    monkeypatch.undo()
    monkeypatch.setattr(neighbours, "EXACT", 1000)
    neighbours.neighbours(KNOWN[:2000], tmp_path / "lists-b.faiss")
    assert [each.name for each in tmp_path.iterdir()] == ["lists-b.faiss"]


@pytest.mark.parametrize("damage", ["half", "other"])
def test_damaged_lists_are_built_anew(few: None, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "lists-a.faiss"
    neighbours.neighbours(KNOWN if damage == "half" else KNOWN[:2000], file)
    if damage == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    found = neighbours.neighbours(KNOWN, file).near(KNOWN[0], 10)
    assert set(found.tolist()) == nearest(KNOWN[0], 10)
    assert "lists-a.faiss can't be used and is made anew" in caplog.text


def test_lists_that_can_not_be_written_still_work(few: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = neighbours.neighbours(KNOWN, tmp_path / "file" / "lists-a.faiss").near(KNOWN[0], 10)
    assert set(found.tolist()) == nearest(KNOWN[0], 10)


def test_without_the_library_every_phrasing_is_looked_at_and_the_log_says_so(
    few: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(neighbours, "find_spec", lambda name: None)
    assert isinstance(neighbours.neighbours(KNOWN, None), Scan)
    assert "pip install interpol-bot[large]" in caplog.text


def test_short_forms_keep_the_inner_products(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = np.concatenate([KNOWN, np.zeros((4000, 8), np.float32)], axis=1)
    short = flat @ short_form(flat)[:, :16]
    assert np.allclose(short @ short[0], KNOWN @ KNOWN[0], atol=1e-2)
