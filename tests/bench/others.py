"""How busy others kept the machine while a section was measured: the machine's CPU time less that of our own processes.

The load average will not do: a section's engines and processes raise it themselves. /proc/stat has what all processors
did, and the processes of a section are its own or have ended, so that what they used is known to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

STAT = Path("/proc/stat")
_IDLE = (3, 4)  # of the numbers in its first line: idle, waiting for a disk
_COUNTED = 8  # beyond these are guests, which the first ones include


@dataclass(frozen=True)
class Moment:
    """Seconds: of the clock, of all processors at work, and of ours."""

    at: float
    machine: float
    ours: float


def busy_others() -> Callable[[], float | None]:
    """From now on; the answer is in processors, on the average. Where there is no /proc it is not known."""
    began = _now()

    def until_now() -> float | None:
        ended = _now()
        return None if began is None or ended is None else between(began, ended)

    return until_now


def between(began: Moment, ended: Moment) -> float:
    theirs = (ended.machine - began.machine) - (ended.ours - began.ours)
    return max(0.0, round(theirs / (ended.at - began.at), 2))


def at_work(stat: str) -> float:
    """Seconds that the processors did anything, from the text of /proc/stat."""
    ticks = [int(one) for one in stat.splitlines()[0].split()[1:]][:_COUNTED]
    return sum(number for place, number in enumerate(ticks) if place not in _IDLE) / os.sysconf("SC_CLK_TCK")


def _now() -> Moment | None:
    if not STAT.exists():
        return None
    used = os.times()
    ours = used.user + used.system + used.children_user + used.children_system
    return Moment(monotonic(), at_work(STAT.read_text(encoding="ascii")), ours)
