"""The account as it stands, and `apply`: the only thing that changes it. Total, and reading nothing but the fact."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.lots import Lot, Piece, Span, added, expiry, restored, without
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class Wallet:
    """One unit of one account. `lots` stand in the order in which they expire, those of one instant by their numbers."""

    unit: str
    lots: tuple[Lot, ...] = ()
    next_lot: int = 1
    earned: int = 0
    refunded: int = 0
    spent: int = 0
    cancelled: int = 0
    expired: int = 0

    @property
    def available(self) -> int:
        return self.earned + self.refunded - self.spent - self.cancelled - self.expired

    def lot(self, number: int) -> Lot | None:
        return next((lot for lot in self.lots if lot.number == number), None)

    def passed(self, by: Instant) -> Iterator[Lot]:
        """The lots whose last day is over by then: the first ones, so that the others need not be asked."""
        return takewhile(lambda lot: lot.expires_at is not None and lot.expires_at <= by, self.lots)

    @property
    def next_due_at(self) -> Instant | None:
        """When the first lot passes that has something left."""
        return next((lot.expires_at for lot in self.lots if lot.left), None)

    def balanced(self) -> bool:
        """The wallet equation, told from both sides."""
        return self.available == sum(lot.left for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Account:
    """`orders` counts sales not returned in full; `spend` sums what was bought less what came back, by currency."""

    owner: str
    program: int
    advanced_to: Instant = 0
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    orders: int = 0
    spend: Mapping[str, int] = field(default_factory=dict)
    tier: str = ""

    def wallet(self, unit: str) -> Wallet:
        return self.wallets.get(unit) or Wallet(unit)

    @property
    def next_due_at(self) -> Instant | None:
        """The next instant at which time alone changes something."""
        due = [at for wallet in self.wallets.values() if (at := wallet.next_due_at) is not None]
        return min(due, default=None)


def apply(account: Account, fact: Fact) -> Account:
    match fact:
        case f.AccountAdvanced():
            return _advanced(account, fact.to)
        case f.OrderRecorded():
            return replace(account, orders=account.orders + 1, spend=_spend(account, fact.currency, fact.value))
        case f.OrderReturned():
            orders = account.orders - 1 if fact.full else account.orders
            return replace(account, orders=orders, spend=_spend(account, fact.currency, -fact.value))
        case f.TierChanged():
            return replace(account, tier=fact.tier)
        case f.PointsEarned():
            return _with(account, _earned(account.wallet(fact.unit), fact))
        case f.PointsSpent():
            wallet = account.wallet(fact.unit)
            return _with(account, replace(_taken(wallet, fact.pieces), spent=wallet.spent + fact.amount))
        case f.PointsCancelled():
            wallet = account.wallet(fact.unit)
            return _with(account, replace(_taken(wallet, fact.pieces), cancelled=wallet.cancelled + fact.amount))
        case f.PointsRefunded():
            return _with(account, _refunded(account.wallet(fact.unit), fact))
        case f.PointsExpired():
            wallet = account.wallet(fact.unit)
            rest = tuple(lot for lot in wallet.lots if lot.number != fact.lot)
            return _with(account, replace(wallet, lots=rest, expired=wallet.expired + fact.amount))
    raise TypeError(f"{type(fact).__name__} is not a fact of an account")


def fold(account: Account, facts: Iterable[Fact]) -> Account:
    for fact in facts:
        account = apply(account, fact)
    return account


def lot_for(wallet: Wallet, expires_on: Day | None, expires_at: Instant | None) -> Lot | None:
    """The lot that an earning with this expiry joins, if there is one. Two zones may end different days at one instant."""
    day, shift = expiry(expires_on, expires_at)
    return next((lot for lot in wallet.lots if lot.expires_on == day and lot.shift == shift), None)


def _with(account: Account, wallet: Wallet) -> Account:
    return replace(account, wallets={**account.wallets, wallet.unit: wallet})


def _spend(account: Account, currency: str, value: int) -> Mapping[str, int]:
    return {**account.spend, currency: account.spend.get(currency, 0) + value}


def _advanced(account: Account, to: Instant) -> Account:
    wallets = {unit: _without_passed(wallet, to) for unit, wallet in account.wallets.items()}
    return replace(account, advanced_to=max(account.advanced_to, to), wallets=wallets)


def _without_passed(wallet: Wallet, to: Instant) -> Wallet:
    gone = {lot.number for lot in wallet.passed(to) if not lot.left}
    return replace(wallet, lots=tuple(lot for lot in wallet.lots if lot.number not in gone)) if gone else wallet


def _earned(wallet: Wallet, fact: f.PointsEarned) -> Wallet:
    grown = _grown(wallet, Piece(*fact.piece), fact.expires_on, fact.expires_at)
    return replace(grown, earned=wallet.earned + fact.amount)


def _refunded(wallet: Wallet, fact: f.PointsRefunded) -> Wallet:
    grown = wallet
    for number, spans in _by_lot(fact.pieces).items():
        grown = replace(grown, lots=tuple(restored(lot, spans) if lot.number == number else lot for lot in grown.lots))
    if fact.fresh is not None:
        grown = _grown(grown, Piece(*fact.fresh), fact.expires_on, fact.expires_at)
    return replace(grown, refunded=wallet.refunded + fact.amount)


def _taken(wallet: Wallet, pieces: Iterable[tuple[int, int, int]]) -> Wallet:
    gone = _by_lot(pieces)
    return replace(
        wallet, lots=tuple(without(lot, gone[lot.number]) if lot.number in gone else lot for lot in wallet.lots)
    )


def _by_lot(pieces: Iterable[tuple[int, int, int]]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    for number, start, end in pieces:
        spans.setdefault(number, []).append((start, end))
    return spans


def _grown(wallet: Wallet, piece: Piece, expires_on: Day | None, expires_at: Instant | None) -> Wallet:
    """The wallet with these new positions: at the end of their lot, or as a new lot in its place in the order."""
    known, lots = wallet.lot(piece.lot), list(wallet.lots)
    if known is not None:
        lots[lots.index(known)] = added(known, piece.end - piece.start)[0]
        return replace(wallet, lots=tuple(lots))
    insort(lots, Lot(piece.lot, *expiry(expires_on, expires_at), piece.end, piece.start), key=expiry_order)
    return replace(wallet, lots=tuple(lots), next_lot=max(wallet.next_lot, piece.lot + 1))


def expiry_order(lot: Lot) -> tuple[bool, Instant, int]:
    return lot.expires_at is None, lot.expires_at or 0, lot.number
