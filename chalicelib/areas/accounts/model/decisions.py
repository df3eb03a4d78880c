"""What an account decides: pure, from its state and the terms given, answering facts. `apply` makes them true."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.lots import Lot, Piece, first_of, free_within, last_of, piece_sum
from chalicelib.areas.accounts.model.state import Account, Wallet, fold, lot_for
from chalicelib.errors import InvalidInput, Refused
from chalicelib.kit.amounts import MAX_AMOUNT, plain
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class Credit:
    """Something to earn: how much of what, until when, and why."""

    unit: str
    amount: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    rule: str = ""
    order: str = ""
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """An account and the facts that brought it here: decisions append to it, the commit writes it."""

    account: Account
    facts: tuple[Fact, ...] = ()

    def then(self, *facts: Fact) -> Story:
        return Story(fold(self.account, facts), (*self.facts, *facts))


def advance(story: Story, to: Instant) -> Story:
    """Let everything due until `to` happen, in the order in which it is due. Never goes back."""
    to = max(to, story.account.advanced_to)
    passed = [
        (lot.expires_at, unit, lot)
        for unit, wallet in story.account.wallets.items()
        for lot in wallet.passed(to)
        if lot.left
    ]
    for _, unit, lot in sorted(passed):
        balance = story.account.wallet(unit).available - lot.left
        story = story.then(f.PointsExpired(unit, lot.left, lot.number, balance, lot.expires_on))
    return story.then(f.AccountAdvanced(to)) if to > story.account.advanced_to else story


def earn(story: Story, credit: Credit) -> Story:
    """Add the credit to the lot that expires with it. One whose last day has already passed expires at once."""
    _must_be_positive(credit.amount)
    wallet = story.account.wallet(credit.unit)
    if wallet.available + credit.amount > MAX_AMOUNT:
        raise Refused("balance_limit", "The balance would go beyond what an account can hold.", param="amount")
    lot = lot_for(wallet, credit.expires_on, credit.expires_at)
    number, start = (wallet.next_lot, 0) if lot is None else (lot.number, lot.into)
    earned = f.PointsEarned(
        unit=credit.unit,
        amount=credit.amount,
        piece=Piece(number, start, start + credit.amount),
        balance=wallet.available + credit.amount,
        expires_on=credit.expires_on,
        expires_at=credit.expires_at,
        rule=credit.rule,
        order=credit.order,
        lines=credit.lines,
    )
    return advance(story.then(earned), story.account.advanced_to)


def spend(story: Story, unit: str, amount: int, decimals: int = 0) -> Story:
    """Take from the earliest expiry first, never below zero. `decimals` are the unit's, for whoever reads a refusal."""
    _must_be_positive(amount)
    wallet = story.account.wallet(unit)
    if amount > wallet.available:
        there, needed = plain(wallet.available, decimals), plain(amount, decimals)
        raise Refused("insufficient_balance", f"There are {there} available and {needed} are needed.", param="amount")
    pieces = _front(wallet, amount)
    return story.then(f.PointsSpent(unit, amount, pieces, wallet.available - amount))


def refund(story: Story, unit: str, pieces: tuple[Piece, ...], fresh: Credit) -> Story:
    """Give a spend's positions back. What belongs to lots that have passed comes as a fresh credit on `fresh`'s terms.

    Like an earning, one whose last day has already passed expires at once.
    """
    wallet = story.account.wallet(unit)
    back = tuple(piece for piece in pieces if wallet.lot(piece.lot) is not None)
    late = piece_sum(pieces) - piece_sum(back)
    new_piece = None
    if late:
        lot = lot_for(wallet, fresh.expires_on, fresh.expires_at)
        number, start = (wallet.next_lot, 0) if lot is None else (lot.number, lot.into)
        new_piece = Piece(number, start, start + late)
    amount = piece_sum(pieces)
    balance = wallet.available + amount
    refunded = f.PointsRefunded(unit, amount, back, balance, new_piece, fresh.expires_on, fresh.expires_at)
    return advance(story.then(refunded), story.account.advanced_to)


def cancel(story: Story, unit: str, earning: Piece, due: int, *, rule: str = "", order: str = "") -> Story:
    """Take back `due` of an earning: from what is left of it, then from the rest of the wallet, then no more (clip).

    What has expired is not taken elsewhere: when the earning's lot has passed, nothing is left to take.
    """
    wallet = story.account.wallet(unit)
    lot = wallet.lot(earning.lot)
    pieces: tuple[Piece, ...] = ()
    if lot is not None:
        own = tuple(Piece(lot.number, *span) for span in last_of(free_within(lot, earning.start, earning.end), due))
        rest = Story(story.account).then(f.PointsCancelled(unit, piece_sum(own), own, 0)).account.wallet(unit)
        pieces = (*own, *_front(rest, min(rest.available, due - piece_sum(own))))
    taken = piece_sum(pieces)
    return story.then(
        f.PointsCancelled(unit, taken, pieces, wallet.available - taken, due - taken, rule=rule, order=order)
    )


def _must_be_positive(amount: int) -> None:
    """Asked here, behind every door: below zero an earning would take and a spend would give."""
    if amount < 1:
        raise InvalidInput("number_too_small", "An amount is at least 1.", param="amount")


def _front(wallet: Wallet, amount: int) -> tuple[Piece, ...]:
    """The first `amount` positions in spending order."""
    pieces: list[Piece] = []
    for lot in wallet.lots:
        if amount <= 0:
            break
        for start, end in first_of(_free(lot), amount):
            pieces.append(Piece(lot.number, start, end))
            amount -= end - start
    return tuple(pieces)


def _free(lot: Lot) -> tuple[tuple[int, int], ...]:
    return free_within(lot, 0, lot.into)
