"""What members can still use, by the month of its last day: told by each fact as what it adds and takes.

Of each program and unit there are, in the unit's smallest part,

    liability/{program}/{unit}/{month}    available, with its last day in that month (`never` for what has none)
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


def liability(program: int, fact: Body) -> Iterator[Change]:
    """What a fact changes, by the names of counts. Nothing for one that moves no points."""
    tell = _TOLD.get(fact["type"])
    if tell is not None:
        for kind, unit, month, amount in tell(fact):
            name = f"{kind}/{program}/{unit}"
            yield (name if month is None else f"{name}/{month}"), amount


def month_name(day: Day | None) -> str:
    return NEVER if day is None else iso_day(day)[:7]


Move = tuple[str, str, str | None, int]  # what of it, unit, month, amount


def _lots(unit: str, pieces: Iterable[Sequence[Any]], sign: int) -> Iterator[Move]:
    """Facts of before last days were told of pieces count them as lasting for ever."""
    for _, start, end, *day in pieces:
        yield "liability", unit, month_name(day[0] if day else None), sign * (end - start)


def _credit(fact: Body) -> Iterator[Move]:
    yield "liability", fact["unit"], month_name(fact.get("expires_on")), fact["amount"]


def _debit(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), -1)
    if fact.get("owed"):
        yield "owed", fact["unit"], None, fact["owed"]


def _received(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), 1)


def _refunded(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), 1)
    if fact.get("fresh"):
        _, start, end = fact["fresh"]
        yield "liability", fact["unit"], month_name(fact.get("expires_on")), end - start


def _expired(fact: Body) -> Iterator[Move]:
    month = month_name(fact.get("expires_on"))
    yield "liability", fact["unit"], month, -fact["amount"]
    yield "breakage", fact["unit"], month, fact["amount"]


def _extended(fact: Body) -> Iterator[Move]:
    if month_name(fact["was_on"]) != month_name(fact["expires_on"]):
        yield "liability", fact["unit"], month_name(fact["was_on"]), -fact["amount"]
        yield "liability", fact["unit"], month_name(fact["expires_on"]), fact["amount"]


def _settled(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), -1)
    yield "owed", fact["unit"], None, -fact["amount"]


def _promised(fact: Body) -> Iterator[Move]:
    yield "pending", fact["unit"], None, fact["amount"]


def _activated(fact: Body) -> Iterator[Move]:
    yield "pending", fact["unit"], None, -fact["amount"]
    decided = fact.get("expires_on")
    pieces = fact.get("pieces", ())
    yield from _lots(fact["unit"], pieces if decided is None else [(*piece[:3], decided) for piece in pieces], 1)


def _promise_cancelled(fact: Body) -> Iterator[Move]:
    yield "pending", fact["unit"], None, -fact["amount"]


def _held(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), -1)
    yield "held", fact["unit"], None, fact["amount"]


def _captured(fact: Body) -> Iterator[Move]:
    yield "held", fact["unit"], None, -fact["amount"]


def _released(fact: Body) -> Iterator[Move]:
    yield "held", fact["unit"], None, -fact["amount"]
    yield from _lots(fact["unit"], fact.get("pieces", ()), 1)


def _converted(fact: Body) -> Iterator[Move]:
    yield from _lots(fact["unit"], fact.get("pieces", ()), -1)
    yield "liability", fact["into"], month_name(fact.get("expires_on")), fact["gained"]


_TOLD: Mapping[str, Callable[[Body], Iterator[Move]]] = {
    "points.earned": _credit,
    "points.granted": _credit,
    "points.received": _received,
    "points.refunded": _refunded,
    "points.spent": _debit,
    "points.deducted": _debit,
    "points.cancelled": _debit,
    "points.sent": _debit,
    "points.expired": _expired,
    "points.extended": _extended,
    "debt.settled": _settled,
    "points.promised": _promised,
    "points.activated": _activated,
    "promise.cancelled": _promise_cancelled,
    "points.held": _held,
    "points.captured": _captured,
    "points.released": _released,
    "points.converted": _converted,
}
