"""How often an account got something of a rule, and how much, in periods: where limits for each member look.

Only facts change it. What is over makes room when something else is counted, and never because time went on: so no outcome
depends on whether the daily job was there, and a late purchase still counts in its own period.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.areas.accounts.model.limits import MAX_COUNTED_PERIODS, MAX_COUNTED_RULES
from chalicelib.kit.periods import CountPeriod, Day, period_of

EVER = "ever"
_NOTHING: Mapping[str, int] = {}


class Uses(NamedTuple):
    """In one period: how often, and how much of each unit or currency that is limited."""

    times: int = 0
    amounts: Mapping[str, int] = _NOTHING


NONE = Uses()
Counters = Mapping[str, Mapping[str, Uses]]  # by rule and name of the period


def named(per: CountPeriod, day: Day) -> str:
    return period_of(per, day) or EVER


def counted(
    counters: Counters, rule: str, day: Day, periods: tuple[str, ...], amounts: tuple[tuple[str, int], ...]
) -> Counters:
    """With one use more in each of these periods."""
    if not periods:
        return counters
    known = dict(counters.get(rule, {}))
    for period in periods:
        before = known.get(period, NONE)
        known[period] = Uses(before.times + 1, _plus(before.amounts, dict(amounts)))
    others = counters if rule in counters else with_room(counters, day)
    return {**others, rule: _latest(known, periods)}


def uncounted(
    counters: Counters, rule: str, periods: tuple[str, ...], times: int, amounts: tuple[tuple[str, int], ...]
) -> Counters:
    """Less what came back; of periods that are forgotten nobody asks."""
    known = dict(counters.get(rule, {}))
    for period in periods:
        before = known.pop(period, None)
        if before is not None:
            left = _minus(before.amounts, dict(amounts))
            after = Uses(max(0, before.times - times), left)
            known |= {period: after} if after.times or left else {}
    rest = {name: uses for name, uses in counters.items() if name != rule}
    return {**rest, rule: known} if known else rest


def with_room(counters: Counters, day: Day) -> Counters:
    """Without the rules of which nothing is left but periods that were over on that day, where room is short."""
    if len(counters) < MAX_COUNTED_RULES:
        return counters
    return {rule: periods for rule, periods in counters.items() if not all(is_over(one, day) for one in periods)}


def has_room(counters: Counters, rule: str, day: Day) -> bool:
    return rule in counters or len(with_room(counters, day)) < MAX_COUNTED_RULES


def is_over(period: str, day: Day) -> bool:
    length = _length(period)
    return length != "ever" and period < named(length, day)


def _latest(known: Mapping[str, Uses], used: tuple[str, ...]) -> dict[str, Uses]:
    """Of each length the latest, and whichever something was counted in just now: a file of history goes through many."""
    kept: dict[str, Uses] = {}
    left: dict[str, int] = {}
    for period in sorted(known, key=lambda one: (one in used, one), reverse=True):
        length = _length(period)
        left[length] = left.get(length, MAX_COUNTED_PERIODS) - 1
        if left[length] >= 0:
            kept[period] = known[period]
    return {period: known[period] for period in known if period in kept}


_LENGTHS: Mapping[str, CountPeriod] = {"W": "week", "Q": "3_months", "H": "6_months"}


def _length(period: str) -> CountPeriod:
    """Names say it: `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, `ever`."""
    if period == EVER:
        return "ever"
    by_letter = _LENGTHS.get(period[5:6])
    if by_letter is not None:
        return by_letter
    return "day" if len(period) == 10 else "month" if len(period) == 7 else "year"


def _plus(sums: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    return {**sums, **{name: sums.get(name, 0) + amount for name, amount in more.items()}}


def _minus(sums: Mapping[str, int], less: Mapping[str, int]) -> Mapping[str, int]:
    left = {name: amount - less.get(name, 0) for name, amount in sums.items()}
    return {name: amount for name, amount in left.items() if amount > 0}
