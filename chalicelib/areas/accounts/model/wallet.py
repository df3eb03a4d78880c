"""A wallet: one unit of one account, and how each fact changes it. Reading nothing but the fact; never refusing one."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile
from typing import Any

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_PERIODS
from chalicelib.areas.accounts.model.lots import (
    Lot,
    Piece,
    added,
    expiry,
    is_over,
    joined,
    restored,
    spans_by_lot,
    without,
)
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day

CAME = ("earned", "granted", "received", "refunded", "gained")
WENT = ("spent", "deducted", "sent", "expired", "cancelled", "converted")
TOTALS = (*CAME, *WENT, "held", "pending", "owed")


@dataclass(frozen=True, slots=True)
class Wallet:
    """`lots` stand in the order in which they expire, those of one instant by their numbers. What is held or pending is taken out of its lot.

    Came in      earned, granted, received (from others), refunded, gained (by conversion)
    Went out     spent, deducted, sent (to others), expired, cancelled, converted (into another unit)
    Stands apart `held` of what came in; `pending`, which has not come in yet; `owed`, taken below zero
    `lapsed` are positions of these lots that were let expire before their day, or were promised and called off: what takes
    an earning back does not take them elsewhere.
    `sliding` is the number of the lot whose last day moves; `counted` is where caps by period stand: what was earned in each
    less what was taken back of it, of the latest periods.
    """

    unit: str
    lots: tuple[Lot, ...] = ()
    next_lot: int = 1
    earned: int = 0
    refunded: int = 0
    spent: int = 0
    cancelled: int = 0
    expired: int = 0
    granted: int = 0
    received: int = 0
    gained: int = 0
    deducted: int = 0
    sent: int = 0
    converted: int = 0
    held: int = 0
    pending: int = 0
    owed: int = 0
    sliding: int = 0
    counted: Mapping[str, int] = field(default_factory=dict)
    lapsed: tuple[Piece, ...] = ()

    @property
    def available(self) -> int:
        came = self.earned + self.granted + self.received + self.refunded + self.gained
        went = self.spent + self.deducted + self.sent + self.expired + self.cancelled + self.converted
        return came - went - self.held

    @property
    def there(self) -> int:
        """What can be taken out of lots: what is available, and no less than nothing."""
        return self.available + self.owed

    def lot(self, number: int) -> Lot | None:
        return next((lot for lot in self.lots if lot.number == number), None)

    def passed(self, by: Instant) -> Iterator[Lot]:
        """The lots whose last day is over by then: the first ones, so that the others need not be asked."""
        return takewhile(lambda lot: is_over(lot, by), self.lots)

    @property
    def next_due_at(self) -> Instant | None:
        """When the first lot passes that has something left."""
        return next((lot.expires_at for lot in self.lots if lot.left), None)

    def balanced(self) -> bool:
        """The wallet equation, told from both sides."""
        return self.there == sum(lot.left for lot in self.lots)


def earned(wallet: Wallet, fact: f.PointsEarned) -> Wallet:
    grown = _counted(grow(wallet, Piece(*fact.piece), fact.expires_on, fact.expires_at), fact)
    return replace(grown, earned=wallet.earned + fact.amount)


def granted(wallet: Wallet, fact: f.PointsGranted) -> Wallet:
    grown = grow(wallet, Piece(*fact.piece), fact.expires_on, fact.expires_at)
    return replace(grown, granted=wallet.granted + fact.amount)


def received(wallet: Wallet, fact: f.PointsReceived) -> Wallet:
    grown = wallet
    for lot, start, end, expires_on, expires_at in fact.pieces:
        grown = grow(grown, Piece(lot, start, end), expires_on, expires_at)
    return replace(grown, received=wallet.received + fact.amount)


def refunded(wallet: Wallet, fact: f.PointsRefunded) -> Wallet:
    grown = give_back(wallet, fact.pieces)
    if fact.fresh is not None:
        grown = grow(grown, Piece(*fact.fresh), fact.expires_on, fact.expires_at)
    return replace(grown, refunded=wallet.refunded + fact.amount)


def gained(wallet: Wallet, fact: f.PointsConverted) -> Wallet:
    grown = grow(wallet, Piece(*fact.piece), fact.expires_on, fact.expires_at)
    return replace(grown, gained=wallet.gained + fact.gained)


def went(wallet: Wallet, total: str, fact: f.PointsSpent | f.PointsDeducted | f.PointsCancelled) -> Wallet:
    """Something left for good, maybe more than was there."""
    taken = take(wallet, fact.pieces)
    changed: dict[str, Any] = {total: getattr(wallet, total) + fact.amount, "owed": wallet.owed + fact.owed}
    return replace(taken, **changed)


def cancelled(wallet: Wallet, fact: f.PointsCancelled) -> Wallet:
    return _uncounted(went(wallet, "cancelled", fact), fact)


def sent(wallet: Wallet, fact: f.PointsSent) -> Wallet:
    return replace(take(wallet, fact.pieces), sent=wallet.sent + fact.amount)


def converted(wallet: Wallet, fact: f.PointsConverted) -> Wallet:
    return replace(take(wallet, fact.pieces), converted=wallet.converted + fact.amount)


def expired(wallet: Wallet, fact: f.PointsExpired) -> Wallet:
    if fact.pieces:
        rest = replace(take(wallet, fact.pieces), lapsed=_joined((*wallet.lapsed, *fact.pieces)))
    else:
        rest = _without_lots(wallet, {fact.lot})
    return replace(rest, expired=wallet.expired + fact.amount)


def extended(wallet: Wallet, fact: f.PointsExtended) -> Wallet:
    return replace(_with_expiry(wallet, fact.lot, fact.expires_on, fact.expires_at), sliding=fact.lot)


def settled(wallet: Wallet, fact: f.DebtSettled) -> Wallet:
    return replace(take(wallet, fact.pieces), owed=wallet.owed - fact.amount)


def promised(wallet: Wallet, fact: f.PointsPromised) -> Wallet:
    """It gets its positions at once, and they are out until it is activated."""
    piece = Piece(*fact.piece)
    grown = grow(wallet, piece, fact.expires_on, fact.expires_at)
    out = take(_counted(grown, fact), (fact.piece,))
    return replace(out, pending=wallet.pending + fact.amount)


def activated(wallet: Wallet, fact: f.PointsActivated) -> Wallet:
    back = wallet
    if fact.expires_on is not None:
        for lot in {piece[0] for piece in fact.pieces}:
            back = _with_expiry(back, lot, fact.expires_on, fact.expires_at)
    back = give_back(back, fact.pieces)
    return replace(back, pending=wallet.pending - fact.amount, earned=wallet.earned + fact.amount)


def promise_cancelled(wallet: Wallet, fact: f.PromiseCancelled) -> Wallet:
    """What a return takes back is its own to count; what somebody called off besides is not asked for again."""
    called_off = () if fact.order and fact.undoes is None else fact.pieces
    there = {lot.number for lot in wallet.lots}
    lapsed = _joined((*wallet.lapsed, *(piece for piece in called_off if piece[0] in there)))
    return replace(_uncounted(wallet, fact), pending=wallet.pending - fact.amount, lapsed=lapsed)


def held(wallet: Wallet, fact: f.PointsHeld) -> Wallet:
    return replace(take(wallet, fact.pieces), held=wallet.held + fact.amount)


def captured(wallet: Wallet, fact: f.PointsCaptured) -> Wallet:
    return replace(wallet, held=wallet.held - fact.amount, spent=wallet.spent + fact.amount)


def released(wallet: Wallet, fact: f.PointsReleased) -> Wallet:
    return replace(give_back(wallet, fact.pieces), held=wallet.held - fact.amount)


def without_passed(wallet: Wallet, to: Instant) -> Wallet:
    """Without the lots that are over and empty: what of them is held or pending expires when it comes back."""
    gone = {lot.number for lot in wallet.passed(to) if not lot.left}
    return _without_lots(wallet, gone) if gone else wallet


def grow(wallet: Wallet, piece: Piece, expires_on: Day | None, expires_at: Instant | None) -> Wallet:
    """The wallet with these new positions: at the end of their lot, or as a new lot in its place in the order."""
    known, lots = wallet.lot(piece.lot), list(wallet.lots)
    if known is not None:
        lots[lots.index(known)] = added(known, piece.end - piece.start)[0]
        return replace(wallet, lots=tuple(lots))
    insort(lots, Lot(piece.lot, *expiry(expires_on, expires_at), piece.end, piece.start), key=expiry_order)
    return replace(wallet, lots=tuple(lots), next_lot=max(wallet.next_lot, piece.lot + 1))


def take(wallet: Wallet, pieces: Iterable[Sequence[Any]]) -> Wallet:
    gone = spans_by_lot(pieces)
    lots = [without(lot, gone[lot.number]) if lot.number in gone else lot for lot in wallet.lots]
    return replace(wallet, lots=tuple(lots))


def give_back(wallet: Wallet, pieces: Iterable[Sequence[Any]]) -> Wallet:
    """Positions come back into those of their lots that are still there."""
    back = spans_by_lot(pieces)
    lots = [restored(lot, back[lot.number]) if lot.number in back else lot for lot in wallet.lots]
    return replace(wallet, lots=tuple(lots))


def _without_lots(wallet: Wallet, gone: set[int]) -> Wallet:
    return replace(
        wallet,
        lots=tuple([lot for lot in wallet.lots if lot.number not in gone]),
        lapsed=tuple([piece for piece in wallet.lapsed if piece.lot not in gone]),
    )


def _joined(pieces: Iterable[Sequence[Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(lot, *span) for lot, spans in sorted(spans_by_lot(pieces).items()) for span in joined(spans))


def _with_expiry(wallet: Wallet, number: int, expires_on: Day, expires_at: Instant | None) -> Wallet:
    day, shift = expiry(expires_on, expires_at)
    lots = (lot._replace(expires_on=day, shift=shift) if lot.number == number else lot for lot in wallet.lots)
    return replace(wallet, lots=tuple(sorted(lots, key=expiry_order)))


def _counted(wallet: Wallet, fact: f.PointsEarned | f.PointsPromised) -> Wallet:
    if not fact.period:
        return wallet
    others = {} if fact.alone else wallet.counted
    counted = {**others, fact.period: wallet.counted.get(fact.period, 0) + fact.amount}
    if len(counted) > MAX_PERIODS:
        del counted[min(counted, key=_begins)]
    return replace(wallet, counted=counted)


def _uncounted(wallet: Wallet, fact: f.PointsCancelled | f.PromiseCancelled) -> Wallet:
    """What was taken back counts no more in the period in which it had counted, if that is remembered."""
    if fact.period not in wallet.counted:
        return wallet
    left = wallet.counted[fact.period] - fact.amount
    others = {period: amount for period, amount in wallet.counted.items() if period != fact.period}
    return replace(wallet, counted={**others, fact.period: left} if left > 0 else others)


def _begins(period: str) -> str:
    """Names of years, months and days are in the order of time, also among each other; a week's is put there by its Monday."""
    year, _, week = period.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1).isoformat() if week else period


def expiry_order(lot: Lot) -> tuple[bool, Instant, int]:
    return lot.expires_at is None, lot.expires_at or 0, lot.number
