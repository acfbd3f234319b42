"""bot/search/mpnet.py, on a small MPNet that is split into packages like the real one."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import EncoderError
from bot.search.chosen_encoders import chosen_encoders
from bot.search.encoders import MiniLM
from bot.search.mpnet import MPNet, prepared
from bot.search.mpnet_weights import PARTS, RELEASE, Release
from tests.tiny_model import WORDS
from tests.tiny_mpnet import install, part_file


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.syspath_prepend(tmp_path)
    return install(tmp_path)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> MPNet:
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return MPNet(None, install(folder))


def test_the_words_that_it_knows_count_as_common_ones(tiny: MPNet) -> None:
    assert tiny.vocabulary() == {word for word in WORDS if word.isalpha()}


def test_it_is_prepared_once_and_then_needs_no_packages(
    tmp_path: Path, installed: Release, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cache = tmp_path / "cache"
    first = prepared(cache, installed)
    assert [line for line in caplog.messages if "Preparing the encoder mpnet, once: about" in line] == caplog.messages
    for part in PARTS:
        part_file(tmp_path, part).unlink()
    assert prepared(cache, installed) == first
    assert len(caplog.messages) == len([*cache.iterdir()]) == 1


def test_what_is_damaged_in_the_cache_is_prepared_anew(
    tmp_path: Path, installed: Release, caplog: pytest.LogCaptureFixture
) -> None:
    first = prepared(tmp_path / "cache", installed)
    [file] = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    assert prepared(tmp_path / "cache", installed) == first
    assert "can't be used and is made anew" in caplog.text


def test_other_weights_are_not_taken_for_those_in_the_cache(tmp_path: Path, installed: Release) -> None:
    prepared(tmp_path / "cache", installed)
    with pytest.raises(EncoderError, match=re.escape("the checksum of model.safetensors is wrong")):
        prepared(tmp_path / "cache", replace(installed, model="0" * 64))


def test_one_that_can_not_be_loaded_is_one_warning_and_the_others_go_on(
    tmp_path: Path, installed: Release, caplog: pytest.LogCaptureFixture
) -> None:
    assert installed != RELEASE
    assert [each.name for each in chosen_encoders("minilm,mpnet", tmp_path / "cache")] == [MiniLM.name]
    [line] = [each for each in caplog.messages if "can't be used" in each]
    assert line.startswith("Encoder mpnet can't be used; answers will be less good. The weights of mpnet are damaged")
