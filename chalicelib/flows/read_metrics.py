"""Read how often a member did something, how much it came to, on average and last, over a span of days.

reads    1 BatchGet of profile and account, 1 Query a MB of entries, newest first, back to the first that matters

Everything counts on the day on which it took effect, whenever it was recorded, as in a histogram.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chalicelib.areas.feeds.model.measured import Measure, measures
from chalicelib.flows.histogram import Span, periods_of, span_of
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.read_histogram import entries_since
from chalicelib.flows.terms import terms_of
from chalicelib.flows.value_days import counted_days, recorded_since
from chalicelib.kit.amounts import rounded
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime


class MeasuredFact(Frozen):
    """Of one kind of fact: `count`, and of those that tell an amount its `sum`, `average` and what it was `last`, in the smallest
    part. `of`: the currency, the unit, what happened, or a number that an event tells (`workout.minutes`)."""

    fact: str
    of: str
    count: int
    sum: int | None
    average: int | None
    last: int | None
    first_on: CalendarDay
    last_on: CalendarDay


class MemberMetrics(Frozen):
    """What did not happen from the `first_day` to the `last_day` is left out."""

    program_id: int
    first_day: CalendarDay
    last_day: CalendarDay
    items: tuple[MeasuredFact, ...]


@dataclass(slots=True)
class _Sum:
    """Of what is told newest first, by day: the first one of the latest day is the last."""

    count: int
    sum: int
    last: int
    first_on: Day
    last_on: Day

    def add(self, day: Day, amount: int) -> None:
        self.count, self.sum, self.first_on = self.count + 1, self.sum + amount, min(self.first_on, day)
        if day > self.last_on:
            self.last, self.last_on = amount, day


def read_metrics(rt: Runtime, caller: Caller, of: tuple[str, int], span: Span) -> MemberMetrics:
    """`of` is member and program, `span` the first and the last local day: twelve months up to this one, unless it is said.
    NotFound: member, program. InvalidInput `invalid_span` (ends before it begins, or has more than 400 days)."""
    terms = terms_of(rt, caller.tenant, of[1])
    first, last = span_of(span, terms.day(rt.clock.now()))
    periods_of(first, last, "day")
    opened = open_to_read(rt, caller.tenant, *of)
    sums: dict[tuple[str, str, bool], _Sum] = {}
    since = recorded_since(first, terms.program.zone)
    for entry in entries_since(rt, caller.tenant, of, opened.head.version, since):
        told = [(body, day) for body, day in zip(entry.facts, counted_days(entry), strict=True) if first <= day <= last]
        for body, day in reversed(told):
            for one in measures(body):
                _add(sums, one, day)
    items = tuple(_metric(*key, sums[key]) for key in sorted(sums))
    return MemberMetrics(program_id=of[1], first_day=first, last_day=last, items=items)


def _add(sums: dict[tuple[str, str, bool], _Sum], one: Measure, day: Day) -> None:
    key, amount = (one.fact, one.of, one.amount is not None), one.amount or 0
    if key in sums:
        sums[key].add(day, amount)
    else:
        sums[key] = _Sum(1, amount, amount, day, day)


def _metric(fact: str, of: str, amounts: bool, known: _Sum) -> MeasuredFact:
    average = rounded(Fraction(known.sum, known.count), "half_up")
    told = (known.sum, average, known.last) if amounts else (None, None, None)
    return MeasuredFact(
        fact=fact,
        of=of,
        count=known.count,
        sum=told[0],
        average=told[1],
        last=told[2],
        first_on=known.first_on,
        last_on=known.last_on,
    )
