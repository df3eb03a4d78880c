"""Histograms: what came and went by day, month or year, and what they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.areas.feeds.model import happened
from chalicelib.areas.programs.model import Unit
from chalicelib.errors import InvalidInput
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Body
from chalicelib.kit.periods import Day, date_of, day_of, day_starts, month_end, period_of

Step = Literal["day", "week", "month", "year"]
Span = tuple[Day | None, Day | None]
MAX_BARS = 400


class Bar(Frozen):
    """One period, by its name (`2026-11-22`, `2026-W47`, `2026-11`, `2026`): `pending` is what was promised in it, all else what
    was or will be available or gone. `foreseen`: it is not over, and time alone will do what of it lies ahead."""

    period: str
    foreseen: bool
    earned: int
    granted: int
    received: int
    refunded: int
    gained: int
    spent: int
    deducted: int
    sent: int
    converted: int
    expired: int
    cancelled: int
    pending: int


_OF_A_BAR = tuple(name for name in Bar.model_fields if name not in ("period", "foreseen"))


@dataclass(frozen=True, slots=True)
class Bars:
    """Periods of a unit, each with its last day, and what is counted in it of the days from first to last."""

    unit: Unit
    by: Step
    zone: str
    first: Day
    last: Day
    ends: Mapping[str, Day]
    sums: Mapping[str, Counter[str]]

    def add(self, day: Day, kind: str, amount: int) -> None:
        if self.first <= day <= self.last:
            self.sums[period_of(self.by, day)][kind] += amount

    def count(self, fact: Body, day: Day) -> None:
        for on, unit, kind, amount in happened(fact, day):
            if unit == self.unit.code:
                self.add(on, kind, amount)

    def told(self, now: Instant) -> tuple[Bar, ...]:
        return tuple(
            Bar(
                period=name,
                foreseen=day_starts(self.ends[name] + 1, self.zone) > now,
                **{kind: sums[kind] for kind in _OF_A_BAR},
            )
            for name, sums in self.sums.items()
        )


def bars_of(terms: Terms, unit: str | None, span: Span, by: Step, now: Instant) -> Bars:
    """Of the program's first unit and the twelve months up to this one, unless it is said. Refuses `unknown_unit`;
    InvalidInput `invalid_span` (ends before it begins, or has more than 400 periods)."""
    known = terms.program.unit(unit or terms.program.units[0].code)
    first, last = span_of(span, terms.day(now))
    ends = periods_of(first, last, by)
    return Bars(known, by, terms.program.zone, first, last, ends, {name: Counter() for name in ends})


def span_of(span: Span, today: Day) -> tuple[Day, Day]:
    """The twelve months up to this one, unless it is said."""
    last = month_end(today, 0) if span[1] is None else span[1]
    return month_end(last, -12) + 1 if span[0] is None else span[0], last


def periods_of(first: Day, last: Day, by: Step) -> dict[str, Day]:
    """The periods in their order, each with its last day. InvalidInput `invalid_span`, as for `bars_of`."""
    if last < first:
        raise InvalidInput("invalid_span", "A span must not end before it begins.", param="until")
    ends: dict[str, Day] = {}
    day = first
    while day <= last:
        end = _last_day(day, by)
        ends[period_of(by, day)] = end
        if len(ends) > MAX_BARS:
            raise InvalidInput("invalid_span", f"A histogram has at most {MAX_BARS} periods.", param="until")
        day = end + 1
    return ends


def _last_day(day: Day, by: Step) -> Day:
    date = date_of(day)
    if by == "day":
        return day
    if by == "week":
        return day + 6 - date.weekday()
    if by == "year":
        return day_of(date.replace(month=12, day=31))
    following = date.replace(year=date.year + date.month // 12, month=date.month % 12 + 1, day=1)
    return day_of(following) - 1
