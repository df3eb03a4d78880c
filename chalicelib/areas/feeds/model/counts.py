"""What is counted of an entry, under the UTC day on which it was recorded, whatever its effective time.

What is told of a day or an instant beside that has it in its name (analytics, by_day, liability).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from chalicelib.areas.feeds.model.analytics import analytics
from chalicelib.areas.feeds.model.by_day import Told, by_day
from chalicelib.areas.feeds.model.liability import liability
from chalicelib.kit.base import Frozen
from chalicelib.kit.facts import Body
from chalicelib.kit.wire import CalendarDay

_ONCE = {
    "order.recorded": "orders_recorded",
    "order.returned": "orders_returned",
    "kept_order.recorded": "kept_orders_recorded",
    "kept_order.returned": "kept_orders_returned",
    "kept_order.assigned": "kept_orders_assigned",
    "member.enrolled": "members_enrolled",
    "group.created": "groups_created",
    "tier.changed": "tiers_changed",
    "entry.unreadable": "entries_unreadable",
}
_SUMS = {
    "order.recorded": ("order_value", "value", "currency"),
    "order.returned": ("returned_value", "value", "currency"),
    "kept_order.recorded": ("kept_order_value", "value", "currency"),
    "kept_order.returned": ("kept_returned_value", "value", "currency"),
    "points.earned": ("points_earned", "amount", "unit"),
    "points.spent": ("points_spent", "amount", "unit"),
    "points.refunded": ("points_refunded", "amount", "unit"),
    "points.cancelled": ("points_cancelled", "amount", "unit"),
    "points.expired": ("points_expired", "amount", "unit"),
    "points.granted": ("points_granted", "amount", "unit"),
    "points.deducted": ("points_deducted", "amount", "unit"),
    "points.activated": ("points_activated", "amount", "unit"),
    "points.captured": ("points_captured", "amount", "unit"),
    "points.sent": ("points_sent", "amount", "unit"),
    "points.converted": ("points_converted", "amount", "unit"),
}


COUNTED_BY_DAY = "entries_by_day"
ANALYSED = "entries_analysed"
_OF_UNITS = ("day/", "liability/", "expiring/", "breakage/", "held/", "pending/", "owed/", "coming/", "passing/")


class DailyCounts(Frozen):
    """`counts`: how many (`entries`, `orders_recorded` …), and sums by unit or currency (`points_earned/points`,
    `order_value/EUR`) in its smallest part. `entries_unreadable` are those of which nothing else is counted yet,
    `entries_by_day` those that are counted by the day of their value time as well, `entries_analysed` those of which orders,
    enrolments, tiers and referrals are: all but what older releases counted."""

    day: CalendarDay
    counts: dict[str, int]


def counted(entries: Iterable[Told]) -> Counter[str]:
    """What these entries add up to."""
    total: Counter[str] = Counter()
    for told in entries:
        total["entries"] += 1
        total[COUNTED_BY_DAY] += 1
        total[ANALYSED] += 1
        for fact in told.facts:
            for name, amount in (*_of(fact), *liability(told.program, fact)):
                total[name] += amount
        for name, amount in (*by_day(told), *analytics(told)):
            total[name] += amount
    return total


def added(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """What comes to nothing is left out: there are many names that a few entries move up and down."""
    total = ((name, before.get(name, 0) + more.get(name, 0)) for name in before.keys() | more.keys())
    return {name: amount for name, amount in total if amount}


def corrected(counts: Mapping[str, int], wrong: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    """Counts to which `wrong` was added where `right` should have been. What comes to nothing is left out."""
    names = counts.keys() | right.keys()
    total = {name: counts.get(name, 0) - wrong.get(name, 0) + right.get(name, 0) for name in names}
    return {name: amount for name, amount in total.items() if amount}


def units_counted(program: int, names: Iterable[str]) -> set[str]:
    """The units of a program of which these counts tell anything: `liability/1/points/2026-11` and its like."""
    told = (name.split("/") for name in names if name.startswith(_OF_UNITS))
    return {parts[2] for parts in told if parts[1] == str(program)}


def _of(fact: Body) -> Iterator[tuple[str, int]]:
    kind = fact["type"]
    if kind in _ONCE:
        yield _ONCE[kind], 1
    if kind in _SUMS:
        name, amount, unit = _SUMS[kind]
        yield f"{name}/{fact.get(unit, '')}", int(fact.get(amount, 0))
