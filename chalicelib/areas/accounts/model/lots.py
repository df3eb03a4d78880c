"""Lots: positions on a line. What expires together shares a lot; an earning is the interval of positions it was given.

A lot has handed out the positions [0, into). Those below `out`, and those in `holes`, are gone (spent, cancelled). So what
is left of any one earning is its interval less what is gone: exact, and no item exists per earning.

    into = 10, out = 3, holes = ((5, 7),)        0 1 2 | 3 4 | 5 6 | 7 8 9        5 left: 3, 4, 7, 8, 9
                                                 gone    left  gone  left
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import DAY_MS, Day

Span = tuple[int, int]  # positions [from, to)
Expiry = tuple[Day | None, int | None]  # the last usable day, and the `shift` of its end


class Lot(NamedTuple):
    """As it is stored, so that an account of hundreds is read and written without a look at each.

    `number` names it within its wallet for ever. Its last usable day is over `shift` seconds after that day's end in UTC.
    """

    number: int
    expires_on: Day | None
    shift: int | None
    into: int
    out: int
    holes: tuple[Span, ...] = ()

    @property
    def expires_at(self) -> Instant | None:
        """The instant after the last usable day."""
        if self.expires_on is None or self.shift is None:
            return None
        return (self.expires_on + 1) * DAY_MS + self.shift * 1000

    @property
    def left(self) -> int:
        gone = self.out + length(self.holes) if self.holes else self.out
        return self.into - gone


class Piece(NamedTuple):
    """An interval of one lot: what an earning was given, what a spend took."""

    lot: int
    start: int
    end: int


def expiry(expires_on: Day | None, expires_at: Instant | None) -> Expiry:
    if expires_on is None or expires_at is None:
        return expires_on, None
    return expires_on, (expires_at - (expires_on + 1) * DAY_MS) // 1000


def length(spans: Iterable[Sequence[int]]) -> int:
    return sum(span[1] - span[0] for span in spans)


def piece_sum(pieces: Iterable[Piece]) -> int:
    return sum(piece.end - piece.start for piece in pieces)


def is_over(lot: Lot, at: Instant) -> bool:
    return lot.expires_at is not None and lot.expires_at <= at


def spans_by_lot(pieces: Iterable[Sequence[Any]]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    for piece in pieces:
        spans.setdefault(piece[0], []).append((piece[1], piece[2]))
    return spans


def meeting(spans: Mapping[int, Sequence[Span]], pieces: Iterable[Sequence[Any]]) -> int:
    """How many positions are in both."""
    return sum(
        max(0, min(end, piece[2]) - max(start, piece[1])) for piece in pieces for start, end in spans.get(piece[0], ())
    )


def added(lot: Lot, amount: int) -> tuple[Lot, Piece]:
    """The lot with `amount` new positions at its end, and which they are."""
    return lot._replace(into=lot.into + amount), Piece(lot.number, lot.into, lot.into + amount)


def free_within(lot: Lot, start: int, end: int) -> tuple[Span, ...]:
    """The positions of [start, end) that are still there, in order."""
    return remaining(((max(start, lot.out), min(end, lot.into)),), lot.holes)


def first_of(spans: Sequence[Span], amount: int) -> tuple[Span, ...]:
    """The first `amount` positions of the spans."""
    taken: list[Span] = []
    for start, end in spans:
        if amount <= 0:
            break
        taken.append((start, min(end, start + amount)))
        amount -= taken[-1][1] - start
    return tuple(taken)


def last_of(spans: Sequence[Span], amount: int) -> tuple[Span, ...]:
    """The last `amount` positions of the spans: a cancellation takes from the end, so that it leaves few holes."""
    return remaining(spans, first_of(spans, length(spans) - amount))


def without(lot: Lot, spans: Sequence[Span]) -> Lot:
    """The lot after these free positions are gone."""
    return _with_gone(lot, joined((*_gone(lot), *spans)))


def restored(lot: Lot, spans: Sequence[Span]) -> Lot:
    """The lot after these gone positions came back: they are the earning's own again."""
    return _with_gone(lot, remaining(_gone(lot), spans))


def _gone(lot: Lot) -> tuple[Span, ...]:
    return joined(((0, lot.out), *lot.holes))


def _with_gone(lot: Lot, gone: Sequence[Span]) -> Lot:
    """The shortest way to say it: `out` reaches over everything that is gone from the front, the rest are holes."""
    if gone and gone[0][0] == 0:
        return lot._replace(out=gone[0][1], holes=tuple(gone[1:]))
    return lot._replace(out=0, holes=tuple(gone))


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same positions in as few spans as there can be."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def remaining(spans: Sequence[Span], removed: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of the spans without these positions. A lot may have thousands of holes: each is looked at once."""
    gone = joined(removed)
    rest: list[Span] = []
    for start, end in spans:
        at, place = start, max(0, bisect(gone, (start, start)) - 1)
        while at < end and place < len(gone) and gone[place][0] < end:
            out_from, out_to = gone[place]
            if at < out_from:
                rest.append((at, out_from))
            at, place = max(at, out_to), place + 1
        if at < end:
            rest.append((at, end))
    return tuple(rest)
