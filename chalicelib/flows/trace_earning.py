"""Where an earning went: what later facts did to its positions, and what is left of it as of now.

reads    1 BatchGet of profile, account and the earning's entry, 1 Query of at most 250 entries a page; nothing is written
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Piece, Story
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.decisions.apart import pending_of
from chalicelib.areas.accounts.model.facts import PointsExpired, PointsPromised, PointsReceived
from chalicelib.areas.accounts.model.lots import free_within, length
from chalicelib.areas.accounts.model.wallet import spans_by_lot
from chalicelib.errors import Refused
from chalicelib.flows.account_views import id_of
from chalicelib.flows.terms import terms_of
from chalicelib.flows.trace_pieces import CAME_OR_WENT, SPAN, TOUCHED, Pieces, given_by, meeting, met_in
from chalicelib.flows.undo_commit import Named, Wanted, named_fact, open_entry
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import day_starts
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, entries_query, entry_from


class Movement(Frozen):
    """What a fact did to `amount` of the earning: `type` says what. `id` is the fact's, or its entry's if it has none."""

    id: str
    type: str
    amount: int
    at: Time


class EarningTrace(Frozen):
    """Now, `left` of it can be used; `held` and `pending` stand apart. What came back as new points is not of it."""

    earning_id: str
    type: str
    unit: str
    amount: int
    left: int
    held: int
    pending: int
    items: tuple[Movement, ...]
    next_cursor: str | None


class _Left(NamedTuple):
    left: int
    held: int
    pending: int


def trace_earning(rt: Runtime, caller: Caller, owner: str, earning_id: str, cursor: str | None = None) -> EarningTrace:
    """Of whatever gave points in one lot: an earning, a grant, a conversion, a fresh refund. The oldest movement first; a page may be empty and not the last. NotFound: owner, entry.
    Refuses `not_an_earning`. InvalidInput `invalid_cursor`."""
    what = Wanted(owner, earning_id, "earning_id")
    scope = f"{caller.tenant}/earning/{earning_id}"
    opened, own = open_entry(rt, caller.tenant, what)
    named = named_fact(what, own)
    unit, pieces = _given(named)
    first, there = (own.sequence, _there_at_first(named, pieces)) if cursor is None else _place(scope, cursor)
    stream = accounts.stream(caller.tenant, what.ref.owner, what.ref.program)
    terms = terms_of(rt, caller.tenant, what.ref.program)
    page = rt.table.query(entries_query(stream, first, opened.head.version, limit=SPAN))
    items: list[Movement] = []
    for attrs in page.items:
        entry = entry_from(stream, attrs)
        first = entry.sequence + 1
        moved, there = _moved(entry, unit, pieces, there, terms.program.zone)
        items += moved
    now = _left_now(terms.advance(Story(opened.account), rt.clock.now()).account, unit, pieces)
    return EarningTrace(
        earning_id=earning_id,
        type=named.fact.type,
        unit=unit,
        amount=pieces_sum(pieces),
        **now._asdict(),
        items=tuple(items),
        next_cursor=encode_cursor(scope, [first, there]) if first <= opened.head.version else None,
    )


def _given(named: Named) -> tuple[str, Pieces]:
    given = given_by(named.fact)
    if given is None or isinstance(named.fact, PointsReceived):
        raise Refused("not_an_earning", "This is no earning.", param="earning_id")
    return given


def _there_at_first(named: Named, pieces: Pieces) -> int:
    return 0 if isinstance(named.fact, PointsPromised) else pieces_sum(pieces)


def _moved(entry: Entry, unit: str, pieces: Pieces, there: int, zone: str) -> tuple[list[Movement], int]:
    """What the entry did to these positions. A lot that passes takes all of them that are there, without naming them."""
    moved: list[Movement] = []
    lots = {piece[0] for piece in pieces}
    for number, fact, met in met_in(entry, unit, pieces, TOUCHED):
        amount = there if _is_a_whole_lot(fact, unit, lots) else met
        if amount:
            there += CAME_OR_WENT[type(fact)] * amount
            at = _moment(entry, fact, zone)
            moved.append(Movement(id=id_of(entry, number), type=fact.type, amount=amount, at=at))
    return moved, there


def _moment(entry: Entry, fact: Any, zone: str) -> Instant:
    """The value time of its entry; of what came or passed between that of a late document and its arrival, when it did."""
    at = getattr(fact, "came_at", None) or getattr(fact, "lapsed_at", None)
    if isinstance(fact, PointsExpired) and fact.undoes is None and fact.expires_on is not None:
        at = day_starts(fact.expires_on + 1, zone)
    return max(entry.effective_at, min(at or 0, entry.recorded_at))


def _is_a_whole_lot(fact: Any, unit: str, lots: set[int]) -> bool:
    return isinstance(fact, PointsExpired) and not fact.pieces and fact.unit == unit and fact.lot in lots


def _left_now(account: Account, unit: str, pieces: Pieces) -> _Left:
    wallet, spans = account.wallet(unit), spans_by_lot(pieces)
    left = pending = 0
    for lot_number, start, end, *_ in pieces:
        lot = wallet.lot(lot_number)
        left += 0 if lot is None else length(free_within(lot, start, end))
        pending += pieces_sum(pending_of(account, unit, Piece(lot_number, start, end)))
    held = sum(meeting(spans, hold.pieces) for hold in account.holds if hold.unit == unit)
    return _Left(left, held, pending)


def _place(scope: str, cursor: str) -> tuple[int, int]:
    match decode_cursor(scope, cursor):
        case [int() as first, int() as there] if 0 < first <= MAX_SEQUENCE and there >= 0:
            return first, there
    raise another_list()
