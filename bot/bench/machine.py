"""The machine that measures, and the memory that this process takes."""

import os
import platform
import resource
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_STATUS = Path("/proc/self/status")
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; what getrusage counts in
MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """Its size, without its name. `memory_gb` is what it has, in 10^9 bytes."""

    cores: int
    memory_gb: int
    processor: str
    python: str
    system: str
    day: str  # of the measurement, ISO 8601

    def __str__(self) -> str:
        return f"{self.cores} cores ({self.processor}), {self.memory_gb} GB, Python {self.python}, {self.system}"


def this_machine() -> Machine:
    """Describe the machine that runs this."""
    return Machine(
        cores=_cores(),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE),
        processor=platform.machine(),
        python=platform.python_version(),
        system=platform.system(),
        day=datetime.now().astimezone().date().isoformat(),
    )


def resident_mb() -> float:
    """Return the memory that this process has in use now, in 10^6 bytes; where that is not told, its peak."""
    return (_status("VmRSS") or _peak()) / MEGABYTE


def peak_mb() -> float:
    """Return the most memory that this process has had in use, in 10^6 bytes."""
    return (_status("VmHWM") or _peak()) / MEGABYTE


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _status(name: str) -> int:
    """Return a line of Linux's own account, in bytes; 0 where there is none."""
    if not _STATUS.is_file():
        return 0
    lines = (line.split() for line in _STATUS.read_text("utf-8").splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == f"{name}:"), 0)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
