"""bot/search/cache.py"""

import multiprocessing
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import EncoderError
from bot.search import cache
from bot.search.cache import encode_cached, encode_cached_many
from bot.search.encoders import Vectors, encode_all
from tests.toy_encoders import BrokenEncoder, ToyEncoder, good

TEXTS = ["one", "two words", "three more words", "one"]
DISTINCT = ["one", "two words", "three more words"]


def vectors_of(texts: Sequence[str]) -> Vectors:
    return encode_all(ToyEncoder(), texts)


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_the_second_time_nothing_is_encoded(tmp_path: Path) -> None:
    first = encode_cached(ToyEncoder(), TEXTS, tmp_path)
    again = ToyEncoder()
    assert np.array_equal(encode_cached(again, TEXTS, tmp_path), first)
    assert again.encoded == 0


def test_only_what_is_new_is_encoded(tmp_path: Path) -> None:
    encode_cached(ToyEncoder(), TEXTS, tmp_path)
    again = ToyEncoder()
    vectors = encode_cached(again, [*TEXTS, "a fourth"], tmp_path)
    assert again.encoded == 1
    assert np.array_equal(vectors, vectors_of([*TEXTS, "a fourth"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from([f"text {number}" for number in range(9)]), max_size=12), max_size=4))
def test_whatever_was_asked_before_each_text_gets_its_vector(tmp_path: Path, asked: list[list[str]]) -> None:
    for texts in asked:
        assert encode_cached(ToyEncoder(), texts, tmp_path).tolist() == vectors_of(texts).tolist()


def test_what_is_read_again_is_mapped_from_the_file(tmp_path: Path) -> None:
    for texts in (DISTINCT, DISTINCT, [*DISTINCT, "a fourth"], ["before all", *DISTINCT]):
        vectors = encode_cached(ToyEncoder(), texts, tmp_path)
        assert not vectors.flags.owndata
        assert not vectors.flags.writeable
        assert np.array_equal(vectors, vectors_of(texts))


def test_a_text_that_comes_back_is_still_known(tmp_path: Path) -> None:
    encode_cached(ToyEncoder(), DISTINCT, tmp_path)
    encode_cached(ToyEncoder(), [*DISTINCT[:2], "another"], tmp_path)
    again = ToyEncoder()
    encode_cached(again, DISTINCT, tmp_path)
    assert again.encoded == 0


def test_what_is_no_longer_used_is_dropped_in_the_end(tmp_path: Path) -> None:
    encode_cached(ToyEncoder(), [f"text {number}" for number in range(500)], tmp_path)
    large = only_file(tmp_path).stat().st_size
    for _ in range(2):
        assert np.array_equal(encode_cached(ToyEncoder(), ["text 1"], tmp_path), vectors_of(["text 1"]))
        assert only_file(tmp_path).stat().st_size < large / 10


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"something else"])
def test_a_broken_file_is_made_anew(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    right = encode_cached(ToyEncoder(), TEXTS, tmp_path)
    only_file(tmp_path).write_bytes(content)
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, tmp_path), right)
    [line] = caplog.messages
    assert "made anew" in line
    again = ToyEncoder()
    assert np.array_equal(encode_cached(again, TEXTS, tmp_path), right)
    assert again.encoded == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_one_damaged_byte_is_never_a_wrong_vector(tmp_path: Path, place: float, change: int) -> None:
    encode_cached(ToyEncoder(), DISTINCT, tmp_path)
    file = only_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] ^= change
    file.write_bytes(content)
    assert np.array_equal(encode_cached(ToyEncoder(), DISTINCT, tmp_path), vectors_of(DISTINCT))


@pytest.mark.parametrize(
    "damage", ["nan", "long", "short", "keys", "flat", "integers", "no vectors", "before", "later"]
)
def test_a_file_with_wrong_vectors_is_made_anew(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    right = encode_cached(ToyEncoder(), TEXTS, tmp_path)
    file = only_file(tmp_path)
    with np.load(file) as held:
        arrays = dict(held)
    vectors = arrays["vectors"]
    arrays |= {
        "nan": {"vectors": vectors * np.float32("nan")},
        "long": {"vectors": vectors * 2},
        "short": {"vectors": vectors[:-1]},
        "keys": {"keys": arrays["keys"][:-3]},
        "flat": {"vectors": vectors.ravel()},
        "integers": {"vectors": np.ones(vectors.shape, dtype=np.int64)},
        "no vectors": {"vectors": np.empty((0, 16), dtype=np.float32)},
        "before": {"about": np.empty(0)},
        "later": {"about": np.frombuffer(b'{"format": 99, "encoder": "toy"}', np.uint8)},
    }[damage]
    np.savez(file, **arrays)
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, tmp_path), right)
    [line] = caplog.messages
    assert "made anew" in line


def test_another_encoders_file_is_not_taken_for_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encode_cached(ToyEncoder("mine"), TEXTS, tmp_path)
    only_file(tmp_path).rename(tmp_path / "vectors-other.npz")
    other = ToyEncoder("other")
    encode_cached(other, TEXTS, tmp_path)
    assert other.encoded == len(DISTINCT)
    assert "another encoder" in caplog.text


def test_an_encoder_whose_vectors_have_grown_is_asked_for_all_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    encode_cached(ToyEncoder(), DISTINCT, tmp_path)
    grown = encode_cached(ToyEncoder(dimensions=24), [*DISTINCT, "more"], tmp_path)
    assert np.array_equal(grown, encode_all(ToyEncoder(dimensions=24), [*DISTINCT, "more"]))
    assert "its vectors have 16 numbers, the encoder's 24" in caplog.text


def test_a_name_that_is_no_file_name_is_kept_all_the_same(tmp_path: Path) -> None:
    encode_cached(ToyEncoder("a/b: c\\d é"), TEXTS, tmp_path)
    again = ToyEncoder("a/b: c\\d é")
    encode_cached(again, TEXTS, tmp_path)
    assert again.encoded == 0
    assert only_file(tmp_path).parent == tmp_path


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, blocked / "cache"), vectors_of(TEXTS))
    [line] = caplog.messages
    assert "next start will be slower" in line


def test_without_a_folder_nothing_is_kept() -> None:
    encoder = ToyEncoder()
    encode_cached(encoder, TEXTS, None)
    assert encoder.encoded == len(TEXTS)


@pytest.mark.parametrize("how", BrokenEncoder.HOW)
def test_an_encoder_that_fails_leaves_no_file_and_does_not_stop_the_others(tmp_path: Path, how: str) -> None:
    broken, right = encode_cached_many([(BrokenEncoder(how), TEXTS), (ToyEncoder(), TEXTS)], tmp_path)
    assert isinstance(broken, EncoderError)
    assert np.array_equal(good(right), vectors_of(TEXTS))
    assert only_file(tmp_path).name == "vectors-toy.npz"
    with pytest.raises(EncoderError, match=f"broken-{how}"):
        encode_cached(BrokenEncoder(how), TEXTS, tmp_path)


def test_a_long_encoding_that_is_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CHECKPOINT", 10)
    texts = [f"text {number}" for number in range(35)]
    told: list[tuple[int, int]] = []

    def stop_at_25(done: int, total: int) -> None:
        told.append((done, total))
        if done > 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_cached_many([(ToyEncoder(), texts)], tmp_path, stop_at_25)
    again = ToyEncoder()
    assert np.array_equal(encode_cached(again, texts, tmp_path), vectors_of(texts))
    assert (told, again.encoded) == ([(10, 35), (20, 35), (30, 35)], 15)


def _encode_often(folder: Path, first: int, wrong: "multiprocessing.Queue[int]") -> None:
    for turn in range(20):
        texts = [f"text {number}" for number in range(first, first + 30 + turn)]
        wrong.put(int(not np.array_equal(encode_cached(ToyEncoder(), texts, folder), vectors_of(texts))))


def test_processes_that_write_at_once_never_read_a_wrong_vector(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    wrong: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=_encode_often, args=(tmp_path, first, wrong)) for first in (0, 20)]
    for worker in workers:
        worker.start()
    assert sum(wrong.get(timeout=60) for _ in range(20 * len(workers))) == 0
    for worker in workers:
        worker.join()
    assert only_file(tmp_path).name == "vectors-toy.npz"
