"""bot/search/verify.py"""

from hashlib import sha256
from pathlib import Path

import pytest

from bot.errors import EncoderError
from bot.search.verify import verified

CONTENT = b"weights"


def test_a_file_that_is_what_it_should_be_is_returned(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(CONTENT)
    assert verified(file, sha256(CONTENT).hexdigest()) == CONTENT


def test_another_content_or_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    with pytest.raises(EncoderError, match=r"model\.bin is missing\. Reinstall: make setup"):
        verified(file, sha256(CONTENT).hexdigest())
    file.write_bytes(CONTENT + b"!")
    with pytest.raises(EncoderError, match=r"model\.bin is damaged: its checksum is wrong"):
        verified(file, sha256(CONTENT).hexdigest())
