"""Criteria compiled: whether a member meets them, and the next day on which time alone makes it otherwise. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date
from fractions import Fraction
from math import ceil, floor

from chalicelib.areas.rules.basket import Basket, LineSelector
from chalicelib.areas.rules.conditions import Holds, compiled
from chalicelib.areas.rules.model.conditions import Ask, Condition
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.rules.model.subjects import OF_FIELDS, OF_UNITS
from chalicelib.areas.rules.model.times import ORDERS, Earlier
from chalicelib.areas.rules.past import counters_of, turns_of
from chalicelib.areas.rules.purchase import Context, Payment, PurchaseLine
from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.labels import Label
from chalicelib.kit.periods import Day, date_of, in_year, next_in_a_year

MOST_LOOKS = 24  # of turns at which nothing changes after all: then a member is looked at for nothing, once
_LONGEST_DAYS = 80_000

Turns = Callable[[Context], Iterator[Day]]


@dataclass(frozen=True, slots=True)
class _Nothing:
    """What is bought by who only is who they are."""

    currency: str = "EUR"
    place: str = ""
    labels: Sequence[Label] = ()
    payments: Sequence[Payment] = ()
    lines: Sequence[PurchaseLine] = ()


@dataclass(frozen=True, slots=True)
class CompiledCriteria:
    """`turns`: of each question that time alone may answer otherwise, days on which it could. `themes`: what they are
    about, as facts are named that could change it. `acts`: what members do that they ask about, as questions name it."""

    program_id: int
    _holds: Holds
    turns: tuple[Turns, ...]
    themes: frozenset[str]
    acts: frozenset[str] = frozenset()

    def holds(self, context: Context) -> bool:
        return self._holds(Basket(_Nothing()), context)

    def next_change(self, context: Context) -> Day | None:
        """None where nothing but something that happens will change it."""
        now, then = self.holds(context), context
        for _ in range(MOST_LOOKS):
            day = min((one for turn in self.turns for one in turn(then) if one > then.day), default=None)
            if day is None:
                return None
            then = replace(then, day=day)
            if self.holds(then) is not now:
                break
        return then.day


def compile_criteria(criteria: Criteria) -> CompiledCriteria:
    found = (_turns(one) for one in criteria.asked)
    themes = frozenset(theme for one in criteria.asked for theme in _themes(one))
    turns = tuple(one for one in found if one is not None)
    acts = frozenset(act for one in criteria.asked for act in _acts(one))
    return CompiledCriteria(criteria.program_id, compiled(criteria.when, LineSelector), turns, themes, acts)


def _themes(asked: Condition) -> tuple[str, ...]:
    """Facts begin with them. Who joins or leaves a group has another account: that is a fact of the member's."""
    if isinstance(asked, Earlier):
        return ("past.",) if counters_of(asked) else ("order.", "kept_order.")
    if not isinstance(asked, Ask) or asked.ask.startswith(("member.", OF_FIELDS)):
        return ()
    if asked.ask.startswith(OF_UNITS):
        return ("points.", "order.", "kept_order.", "debt.", "promise.")
    return ("tier.", "order.") if asked.ask == "account.tier" else ("order.", "kept_order.")


def _acts(asked: Condition) -> tuple[str, ...]:
    if isinstance(asked, Earlier):
        return (asked.what,) if asked.of_unit is None else ()
    of_orders = isinstance(asked, Ask) and asked.ask.startswith("account.") and asked.ask != "account.tier"
    return (ORDERS,) if of_orders else ()


def _turns(asked: Condition) -> Turns | None:
    if isinstance(asked, Earlier):
        return turns_of(asked)
    if not isinstance(asked, Ask) or asked.ask not in _OF_TIME:
        return None
    values = tuple(_numbers(asked))
    return _OF_TIME[asked.ask](values)


def _numbers(asked: Ask) -> Iterator[Fraction]:
    for _, value in asked.comparisons():
        for one in value if isinstance(value, tuple) else (value,):
            decimal = plain_decimal(one) if isinstance(one, str) else str(int(one))
            if decimal is not None:
                yield Fraction(decimal)


def _bounds(values: Sequence[Fraction]) -> list[int]:
    """The whole numbers from which on a comparison with one of the values is another."""
    found = {bound for value in values for bound in (ceil(value), floor(value) + 1)}
    return [one for one in found if abs(one) <= _LONGEST_DAYS]


def _days_since(since: Callable[[Context], Day | None]) -> Callable[[Sequence[Fraction]], Turns]:
    def of(values: Sequence[Fraction]) -> Turns:
        bounds = _bounds(values)

        def turns(context: Context) -> Iterator[Day]:
            first = since(context)
            return iter(() if first is None else [first + bound for bound in bounds])

        return turns

    return of


def _years_since(since: Callable[[Context], date | None]) -> Callable[[Sequence[Fraction]], Turns]:
    def of(values: Sequence[Fraction]) -> Turns:
        bounds = _bounds(values)

        def turns(context: Context) -> Iterator[Day]:
            first = since(context)
            years = [] if first is None else [first.year + bound for bound in bounds]
            return iter([] if first is None else [in_year(first, year) for year in years if 0 < year <= MAXYEAR])

        return turns

    return of


def _days_to(since: Callable[[Context], date | None]) -> Callable[[Sequence[Fraction]], Turns]:
    """Of a day in each year: they become fewer, and many again on the day after it."""

    def of(values: Sequence[Fraction]) -> Turns:
        bounds = [*_bounds(values), 0]

        def turns(context: Context) -> Iterator[Day]:
            first = since(context)
            if first is None or date_of(context.day).year >= MAXYEAR - 1:
                return
            coming = next_in_a_year(first, context.day)
            for day in (coming, next_in_a_year(first, coming + 1)):
                yield from (day + 1 - bound for bound in bounds)

        return turns

    return of


def _enrolled(context: Context) -> date | None:
    return None if context.enrolled_on is None else date_of(context.enrolled_on)


def _born(context: Context) -> date | None:
    return None if context.member is None else context.member.birth_date


_OF_TIME: dict[str, Callable[[Sequence[Fraction]], Turns]] = {
    "member.days_enrolled": _days_since(lambda context: context.enrolled_on),
    "account.days_since_last_order": _days_since(lambda context: context.last_order_on),
    "account.days_since_first_order": _days_since(lambda context: context.first_order_on),
    "member.age": _years_since(_born),
    "member.years_enrolled": _years_since(_enrolled),
    "member.days_to_birthday": _days_to(_born),
    "member.days_to_anniversary": _days_to(_enrolled),
}
