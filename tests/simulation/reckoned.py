"""What policies, rates, returns and ladders come to, reckoned apart from the package that is judged: in plain Python, on
values that a shop could read out. Nothing of chalicelib is asked here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

FIRST = date(1970, 1, 1)
FACE = 10_000  # so many parts has one of a currency, where money of all of them is counted together


# --- days -----------------------------------------------------------------------------------------------------------------


@cache
def day_at(at: int, zone: str) -> int:
    """The local day of an instant, counted from 1970."""
    clock = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    return (clock.astimezone(ZoneInfo(zone)).date() - FIRST).days


@cache
def start_of(day: int, zone: str) -> int:
    """The first instant of a local day."""
    midnight = datetime.fromordinal(FIRST.toordinal() + day).replace(tzinfo=ZoneInfo(zone))
    return round(midnight.timestamp()) * 1000


def date_of(day: int) -> date:
    return FIRST + timedelta(days=day)


def month_of(day: int | None) -> str:
    """Of a last day: its month, and `never` for what has none."""
    return "never" if day is None else f"{date_of(day):%Y-%m}"


def months_before(day: int, months: int) -> str:
    """The month that lies so many before that of the day."""
    of = date_of(day)
    counted = of.year * 12 + of.month - 1 - months
    return f"{counted // 12:04}-{counted % 12 + 1:02}"


@cache
def first_after(day: int, starts: Callable[[date], bool]) -> int:
    """The first day after this one that is the start of something."""
    day += 1
    while not starts(date_of(day)):
        day += 1
    return day


def first_of_month(of: date) -> bool:
    return of.day == 1


def first_of_year(of: date) -> bool:
    return (of.month, of.day) == (1, 1)


# --- how long things last -------------------------------------------------------------------------------------------------


def policy_on(policies: Sequence[Any], day: int) -> Any:
    """The one that began last, of those that have begun."""
    begun = [one for one in policies if one.effective_from is None or one.effective_from <= date_of(day)]
    return begun[-1]


def last_sliding(policies: Sequence[Any], day: int) -> Any:
    """The expiry of the last that has begun and lets something slide; None where none does."""
    begun = [one for one in policies if one.effective_from is None or one.effective_from <= date_of(day)]
    return next((one.expiry for one in reversed(begun) if one.expiry.type == "sliding"), None)


def last_day(expiry: Any, day: int) -> int | None:
    """Of what is counted from this day; None for ever."""
    match expiry.type:
        case "never":
            return None
        case "days" | "sliding":
            return int(day + expiry.days)
        case "end_of_month":
            for _ in range(expiry.months + 1):
                day = first_after(day, first_of_month)
            return day - 1
        case "end_of_year":
            for _ in range(expiry.years + 1):
                day = first_after(day, first_of_year)
            return day - 1
        case "calendar_dates":
            return _first_of(expiry.dates, day + expiry.days)
    raise ValueError(f"nobody knows how long {expiry} lasts")


@cache
def _first_of(dates: tuple[str, ...], day: int) -> int:
    while not any(_falls(date_of(day), text) for text in dates):
        day += 1
    return day


def _falls(of: date, text: str) -> bool:
    """The 29th of February is the 28th where there is none."""
    if text == "02-29" and (of + timedelta(days=1)).month == 3 and of.month == 2:
        return True
    return f"{of:%m-%d}" == text


class Due(NamedTuple):
    """When something earned on a day comes, and its last day; `open`: that is decided when it comes."""

    releases_at: int | None
    event: str
    last: int | None
    open: bool = False
    slides: bool = False


def due(policy: Any, zone: str, day: int, *, comes_on: int | None = None, event: str = "") -> Due:
    waits = policy.expiry_counts == "available"
    if event and waits:
        return Due(None, event, None, open=True)
    last = last_day(policy.expiry, comes_on if waits and comes_on is not None else day)
    at = None if comes_on is None else start_of(comes_on, zone)
    return Due(at, event, last, slides=policy.expiry.type == "sliding" and not event)


# --- shares ---------------------------------------------------------------------------------------------------------------


def rounded(top: int, bottom: int, rounding: str) -> int:
    whole, rest = divmod(top, bottom)
    return whole + (rounding == "half_up" and 2 * rest >= bottom)


def gained(rates: Sequence[Any], unit: str, into: str, amount: int, rounding: str) -> int:
    (rate,) = [one for one in rates if (one.unit, one.into) == (unit, into)]
    return rounded(amount * rate.give, rate.take, rounding)


# --- ladders --------------------------------------------------------------------------------------------------------------


class Counts(NamedTuple):
    """What counts towards a tier: `ever`, and by month; `there` is what can be used or is held now. Spend is in parts of `FACE`."""

    ever: int
    by_month: Mapping[str, int]
    there: int = 0
    base: int = 0


def value_on(scheme: Mapping[str, Any], counts: Counts, day: int, since: int | None = None) -> int:
    """What counts on a day, by the window that looks back from it, or from `since`."""
    if scheme["basis"] == "points_active":
        return counts.there
    window, start = scheme["window"], day if since is None else since
    if window["type"] == "lifetime":
        return counts.ever
    if window["type"] == "since_last_recalculation":
        return counts.ever - counts.base
    first = (
        f"{date_of(start).year:04}-01" if window["type"] == "calendar_year" else months_before(start, window["months"])
    )
    return sum(amount for month, amount in counts.by_month.items() if first <= month <= month_of(day))


def place_of(scheme: Mapping[str, Any], value: int) -> int:
    """The highest tier whose threshold is not above the value."""
    steps = [_parts(tier["threshold"]) for tier in scheme["tiers"]]
    return max(0, bisect_left(steps, value + 1) - 1)


def place_named(scheme: Mapping[str, Any], tier: str) -> int:
    return [one["tier_id"] for one in scheme["tiers"]].index(tier)


@cache
def _parts(threshold: int | str) -> int:
    return threshold if isinstance(threshold, int) else int(Decimal(threshold) * FACE)


def period_end(scheme: Mapping[str, Any], since: int, zone: str) -> int | None:
    """When the period is over that keeps a tier since then; None where tiers are not kept by periods."""
    down, day = scheme["downgrade"], day_at(since, zone)
    match down["type"]:
        case "period_end":
            starts = first_of_month if down["every"] == "month" else first_of_year
            return start_of(first_after(day, starts), zone)
        case "after_days":
            return start_of(day + down["days"], zone)
    return None
