"""What has become of the points that each line of a statement gave, as of now: from the account alone.

A position of a lot is given once and keeps its name, so whether it can be used, waits or is held is seen from where it is
now. What is in none of these places is gone, and the account does not know by which way: flows/trace_earning does.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from chalicelib.areas.accounts.model import VOCABULARY, Account
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.facts import PointsConverted, PointsPromised
from chalicelib.areas.accounts.model.lots import Lot, Span, free_within, length, spans_by_lot
from chalicelib.flows.trace_pieces import GIVEN, given_by
from chalicelib.kit.base import Frozen
from chalicelib.table.journal import Entry

State = Literal["pending", "available", "held", "cancelled", "expired", "gone"]
ANY = "any"
STATES = (ANY, *get_args(State))
_GIVING = frozenset(fact.type for fact in GIVEN)
_SOMEWHERE = ("pending", "available", "held")


class Now(Frozen):
    """What a line gave, and what has become of it: `pending` as long as some of it is, else `available` as long as some of it
    is, else `held`. Nothing left: `cancelled` when it was undone, `expired` when its last day is over, whatever was
    left of it then, or it was let expire. What had been promised is `cancelled` when it was called off, or let expire
    once it had come: the account does not tell these apart. `gone` when it was used, sent, converted or taken back before."""

    state: State
    amount: int
    available: int
    held: int
    pending: int


class Place(NamedTuple):
    unit: str
    lot: int


@dataclass(slots=True)
class Whereabouts:
    """Where the points of an account are. `seen`: from which position on its credits have been looked at, newest first."""

    account: Account
    lots: dict[Place, Lot] = field(default_factory=dict)
    pending: dict[Place, list[Span]] = field(default_factory=dict)
    held: dict[Place, list[Span]] = field(default_factory=dict)
    lapsed: dict[Place, list[Span]] = field(default_factory=dict)
    seen: dict[Place, int] = field(default_factory=dict)

    def look(self, entry: Entry) -> None:
        """An entry, whether it is shown or not."""
        for body in entry.facts:
            if body["type"] in _GIVING:
                unit, pieces = given_by(VOCABULARY.decode(body)) or ("", ())
                for lot, start, *_ in pieces:
                    place = Place(unit, lot)
                    self.seen[place] = min(start, self.seen.get(place, start))

    def now(self, fact: Any, undone: int) -> tuple[str, Now] | None:
        """Of a credit, by its unit; None for what gives no points of its own. `undone`: how much of it was."""
        given = given_by(fact)
        if given is None:
            return None
        unit, pieces = given
        amount = pieces_sum(pieces)
        left = pending = held = 0
        over = lapsed = False
        for number, start, end, *_ in pieces:
            place, span = Place(unit, number), (start, end)
            lot = self.lots.get(place)
            left += 0 if lot is None else length(free_within(lot, start, end))
            pending += _within(span, self.pending.get(place, ()))
            held += _within(span, self.held.get(place, ()))
            over = over or lot is None
            lapsed = lapsed or _within(span, self.lapsed.get(place, ())) > 0
        cancelled = _is_undone(fact, amount, undone) or (lapsed and isinstance(fact, PointsPromised))
        state = _state(left, pending, held, cancelled=cancelled, expired=over or lapsed)
        return unit, Now(state=state, amount=amount, available=left, held=held, pending=pending)

    def may_be_older(self, state: str, unit: str | None) -> bool:
        """Whether points that are in this state now can have been given before what was looked at. What is nowhere can
        always have been."""
        if state not in _SOMEWHERE:
            return True
        firsts = self._firsts(state)
        return any(
            unit in (None, place.unit) and (place not in self.seen or first < self.seen[place])
            for place, first in firsts
        )

    def _firsts(self, state: str) -> Iterator[tuple[Place, int]]:
        """The first position of each lot that is in the state."""
        if state == "available":
            yield from ((place, free_within(lot, 0, lot.into)[0][0]) for place, lot in self.lots.items() if lot.left)
            return
        for place, spans in (self.pending if state == "pending" else self.held).items():
            yield place, min(start for start, _ in spans)


def whereabouts(account: Account) -> Whereabouts:
    """Of an account that has been advanced to now."""
    found = Whereabouts(account)
    for unit, wallet in account.wallets.items():
        found.lots |= {Place(unit, lot.number): lot for lot in wallet.lots}
        _add(found.lapsed, unit, wallet.lapsed)
    for promise in account.pendings:
        _add(found.pending, promise.unit, promise.pieces)
    for hold in account.holds:
        _add(found.held, hold.unit, hold.pieces)
    for spans in (*found.pending.values(), *found.held.values(), *found.lapsed.values()):
        spans.sort()
    return found


def _add(places: dict[Place, list[Span]], unit: str, pieces: Iterable[Any]) -> None:
    for lot, spans in spans_by_lot(pieces).items():
        places.setdefault(Place(unit, lot), []).extend(spans)


def _within(span: Span, spans: Sequence[Span]) -> int:
    """How many of these positions are in the spans, which lie apart and in order: there may be hundreds of one lot."""
    start, end = span
    found = 0
    for place in range(max(0, bisect(spans, span) - 1), len(spans)):
        low, high = spans[place]
        if low >= end:
            break
        found += max(0, min(end, high) - max(start, low))
    return found


def _is_undone(fact: Any, amount: int, undone: int) -> bool:
    """A conversion says how much of the other unit came back, and is undone once."""
    return undone > 0 if isinstance(fact, PointsConverted) else undone >= amount


def _state(left: int, pending: int, held: int, *, cancelled: bool, expired: bool) -> State:
    if pending:
        return "pending"
    if left:
        return "available"
    if held:
        return "held"
    if cancelled:
        return "cancelled"
    return "expired" if expired else "gone"
