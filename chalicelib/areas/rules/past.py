"""What has happened before: what accounts count because a question asks for it, what of it something new is, and the questions
compiled. Pure.

A question of all orders by whole months goes by what every account knows; any other by counters, named alike wherever they are
asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from typing import NamedTuple

from chalicelib.areas.rules.basket import Basket, LabelTest, LineSelector, label_test
from chalicelib.areas.rules.model.conditions import Condition, questions
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.model.times import OF_EARNED, ORDERS, AskShare, AskSum, AskTimes, Earlier, unit_counted
from chalicelib.areas.rules.model.words import LineFilter
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.kit.periods import CountPeriod, Day, days_of_period

MAX_COUNTERS = 32  # of a program
MAX_DAYS_COUNTED = 3_000  # that they go back, together
_DAYS: Mapping[CountPeriod, int] = {
    "day": 1,
    "week": 7,
    "month": 31,
    "3_months": 92,
    "6_months": 184,
    "year": 366,
    "ever": 0,
}
Asked = Callable[[Basket, Context], bool]


class Counter(NamedTuple):
    """`what` as questions name it, of such as are narrowed by the rest; for so many `days` back, 0 where one sum is kept for ever."""

    name: str
    what: str
    days: int
    lines: LineFilter | None = None
    labels: LabelTest | None = None
    places: frozenset[str] = frozenset()

    def is_at(self, place: str) -> bool:
        return not self.places or place in self.places


class Counts(NamedTuple):
    """By which name something counts, for how many days, and which of the lines it does so by, where not by all."""

    name: str
    days: int
    lines: tuple[int, ...] = ()


class Counters:
    """The counters that some questions and measures need: of one name the one that goes back furthest."""

    def __init__(self, conditions: Iterable[Condition | None], measures: Iterable[Measure] = ()) -> None:
        leaves = (asked for condition in conditions if condition is not None for asked in questions(condition))
        self.by_name = merged(
            counter for asked in chain[Condition | Measure](leaves, measures) for counter in counters_of(asked)
        )
        self.of_points = any(unit_counted(one.what) is not None for one in self.by_name.values())
        self._selectors = {one.lines: LineSelector(one.lines) for one in self.by_name.values() if one.lines is not None}

    def of_order(self, sale: Purchase) -> Iterator[Counts]:
        """What a sale is counted by."""
        wanted = [one for one in self.by_name.values() if one.what == ORDERS and one.is_at(sale.place)]
        basket = Basket(sale) if any(one.lines is not None for one in wanted) else None
        for one in wanted:
            if one.labels is not None and not one.labels(sale.labels):
                continue
            if one.lines is None or basket is None:
                yield Counts(one.name, one.days)
            elif numbers := basket.own(self._selectors[one.lines]).numbers:
                yield Counts(one.name, one.days, () if len(numbers) == len(sale.lines) else tuple(sorted(numbers)))

    def of_deed(self, what: str, place: str) -> Iterator[Counts]:
        """What anything else is."""
        for one in self.by_name.values():
            if one.what == what and one.is_at(place):
                yield Counts(one.name, one.days)


def merged(counters: Iterable[Counter]) -> dict[str, Counter]:
    found: dict[str, Counter] = {}
    for one in counters:
        known = found.get(one.name)
        if known is None or known.days < one.days:
            found[one.name] = one
    return found


def counters_of(asked: Condition | Earlier) -> tuple[Counter, ...]:
    """What a question needs counted: of a share both, such orders and all."""
    if not isinstance(asked, Earlier) or (isinstance(asked, AskTimes) and asked.rule_id):
        return ()
    if isinstance(asked, AskTimes | Measure) and asked.by_months:
        return ()
    days = asked.days if asked.per is None else _DAYS[asked.per]
    assert days is not None  # noqa: S101
    labels = None if asked.labels is None else label_test(asked.labels)
    own = Counter(name_of(asked), asked.what, days, _lines(asked), labels, frozenset(asked.places or ()))
    return (own, Counter(_named(ORDERS, days), ORDERS, days)) if isinstance(asked, AskShare) else (own,)


def name_of(asked: Earlier) -> str:
    """What is narrowed in the same way has the same name, in whatever order it is written."""
    lines = _lines(asked)
    by = {
        "lines": None
        if lines is None
        else {name: _sorted(value) for name, value in lines.model_dump(mode="json").items()},
        "labels": None if asked.labels is None else _sorted([one.model_dump(mode="json") for one in asked.labels]),
        "places": None if asked.places is None else _sorted(list(asked.places)),
    }
    narrowed = {name: value for name, value in by.items() if value is not None}
    digest = f"~{sha256(json.dumps(narrowed, sort_keys=True).encode()).hexdigest()[:12]}" if narrowed else ""
    return _named(f"{asked.what}{digest}", 0 if asked.per == "ever" else 1)


def _named(name: str, days: int) -> str:
    """What is kept for ever is counted apart from what is kept by day."""
    return name if days else f"{name}/ever"


def _sorted(value: object) -> object:
    return sorted(value, key=lambda one: json.dumps(one, sort_keys=True)) if isinstance(value, list) else value


def _lines(asked: Earlier) -> LineFilter | None:
    """A filter that lets every line pass asks for nothing."""
    return None if asked.lines == LineFilter() else asked.lines


# --- the questions -----------------------------------------------------------------------------------------------------


def holds_of(asked: Earlier) -> Asked:
    if isinstance(asked, AskTimes):
        return _times(asked)
    least, most = (None if one is None else Fraction(str(one)) for one in _bounds(asked))
    measured = _measured(asked)

    def holds(_: Basket, context: Context) -> bool:
        if context.member is None:
            return False
        size = measured(context)
        return size is not None and (least is None or size >= least) and (most is None or size <= most)

    return holds


def said_of(asked: Earlier) -> str:
    """As a part of a sentence."""
    when = "ever" if asked.per == "ever" else f"in the last {asked.days} days"
    if asked.days is None and asked.per != "ever":
        when = f"per {str(asked.per).replace('_', ' ')}"
    least, most = _bounds(asked)
    told = " and ".join(
        f"is {word} {size}" for word, size in (("at least", least), ("at most", most)) if size is not None
    )
    such = f"{_WHAT.get(asked.what, asked.what)}{' that are asked for' if asked.narrowed else ''}"
    if asked.of_unit is not None:
        done = "earned" if asked.what.startswith(OF_EARNED) else "spent"
        if isinstance(asked, AskTimes):
            return f"how often {asked.of_unit} were {done} {when} {told}"
        such = f"{asked.of_unit} {done}"
    if isinstance(asked, AskTimes):
        such = such if asked.rule_id is None else f"orders that got something of rule {asked.rule_id}"
        such = such if asked.of_event is None else f"events {asked.of_event}"
        return f"the number of {such} {when} {told}"
    return f"{'the sum of' if isinstance(asked, AskSum) else 'the share in percent of'} {such} {when} {told}"


def turns_of(asked: Earlier) -> Callable[[Context], Iterator[Day]] | None:
    """Days on which time alone may answer otherwise: the next period, or the day after which something is too long ago."""
    names, days, per = tuple(one.name for one in counters_of(asked)), asked.days, asked.per
    if per == "ever":
        return None

    def turns(context: Context) -> Iterator[Day]:
        if days is not None and context.history is not None:
            for name in names:
                yield from (day + days for day in context.history.past_days(name))
        span = None if per is None else days_of_period(per, context.day)
        if span is not None:
            yield span[1] + 1

    return turns


_WHAT = {"check_in": "check-ins"}


def _bounds(asked: Earlier) -> tuple[object, object]:
    assert isinstance(asked, AskTimes | AskSum | AskShare)  # noqa: S101
    return asked.at_least, asked.at_most


def span_of(asked: Earlier, day: Day) -> tuple[Day, Day]:
    if asked.days is not None:
        return day - asked.days + 1, day
    assert asked.per is not None  # noqa: S101
    return days_of_period(asked.per, day) or (0, 0)  # where ever is kept


def _times(asked: AskTimes) -> Asked:
    least, most, per, rule_id, name = asked.at_least, asked.at_most, asked.per, asked.rule_id, name_of(asked)
    by_months = asked.by_months

    def holds(_: Basket, context: Context) -> bool:
        if context.member is None:
            return False
        times, history = 0, context.history
        if history is not None:
            if per is not None and rule_id is not None:
                times = history.uses_in(rule_id, per, context.day)
            elif per is not None and by_months:
                times = history.orders_in(per, context.day)
            else:
                times = history.past_in(name, *span_of(asked, context.day)).times
        return (least is None or times >= least) and (most is None or times <= most)

    return holds


def _measured(asked: Earlier) -> Callable[[Context], Fraction | None]:
    if isinstance(asked, AskShare):
        return _share(asked)
    assert isinstance(asked, AskSum)  # noqa: S101
    return _sum(asked)


def _sum(asked: AskSum) -> Callable[[Context], Fraction | None]:
    name = name_of(asked)

    def measured(context: Context) -> Fraction:
        if context.history is None:
            return Fraction(0)
        return context.history.past_in(name, *span_of(asked, context.day)).value

    return measured


def _share(asked: AskShare) -> Callable[[Context], Fraction | None]:
    own, whole = (one.name for one in counters_of(asked))

    def measured(context: Context) -> Fraction | None:
        if context.history is None:
            return None
        span = span_of(asked, context.day)
        among = context.history.past_in(whole, *span).times
        return Fraction(100 * context.history.past_in(own, *span).times, among) if among else None

    return measured
