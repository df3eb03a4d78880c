"""What others did on the machine is the machine's work less ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.others import STAT, Moment, at_work, between, come_to_rest

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def test_the_machine_works_whenever_it_is_neither_idle_nor_waiting_for_a_disk() -> None:
    """user, nice, system, idle, waiting, interrupts twice, stolen, and guests, which are in user already."""
    seconds = [10, 1, 5, 1000, 300, 2, 1, 3, 10, 1]
    assert at_work("cpu  " + " ".join(str(one * TICKS) for one in seconds) + "\ncpu0 1 2 3 4\n") == 22


def test_work_of_our_own_is_nobody_elses() -> None:
    """Two processors for ten seconds: we kept one and a half busy, somebody else a quarter."""
    assert between(Moment(0, 100, 7), Moment(10, 117.5, 22)) == 0.25


def test_a_tick_counted_late_is_no_work_taken_back() -> None:
    assert between(Moment(0, 100, 7), Moment(10, 109.99, 17)) == 0


@pytest.mark.parametrize(
    ("work", "rests", "waited"),
    [((0.1,), True, 1), ((2.0, 1.9, 0.15), True, 3), ((2.0,) * 5, False, 5), ((0.2,) * 5, False, 5)],
)
def test_a_machine_has_come_to_rest_when_it_does_hardly_anything_for_a_second(
    work: tuple[float, ...], rests: bool, waited: int
) -> None:
    """Seconds of all processors in each second; the patience is five."""
    at = [Moment(0, 100, 0)]

    def wait(seconds: float) -> None:
        at.append(Moment(at[-1].at + seconds, at[-1].machine + work[len(at) - 1], 0))

    assert come_to_rest(5, lambda: at[-1], wait) is rests
    assert len(at) - 1 == waited


def test_where_nobody_knows_what_the_machine_does_nobody_waits() -> None:
    assert not come_to_rest(5, lambda: None)


ABANDONED = """
import os, subprocess, sys
from time import process_time
from tests.bench.others import adopt_orphans, bury_children

works = "from time import process_time\\nwhile process_time() < 0.3: pass"
engine = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {works!r}])"
adopt_orphans()
subprocess.run([sys.executable, "-c", engine], check=True)
before = os.times()
bury_children()
after = os.times()
print(after.children_user + after.children_system - before.children_user - before.children_system)
"""


@pytest.mark.skipif(not STAT.exists(), reason="where there is no /proc nothing is said about others")
def test_work_of_a_process_whose_engine_ended_before_it_is_ours_as_well() -> None:
    """The functions of the local cloud are such: it does not wait for them when it ends."""
    run = subprocess.run([sys.executable, "-c", ABANDONED], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (ourselves)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) >= 0.25
