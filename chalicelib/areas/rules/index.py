"""Which rules a purchase could be for, found without looking at the others.

Rules are filed once for each stretch of days without a window's beginning or end, by what sets them off and by the two
narrowest names that they ask for: one member, a product, a place, a tier, a segment. What is drafted, paused, over or for
others is never looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import Day, day_of

STRETCHES_KEPT = 64  # a file of history goes through many

MOST_PLACES = 1_000  # of one rule by two names: with more alternatives it is filed by one

Name = tuple[str, str]
Names = tuple[Name, ...]
File = dict[Name, list[int]]  # places by the second name
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
    """Places of rules in judging order, by days, occasion and names."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(place, span_of(rule), rule.occasion, _names(rule)) for place, rule in enumerate(rules)]
        self._turns = turns_of(span for _, span, _, _ in self._rules)
        self._stretches: dict[int, dict[tuple[str, Name], File]] = {}

    def places(self, occasions: Iterable[str], basket: Basket, context: Context) -> list[int]:
        names = _asked(basket, context)
        found = [file[second] for file in self._files(occasions, names, context.day) for second in file.keys() & names]
        if len(found) == 1:
            return found[0]
        return sorted({place for places in found for place in places})

    def for_others(self, occasions: Iterable[str], basket: Basket, context: Context) -> set[int]:
        """Places that are found by the first of their two names, and are not by the second."""
        names = _asked(basket, context)
        files = self._files(occasions, names, context.day)
        return {place for file in files for second in file.keys() - names for place in file[second]}

    def _files(self, occasions: Iterable[str], names: frozenset[Name], day: Day) -> list[File]:
        stretch = bisect_right(self._turns, day)
        filed = self._stretches.get(stretch)
        if filed is None:
            filed = self._stretches[stretch] = self._filed(day)
        return [file for on in occasions for name in names if (file := filed.get((on, name)))]

    def _filed(self, day: Day) -> dict[tuple[str, Name], File]:
        filed: dict[tuple[str, Name], File] = {}
        for place, span, on, (firsts, seconds) in self._rules:
            if span.has(day):
                for first in firsts:
                    file = filed.setdefault((on, first), {})
                    for second in seconds:
                        file.setdefault(second, []).append(place)
        for oldest in list(self._stretches)[: 1 - STRETCHES_KEPT]:
            self._stretches.pop(oldest, None)  # unless another thread was faster
        return filed


def turns_of(spans: Iterable[Span]) -> list[Day]:
    """The days that differ from the day before."""
    known = list(spans)
    first = {span.first for span in known if span.first is not None}
    return sorted(first | {span.last + 1 for span in known if span.last is not None})


def filed_under(rule: Rule) -> tuple[str, str]:
    """What two things a rule is filed under; nothing where it is for everybody."""
    (first, *_), (second, *_) = _names(rule)
    return first[0], second[0]


def _names(rule: Rule) -> tuple[Names, Names]:
    """Where a rule is filed: under each of the alternatives of two things that it asks for, of which few are true at once."""
    audience, lines = rule.audience, rule.lines
    asked = (
        ("member", audience.members),
        ("sku", lines.skus),
        ("place", audience.places),
        ("tier", audience.tiers),
        ("segment", audience.segments),
        ("brand", lines.brands),
        ("category", lines.categories),
    )
    found = [tuple((what, value) for value in dict.fromkeys(values)) for what, values in asked if values]
    first, second = (*found, (_EVERYBODY,), (_EVERYBODY,))[:2]
    return first, second if len(first) * len(second) <= MOST_PLACES else (_EVERYBODY,)


def _asked(basket: Basket, context: Context) -> frozenset[Name]:
    return frozenset(_names_of(basket, context))


def _names_of(basket: Basket, context: Context) -> Iterator[Name]:
    yield _EVERYBODY
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
