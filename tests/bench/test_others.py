"""What others did on the machine is the machine's work less ours."""

from __future__ import annotations

import os

from tests.bench.others import Moment, at_work, between

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
