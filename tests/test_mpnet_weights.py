"""bot/search/mpnet_weights.py, on a small MPNet that is split into packages like the real one."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import EncoderError
from bot.search.mpnet_graph import Tensors
from bot.search.mpnet_weights import INSTALL, PARTS, Release, joined, package, read_release
from tests.tiny_mpnet import install, part_file, weights

ROOT = Path(__file__).parent.parent


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.syspath_prepend(tmp_path)
    return install(tmp_path)


def test_every_part_that_is_missing_is_named_with_what_to_do(tmp_path: Path, installed: Release) -> None:
    for part in (2, 4):
        part_file(tmp_path, part).unlink()
    with pytest.raises(EncoderError) as caught:
        read_release(installed)
    assert str(caught.value) == f"The weights of mpnet are not installed ({package(2)}, {package(4)}): {INSTALL}"


def reason(release: Release, tensors: Tensors, words: bytes) -> str:
    """What is said of the packages, or that what is read from them is as it was."""
    try:
        found, read = read_release(release)
    except EncoderError as error:
        return str(error)
    same = read == words and all(np.array_equal(found[name], tensors[name]) for name in tensors)
    return "the same" if same else "something else"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    part=st.sampled_from(PARTS), place=st.floats(0, 1, exclude_max=True), how=st.sampled_from(["cut", "other", "empty"])
)
def test_a_damaged_part_is_found_out(tmp_path: Path, installed: Release, part: int, place: float, how: str) -> None:
    file = part_file(tmp_path, part)
    whole, (tensors, words) = file.read_bytes(), read_release(installed)
    at = int(place * len(whole))
    file.write_bytes(
        {"cut": whole[:at], "other": whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :], "empty": b""}[how]
    )
    said = reason(installed, tensors, words)
    file.write_bytes(whole)
    assert re.fullmatch(
        r"the same|The weights of mpnet are damaged \(.+\)\. Install them anew: .+ --force-reinstall", said
    )
    assert INSTALL in said or how == "other"  # a byte may be one that nothing depends on


def test_the_tensors_are_those_that_were_written(installed: Release) -> None:
    tensors, _ = read_release(installed)
    wanted = weights()
    assert tensors.keys() == wanted.keys()
    assert all(np.array_equal(tensors[name], wanted[name]) for name in wanted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.binary(max_size=9), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(-9, 50), st.integers(0, 2), st.integers(-1, 20))),
)
def test_joined_files_are_read_like_one(tmp_path: Path, parts: list[bytes], moves: list[tuple[int, int, int]]) -> None:
    files = [tmp_path / str(number) for number in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        file.write_bytes(part)
    with joined(files) as many, BytesIO(b"".join(parts)) as one:
        for offset, whence, size in moves:
            if {0: 0, 1: one.tell(), 2: len(one.getvalue())}[whence] + offset < 0:
                with pytest.raises(ValueError, match="before the beginning"):
                    many.seek(offset, whence)
            else:
                assert many.seek(offset, whence) == max(0, one.seek(offset, whence))
            assert many.read(size) == one.read(size)
            assert many.tell() == one.tell()


def test_the_lock_file_holds_the_parts_with_hashes_and_nothing_else() -> None:
    text = (ROOT / "requirements-mpnet.lock").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[::2] == [f"{package(part)}==0.0.1 \\" for part in PARTS]
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in lines[1::2])
    assert INSTALL.split()[-1] == "requirements-mpnet.lock"
    assert "--no-deps" in INSTALL
