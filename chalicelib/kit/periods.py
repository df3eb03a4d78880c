"""Days and the instants between them. A day is an integer: days since 1970-01-01, in some zone's calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.kit.clock import Instant, instant, moment

Day = int
DAY_MS = 86_400_000
QUARTER_MS = 15 * 60_000  # whatever the zone, a day of it begins with a quarter of an hour

_EPOCH = date(1970, 1, 1)
_NO_ZONES = frozenset(("localtime", "posixrules", "Factory"))
_TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-5][0-9]", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day_of(value: date) -> Day:
    return (value - _EPOCH).days


def date_of(day: Day) -> date:
    return _EPOCH + timedelta(days=day)


@lru_cache(maxsize=10_000)
def iso_day(day: Day) -> str:
    return date_of(day).isoformat()


def parse_day(text: str) -> Day | None:
    """`2026-01-31`, a real day of the calendar, or None."""
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        return day_of(date.fromisoformat(text))
    except ValueError:
        return None


def zone_exists(name: str) -> bool:
    """Whether the time zone database has it; not what some machines keep beside it: their own zone, leap-second copies."""
    if name in _NO_ZONES or name.startswith(("posix/", "right/")):
        return False
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local_day(at: Instant, zone: str) -> Day:
    if zone == "UTC":
        return at // DAY_MS
    return day_of(moment(at).astimezone(_zone(zone)).date())


def local_time(at: Instant, zone: str) -> datetime:
    """What the zone's clocks and calendars show."""
    return moment(at).astimezone(_zone(zone))


def local_minute(at: Instant, zone: str) -> int:
    """Minutes since midnight on the zone's clocks."""
    if zone == "UTC":
        return at % DAY_MS // 60_000
    local = local_time(at, zone)
    return local.hour * 60 + local.minute


def minute_of(text: str) -> int | None:
    """`16:30` as minutes since midnight, up to `24:00`, or None."""
    if not _TIME_OF_DAY.fullmatch(text):
        return None
    minute = int(text[:2]) * 60 + int(text[3:])
    return minute if minute <= 24 * 60 else None


CountPeriod = Literal["day", "week", "month", "3_months", "6_months", "year", "ever"]


def period_of(every: CountPeriod, day: Day) -> str:
    """The day's own: `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, and nothing for ever."""
    if every == "ever":
        return ""
    date = date_of(day)
    if every == "week":
        year, week, _ = date.isocalendar()
        return f"{year:04}-W{week:02}"
    if every == "3_months":
        return f"{date.year:04}-Q{(date.month + 2) // 3}"
    if every == "6_months":
        return f"{date.year:04}-H{(date.month + 5) // 6}"
    return date.isoformat()[: {"day": 10, "month": 7, "year": 4}[every]]


def day_starts(day: Day, zone: str) -> Instant:
    """The first instant of the day on the zone's clocks (where the hour 00:00 is skipped, the first that follows)."""
    midnight = datetime.combine(date_of(day), time(), tzinfo=_zone(zone))
    return instant(midnight.astimezone(UTC))


def time_of_day(day: Day, minute: int, zone: str, *, again: bool = False) -> Instant:
    """When the zone's clocks first show so many minutes since midnight (where they skip it, as long after as they skip); `again`:
    when they last do, which is later on the night on which they go back."""
    local = datetime.combine(date_of(day), time(minute // 60, minute % 60, fold=again), tzinfo=_zone(zone))
    return instant(local.astimezone(UTC))


def month_end(day: Day, months: int) -> Day:
    """The last day of the month that comes `months` after the day's own."""
    start = date_of(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return day_of(date(year, month + 1, monthrange(year, month + 1)[1]))


def month_of(day: Day) -> int:
    """The month as a number that counts on: 12 × year + 0 for January."""
    date_ = date_of(day)
    return date_.year * 12 + date_.month - 1


def month_start(month: int) -> Day:
    """The first day of a month, which is a number of `month_of`."""
    return day_of(date(month // 12, month % 12 + 1, 1))


def days_of_period(every: CountPeriod, day: Day) -> tuple[Day, Day] | None:
    """The first and the last day of the period of `period_of`; none of ever."""
    if every == "ever":
        return None
    if every == "day":
        return day, day
    if every == "week":
        monday = day - (day + 3) % 7  # 1970-01-01 was a Thursday
        return monday, monday + 6
    length = {"month": 1, "3_months": 3, "6_months": 6, "year": 12}[every]
    first = month_of(day) // length * length
    return month_start(first), month_start(first + length) - 1


def year_end(day: Day, years: int) -> Day:
    return day_of(date(date_of(day).year + years, 12, 31))


def in_year(of: date, year: int) -> Day:
    """The day of a date in another year: of 29 February the 28th, where there is none."""
    try:
        return day_of(of.replace(year=year))
    except ValueError:
        return day_of(date(year, 2, 28))


def next_in_a_year(of: date, first: Day) -> Day:
    """The first day from `first` on that is the date's in its year."""
    year = date_of(first).year
    coming = in_year(of, year)
    return coming if coming >= first else in_year(of, year + 1)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
