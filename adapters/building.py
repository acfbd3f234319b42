"""Makes engines, one after the other, on encoders that are loaded once."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from bot.engine import Engine
from bot.knowledge.schema import Knowledge
from bot.search.chosen_encoders import chosen_encoders
from bot.search.encoding import Encoder


class Builder:
    """Builds an engine of knowledge. `encoders` is a list as in the setting; `cache_dir` makes the next build quick.

    Encoders take hundreds of megabytes and hold nothing of the knowledge: all engines of a process share them. In
    another process, to which a builder may be sent, they are loaded anew.
    """

    def __init__(self, encoders: str, cache_dir: Path) -> None:
        self._setting = encoders
        self._cache_dir = cache_dir
        self._encoders: tuple[Encoder, ...] = ()

    def __call__(self, knowledge: Knowledge) -> Engine:
        """Build: seconds, when the cache is cold. Raises EncoderError."""
        self._encoders = self._encoders or chosen_encoders(self._setting, self._cache_dir)
        engine = Engine(knowledge, self._encoders, self._cache_dir)
        # a question is small work: threads that wait for each other cost several times what they save
        threadpool_limits(1)
        return engine

    def __reduce__(self) -> tuple[type["Builder"], tuple[str, Path]]:
        return Builder, (self._setting, self._cache_dir)
