"""bot/bench/apart.py"""

import os
import signal
from functools import partial

import pytest

from bot.bench.apart import Tell, apart
from bot.errors import BotError, EncoderError


def doubled(number: int, tell: Tell) -> int:
    for _ in range(number):
        tell(1)
    return 2 * number


def elsewhere(tell: Tell) -> int:
    return os.getpid()


def raising(error: BaseException, tell: Tell) -> None:
    raise error


def dying(number: int, tell: Tell) -> None:
    os.kill(os.getpid(), number)


def leaving(tell: Tell) -> None:
    os._exit(7)


def test_the_value_comes_back_from_another_process() -> None:
    assert apart(partial(doubled, 21)) == 42
    assert apart(elsewhere) != os.getpid()


def test_steps_are_told_while_it_works() -> None:
    told: list[int] = []
    apart(partial(doubled, 100), told.append)
    assert sum(told) == 100
    assert len(told) > 1


def test_our_own_sentence_comes_back_as_it_is() -> None:
    with pytest.raises(BotError, match=r"^It is broken\.$"):
        apart(partial(raising, EncoderError("It is broken.")))


def test_a_bug_comes_back_with_its_place() -> None:
    with pytest.raises(BotError, match=r"(?s)test_bench_apart.*ZeroDivisionError: really"):
        apart(partial(raising, ZeroDivisionError("really")))


def test_too_little_memory_is_said() -> None:
    with pytest.raises(BotError, match="too little memory"):
        apart(partial(raising, MemoryError()))


def test_a_process_that_is_killed_or_leaves_takes_nobody_along() -> None:
    with pytest.raises(BotError, match=r"killed, most likely because .* too little memory"):
        apart(partial(dying, signal.SIGKILL))
    with pytest.raises(BotError, match="ended too early with code 7"):
        apart(leaving)
    assert apart(partial(doubled, 1)) == 2
