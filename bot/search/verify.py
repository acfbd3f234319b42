"""Model files are what their packages promise, or they are not used."""

import hashlib
from pathlib import Path

from bot.errors import EncoderError


def verified(file: Path, sha256: str) -> bytes:
    """Return what the file holds, so that what was verified is what is loaded. Raises EncoderError."""
    if not file.is_file():
        raise EncoderError(f"The model file {file.name} is missing. Reinstall: make setup.")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EncoderError(f"The model file {file.name} is damaged: its checksum is wrong. Reinstall: make setup.")
    return content
