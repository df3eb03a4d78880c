"""What a metric comes to of an account, whether that is beyond a threshold, and when time alone may make it otherwise. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.past import counters_of, name_of, span_of, turns_of
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import Day

MOST_LOOKS = 24  # of turns at which nothing changes after all: then a member is looked at for nothing, once


class Taken(NamedTuple):
    """A measure taken: `value` is what was asked for, none of the average or the last of nothing."""

    value: Fraction | None
    last_on: Day | None = None


class Bound(NamedTuple):
    """At least so much, or at most."""

    at_least: Fraction | None
    at_most: Fraction | None

    def has(self, value: Fraction | None) -> bool:
        if value is None:
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class CompiledMeasure:
    """`themes`: what it is about, as facts are named that could change it."""

    measure: Measure
    themes: tuple[str, ...]
    _turns: Callable[[Context], Iterator[Day]] | None

    def taken(self, context: Context) -> Taken:
        asked, history = self.measure, context.history
        if history is None:
            return Taken(Fraction(0) if asked.measure in ("times", "sum") else None)
        if asked.by_months and asked.per is not None:
            return Taken(Fraction(history.orders_in(asked.per, context.day)))
        first, last = span_of(asked, context.day)
        name = name_of(asked)
        last_on = max((day for day in history.past_days(name) if first <= day <= last), default=None)
        if asked.measure == "last":
            return Taken(None if last_on is None else history.past_in(name, last_on, last_on).value, last_on)
        found = history.past_in(name, first, last)
        if asked.measure == "average":
            return Taken(found.value / found.times if found.times else None, last_on)
        return Taken(Fraction(found.times) if asked.measure == "times" else found.value, last_on)

    def next_change(self, context: Context, bound: Bound) -> Day | None:
        """The day on which time alone brings it beyond the bound, or back; early where nothing comes of many turns."""
        if self._turns is None:
            return None
        now, then = bound.has(self.taken(context).value), context
        for _ in range(MOST_LOOKS):
            day = min((one for one in self._turns(then) if one > then.day), default=None)
            if day is None:
                return None
            then = replace(then, day=day)
            if bound.has(self.taken(then).value) is not now:
                break
        return then.day


def compile_measure(measure: Measure) -> CompiledMeasure:
    themes = ("past.",) if counters_of(measure) else ("order.", "kept_order.")
    return CompiledMeasure(measure, themes, turns_of(measure))
