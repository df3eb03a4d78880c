"""Which rules a purchase could be for, found without looking at the others.

Each rule is filed, turn by turn, under what it asks of the order, the member and the moment (areas/rules/filings). A set of
rules is a number with a bit for each, so that a turn of all of them is a few operations: what is drafted, paused, over or for
others is never looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AnySet
from itertools import accumulate, count
from operator import or_
from typing import Any, NamedTuple

from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.filings import ONE_OF, Filing, asker
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import Day, day_of

STRETCHES_KEPT = 64  # a file of history goes through many
MOST_TURNS = 8  # whatever else a rule asks is asked where it is looked at

Bits = int  # a set of rules: bit by place
_IN_OCTET = tuple(tuple(at for at in range(8) if octet >> at & 1) for octet in range(256))


class Span(NamedTuple):
    first: Day | None
    last: Day | None

    def has(self, day: Day) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def span_of(rule: Rule) -> Span:
    first, last = rule.window.from_day, rule.window.until_day
    return Span(None if first is None else day_of(first), None if last is None else day_of(last))


class Entry(NamedTuple):
    """A rule as it is filed: None at a turn at which nothing is asked of it."""

    occasions: tuple[str, ...]
    span: Span
    filings: Sequence[Filing | None]


class Found(NamedTuple):
    """Places of rules that it could be for, in judging order; and by turn the rules of the occasion and the day that it is not
    for, as it came out at that turn."""

    places: Sequence[int]
    failed: Sequence[Bits]


class Index:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._days = turns_of(entry.span for entry in entries)
        self._open: dict[tuple[int, tuple[str, ...]], Bits] = {}
        turns = max((len(entry.filings) for entry in entries), default=0)
        self._turns = [
            _Turn([entry.filings[turn] if turn < len(entry.filings) else None for entry in entries])
            for turn in range(turns)
        ]

    def find(self, occasions: tuple[str, ...], basket: Basket, context: Context) -> Found:
        left, failed, answers = self.open_on(occasions, context.day), [], _Answers(basket, context)
        for turn in self._turns:
            passed = left & turn.passing(answers)
            failed.append(left ^ passed)
            left = passed
        return Found(places_of(left), failed)

    def open_on(self, occasions: tuple[str, ...], day: Day) -> Bits:
        """The rules of an occasion and a day: found once for each stretch of days without a window's beginning or end."""
        stretch = bisect_right(self._days, day), occasions
        known = self._open.get(stretch)
        if known is None:
            known = self._open[stretch] = bits_of(
                place
                for place, entry in enumerate(self._entries)
                if entry.span.has(day) and not set(entry.occasions).isdisjoint(occasions)
            )
            for oldest in list(self._open)[:-STRETCHES_KEPT]:
                self._open.pop(oldest, None)  # unless another thread was faster
        return known


class _Answers(dict[str, Any]):
    """To what filings ask, each looked for once."""

    def __init__(self, basket: Basket, context: Context) -> None:
        super().__init__()
        self._basket, self._context = basket, context

    def __missing__(self, asked: str) -> Any:
        answer = self[asked] = asker(asked)(self._basket, self._context)
        return answer


class _Turn:
    """One filing of each rule that has one: by answers that are named, or by a bound that they must reach."""

    def __init__(self, filings: Sequence[Filing | None]) -> None:
        filed: dict[tuple[str, str], dict[Any, list[int]]] = {}
        for place, filing in enumerate(filings):
            if filing is not None:
                by_value = filed.setdefault((filing.asked, filing.how), {})
                for value in filing.values:
                    by_value.setdefault(value, []).append(place)
        found = [(asked, how, {value: bits_of(at) for value, at in by.items()}) for (asked, how), by in filed.items()]
        self._named = [(asked, by_value) for asked, how, by_value in found if how == ONE_OF]
        self._bounds = [(asked, _Bounds(how, by_value)) for asked, how, by_value in found if how != ONE_OF]
        self._unless_met = bits_of(place for place, one in enumerate(filings) if one is None or one.unless)

    def passing(self, answers: Mapping[str, Any]) -> Bits:
        """The rules whose filing passes, and those without one."""
        met = 0
        for asked, by_value in self._named:
            answer = answers[asked]
            if isinstance(answer, AnySet):
                for value in by_value.keys() & answer:
                    met |= by_value[value]
            elif answer is not None:
                met |= by_value.get(answer, 0)
        for asked, bounds in self._bounds:
            answer = answers[asked]
            if answer is not None:
                met |= bounds.met_by(answer)
        return met ^ self._unless_met


class _Bounds:
    """By how high or low they are: those that are not met are not even looked at."""

    def __init__(self, how: str, by_bound: Mapping[Any, Bits]) -> None:
        self._bounds = sorted(by_bound)
        self._up_to = list(accumulate((by_bound[bound] for bound in self._bounds), or_, initial=0))
        self._first = bisect_right if how in ("at_least", "below") else bisect_left
        self._upward = how in ("at_least", "above")

    def met_by(self, answer: Any) -> Bits:
        lower = self._up_to[self._first(self._bounds, answer)]
        return lower if self._upward else self._up_to[-1] ^ lower


def bits_of(places: Iterable[int]) -> Bits:
    found = bytearray()
    for place in places:
        found.extend(bytes(max(0, place // 8 + 1 - len(found))))
        found[place // 8] |= 1 << place % 8
    return int.from_bytes(found, "little")


def places_of(bits: Bits) -> list[int]:
    octets = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [base + at for base, octet in zip(count(step=8), octets) if octet for at in _IN_OCTET[octet]]


def turns_of(spans: Iterable[Span]) -> list[Day]:
    """The days that differ from the day before."""
    known = list(spans)
    first = {span.first for span in known if span.first is not None}
    return sorted(first | {span.last + 1 for span in known if span.last is not None})
