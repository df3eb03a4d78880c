"""What decisions have in common: the story they tell, a unit's conduct, and taking from the front of a wallet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.limits import MAX_TAKEN_PIECES
from chalicelib.areas.accounts.model.lots import Lot, first_of, free_within, is_over
from chalicelib.areas.accounts.model.state import Account, fold
from chalicelib.areas.accounts.model.wallet import Wallet
from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT, plain
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day

Beyond = Literal["clip", "negative", "pending_only"]
Used = Literal["left", "whole", "refuse"]


@dataclass(frozen=True, slots=True)
class PeriodCap:
    """At most `limit` earned in the period, which goes by its name (`2026-11`)."""

    period: str
    limit: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a unit behaves, by the policy in force: what decisions on its wallet rest on.

    `floor` is how far below zero whoever asks for it may go; `beyond` what a return does when too little is left;
    `used` what undoing an earning does when some of it is gone; `returns_floor` how far below zero these two may go, None
    any far. Caps are what an earning may come to.
    """

    decimals: int = 0
    oldest_first: bool = False
    floor: int = 0
    beyond: Beyond = "clip"
    used: Used = "left"
    returns_floor: int | None = None
    fresh_refunds: bool = True
    cap_transaction: int | None = None
    cap_balance: int | None = None
    cap_period: PeriodCap | None = None


PLAIN = Conduct()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is taken back: the sale and the rule that had given it, its day of earning, the entry of this
    account with the number of the fact that is undone, and the period of a cap in which it counts."""

    rule: str = ""
    order: str = ""
    day: Day | None = None
    undoes: tuple[int, int] | None = None
    period: str = ""


UNKNOWN = Cause()


@dataclass(frozen=True, slots=True)
class Story:
    """An account and the facts that brought it here: decisions append to it, the commit writes it. `counted`: in how many of
    them it has been looked for points that somebody asks to be counted."""

    account: Account
    facts: tuple[Fact, ...] = ()
    begun: Account | None = None
    counted: int = 0

    @property
    def before(self) -> Account:
        """The account before any of it."""
        return self.account if self.begun is None else self.begun

    def then(self, *facts: Fact) -> Story:
        return Story(fold(self.account, facts), (*self.facts, *facts), self.before, self.counted)


def must_be_positive(amount: int) -> None:
    """Asked here, behind every door: below zero an earning would take and a spend would give."""
    if amount < 1:
        raise Refused("number_too_small", "An amount is at least 1.", param="amount")
    if amount > MAX_AMOUNT:
        raise Refused("number_too_large", f"An amount is at most {MAX_AMOUNT}.", param="amount")


def must_be_there(wallet: Wallet, amount: int, conduct: Conduct, below_zero: bool = False) -> None:
    if wallet.available - amount < (conduct.floor if below_zero else 0):
        there, needed = plain(wallet.available, conduct.decimals), plain(amount, conduct.decimals)
        limit = f"the balance may go no further than {plain(-conduct.floor, conduct.decimals)} below zero"
        may = f", {limit if conduct.floor else 'the balance may not go below zero'}," if below_zero else ""
        text = f"There are {there} available{may} and {needed} are needed."
        raise Refused("insufficient_balance", text, param="amount")


def front(wallet: Wallet, amount: int, conduct: Conduct) -> tuple[Taken, ...]:
    """The first `amount` positions in spending order, or all there are."""
    pieces: list[Taken] = []
    for lot in _in_order(wallet.lots, conduct):
        if amount <= 0:
            break
        for start, end in first_of(free_within(lot, 0, lot.into), amount):
            pieces.append((lot.number, start, end, lot.expires_on))
            amount -= end - start
    return tuple(pieces)


def must_be_tellable(pieces: tuple[Taken, ...]) -> None:
    """Asked of what somebody takes: what time or a return takes is never refused for this."""
    if len(pieces) > MAX_TAKEN_PIECES:
        raise Refused(
            "too_many_pieces",
            f"This would take more than {MAX_TAKEN_PIECES} pieces of what was earned: take less at a time.",
            param="amount",
        )


def settle_debt(story: Story, unit: str) -> Story:
    """What has come in pays for what was taken below zero."""
    wallet = story.account.wallet(unit)
    due = min(wallet.owed, wallet.there)
    if not due:
        return story
    pieces = front(wallet, due, PLAIN)
    return story.then(f.DebtSettled(unit, due, pieces, wallet.owed - due))


def as_lots_stand(wallet: Wallet, pieces: Sequence[Taken], at: Instant) -> tuple[Taken, ...]:
    """The pieces with the last days that their lots have at `at`: what slides may have moved on. A lot that is over by then
    says nothing, for it may be there still, empty, or not, by who came by: its pieces have the last day that they had."""
    theirs = {piece[0] for piece in pieces}
    days = {lot.number: lot.expires_on for lot in wallet.lots if lot.number in theirs and not is_over(lot, at)}
    return tuple((lot, start, end, days.get(lot, day)) for lot, start, end, day in pieces)


def expire_homeless(story: Story, unit: str, pieces: Iterable[Taken], at: Instant) -> Story:
    """What comes back at `at` to lots that have passed by then passes with them, before it can pay for anything. Such a
    lot may still stand there, empty, when a stride of time goes over its end and on."""
    lots = {lot.number: lot for lot in story.account.wallet(unit).lots}
    gone: dict[int, list[Taken]] = {}
    for piece in pieces:
        lot = lots.get(piece[0])
        if lot is None or is_over(lot, at):
            gone.setdefault(piece[0], []).append(piece)
    for number, late in gone.items():
        amount = pieces_sum(late)
        balance = story.account.wallet(unit).available - amount
        story = story.then(f.PointsExpired(unit, amount, number, balance, late[0][3], came_at=at))
    return story


def _in_order(lots: tuple[Lot, ...], conduct: Conduct) -> Iterable[Lot]:
    return sorted(lots, key=lambda lot: lot.number) if conduct.oldest_first else lots
