"""What the facts of an account are measured by: how often, how much, and how much last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.areas.feeds.model.by_day import KINDS
from chalicelib.kit.facts import Body

_AMOUNTS = {
    "order.recorded": ("value", "currency"),
    "order.returned": ("value", "currency"),
    **dict.fromkeys(KINDS, ("amount", "unit")),
}


class Measure(NamedTuple):
    """`of`: the currency, the unit, what happened, or a number that an event tells of itself (`workout.minutes`)."""

    fact: str
    of: str
    amount: int | None


def measures(fact: Body) -> Iterator[Measure]:
    kind = fact["type"]
    if kind in _AMOUNTS:
        amount, of = _AMOUNTS[kind]
        yield Measure(kind, fact[of], fact[amount])
    elif kind == "event.recorded":
        name = fact["name"] if fact["kind"] == "event" else fact["kind"]
        yield Measure(kind, name, None)
        for told, value in fact.get("properties", ()):
            if type(value) is int:
                yield Measure(kind, f"{name}.{told}", value)
