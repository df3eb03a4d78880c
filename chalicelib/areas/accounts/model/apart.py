"""What an account holds apart: holds, which are decided later, and pendings, which come later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.lots import Span, first_of, joined, last_of, length, remaining, spans_by_lot
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day


class Hold(NamedTuple):
    """`pieces` are out of their lots while it lasts, in the order in which they were taken."""

    number: int
    unit: str
    pieces: tuple[Taken, ...]
    lapses_at: Instant | None = None
    by: str = ""

    @property
    def amount(self) -> int:
        return sum(piece[2] - piece[1] for piece in self.pieces)


class Pending(NamedTuple):
    """Promised positions of one lot that come together: at an instant, or with an event. Time's of one day and lot are
    one, an event's have a lot each. `open`: their last day is decided when the first of them come, by the policy of
    `day`. `period` is that of a cap in which they count."""

    unit: str
    lot: int
    spans: tuple[Span, ...]
    releases_at: Instant | None = None
    event: str = ""
    expires_on: Day | None = None
    open: bool = False
    day: Day | None = None
    period: str = ""

    @property
    def amount(self) -> int:
        return length(self.spans)

    @property
    def pieces(self) -> tuple[Taken, ...]:
        return tuple((self.lot, start, end, self.expires_on) for start, end in self.spans)


def first_pieces(pieces: Sequence[Taken], amount: int) -> tuple[Taken, ...]:
    """The first `amount` positions of the pieces, in their order."""
    taken: list[Taken] = []
    for lot, start, end, day in pieces:
        if amount <= 0:
            break
        for span in first_of(((start, end),), amount):
            taken.append((lot, *span, day))
            amount -= span[1] - span[0]
    return tuple(taken)


def last_pieces(pieces: Sequence[Taken], amount: int) -> tuple[Taken, ...]:
    """The last `amount` positions of the pieces, in their order."""
    taken: list[Taken] = []
    for lot, start, end, day in reversed(pieces):
        if amount <= 0:
            break
        for span in last_of(((start, end),), amount):
            taken.append((lot, *span, day))
            amount -= span[1] - span[0]
    return tuple(reversed(taken))


def but_last(pieces: Sequence[Taken], amount: int) -> tuple[Taken, ...]:
    return first_pieces(pieces, pieces_sum(pieces) - amount)


def pieces_sum(pieces: Sequence[Sequence[Any]]) -> int:
    return sum(piece[2] - piece[1] for piece in pieces)


def with_promise(pendings: tuple[Pending, ...], promise: Pending) -> tuple[Pending, ...]:
    """Joined to what was promised on the same day in the same lot and comes at the same instant."""
    for at, known in enumerate(pendings):
        if known._replace(spans=()) == promise._replace(spans=()):
            together = known._replace(spans=joined((*known.spans, *promise.spans)))
            return (*pendings[:at], together, *pendings[at + 1 :])
    return (*pendings, promise)


def without_promised(pendings: tuple[Pending, ...], unit: str, gone: Sequence[Sequence[Any]]) -> tuple[Pending, ...]:
    """Without these positions, whichever pending has them. All of a day may lie in one lot: those that lie elsewhere in it
    are passed over at a glance."""
    spans = spans_by_lot(gone)
    reach = {lot: (min(start for start, _ in theirs), max(end for _, end in theirs)) for lot, theirs in spans.items()}
    found = [
        known._replace(spans=remaining(known.spans, spans[known.lot]))
        if known.lot in reach
        and known.unit == unit
        and reach[known.lot][0] < known.spans[-1][1]
        and known.spans[0][0] < reach[known.lot][1]
        else known
        for known in pendings
    ]
    return tuple([known for known in found if known.spans])


def decided(
    pendings: tuple[Pending, ...], unit: str, came: Sequence[Sequence[Any]], expires_on: Day
) -> tuple[Pending, ...]:
    """A lot has one last day: what is still pending of those whose first part came has the day that this part got."""
    lots = {piece[0] for piece in came}
    return tuple(
        known._replace(open=False, expires_on=expires_on)
        if known.open and known.unit == unit and known.lot in lots
        else known
        for known in pendings
    )


def without_held(holds: tuple[Hold, ...], number: int, gone: Sequence[Sequence[Any]]) -> tuple[Hold, ...]:
    """The hold without these positions; it is over when nothing is left."""
    left = (_without(hold, spans_by_lot(gone)) if hold.number == number else hold for hold in holds)
    return tuple(hold for hold in left if hold.pieces)


def _without(hold: Hold, gone: Mapping[int, Sequence[Span]]) -> Hold:
    kept = tuple(
        (lot, *span, day)
        for (lot, day), pieces in groupby(hold.pieces, key=itemgetter(0, 3))
        for span in remaining([(start, end) for _, start, end, _ in pieces], gone.get(lot, ()))
    )
    return hold._replace(pieces=kept)
