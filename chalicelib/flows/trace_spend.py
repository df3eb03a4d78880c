"""Which earnings paid a spend, or whatever else took points: looked up in the journal, from it back, by the positions it took.

reads    1 BatchGet of profile, account and its entry, 1 Query of at most 250 entries a page; nothing is written
"""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.errors import Refused
from chalicelib.flows.account_views import id_of
from chalicelib.flows.other_side import came_from
from chalicelib.flows.trace_pieces import GIVEN, SPAN, Met, met_in
from chalicelib.flows.undo_commit import Wanted, named_fact, open_entry
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, entries_query, entry_from

TOOK = (f.PointsSpent, f.PointsCaptured, f.PointsDeducted, f.PointsSent, f.PointsConverted, f.PointsCancelled)


class Source(Frozen):
    """What paid a part of it: `source_id` is an earning's id, or that of whatever else gave the points, by its `type`. What was
    received came from `peer_id`: there `transfer_id` is traced on. What was given back says in `undoes_id` of what."""

    source_id: str
    type: str
    amount: int
    order_id: str | None
    rule_id: str | None
    at: Time
    peer_id: str | None
    transfer_id: str | None
    undoes_id: str | None


class SpendTrace(Frozen):
    """`type` says what took the points. `owed` was taken below zero, so no earning paid it; `refunded` has come back since.
    What was sent went to `peer_id`; what took something back says in `undoes_id` of what."""

    spend_id: str
    type: str
    unit: str
    amount: int
    owed: int
    refunded: int
    peer_id: str | None
    transfer_id: str | None
    undoes_id: str | None
    items: tuple[Source, ...]
    next_cursor: str | None


def trace_spend(rt: Runtime, caller: Caller, owner: str, spend_id: str, cursor: str | None = None) -> SpendTrace:
    """Also of a hold that was captured, of what was deducted, sent, converted or taken back. The newest source first; a page
    may be empty and not the last. NotFound: owner, entry. Refuses `not_a_spend`. InvalidInput `invalid_cursor`."""
    what = Wanted(owner, spend_id, "spend_id")
    scope = f"{caller.tenant}/spend/{spend_id}"
    _, own = open_entry(rt, caller.tenant, what)
    named = named_fact(what, own)
    spent = named.fact
    if not isinstance(spent, TOOK):
        raise Refused("not_a_spend", "This is no spend, nor anything else that took points.", param="spend_id")
    last, missing = (own.sequence, pieces_sum(spent.pieces)) if cursor is None else _place(scope, cursor)
    stream = accounts.stream(caller.tenant, what.ref.owner, what.ref.program)
    page = rt.table.query(entries_query(stream, 1, last, reverse=True, limit=SPAN))
    items: list[Source] = []
    for attrs in page.items:
        entry = entry_from(stream, attrs)
        last = entry.sequence - 1
        for met in met_in(entry, spent.unit, spent.pieces, GIVEN):
            if met.amount:
                missing -= met.amount
                items.append(_source(entry, met))
    return SpendTrace(
        spend_id=spend_id,
        type=spent.type,
        unit=spent.unit,
        amount=spent.amount,
        owed=getattr(spent, "owed", 0),
        refunded=named.undone,
        **came_from(own, named.number, spent),
        items=tuple(items),
        next_cursor=encode_cursor(scope, [last, missing]) if missing > 0 and last > 0 else None,
    )


def _source(entry: Entry, met: Met) -> Source:
    return Source(
        source_id=id_of(entry, met.number),
        type=met.fact.type,
        amount=met.amount,
        order_id=getattr(met.fact, "order", "") or None,
        rule_id=getattr(met.fact, "rule", "") or None,
        at=entry.effective_at,
        **came_from(entry, met.number, met.fact),
    )


def _place(scope: str, cursor: str) -> tuple[int, int]:
    match decode_cursor(scope, cursor):
        case [int() as last, int() as missing] if 0 < last <= MAX_SEQUENCE and missing > 0:
            return last, missing
    raise another_list()
