"""When what is earned expires, and when it comes: pure, in the program's own calendar."""

from __future__ import annotations

from datetime import date

from chalicelib.areas.programs.model.policies import (
    AfterDays,
    CalendarDates,
    EndOfMonth,
    EndOfYear,
    Expiry,
    Never,
    Sliding,
)
from chalicelib.areas.programs.model.program import Program, Unit
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, date_of, day_of, day_starts, local_day, month_end, year_end


class Lifetime(Frozen):
    """How long something earned lasts: its last usable local day and the instant after it; None for ever."""

    expires_on: Day | None = None
    expires_at: Instant | None = None


def lifetime(program: Program, unit: Unit, earned_at: Instant, available_at: Instant | None = None) -> Lifetime:
    """Frozen when earned: the policy and the zone of that day decide, whatever changes later. It counts from when it
    becomes available where the policy says so."""
    earned_on = local_day(earned_at, program.zone)
    policy = unit.policy_on(earned_on)
    late = policy.expiry_counts == "available" and available_at is not None
    counts_from = local_day(available_at, program.zone) if late and available_at is not None else earned_on
    last = last_usable_day(policy.expiry, counts_from)
    return Lifetime() if last is None else ending_with(program, last)


def ending_with(program: Program, last: Day) -> Lifetime:
    """Until the end of a local day."""
    ends = day_starts(last + 1, program.zone)
    return Lifetime(expires_on=local_day(ends - 1, program.zone), expires_at=ends)  # a zone may skip its last day


def last_usable_day(expiry: Expiry, day: Day) -> Day | None:
    match expiry:
        case AfterDays(days=days) | Sliding(days=days):
            return day + days
        case EndOfMonth(months=months):
            return month_end(day, months)
        case EndOfYear(years=years):
            return year_end(day, years)
        case CalendarDates():
            return _next_date(expiry, day + expiry.days)
        case Never():
            return None


def _next_date(expiry: CalendarDates, day: Day) -> Day:
    year = date_of(day).year
    days = [_of_year(text, year + later) for text in expiry.dates for later in (0, 1)]
    return min(one for one in days if one >= day)


def _of_year(text: str, year: int) -> Day:
    month, day = map(int, text.split("-"))
    if (month, day) == (2, 29):
        return day_of(date(year, 3, 1)) - 1
    return day_of(date(year, month, day))
