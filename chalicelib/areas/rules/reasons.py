"""Why rules give nothing that were not even looked at: worded when they are compiled, and put together once for all
purchases of the same days. So whoever asks for reasons pays for those of the rules that could have been meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.areas.rules.index import STRETCHES_KEPT, Span, turns_of
from chalicelib.areas.rules.outcome import Skipped
from chalicelib.kit.periods import Day

Occasions = tuple[str, ...]


class Aside(NamedTuple):
    """A live rule: what sets it off, when, and what to say outside its window, to those for whom it is not by the first name
    that it is filed under, and to those for whom it is not by the second."""

    on: Occasions
    span: Span
    outside: Skipped
    for_others: Skipped | None
    by_second: Skipped | None


class Unseen(NamedTuple):
    """By place of each live rule, None for those of other occasions; and of those that are switched off."""

    live: list[Skipped | None]
    idle: tuple[Skipped, ...]


class Reasons:
    def __init__(self, live: Sequence[Aside], idle: Sequence[tuple[Occasions, Skipped]]) -> None:
        self.live, self._idle = live, idle
        self._turns = turns_of(one.span for one in live)
        self._known: dict[tuple[int, Occasions], Unseen] = {}

    def of(self, occasions: Occasions, day: Day) -> Unseen:
        place = bisect_right(self._turns, day), occasions
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._found(occasions, day)
            for oldest in list(self._known)[:-STRETCHES_KEPT]:
                self._known.pop(oldest, None)
        return known

    def _found(self, occasions: Occasions, day: Day) -> Unseen:
        wanted = frozenset(occasions)
        live = [
            None if wanted.isdisjoint(one.on) else one.for_others if one.span.has(day) else one.outside
            for one in self.live
        ]
        return Unseen(live, tuple(skipped for on, skipped in self._idle if not wanted.isdisjoint(on)))
