"""What a subject is, read of a purchase and its circumstances. None: there is no answer, so no question passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.model.subjects import OF_EVENT, OF_FIELDS, OF_UNITS, weekday_of
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import Day, date_of, day_of, in_year, next_in_a_year

Reader = Callable[[Basket, Context], Any]


def reader(subject: str) -> Reader:
    """Of any subject that model/subjects knows."""
    if subject.startswith(OF_UNITS):
        unit = subject.removeprefix(OF_UNITS)
        return lambda _, context: context.balances.get(unit, 0) if context.member else None
    if subject.startswith(OF_FIELDS):
        name = subject.removeprefix(OF_FIELDS)
        return lambda _, context: _plain(context.member.fields.get(name)) if context.member else None
    if subject.startswith(OF_EVENT):
        name = subject.removeprefix(OF_EVENT)
        return lambda _, context: context.happening.properties.get(name) if context.happening else None
    return _READERS[subject]


def _plain(value: object) -> object:
    """A float from JSON as the number that was written."""
    return Fraction(str(value)) if isinstance(value, float) else value


def _of_basket(read: Callable[[Basket], Any]) -> Reader:
    return lambda basket, _: read(basket)


def _age(_: Basket, context: Context) -> int | None:
    born = context.member.birth_date if context.member else None
    return None if born is None else _years(born, context.day)


def _days_to_birthday(_: Basket, context: Context) -> int | None:
    born = context.member.birth_date if context.member else None
    return None if born is None else next_in_a_year(born, context.day) - context.day


def _days_to_anniversary(_: Basket, context: Context) -> int | None:
    since = context.enrolled_on
    if since is None:
        return None
    return next_in_a_year(date_of(since), max(context.day, since + 1)) - context.day


def _average_order(_: Basket, context: Context) -> Fraction | None:
    return context.spend / context.orders if context.member and context.orders > 0 else None


def _birth_day(_: Basket, context: Context) -> Day | None:
    born = context.member.birth_date if context.member else None
    return None if born is None else day_of(born)


def _days_enrolled(_: Basket, context: Context) -> int | None:
    return None if context.enrolled_on is None else context.day - context.enrolled_on


def _years_enrolled(_: Basket, context: Context) -> int | None:
    return None if context.enrolled_on is None else _years(date_of(context.enrolled_on), context.day)


def _days_since_last_order(_: Basket, context: Context) -> int | None:
    return _days_since(context, context.last_order_on)


def _days_since_first_order(_: Basket, context: Context) -> int | None:
    return _days_since(context, context.first_order_on)


def _days_since(context: Context, since: Day | None) -> int | None:
    """What comes late is judged on its own day: no order has been made after it yet."""
    return None if since is None or context.member is None else max(0, context.day - since)


def _years(since: date, day: Day) -> int:
    """Whole ones: of 29 February they are full on the 28th, where there is none."""
    year = date_of(day).year
    return year - since.year - (day < in_year(since, year))


def _of_member(name: str) -> Reader:
    return lambda _, context: getattr(context.member, name) if context.member else None


_READERS: Mapping[str, Reader] = {
    "order.value": _of_basket(lambda basket: basket.value),
    "order.quantity": _of_basket(lambda basket: basket.pieces),
    "order.lines": _of_basket(lambda basket: len(basket.lines)),
    "order.currency": _of_basket(lambda basket: basket.currency),
    "order.place": lambda basket, _: basket.place,
    "order.payments": _of_basket(lambda basket: basket.payments),
    "order.skus": _of_basket(lambda basket: basket.skus),
    "order.categories": _of_basket(lambda basket: basket.categories),
    "order.brands": _of_basket(lambda basket: basket.brands),
    "order.first": lambda _, context: context.orders == 0 if context.member else None,
    "time.day": lambda _, context: context.day,
    "time.of_day": lambda _, context: context.minute,
    "time.weekday": lambda _, context: weekday_of(context.day),
    "time.day_of_month": lambda _, context: date_of(context.day).day,
    "time.month": lambda _, context: date_of(context.day).month,
    "member.id": _of_member("member_id"),
    "member.locale": _of_member("locale"),
    "member.age": _age,
    "member.segments": lambda _, context: context.segments if context.member else None,
    "member.birth_day": _birth_day,
    "member.enrolled_on": lambda _, context: context.enrolled_on,
    "member.days_enrolled": _days_enrolled,
    "member.years_enrolled": _years_enrolled,
    "member.days_to_birthday": _days_to_birthday,
    "member.days_to_anniversary": _days_to_anniversary,
    "member.newsletter": _of_member("newsletter"),
    "member.group": lambda _, context: context.member.group_id is not None if context.member else None,
    "account.tier": lambda _, context: context.tier,
    "account.orders": lambda _, context: context.orders if context.member else None,
    "account.days_since_last_order": _days_since_last_order,
    "account.days_since_first_order": _days_since_first_order,
    "account.spend": lambda _, context: context.spend if context.member else None,
    "account.average_order": _average_order,
    "here.place": lambda basket, _: basket.place or None,
    "here.distance": lambda _, context: context.distance,
}
