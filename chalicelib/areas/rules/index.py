"""Which rules a purchase could be for, found without looking at the others.

Rules are filed once for each stretch of days without a window's beginning or end, by what sets them off and by the narrowest
name that they ask for: one member, a product, a place, a tier, a segment. What is drafted, paused, over or for others is never looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.triggers import occasions_of
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import Day, day_of

STRETCHES_KEPT = 64  # a file of history goes through many

Name = tuple[str, str]
_EVERYBODY: Name = ("", "")


class Span(NamedTuple):
    first: Day | None
    last: Day | None

    def has(self, day: Day) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def span_of(rule: Rule) -> Span:
    first, last = rule.window.from_day, rule.window.until_day
    return Span(None if first is None else day_of(first), None if last is None else day_of(last))


class Index:
    """Places of rules in judging order, by days, occasion and name."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [
            (place, span_of(rule), on, _names(rule))
            for place, rule in enumerate(rules)
            for on in occasions_of(rule.trigger)
        ]
        self._turns = turns_of(span for _, span, _, _ in self._rules)
        self._stretches: dict[int, dict[tuple[str, Name], list[int]]] = {}

    def places(self, occasions: Iterable[str], basket: Basket, context: Context) -> list[int]:
        stretch = bisect_right(self._turns, context.day)
        filed = self._stretches.get(stretch)
        if filed is None:
            filed = self._stretches[stretch] = self._filed(context.day)
        names = [_EVERYBODY, *_asked(basket, context)]
        found = [places for on in occasions for name in names if (places := filed.get((on, name)))]
        if len(found) == 1:
            return found[0]
        return sorted({place for places in found for place in places})

    def _filed(self, day: Day) -> dict[tuple[str, Name], list[int]]:
        filed: dict[tuple[str, Name], list[int]] = {}
        for place, span, on, names in self._rules:
            if span.has(day):
                for name in names:
                    filed.setdefault((on, name), []).append(place)
        for oldest in list(self._stretches)[: 1 - STRETCHES_KEPT]:
            self._stretches.pop(oldest, None)  # unless another thread was faster
        return filed


def turns_of(spans: Iterable[Span]) -> list[Day]:
    """The days that differ from the day before."""
    known = list(spans)
    first = {span.first for span in known if span.first is not None}
    return sorted(first | {span.last + 1 for span in known if span.last is not None})


def filed_under(rule: Rule) -> str:
    """What a rule is filed under; nothing where it is for everybody."""
    return _names(rule)[0][0]


def _names(rule: Rule) -> tuple[Name, ...]:
    """Where a rule is filed: under each of the alternatives of one thing that it asks for, of which few are true at once."""
    audience, lines = rule.audience, rule.lines
    for what, values in (
        ("member", audience.members),
        ("sku", lines.skus),
        ("place", audience.places),
        ("tier", audience.tiers),
        ("segment", audience.segments),
        ("brand", lines.brands),
        ("category", lines.categories),
    ):
        if values:
            return tuple((what, value) for value in dict.fromkeys(values))
    return (_EVERYBODY,)


def _asked(basket: Basket, context: Context) -> Iterator[Name]:
    if context.member is not None:
        yield "member", context.member.member_id
    if context.tier:
        yield "tier", context.tier
    for segment in context.segments:
        yield "segment", segment
    yield "place", basket.place
    for what, values in (("sku", basket.skus), ("brand", basket.brands), ("category", basket.categories)):
        for value in values:
            yield what, value
