"""What a member has reached, by a scheme's basis within its window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.areas.tiers.model.scheme import (
    FACE_DECIMALS,
    CalendarYear,
    NextTier,
    Rolling,
    SinceLastRecalculation,
    Tier,
    TierScheme,
)
from chalicelib.kit.amounts import currency_decimals
from chalicelib.kit.periods import Day, month_of

YEAR_MONTHS = 12


class MonthCounts(Protocol):
    @property
    def orders(self) -> int: ...

    @property
    def spend(self) -> Mapping[str, int]: ...

    @property
    def earned(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """What a member has reached: over a lifetime, and by `periods.month_of` in each of the last months.

    `base` is what the lifetime had come to, in the parts of `reached`, when the member was last recalculated.
    """

    points_earned_net: int = 0  # of the scheme's unit, less what was taken back
    points_active: int = 0  # of the scheme's unit: available or held
    spend: Mapping[str, int] = field(default_factory=dict)  # currency → its smallest parts, as it counts
    orders: int = 0
    months: Mapping[int, MonthCounts] = field(default_factory=dict)
    base: int = 0


def first_month(scheme: TierScheme, day: Day) -> int | None:
    """Where the window begins that `day` looks back through; None where it does not go by months."""
    month = month_of(day)
    match scheme.window:
        case CalendarYear():
            return month - month % YEAR_MONTHS
        case Rolling(months=months):
            return month - months
        case _:
            return None


def reached(scheme: TierScheme, progress: Progress, day: Day, first: int | None = None) -> int:
    """What counts on this day, in the parts of `TierScheme.steps`; `first` where the window begins elsewhere."""
    start = first_month(scheme, day) if first is None else first
    if start is None:
        since = progress.base if isinstance(scheme.window, SinceLastRecalculation) else 0
        return lifetime(scheme, progress) - since
    last = month_of(day)
    return sum(of_month(scheme, counts) for month, counts in progress.months.items() if start <= month <= last)


def lifetime(scheme: TierScheme, progress: Progress) -> int:
    match scheme.basis:
        case "points_earned":
            return progress.points_earned_net
        case "points_active":
            return progress.points_active
        case "orders":
            return progress.orders
        case "spend":
            return at_face_value(progress.spend)


def of_month(scheme: TierScheme, counts: MonthCounts) -> int:
    if scheme.basis == "spend":
        return at_face_value(counts.spend)
    return counts.orders if scheme.basis == "orders" else counts.earned.get(scheme.unit or "", 0)


def at_face_value(spend: Mapping[str, int]) -> int:
    return sum(amount * 10 ** (FACE_DECIMALS - currency_decimals(code)) for code, amount in spend.items())


def step(scheme: TierScheme, value: int) -> int:
    """The place of the highest tier whose threshold has been reached."""
    return max(bisect_right(scheme.steps, value) - 1, 0)


def tier_for(scheme: TierScheme, progress: Progress, day: Day = 0) -> Tier:
    return scheme.tiers[step(scheme, reached(scheme, progress, day))]


def next_tier(scheme: TierScheme, progress: Progress, day: Day = 0, tier_id: str = "") -> NextTier | None:
    """The tier above the one that is held, or above the one that is earned, and what is missing; None at the top."""
    value = reached(scheme, progress, day)
    held = scheme.place(tier_id)
    above = (step(scheme, value) if held is None else held) + 1
    if above == len(scheme.tiers):
        return None
    return NextTier(scheme.tiers[above], scheme.shown(max(0, scheme.steps[above] - value)))
