"""What the adapter remembers of its own messages, while the process lives: nothing of it is needed to answer.

After a restart an edited question keeps its first answer, and threads are followed again once the bot is called in.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

LIMIT = 10_000  # of each kind; the oldest are forgotten: some 2 MB each
AGAIN_SECONDS = 3600.0  # for how long an answer is near enough to be pointed at

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Thread = tuple[str, str]  # channel, thread_ts


@dataclass(frozen=True, slots=True)
class Post:
    """An answer that was posted. `heard`: nobody had addressed the bot."""

    channel: str
    ts: str
    heard: bool = False


class Recent(Generic[K, V]):
    """A mapping of the last `limit` that were put into it."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept: OrderedDict[K, V] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Keep, as the newest."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def get(self, key: K) -> V | None:
        """Return what is kept."""
        return self._kept.get(key)

    def drop(self, key: K) -> None:
        """Forget."""
        self._kept.pop(key, None)


@dataclass(frozen=True, slots=True)
class Sight:
    """Where an answer stands, and since when."""

    url: str
    post: str
    at: float


class Memory:
    """What was posted for which post, in which threads the bot was called, what was answered where."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._posts: Recent[str, Post] = Recent()
        self._deleted: Recent[str, bool] = Recent()
        self._stale: Recent[str, bool] = Recent()  # their answers are gone, or say something else
        self._threads: Recent[Thread, bool] = Recent()  # whether it follows
        self._seen: Recent[tuple[str, str], Sight] = Recent()
        self._lately: Recent[str, str] = Recent()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, key: str) -> asyncio.Lock:
        """Return the lock under which a post's answer is sent, changed and deleted, one after the other."""
        return self._locks.setdefault(key, asyncio.Lock())

    def posted(self, key: str, post: Post) -> None:
        """Remember the answer to a post."""
        self._posts.put(key, post)

    def post(self, key: str) -> Post | None:
        """Return the answer to a post."""
        return self._posts.get(key)

    def forget(self, key: str) -> None:
        """Forget the answer to a post, and where it stands."""
        self._posts.drop(key)
        self._stale.put(key, value=True)

    def deleted(self, key: str) -> None:
        """Remember that a post is gone."""
        self._deleted.put(key, value=True)

    def is_deleted(self, key: str) -> bool:
        """Say whether a post is gone."""
        return self._deleted.get(key) is not None

    def called(self, thread: Thread) -> None:
        """Remember that the bot was called into a thread; one that was muted stays so."""
        if self._threads.get(thread) is None:
            self._threads.put(thread, value=True)

    def mute(self, thread: Thread) -> None:
        """Follow a thread no longer."""
        self._threads.put(thread, value=False)

    def follows(self, thread: Thread) -> bool:
        """Say whether the bot was called into a thread and not muted there."""
        return self._threads.get(thread) is True

    def changed(self, key: str) -> None:
        """Remember that the answer to a post says something else by now."""
        self._stale.put(key, value=True)

    def saw(self, channel: str, name: str, url: str, post: str) -> None:
        """Remember where an answer stands."""
        self._stale.drop(post)
        self._seen.put((channel, name), Sight(url, post, self._clock()))
        self._lately.put(channel, name)

    def near(self, channel: str, name: str) -> str | None:
        """Return the address of the same answer in a channel, if it was given lately and not deleted since."""
        sight = self._seen.get((channel, name))
        if sight is None or self._clock() - sight.at > AGAIN_SECONDS or self._stale.get(sight.post):
            return None
        return sight.url

    def lately(self, channel: str) -> str | None:
        """Return what was last answered in a channel."""
        return self._lately.get(channel)
