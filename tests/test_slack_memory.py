"""adapters/slack/memory.py: what the adapter remembers of its own messages, and for how long."""

from adapters.slack.memory import AGAIN_SECONDS, Memory, Post, Recent


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_only_the_last_are_kept() -> None:
    recent: Recent[int, str] = Recent(2)
    for number in (1, 2, 1, 3):
        recent.put(number, str(number))
    assert [recent.get(number) for number in (1, 2, 3)] == ["1", None, "3"]
    recent.drop(1)
    recent.drop(7)
    assert recent.get(1) is None


def test_an_answer_is_near_for_a_while_in_its_own_channel() -> None:
    clock = Clock()
    memory = Memory(clock)
    memory.saw("C1", "red", "https://example.org/1", "post")
    assert memory.near("C1", "red") == "https://example.org/1"
    assert memory.near("C2", "red") is None
    assert memory.near("C1", "blue") is None
    clock.now = AGAIN_SECONDS + 1
    assert memory.near("C1", "red") is None
    assert memory.lately("C1") == "red"


def test_an_answer_that_was_changed_or_forgotten_is_no_longer_near() -> None:
    memory = Memory(Clock())
    for lose in (memory.changed, memory.forget):
        memory.saw("C1", "red", "https://example.org/1", "post")
        assert memory.near("C1", "red")
        lose("post")
        assert memory.near("C1", "red") is None


def test_a_forgotten_post_has_no_answer() -> None:
    memory = Memory()
    memory.posted("post", Post("C1", "1.1"))
    assert memory.post("post") == Post("C1", "1.1")
    memory.forget("post")
    assert memory.post("post") is None


def test_a_muted_thread_stays_muted_when_the_bot_is_called_into_it_again() -> None:
    memory = Memory()
    assert not memory.follows(("C1", "1.1"))
    memory.called(("C1", "1.1"))
    assert memory.follows(("C1", "1.1"))
    memory.mute(("C1", "1.1"))
    memory.called(("C1", "1.1"))
    assert not memory.follows(("C1", "1.1"))


async def test_one_post_has_one_lock_while_it_is_held() -> None:
    memory = Memory()
    async with memory.lock("post") as _:
        assert memory.lock("post").locked()
        assert not memory.lock("other").locked()
