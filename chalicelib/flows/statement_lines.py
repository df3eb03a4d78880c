"""The lines of a statement: what each fact of an account did to a balance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.statement_states import Now
from chalicelib.kit.base import Frozen
from chalicelib.kit.facts import Fact
from chalicelib.kit.wire import CalendarDay

TYPES = tuple(sorted(VOCABULARY.classes.keys() - {"account.advanced", "points.extended", "tier.reviewed"}))


class StatementLine(Frozen):
    """One fact. `amount` is signed: what it added to the balance of its unit, or took from it; money has no sign. `now` is
    told where a statement is asked for by state, of lines that gave points."""

    type: str
    unit: str | None = None
    amount: int | None = None
    balance: int | None = None
    order_id: str | None = None
    rule_id: str | None = None
    expires_on: CalendarDay | None = None
    tier: str | None = None
    reason: str | None = None
    hold_id: int | None = None
    now: Now | None = None


def lines_of(fact: Fact) -> Iterator[StatementLine]:
    match fact:
        case f.AccountAdvanced() | f.PointsExtended() | f.TierReviewed():
            return
        case f.OrderRecorded() | f.OrderReturned():
            yield StatementLine(type=fact.type, unit=fact.currency, amount=fact.value, order_id=fact.order)
        case f.TierChanged():
            yield StatementLine(type=fact.type, tier=fact.tier, reason=fact.reason or None)
        case f.TierPinned() | f.TierUnpinned():
            yield StatementLine(type=fact.type, tier=fact.tier)
        case f.PointsConverted():
            yield _points(fact, -1)
            yield StatementLine(
                type=fact.type,
                unit=fact.into,
                amount=fact.gained,
                balance=fact.into_balance,
                expires_on=fact.expires_on,
            )
        case _ if type(fact) in _SIGNS:
            yield _points(fact, _SIGNS[type(fact)])
        case _:
            raise TypeError(f"{fact.type} has no line in a statement")


_SIGNS: Mapping[type[Fact], int] = {  # what a fact does to the balance
    f.PointsEarned: 1,
    f.PointsGranted: 1,
    f.PointsReceived: 1,
    f.PointsRefunded: 1,
    f.PointsActivated: 1,
    f.PointsReleased: 1,
    f.PointsSpent: -1,
    f.PointsDeducted: -1,
    f.PointsCancelled: -1,
    f.PointsExpired: -1,
    f.PointsSent: -1,
    f.PointsHeld: -1,
    f.PointsCaptured: 0,
    f.PointsPromised: 0,
    f.PromiseCancelled: 0,
    f.PointsCapped: 0,
    f.DebtSettled: 0,
}


def _points(fact: Any, sign: int) -> StatementLine:
    return StatementLine(
        type=fact.type,
        unit=fact.unit,
        amount=sign * fact.amount,
        balance=getattr(fact, "balance", None),
        order_id=getattr(fact, "order", None) or None,
        rule_id=getattr(fact, "rule", None) or None,
        expires_on=getattr(fact, "expires_on", None),
        reason=getattr(fact, "reason", None) or None,
        hold_id=getattr(fact, "hold", None),
    )
