"""Time as operations see it. Instants are integers: milliseconds since 1970 UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

Instant = int  # milliseconds since 1970-01-01T00:00:00Z

FUTURE_TOLERANCE_MS = 5 * 60 * 1000  # tills run a little fast: a purchase may be so far ahead of the clock
ARRIVAL_MS = 5 * 60 * 1000  # what is bought is on its way for so long: nothing passes behind its back meanwhile

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    def now(self) -> Instant: ...

    def monotonic(self) -> float:
        """Seconds of a clock that only moves forward, for measuring time-outs."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> Instant:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class StandingClock:
    """The twin of the system's: stands at `at` until it is moved; sleeping moves only its monotonic side."""

    def __init__(self, at: Instant, elapsed: float = 0.0) -> None:
        self.at = at
        self.elapsed = elapsed

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds


def instant(moment: datetime) -> Instant:
    """The instant of an aware datetime, exact to the millisecond (finer parts are cut off)."""
    return (moment - _EPOCH) // _MILLISECOND


def moment(at: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def passed_by(now: Instant) -> Instant:
    """Until when time has passed for whatever arrives now, and no later for any job: what was bought since is on its way."""
    return now - ARRIVAL_MS


def rfc3339(at: Instant) -> str:
    """`2026-01-31T23:59:59Z`, with milliseconds only where there are some."""
    spec = "milliseconds" if at % 1000 else "seconds"
    return moment(at).isoformat(timespec=spec).replace("+00:00", "Z")
