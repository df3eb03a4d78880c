"""The lines of a statement: what each fact of an account did to a balance, who did it, and what it goes back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.account_views import id_of
from chalicelib.flows.other_side import transfer_of, undone_by
from chalicelib.flows.statement_states import Now
from chalicelib.flows.value_days import SILENT
from chalicelib.kit.base import Frozen
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import MAX_FACT
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay
from chalicelib.table.journal import Entry

TYPES = tuple(sorted(VOCABULARY.classes.keys() - SILENT))


class StatementLine(Frozen):
    """One fact. `value_day` is the day on which it took effect where the program is, whenever it was written down: a
    purchase's own, the one after the last of what expired, the one on which a promise was due or something came back too late. `id` names it, where it can
    be undone or traced. `amount` is signed: what it added to the balance of its unit, or took from it; money has no sign.
    `unmoved` is how much a line is about that moves no balance, so that its `amount` is 0: promised or called off, captured
    of a hold, paid of a debt, cut off by a `cap` (of the `transaction`, the `period` or the `balance`), or by a limit of its rule (for each `member`, or its `budget`).

    `by` is the member who did it for the group; `peer_id` the other side of a transfer, a member or a group, and
    `transfer_id` its name with whoever sent it. `undoes_id` is what it goes back to: the spend that is given back, the
    earning that is cancelled or let expire, the transfer that is undone. What is captured or released goes back to its hold,
    by its number. `now` is told where a statement is asked for by state, of lines that gave points."""

    type: str
    value_day: CalendarDay
    id: str | None = None
    unit: str | None = None
    amount: int | None = None
    balance: int | None = None
    unmoved: int | None = None
    cap: str | None = None
    order_id: str | None = None
    rule_id: str | None = None
    expires_on: CalendarDay | None = None
    tier: str | None = None
    reason: str | None = None
    hold_id: int | None = None
    by: str | None = None
    peer_id: str | None = None
    transfer_id: str | None = None
    undoes_id: str | None = None
    now: Now | None = None
    reward_id: str | None = None


def lines_of(entry: Entry, number: int, fact: Fact, day: Day) -> Iterator[StatementLine]:
    """Of a fact of the entry by its number, 0 where it has none, and the day on which it took effect."""
    match fact:
        case _ if fact.type in SILENT:
            return
        case f.OrderRecorded():
            yield StatementLine(**_sold(fact, day), by=fact.by or None)
        case f.OrderReturned():
            yield StatementLine(**_sold(fact, day))
        case f.TierChanged():
            yield StatementLine(type=fact.type, value_day=day, tier=fact.tier, reason=fact.reason or None)
        case f.TierPinned() | f.TierUnpinned():
            yield StatementLine(type=fact.type, value_day=day, tier=fact.tier)
        case f.RewardRedeemed() | f.RewardDeliveryChanged() | f.RewardRefunded():
            yield _rewarded(fact, day)
        case f.PointsConverted():
            yield _points(entry, number, fact, day)
            yield StatementLine(
                type=fact.type,
                value_day=day,
                id=_name(entry, number),
                unit=fact.into,
                amount=fact.gained,
                balance=fact.into_balance,
                expires_on=fact.expires_on,
            )
        case _ if type(fact) in f.ON_COUPONS:
            return
        case _ if type(fact) in _SIGNS:
            yield _points(entry, number, fact, day)
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
    f.PointsConverted: -1,
    f.PointsHeld: -1,
    f.PointsCaptured: 0,
    f.PointsPromised: 0,
    f.PromiseCancelled: 0,
    f.PointsCapped: 0,
    f.DebtSettled: 0,
}


def _sold(fact: f.OrderRecorded | f.OrderReturned, day: Day) -> dict[str, Any]:
    return {"type": fact.type, "value_day": day, "unit": fact.currency, "amount": fact.value, "order_id": fact.order}


def _rewarded(fact: f.RewardRedeemed | f.RewardDeliveryChanged | f.RewardRefunded, day: Day) -> StatementLine:
    """`reason` is where a delivery stands now."""
    return StatementLine(
        type=fact.type,
        value_day=day,
        reward_id=fact.reward,
        order_id=getattr(fact, "order", None) or None,
        reason=getattr(fact, "status", None),
        by=getattr(fact, "by", None),
    )


def _points(entry: Entry, number: int, fact: Any, day: Day) -> StatementLine:
    peer, transfer = transfer_of(entry, number, fact)
    sign = _SIGNS[type(fact)]
    return StatementLine(
        type=fact.type,
        value_day=day,
        id=_name(entry, number),
        unit=fact.unit,
        amount=sign * fact.amount,
        balance=getattr(fact, "balance", None),
        unmoved=None if sign else fact.amount,
        cap=getattr(fact, "cap", None),
        order_id=getattr(fact, "order", None) or None,
        rule_id=getattr(fact, "rule", None) or None,
        expires_on=_last_day(fact),
        reason=getattr(fact, "reason", None) or None,
        hold_id=getattr(fact, "hold", None),
        by=getattr(fact, "by", None) or None,
        peer_id=peer,
        transfer_id=transfer,
        undoes_id=undone_by(entry, fact),
    )


def _last_day(fact: Any) -> Day | None:
    """Of what the line is about: of what came in parts where all of them have the same. What was given back has one of its
    own only where some of it came as new points: an older release wrote one down also where all of it went back to where
    it had been."""
    match fact:
        case f.PointsConverted() | f.PointsRefunded(fresh=None):
            return None
        case f.PointsRefunded():
            return _same({fact.expires_on, *(day for *_, day in fact.pieces)})
        case f.PointsReceived():
            return _same({day for *_, day, _ in fact.pieces})
        case _:
            return getattr(fact, "expires_on", None)


def _same(days: set[Day | None]) -> Day | None:
    return days.pop() if len(days) == 1 else None


def _name(entry: Entry, number: int) -> str | None:
    """An id has room for so many facts of an entry."""
    return id_of(entry, number) if 0 < number <= MAX_FACT else None
