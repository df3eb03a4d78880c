"""What every fact must be, whoever recorded it: judged from the account before it, the one after it, and the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chalicelib.areas.accounts.model import Account, Wallet
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.programs.model import Program, UnitPolicy
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day, local_day
from chalicelib.table.journal import Entry
from tests.simulation.law import law

TAKEN_IN_TURN = (f.PointsSpent, f.PointsHeld, f.PointsSent, f.PointsConverted)
CREDITS = (f.PointsEarned, f.PointsPromised)
TELLING = ("event.recorded", "order.recorded", "order.returned")  # of a document that has arrived
ON_ITS_WAY = 5 * 60_000
_PERIODS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Setting:
    """The entry a fact stands in, and the program by which it was decided."""

    entry: Entry
    program: Program

    def policy(self, unit: str, at: int) -> UnitPolicy:
        return self.program.unit(unit).policy_on(local_day(at, self.program.zone))


def ask_fact(before: Account, after: Account, fact: Fact, setting: Setting) -> None:
    unit = getattr(fact, "unit", None)
    if unit is None or not hasattr(fact, "amount"):  # what a perk was redeemed for stands beside it
        return
    told: Any = fact
    law(told.amount >= (0 if isinstance(fact, f.PointsCancelled | f.PointsExtended) else 1), f"{fact} of nothing")
    if hasattr(fact, "balance"):
        law(told.balance == after.wallet(unit).available, f"{fact} left {after.wallet(unit).available}")
    if isinstance(fact, f.PointsConverted):
        law(fact.into_balance == after.wallet(fact.into).available, f"{fact} left {after.wallet(fact.into).available}")
    if isinstance(fact, TAKEN_IN_TURN) or (isinstance(fact, f.PointsDeducted) and fact.undoes is None):
        _ask_turn(before.wallet(unit), told, setting)
    if isinstance(fact, (*TAKEN_IN_TURN, f.DebtSettled)):
        _ask_alive(before, told)
    _ask_floor(before.wallet(unit), told, setting)
    if isinstance(fact, CREDITS):
        _ask_caps(after.wallet(unit), told, setting)
    if isinstance(fact, f.PointsExpired):
        _ask_expiry(before, fact, setting)


def ask_arrival(before: Account, account: Account, entry: Entry) -> None:
    """Once an entry is over: however early a document is dated, it found the account as time had left it when it arrived;
    and no job goes further than what arrives may be sure of, five minutes for its way excepted."""
    operation, passed = entry.header["operation"], entry.recorded_at - ON_ITS_WAY
    if any(fact["type"] in TELLING for fact in entry.facts):
        law(
            account.advanced_to >= passed, f"{operation} arrived at {entry.recorded_at}, and time stood still before it"
        )
    if operation == "settle_due":
        law(
            account.advanced_to <= max(passed, before.advanced_to),
            f"the job went on to {account.advanced_to} at {entry.recorded_at}",
        )


def _ask_turn(wallet: Wallet, fact: Any, setting: Setting) -> None:
    """The pieces taken are the first ones, in the order that the policy says."""
    policy = setting.policy(fact.unit, setting.entry.effective_at)
    lots = list(wallet.lots)
    if policy.consumption == "oldest_earned":
        lots.sort(key=lambda lot: lot.number)
    else:
        lots.sort(key=lambda lot: (lot.expires_at is None, lot.expires_at or 0))
    rest, turn = fact.amount - getattr(fact, "owed", 0), []
    for lot in lots:
        took = min(lot.left, rest)
        turn += [(lot.number, took)] if took else []
        rest -= took
    law(not rest, f"{fact} took more than there was")
    taken: dict[int, int] = {}
    for piece in fact.pieces:
        taken[piece[0]] = taken.get(piece[0], 0) + piece[2] - piece[1]
    law(list(taken.items()) == turn, f"{fact} was not in its turn: {turn}")


def _ask_alive(account: Account, fact: Any) -> None:
    """Nothing is taken, and nothing is paid for, with what has passed."""
    ends = {lot.number: lot.expires_at for lot in account.wallet(fact.unit).lots}
    passed = [piece for piece in fact.pieces if (ends[piece[0]] or account.advanced_to + 1) <= account.advanced_to]
    law(not passed, f"{fact} took what had passed")


def _ask_floor(wallet: Wallet, fact: Any, setting: Setting) -> None:
    """Below zero goes only what the policy lets: a spend or deduction to the limit, a taking back by `negative`."""
    owed = 0 if isinstance(fact, f.DebtSettled) else getattr(fact, "owed", 0)
    if not owed:
        return
    policy = setting.policy(fact.unit, setting.entry.effective_at)
    if isinstance(fact, f.PointsSpent) or (isinstance(fact, f.PointsDeducted) and fact.undoes is None):
        law(fact.balance >= -(policy.negative_limit or 0), f"{fact} is below the limit")
    elif getattr(fact, "undoes", None) is not None:
        law(policy.cancel_used == "whole", f"{fact} went below zero")
        law(policy.negative_limit is None or fact.balance >= -policy.negative_limit, f"{fact} is below the limit")
    law(wallet.there == sum(piece[2] - piece[1] for piece in fact.pieces), f"{fact} owes while something was there")


def _ask_caps(wallet: Wallet, fact: Any, setting: Setting) -> None:
    """By the policy of the day on which it was earned, however late that is told."""
    caps = setting.program.unit(fact.unit).policy_on(fact.counts_on).caps
    if caps.balance is not None:
        law(wallet.available + wallet.held + wallet.pending <= caps.balance, f"{fact} is beyond the balance cap")
    if caps.per_transaction is not None:
        given = (body for body in setting.entry.facts if body["type"] in {credit.type for credit in CREDITS})
        together = sum(body["amount"] for body in given if body["unit"] == fact.unit)
        law(together <= caps.per_transaction, f"{fact} is beyond the cap of a transaction")
    period = "" if caps.per_period is None else period_of(caps.per_period.every, fact.counts_on)
    law(fact.period == period, f"{fact} counts in another period than {period}")
    if caps.per_period is not None:
        law(wallet.counted.get(period, 0) <= caps.per_period.amount, f"{fact} is beyond the cap of {period}")


def period_of(every: str, day: Day) -> str:
    return f"{date(1970, 1, 1) + timedelta(day):{_PERIODS[every]}}"


def _ask_expiry(account: Account, fact: f.PointsExpired, setting: Setting) -> None:
    """Nothing expires before its last day is over, unless somebody lets it. Where it is over when a document arrives, it is
    over for that, however early it is dated."""
    if fact.undoes is not None:
        return
    lot = account.wallet(fact.unit).lot(fact.lot)
    if lot is None:
        return  # it came back to a lot that had passed
    law(lot.expires_at is not None and lot.left == fact.amount, f"{fact} left something of {lot}")
    reached = max(account.advanced_to, setting.entry.effective_at, setting.entry.recorded_at)
    law((lot.expires_at or 0) <= reached, f"{fact} before its last day was over")
