"""The laws that every account keeps, whatever happened to it, told by name where one is broken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chalicelib.areas.accounts.model.lots import Lot
from chalicelib.areas.accounts.model.state import Account, Wallet, expiry_order


def broken_laws(account: Account) -> tuple[str, ...]:
    """None, as it should be. `wallet points: lots` and the like."""
    return tuple(f"wallet {unit}: {law}" for unit, wallet in sorted(account.wallets.items()) for law in _broken(wallet))


def _broken(wallet: Wallet) -> Iterator[str]:
    if not wallet.balanced():
        yield "what came in and went out is not what the lots hold"
    if min(wallet.earned, wallet.refunded, wallet.spent, wallet.cancelled, wallet.expired) < 0:
        yield "a total is negative"
    numbers = [lot.number for lot in wallet.lots]
    if len(set(numbers)) != len(numbers) or any(not 0 < number < wallet.next_lot for number in numbers):
        yield "its lots are not numbered one by one"
    if sorted(wallet.lots, key=expiry_order) != list(wallet.lots):
        yield "its lots are not in the order in which they expire"
    if not all(map(_sound, wallet.lots)):
        yield "a lot has given out more than it had"


def _sound(lot: Lot) -> bool:
    """Holes lie apart, in order, between what is gone from the front and the end."""
    edges = (lot.out, *(edge for hole in lot.holes for edge in hole), lot.into)
    return lot.out >= 0 and all(before <= after for before, after in pairwise(edges))
