"""How busy others kept the machine while a section was measured: the machine's CPU time less that of our own processes.

The load average will not do: a section's engines and processes raise it themselves. /proc/stat has what all processors
did, and a process knows what its children used that it has waited for. An engine may end without waiting for children of
its own (the functions of the local cloud): those come to this process instead of to init, and are waited for as well.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.bench.verdicts import QUIET

STAT = Path("/proc/stat")
_IDLE = (3, 4)  # of the numbers in its first line: idle, waiting for a disk
_COUNTED = 8  # beyond these are guests, which the first ones include
_PR_SET_CHILD_SUBREAPER = 36  # of prctl(2)
_PATIENCE = 10.0  # seconds, for what was told to end


@dataclass(frozen=True)
class Moment:
    """Seconds: of the clock, of all processors at work, and of ours."""

    at: float
    machine: float
    ours: float


def busy_others() -> Callable[[], float | None]:
    """From now on; the answer is in processors, on the average. Where there is no /proc it is not known."""
    began = now()
    if began is not None:
        adopt_orphans()

    def until_now() -> float | None:
        if began is not None:
            bury_children()
        ended = now()
        return None if began is None or ended is None else between(began, ended)

    return until_now


def adopt_orphans() -> None:
    """From now on the children of a child that ends become this process's own."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def bury_children() -> None:
    """Waits for all that have ended or are about to: only then is what they used counted as ours."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            sleep(0.05)


def come_to_rest(patience: float, moment: Callable[[], Moment | None], wait: Callable[[float], None] = sleep) -> bool:
    """Waits until all processors together have done hardly anything for a second, or until the patience is over: whether they
    have. Where there is no /proc nobody knows, and nobody waits."""
    before = moment()
    until = before.at + patience if before is not None else 0.0
    while before is not None and before.at < until:
        wait(1.0)
        after = moment()
        assert after is not None
        if after.machine - before.machine < QUIET * (after.at - before.at):
            return True
        before = after
    return False


def between(began: Moment, ended: Moment) -> float:
    theirs = (ended.machine - began.machine) - (ended.ours - began.ours)
    return max(0.0, round(theirs / (ended.at - began.at), 2))


def at_work(stat: str) -> float:
    """Seconds that the processors did anything, from the text of /proc/stat."""
    ticks = [int(one) for one in stat.splitlines()[0].split()[1:]][:_COUNTED]
    return sum(number for place, number in enumerate(ticks) if place not in _IDLE) / os.sysconf("SC_CLK_TCK")


def now() -> Moment | None:
    """None where there is no /proc."""
    if not STAT.exists():
        return None
    used = os.times()
    ours = used.user + used.system + used.children_user + used.children_system
    return Moment(monotonic(), at_work(STAT.read_text(encoding="ascii")), ours)
