"""Every error we raise on purpose, drawn as one tree.

BotError                a sentence that says what is wrong and what to do
├── SettingsError       a setting is missing or can't be read
├── KnowledgeError      the knowledge has faults; all of them, each with file and line
├── EditingError        what an editor asked for can't be done as asked
├── EncoderError        an encoder is missing, broken, or gave something that is not a vector
├── StoreError          the database can't be reached or is of another version
├── HandOffError        a hand-off is past what somebody wants to do with it
└── ConnectError        a platform refused us: a wrong token, a missing scope, no network
"""

from dataclasses import dataclass
from pathlib import Path


class BotError(Exception):
    """A failure with a sentence for the person who can mend it."""


class SettingsError(BotError):
    """A setting is missing or can't be read."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with the knowledge. `line` counts from 1; 0 is the file as a whole."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.message}"


class KnowledgeError(BotError):
    """The knowledge can't be used. `faults` holds every fault found, in file order."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"The knowledge has {count}:\n" + "\n".join(map(str, faults)))


class EditingError(BotError):
    """What an editor asked for can't be done as asked."""


class EncoderError(BotError):
    """An encoder is missing, broken, or gave something that is not a vector."""


class StoreError(BotError):
    """The database can't be reached or is of another version."""


class HandOffError(BotError):
    """A hand-off is past what somebody wants to do with it. `state` is where it stands, `expert` who has it."""

    def __init__(self, state: str, expert: str = "") -> None:
        self.state = state
        self.expert = expert
        super().__init__(f"That can't be done any more: it is {state}{f' by {expert}' if expert else ''}.")


class ConnectError(BotError):
    """A platform refused us."""
