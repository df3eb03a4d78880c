"""The demo from file to outcome, on any Runtime: the engine's or a twin's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from chalicelib.areas.orders.file import read_documents
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.clock import Clock, Instant
from chalicelib.kit.periods import Day, day_of, day_starts, iso_day, local_day
from chalicelib.runtime import Runtime
from infra.local.demo.program import CALLER, UNIT, load_program
from infra.local.demo.progress import Progress
from infra.local.demo.recording import Tally, record_all
from infra.local.demo.standing import Standing, standing_of
from infra.local.demo.survey import ZONE, CannotStartError

LAST_DAY: Day = day_of(date.max) - 1  # what is due is looked for up to the day after


@dataclass(frozen=True, slots=True)
class Outcome:
    """`as_of` is None for a file without any purchase; `seconds` is how long the recording took."""

    as_of: Day | None
    tally: Tally
    settled: int
    standing: Standing
    seconds: float


@dataclass(frozen=True, slots=True)
class DayClock:
    """Stands at the start of a day, whatever day it is; waiting still takes as long as it takes."""

    at: Instant
    real: Clock

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.real.monotonic()

    def sleep(self, seconds: float) -> None:
        self.real.sleep(seconds)


def refuse_too_early(asked: Day | None, last: Day | None) -> None:
    """A day before the last purchase is refused: what came after it cannot be undone."""
    if asked is not None and last is not None and asked < last:
        raise CannotStartError(
            f"AS_OF {iso_day(asked)} is before the last purchase of the file, on {iso_day(last)}: "
            "ask for that day or a later one."
        )


def run_demo(rt: Runtime, stream: BinaryIO, now: Instant, asked: Day | None, progress: Progress) -> Outcome:
    """On an empty table. `now` is the moment at which the file was surveyed; without a day asked for, it is that of the
    last purchase that was recorded."""
    program_id = load_program(rt)
    started = rt.clock.monotonic()
    tally = record_all(rt, CALLER, read_documents(stream, now=now), program_id, progress.step)
    seconds = rt.clock.monotonic() - started
    last = None if tally.last_at is None else local_day(tally.last_at, ZONE)
    refuse_too_early(asked, last)
    as_of = last if asked is None else asked
    progress.note("Settling what is due …")
    settled = 0 if as_of is None else _settle(rt, min(as_of, LAST_DAY))
    return Outcome(as_of, tally, settled, standing_of(rt, CALLER, program_id, UNIT), seconds)


def _settle(rt: Runtime, day: Day) -> int:
    """With the clock at the start of the day: what has this very day as its last usable one stays."""
    clock = DayClock(day_starts(day, ZONE), rt.clock)
    return settle_due(replace(rt, clock=clock), CALLER, day)
