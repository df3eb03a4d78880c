"""What members can still use, by its last day: told by each fact as what it adds and takes.

Of each program and unit there are, in the unit's smallest part,

    liability/{program}/{unit}/{month}    available, with its last day in that month (`never` for what has none)
    expiring/{program}/{unit}/{day}       the same by the day itself (more of it: see by_day)
    breakage/{program}/{unit}/{month}     of that, what has expired
    held/… pending/… owed/{program}/{unit}    set apart, promised and not yet there, taken below zero

and each is the sum of the same over all accounts: a lot's last day is in every fact that changes what is left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.kit.facts import Body
from chalicelib.kit.periods import Day, iso_day

NEVER = "never"
Change = tuple[str, int]
OfLots = tuple[str, Day | None, int]  # unit, last day, amount


def liability(program: int, fact: Body) -> Iterator[Change]:
    """What a fact changes, by the names of counts. Nothing for one that moves no points."""
    kind = fact["type"]
    if kind in _LOTS:
        for unit, day, amount in _LOTS[kind](fact):
            yield f"liability/{program}/{unit}/{month_name(day)}", amount
            if day is not None:
                yield f"expiring/{program}/{unit}/{iso_day(day)}", amount
    if kind in _APART:
        for name, amount in _APART[kind](fact):
            yield f"{name}/{program}/{fact['unit']}", amount
    if kind == "points.expired":
        yield f"breakage/{program}/{fact['unit']}/{month_name(fact.get('expires_on'))}", fact["amount"]


def month_name(day: Day | None) -> str:
    return NEVER if day is None else iso_day(day)[:7]


def _pieces(unit: str, pieces: Iterable[Sequence[Any]], sign: int) -> Iterator[OfLots]:
    """Facts of before last days were told of pieces count them as lasting for ever."""
    for _, start, end, *day in pieces:
        yield unit, day[0] if day else None, sign * (end - start)


def _credit(fact: Body) -> Iterator[OfLots]:
    yield fact["unit"], fact.get("expires_on"), fact["amount"]


def _came(fact: Body) -> Iterator[OfLots]:
    yield from _pieces(fact["unit"], fact.get("pieces", ()), 1)


def _went(fact: Body) -> Iterator[OfLots]:
    yield from _pieces(fact["unit"], fact.get("pieces", ()), -1)


def _refunded(fact: Body) -> Iterator[OfLots]:
    yield from _came(fact)
    if fact.get("fresh"):
        _, start, end = fact["fresh"]
        yield fact["unit"], fact.get("expires_on"), end - start


def _expired(fact: Body) -> Iterator[OfLots]:
    yield fact["unit"], fact.get("expires_on"), -fact["amount"]


def _extended(fact: Body) -> Iterator[OfLots]:
    if fact["was_on"] != fact["expires_on"]:
        yield fact["unit"], fact["was_on"], -fact["amount"]
        yield fact["unit"], fact["expires_on"], fact["amount"]


def _activated(fact: Body) -> Iterator[OfLots]:
    decided = fact.get("expires_on")
    pieces = fact.get("pieces", ())
    yield from _pieces(fact["unit"], pieces if decided is None else [(*piece[:3], decided) for piece in pieces], 1)


def _converted(fact: Body) -> Iterator[OfLots]:
    yield from _went(fact)
    yield fact["into"], fact.get("expires_on"), fact["gained"]


_LOTS: Mapping[str, Callable[[Body], Iterator[OfLots]]] = {
    "points.earned": _credit,
    "points.granted": _credit,
    "points.received": _came,
    "points.refunded": _refunded,
    "points.spent": _went,
    "points.deducted": _went,
    "points.cancelled": _went,
    "points.sent": _went,
    "points.expired": _expired,
    "points.extended": _extended,
    "debt.settled": _went,
    "points.activated": _activated,
    "points.held": _went,
    "points.released": _came,
    "points.converted": _converted,
}


def _owed(fact: Body) -> Iterator[Change]:
    if fact.get("owed"):
        yield "owed", fact["owed"]


def _moves(kind: str, sign: int) -> Callable[[Body], Iterator[Change]]:
    return lambda fact: iter(((kind, sign * fact["amount"]),))


_APART: Mapping[str, Callable[[Body], Iterator[Change]]] = {
    "points.spent": _owed,
    "points.deducted": _owed,
    "points.cancelled": _owed,
    "debt.settled": _moves("owed", -1),
    "points.promised": _moves("pending", 1),
    "points.activated": _moves("pending", -1),
    "promise.cancelled": _moves("pending", -1),
    "points.held": _moves("held", 1),
    "points.captured": _moves("held", -1),
    "points.released": _moves("held", -1),
}
