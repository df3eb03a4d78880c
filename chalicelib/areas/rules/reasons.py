"""Why rules give nothing that were not even looked at: worded when they are compiled, and put together once for all
purchases of the same days. So whoever asks for reasons pays for those of the rules that could have been meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.areas.rules.filings import Filing
from chalicelib.areas.rules.index import STRETCHES_KEPT, Bits, Span, bits_of, turns_of
from chalicelib.areas.rules.outcome import Skipped
from chalicelib.kit.periods import Day

Occasions = tuple[str, ...]


class Turn(NamedTuple):
    """What a rule is filed under at one turn of the index, and what to say to those for whom it is not: None where something
    comes before it that only the rule itself can ask."""

    filing: Filing | None
    for_others: Skipped | None


class Aside(NamedTuple):
    """A live rule: what sets it off, when, and what to say outside its window and to those for whom it is not."""

    on: Occasions
    span: Span
    outside: Skipped
    turns: tuple[Turn, ...]


class Later(NamedTuple):
    """What to say of each rule, by place, where it comes out at a turn after the first that it is not for them; and for which
    rules that takes asking."""

    said: Sequence[Skipped | None]
    unsaid: Bits


class Unseen(NamedTuple):
    """By place of each live rule, None for those of other occasions; and of those that are switched off."""

    live: list[Skipped | None]
    idle: tuple[Skipped, ...]


def _first(aside: Aside) -> Skipped | None:
    return aside.turns[0].for_others if aside.turns else None


def _later(live: Sequence[Aside], turn: int) -> Later:
    said = [one.turns[turn].for_others if turn < len(one.turns) else None for one in live]
    return Later(said, bits_of(place for place, one in enumerate(said) if one is None))


class Reasons:
    def __init__(self, live: Sequence[Aside], idle: Sequence[tuple[Occasions, Skipped]]) -> None:
        self._live, self._idle = live, idle
        self.later = [_later(live, turn) for turn in range(1, max((len(one.turns) for one in live), default=0))]
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
            None if wanted.isdisjoint(one.on) else _first(one) if one.span.has(day) else one.outside
            for one in self._live
        ]
        return Unseen(live, tuple(skipped for on, skipped in self._idle if not wanted.isdisjoint(on)))
