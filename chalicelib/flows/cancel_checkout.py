"""Cancel a checkout. One that is open lets go of what is set apart; of one that was paid for all comes back that has not
yet, or some of its lines: goods, what they earned, the points that paid for them.

reads    1 Query of the checkout; where points are set apart 1 BatchGet of profile and account; of one that was paid for what
         a return reads
writes   a version more (absent): 2 units; + 4 of account (version) and entry (absent) where points are let go; of one that
         was paid for + what a return writes; + 2 with an Idempotency-Key
who      a key that may modify checkouts; also for a blocked member
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Back, Line, Order, Return, ReturnLine
from chalicelib.errors import Conflict, Refused
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.account_views import standing_of
from chalicelib.flows.checkout_coupons import let_go_writes
from chalicelib.flows.checkout_limits import give_back, limit_writes
from chalicelib.flows.checkout_plan import account_writes, unguarded, version_plan
from chalicelib.flows.checkout_promise import freed
from chalicelib.flows.checkout_views import CancelledCheckout, cancelled_answer
from chalicelib.flows.opened import open_account
from chalicelib.flows.return_order import Coming, planned_return, returned_order
from chalicelib.flows.take_quotas import Both, Taking
from chalicelib.flows.terms import terms_of
from chalicelib.kit.amounts import rounded
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.journal import Entry


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """So many pieces of a line, all that are left of it where it is not said."""

    line_no: int
    quantity: Decimal | None = None


def cancel_checkout(
    rt: Runtime, caller: Caller, command: Command, checkout_id: str, lines: Sequence[CancelledLine] = ()
) -> Committed[CancelledCheckout]:
    """Whole, where no line is named. Refuses `checkout_not_committed` where lines are named of one that is open,
    `unknown_line`, `returned_more_than_bought`, and what refunds of its points are refused for; Conflict
    `checkout_cancelled`, `checkout_lapsed`; NotFound: checkout."""

    taking = Both(Taking(rt, caller.tenant, checkout_id), Taking(rt, caller.tenant, checkout_id))

    def plan() -> Plan:
        checkout, last = checkouts.read(rt.table, caller.tenant, checkout_id)
        if checkout.paid is not None and not checkout.cancelled:
            return _of_paid(taking, caller, command, checkout, last, lines)
        checkout.must_be_open(rt.clock.now())
        if lines:
            text = "This checkout has not been paid for: change its cart, or cancel all of it."
            raise Refused("checkout_not_committed", text, param="lines")
        return _of_open(taking.one, caller, command, checkout, last)

    done = commit(rt, command, plan, cancelled_answer, lambda: checkouts.recall(rt.table, caller.tenant, command))
    if not command.dry_run:
        taking.one.after()
        taking.other.after()
    return done


def _of_open(taking: Taking, caller: Caller, command: Command, checkout: Checkout, last: Entry) -> Plan:
    rt, tenant = taking.rt, caller.tenant
    terms = terms_of(rt, tenant, checkout.program_id)
    header = header_for(rt, caller, command, "cancel_checkout", terms)
    taking.begin()
    give_back(taking, checkout.limited)
    also = (*let_go_writes(rt, tenant, checkout, header.effective_at), *limit_writes(taking, checkout, None))
    told: Mapping[str, Any] = {"returned": None, "account": None}
    if checkout.owner is not None and any(one.hold is not None for one in checkout.promised):
        opened = open_account(rt, tenant, checkout.owner, checkout.program_id)
        story = terms.advance(Story(opened.account), header.effective_at)
        story = freed(story, terms, checkout, header.effective_at).then(f.CheckoutCancelled(checkout.checkout_id))
        entry, writes = account_writes(tenant, story, opened, header, terms)
        also = (*writes, *also)
        told = {"returned": None, "account": standing_of(entry).model_dump(mode="json")}
    after = checkout.model_copy(update={"cancelled": True, "limited": (), "ended_at": header.recorded_at})
    return version_plan(tenant, command, last, header, after, told, also)


def _of_paid(
    taking: Both, caller: Caller, command: Command, checkout: Checkout, last: Entry, lines: Sequence[CancelledLine]
) -> Plan:
    assert checkout.paid is not None  # noqa: S101 - asked by who calls
    rt, tenant = taking.one.rt, caller.tenant
    terms = terms_of(rt, tenant, checkout.program_id)
    order = orders.read(rt.table, tenant, checkout.paid.order_id)
    document = _document(rt, order, f"{checkout.checkout_id}-{last.sequence + 1}", lines)

    def also(after: Order) -> tuple[Fact, ...]:
        return (f.CheckoutCancelled(checkout.checkout_id, order.order_id, after.fully_returned),)

    coming = Coming(document, taking.one, taking.other, operation="cancel_checkout", also=also)
    made = planned_return(rt, caller, unguarded(command), order, coming)
    returned = returned_order(made.entry, order.member_id)
    account = None if returned.account is None else returned.account.model_dump(mode="json")
    told = {"returned": returned.model_dump(mode="json"), "account": account}
    header = header_for(rt, caller, command, "cancel_checkout", terms, document.purchased_at)
    ended = {"cancelled": True, "ended_at": header.recorded_at} if returned.full else {}
    after = checkout.model_copy(update=ended)
    plan = version_plan(tenant, command, last, header, after, told, made.writes, taking)
    return replace(plan, done_if=plan.done_if | made.done_if)


def _document(rt: Runtime, order: Order, number: str, lines: Sequence[CancelledLine]) -> Return:
    """All that has not come back yet, or of these lines. The value of a piece is its share of the line's, so that the pieces
    of a line come to just what was paid for it."""
    sold = {line.line_no: line for line in order.sale.lines}
    for one in lines:
        if one.line_no not in sold:
            raise Refused("unknown_line", f"The order has no line {one.line_no}.", param="lines")
    wanted = lines or [CancelledLine(line_no) for line_no in sold]
    if len({one.line_no for one in wanted}) < len(wanted):
        raise Refused("unknown_line", "Name each line once.", param="lines")
    back = [_back(order, sold[one.line_no], one.quantity) for one in wanted]
    found = tuple(one for one in back if one is not None)
    if not found:
        raise Conflict("checkout_cancelled", "All of it has come back already.", param="checkout_id")
    return Return(number=number, purchased_at=rt.clock.now(), currency=order.sale.currency, lines=found)


def _back(order: Order, line: Line, quantity: Decimal | None) -> ReturnLine | None:
    before = order.returned.get(line.line_no, Back())
    left = line.quantity - before.quantity
    pieces = left if quantity is None else quantity
    if pieces > left:
        text = f"Of line {line.line_no} there are no {pieces} pieces that have not come back yet."
        raise Refused("returned_more_than_bought", text, param="lines")
    share = Fraction(before.quantity + pieces) / Fraction(line.quantity)
    value = max(0, rounded(line.gross_value * share, "half_up") - before.value)
    if not pieces and not value:
        return None
    return ReturnLine(sku=line.sku, quantity=pieces, gross_value=value, line_no=line.line_no)
