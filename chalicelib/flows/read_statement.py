"""Read a statement: the entries of an account, newest first, each with what it changed.

reads    1 Query a page (+ 1 Get of the profile when there is nothing to show: is there such a member at all?)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.members import store as members
from chalicelib.areas.programs import store as programs
from chalicelib.errors import InvalidInput
from chalicelib.flows.account_views import id_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import MAX_SEQUENCE, number_of
from chalicelib.kit.paging import decode_cursor, encode_cursor
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, entries_query, entry_from


class StatementLine(Frozen):
    """One fact. `amount` is signed: what it added to the balance of its unit, or took from it; money has no sign."""

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


class StatementEntry(Frozen):
    """`comment` is what an operator wrote to it, as long as it has not been erased."""

    entry_id: str
    sequence: int
    operation: str
    recorded_at: Time
    effective_at: Time
    comment: str | None
    lines: tuple[StatementLine, ...]


class Statement(Frozen):
    items: tuple[StatementEntry, ...]
    next_cursor: str | None


def read_statement(
    rt: Runtime, caller: Caller, member_id: str, program_id: int, limit: int, cursor: str | None
) -> Statement:
    """NotFound: member, program. InvalidInput: `invalid_cursor`."""
    number_of("member", member_id)
    programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    scope = f"{caller.tenant}/statement/{member_id}/{program_id}"
    last = MAX_SEQUENCE if cursor is None else _before(scope, cursor)
    stream = accounts.stream(caller.tenant, member_id, program_id)
    page = rt.table.query(entries_query(stream, 1, last, reverse=True, limit=limit))
    if not page.items:
        members.read(rt.table, caller.tenant, member_id)
    entries = [entry_from(stream, attrs) for attrs in page.items]
    more = bool(entries) and entries[-1].sequence > 1
    return Statement(
        items=tuple(_shown(entry) for entry in entries),
        next_cursor=encode_cursor(scope, entries[-1].sequence) if more else None,
    )


def _before(scope: str, cursor: str) -> int:
    match decode_cursor(scope, cursor):
        case int() as sequence if 1 < sequence <= MAX_SEQUENCE:
            return sequence - 1
    raise InvalidInput("invalid_cursor", "This cursor does not belong to this list.", param="cursor")


def _shown(entry: Entry) -> StatementEntry:
    facts = (VOCABULARY.decode(body) for body in entry.facts)
    return StatementEntry(
        entry_id=id_of(entry),
        sequence=entry.sequence,
        operation=entry.header["operation"],
        recorded_at=entry.recorded_at,
        effective_at=entry.effective_at,
        comment=None if entry.private is None else entry.private.get("comment"),
        lines=tuple(line for fact in facts for line in _lines(fact)),
    )


def _lines(fact: Fact) -> Iterator[StatementLine]:
    match fact:
        case f.AccountAdvanced() | f.PointsExtended():
            return
        case f.OrderRecorded() | f.OrderReturned():
            yield StatementLine(type=fact.type, unit=fact.currency, amount=fact.value, order_id=fact.order)
        case f.TierChanged():
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
