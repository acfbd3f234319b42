"""bot/search/cache.py"""

from pathlib import Path

import numpy as np
import pytest

from bot.search.cache import encode_cached
from bot.search.encoders import encode_all
from tests.toy_encoders import ToyEncoder

TEXTS = ["one", "two words", "three more words", "one"]


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
    assert np.array_equal(vectors, encode_all(ToyEncoder(), [*TEXTS, "a fourth"]))


def test_what_is_no_longer_used_is_dropped_in_the_end(tmp_path: Path) -> None:
    encode_cached(ToyEncoder(), [f"text {number}" for number in range(50)], tmp_path)
    large = next(tmp_path.iterdir()).stat().st_size
    encode_cached(ToyEncoder(), ["text 1"], tmp_path)
    assert next(tmp_path.iterdir()).stat().st_size < large


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"something else"])
def test_a_broken_file_is_made_anew(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    right = encode_cached(ToyEncoder(), TEXTS, tmp_path)
    next(tmp_path.iterdir()).write_bytes(content)
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, tmp_path), right)
    assert "made anew" in caplog.text
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, tmp_path), right)


def test_a_file_with_wrong_vectors_is_made_anew(tmp_path: Path) -> None:
    right = encode_cached(ToyEncoder(), TEXTS, tmp_path)
    file = next(tmp_path.iterdir())
    with np.load(file) as held:
        keys, vectors = held["keys"], held["vectors"]
    np.savez(file, keys=keys, vectors=vectors * np.float32("nan"))
    assert np.array_equal(encode_cached(ToyEncoder(), TEXTS, tmp_path), right)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert len(encode_cached(ToyEncoder(), TEXTS, blocked / "cache")) == len(TEXTS)
    assert "next start will be slower" in caplog.text


def test_without_a_folder_nothing_is_kept() -> None:
    encoder = ToyEncoder()
    encode_cached(encoder, TEXTS, None)
    assert encoder.encoded == len(TEXTS)
