"""What leaves a wallet: spent, deducted, sent, converted; and what of an earning is let expire."""

from __future__ import annotations

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.decisions.credits import Credit, came, must_fit, placed
from chalicelib.areas.accounts.model.decisions.story import (
    PLAIN,
    Conduct,
    Story,
    front,
    must_be_positive,
    must_be_tellable,
    must_be_there,
)
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.wallet import Wallet
from chalicelib.errors import Refused


def spend(
    story: Story, unit: str, amount: int, conduct: Conduct = PLAIN, *, below_zero: bool = False, by: str = ""
) -> Story:
    """Take in the unit's order, never below zero unless that is asked for and the policy allows it."""
    wallet, pieces, owed = _taken(story, unit, amount, conduct, below_zero)
    return story.then(f.PointsSpent(unit, amount, pieces, wallet.available - amount, owed, by))


def deduct(story: Story, unit: str, amount: int, conduct: Conduct, reason: str, *, below_zero: bool = False) -> Story:
    wallet, pieces, owed = _taken(story, unit, amount, conduct, below_zero)
    return story.then(f.PointsDeducted(unit, amount, pieces, wallet.available - amount, owed, reason))


def send(
    story: Story, unit: str, amount: int, receiver: str, entry: tuple[int, int], conduct: Conduct, *, by: str = ""
) -> tuple[Story, tuple[Credit, ...]]:
    """What goes out, and what the receiver gets: parts by last day. `entry` is where the receiver's side will stand."""
    wallet, pieces, _ = _taken(story, unit, amount, conduct, below_zero=False)
    amounts: dict[int, int] = {}
    for piece in pieces:
        amounts[piece[0]] = amounts.get(piece[0], 0) + piece[2] - piece[1]
    lots = {lot.number: lot for lot in wallet.lots}
    parts = tuple(
        Credit(unit, part, lots[number].expires_on, lots[number].expires_at) for number, part in amounts.items()
    )
    return story.then(f.PointsSent(unit, amount, pieces, wallet.available - amount, receiver, entry, by)), parts


def convert(story: Story, unit: str, amount: int, into: Credit, conduct: Conduct, into_conduct: Conduct) -> Story:
    """Points of one unit become points of another. Refuses `insufficient_balance`, `balance_limit`,
    `converts_to_nothing`."""
    wallet, pieces, _ = _taken(story, unit, amount, conduct, below_zero=False)
    if into.amount < 1:
        raise Refused("converts_to_nothing", "At the program's rate this comes to nothing.", param="amount")
    other = story.account.wallet(into.unit)
    must_fit(other, into.amount)
    into, piece = placed(story.account, into, into_conduct)
    converted = f.PointsConverted(
        unit=unit,
        amount=amount,
        pieces=pieces,
        balance=wallet.available - amount,
        into=into.unit,
        gained=into.amount,
        piece=piece,
        into_balance=other.available + into.amount,
        expires_on=into.expires_on,
        expires_at=into.expires_at,
    )
    return came(story, into, piece, converted)


def _taken(
    story: Story, unit: str, amount: int, conduct: Conduct, below_zero: bool
) -> tuple[Wallet, tuple[Taken, ...], int]:
    must_be_positive(amount)
    wallet = story.account.wallet(unit)
    must_be_there(wallet, amount, conduct, below_zero)
    pieces = front(wallet, amount, conduct)
    must_be_tellable(pieces)
    return wallet, pieces, amount - pieces_sum(pieces)
