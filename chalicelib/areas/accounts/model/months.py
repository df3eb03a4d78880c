"""What was bought and earned by month: where tiers look that count a year, and histograms that go by months; and when first and last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.kit.periods import Day, month_of

MONTHS_KEPT = 25  # two years back, and the month that is not over

_NOTHING: Mapping[str, int] = {}


class Month(NamedTuple):
    """Orders less those returned in full, `spend` as it counts towards a tier by currency, `earned` by unit less what was
    taken back; all in the month of the purchase or earning, whenever something came back."""

    orders: int = 0
    spend: Mapping[str, int] = _NOTHING
    earned: Mapping[str, int] = _NOTHING


Months = Mapping[int, Month]  # by periods.month_of


def with_month(months: Months, day: Day | None, more: Month) -> Months:
    """The months with this added to the day's own; those before the last 25 are forgotten."""
    if day is None:
        return months
    month = month_of(day)
    newest = max(max(months, default=month), month)
    if month <= newest - MONTHS_KEPT:
        return months
    before = months.get(month, Month())
    after = Month(before.orders + more.orders, _plus(before.spend, more.spend), _plus(before.earned, more.earned))
    kept = {number: known for number, known in months.items() if number > newest - MONTHS_KEPT}
    return {**kept, month: after}


def later_of(one: Day | None, other: Day | None) -> Day | None:
    """Of the days of two purchases."""
    return other if one is None else one if other is None else max(one, other)


def first_of(orders: int, known: Day | None, day: Day | None) -> Day | None:
    """The earliest day of purchase, with one more. Whoever has orders of which nobody knows the first has bought before: a further one
    tells no more of it."""
    if orders <= 0:
        return day
    return known if known is None or day is None else min(known, day)


def _plus(sums: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    if not more:
        return sums
    return {**sums, **{name: sums.get(name, 0) + amount for name, amount in more.items()}}
