"""bot/search/arrays.py"""

import mmap
import os
import resource
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from bot.search.arrays import HALF_WRITTEN, UNUSED, Array, read_arrays, write_arrays

SOME: dict[str, Array] = {
    "numbers": np.arange(300, dtype=np.float32).reshape(100, 3),
    "keys": np.arange(33, dtype=np.uint8),
    "words": np.array(["en", "العربية"]),
    "none": np.empty(0),
    "one": np.array(2.5),
    "columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
}
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
kinds = st.sampled_from([np.float32, np.float64, np.uint8, np.int64, np.bool_])


def equal(found: dict[str, Array] | None, wanted: dict[str, Array]) -> bool:
    return (
        found is not None and found.keys() == wanted.keys() and all(same(found[name], wanted[name]) for name in found)
    )


def same(left: Array, right: Array) -> bool:
    return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()


@in_one_folder
@given(
    st.dictionaries(
        st.from_regex("[a-z.]{1,9}", fullmatch=True),
        arrays_of.arrays(kinds, arrays_of.array_shapes(min_dims=0, min_side=0, max_dims=3)),
        min_size=1,
    )
)
def test_what_is_written_is_read_by_us_and_by_numpy(tmp_path: Path, arrays: dict[str, Array]) -> None:
    file = tmp_path / "some.npz"
    assert write_arrays(file, arrays)
    assert equal(dict(read_arrays(file) or {}), arrays)
    with np.load(file) as held:
        assert equal(dict(held), arrays)


def test_what_is_read_is_mapped_from_the_file_in_its_place_and_can_not_be_changed(tmp_path: Path) -> None:
    write_arrays(tmp_path / "some.npz", SOME)
    for array in (read_arrays(tmp_path / "some.npz") or {}).values():
        owner: object = array
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(owner, memoryview)
        assert isinstance(owner.obj, mmap.mmap)
        assert array.ctypes.data % 64 == 0
        assert not array.flags.writeable


def test_a_large_file_is_read_just_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.search.arrays.LARGE", 1)
    write_arrays(tmp_path / "some.npz", SOME)
    assert equal(dict(read_arrays(tmp_path / "some.npz") or {}), SOME)


def test_a_file_that_numpy_wrote_is_read_too(tmp_path: Path) -> None:
    np.savez(tmp_path / "some.npz", **SOME)  # type: ignore[arg-type]  # the stub takes the names for its own arguments
    assert np.array_equal((read_arrays(tmp_path / "some.npz") or {})["numbers"], SOME["numbers"])


def test_where_there_is_no_file_there_is_nothing_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_arrays(tmp_path / "none.npz") is None
    assert not caplog.messages


@in_one_folder
@given(st.data())
def test_one_damaged_byte_never_changes_what_is_read(tmp_path: Path, data: st.DataObject) -> None:
    file = tmp_path / "some.npz"
    write_arrays(file, SOME)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    found = read_arrays(file) or {}
    assert all(same(array, SOME[name]) for name, array in found.items() if name in SOME)


@in_one_folder
@given(st.integers(0, 10_000))
def test_half_a_file_is_left_aside(tmp_path: Path, length: int) -> None:
    file = tmp_path / "some.npz"
    write_arrays(file, SOME)
    content = file.read_bytes()
    file.write_bytes(content[: length % len(content)])
    assert read_arrays(file) is None


@in_one_folder
@given(st.binary(max_size=300))
def test_any_other_file_is_left_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.npz"
    file.write_bytes(content)
    assert read_arrays(file) is None


def test_a_foreign_file_is_left_aside_with_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    squeezed, objects, folder = tmp_path / "squeezed.npz", tmp_path / "objects.npz", tmp_path / "folder.npz"
    np.savez_compressed(squeezed, numbers=SOME["numbers"])
    np.savez(objects, any=np.array([{}], dtype=object))
    folder.mkdir()
    with zipfile.ZipFile(tmp_path / "empty.npz", "w"):
        pass
    for file in (squeezed, objects, folder, tmp_path / "empty.npz"):
        caplog.clear()
        assert read_arrays(file) is None
        [line] = caplog.messages
        assert f"The cache file {file.name} can't be used and is made anew" in line


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file can be longer than `size` bytes, as on a full disk: the system refuses to write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "some.npz"
    write_arrays(file, SOME)
    with small_disk(1000):
        assert not write_arrays(file, SOME | {"more": np.zeros(10_000)})
    assert equal(dict(read_arrays(file) or {}), SOME)
    assert [each.name for each in tmp_path.iterdir()] == ["some.npz"]
    [line] = caplog.messages
    assert "next start will be slower" in line


def aged(file: Path, seconds: float) -> Path:
    file.write_bytes(b"old")
    os.utime(file, (time.time() - seconds,) * 2)
    return file


def test_what_nobody_read_for_long_is_removed_and_what_may_be_in_use_is_not(tmp_path: Path) -> None:
    gone = [aged(tmp_path / "a.npz.x.part", HALF_WRITTEN + 60), aged(tmp_path / "b.npz", UNUSED + 60)]
    kept = [
        aged(tmp_path / "c.npz.x.part", HALF_WRITTEN - 60),
        aged(tmp_path / "d.npz", UNUSED - 60),
        aged(tmp_path / "evaluation.json", UNUSED + 60),
    ]
    write_arrays(tmp_path / "some.npz", SOME)
    assert [file.exists() for file in gone] == [False, False]
    assert [file.exists() for file in kept] == [True, True, True]


def test_reading_marks_a_file_as_used(tmp_path: Path) -> None:
    file = tmp_path / "some.npz"
    write_arrays(file, SOME)
    os.utime(file, (time.time() - UNUSED,) * 2)
    read_arrays(file)
    assert time.time() - file.stat().st_mtime < HALF_WRITTEN


def test_who_has_a_file_mapped_keeps_what_was_in_it(tmp_path: Path) -> None:
    file = tmp_path / "some.npz"
    write_arrays(file, SOME)
    before = read_arrays(file)
    write_arrays(file, {"numbers": np.zeros(3)})
    assert equal(dict(before or {}), SOME)
    assert np.array_equal((read_arrays(file) or {})["numbers"], np.zeros(3))
