"""bot/bench/machine.py"""

import platform

import numpy as np

from bot.bench.apart import Tell, apart
from bot.bench.machine import peak_mb, resident_mb, this_machine


def growth(tell: Tell) -> tuple[float, float, float]:
    before = resident_mb()
    block = np.ones(25_000_000)  # 200 MB
    held = resident_mb() - before
    del block
    return held, resident_mb() - before, peak_mb() - before


def test_memory_is_told_as_it_is_and_as_it_was_at_most() -> None:
    held, after, peak = apart(growth)
    assert 195 < held < 230
    assert after < 50
    assert 195 < peak < 230


def test_the_machine_is_described_without_its_name() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.memory_gb >= 1
    assert f"{machine.cores} cores" in str(machine)
    assert machine.python in str(machine)
    assert platform.node() not in str(machine).split()
