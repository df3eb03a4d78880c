"""Assign an order that no member had: whoever made it after all earns by its purchase date, as a late arrival does, and what
has come back of it meanwhile is taken back, all in one commit.

reads    1 Get of the order, 1 Query of the member's snapshot (+ 1 Get when named by an identifier, + 1 BatchGet in a group,
         + 1 Query of the returns where anything has come back, + 1 BatchGet where coupons were used with it)
writes   order (version), account (version), an entry of the account's journal and one of the order's own: 8 units; + of each coupon
         that was used with it itself and what the member had of its series: 4 units
repeats  an order that the member has is theirs already: it answers as the first time, and to anybody else it is a conflict
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.facts import KeptOrderAssigned
from chalicelib.areas.orders.model.order import Order, plan_return
from chalicelib.areas.rules.outcome import Outcome
from chalicelib.areas.rules.purchase import Context
from chalicelib.errors import Conflict, NotFound
from chalicelib.flows import codes_of_nobody
from chalicelib.flows.account_commit import account_plan, document_entry, header_for
from chalicelib.flows.account_views import CalledOff, Cancelled, called_off_of, cancelled_of, group_of
from chalicelib.flows.kept_orders import after_entry, own_entry
from chalicelib.flows.purchase import Buyer, Purchase, Till, as_sent, decide_purchase, member_of
from chalicelib.flows.record_order import RecordedOrder, recorded_order
from chalicelib.flows.return_order import bases_of, taken_back
from chalicelib.flows.rule_limits import writes_within
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Outdated, Plan, commit
from chalicelib.table.drawn import together
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, entry_from, entry_put
from chalicelib.table.pages import every_item


class AssignedOrder(RecordedOrder):
    """What the member earned by it, and what of that was taken back at once, or will not come, since goods had come back."""

    cancelled: tuple[Cancelled, ...]
    called_off: tuple[CalledOff, ...]


def assign_order(
    rt: Runtime, caller: Caller, command: Command, order_id: str, buyer: Buyer
) -> Committed[AssignedOrder]:
    """Refuses what a sale of the member is refused for; Conflict `order_assigned` where another member has it; NotFound:
    order, `member_not_found`. `missing_member` where nobody is named."""
    number_of("order", order_id)  # what is no id names nothing, and no key of the table is made of it
    taking = Taking(rt, caller.tenant, order_id)

    def plan() -> Plan:
        order = orders.read(rt.table, caller.tenant, order_id)
        if order.member_id:
            raise Conflict("order_assigned", "This order is another member's already.", param="order_id")
        member_id = member_of(rt, caller, buyer)
        if member_id is None:
            raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
        return _plan(taking, caller, command, order, member_id)

    def recall() -> Entry | None:
        return recall_guarded(rt.table, caller.tenant, command) or _theirs(rt, caller, order_id, buyer)

    return commit(rt, command, plan, _answer, recall)


def _plan(taking: Taking, caller: Caller, command: Command, order: Order, member_id: str) -> Plan:
    rt, sale = taking.rt, order.sale
    terms = terms_of(rt, caller.tenant, order.program)
    header = header_for(rt, caller, command, "assign_order", terms, sale.purchased_at, sale.place)
    judges = _as_come_back if order.fully_returned else as_sent
    till = Till(
        judges=judges,
        shows=lambda their: codes_of_nobody.now_of(taking, terms, order, their),
        held={use.rule: use for use in order.uses},
        counts=not order.fully_returned,
    )
    bought = decide_purchase(
        taking, header, terms, Buyer(member_id), sale, order.order_id, till=till, dry_run=command.dry_run
    )
    story, settled = _come_back(taking, caller.tenant, terms, order, bought)
    entry = document_entry(caller.tenant, terms, story, bought.head, header, told=bought.told)
    told = KeptOrderAssigned(order.order_id, member_id, group_of(entry) or "")
    own = own_entry(caller.tenant, order, header, told)
    changed = replace(
        settled,
        member_id=member_id,
        group_id=group_of(entry),
        sequence=entry.sequence,
        version=order.version + 1,
        coupons=bought.coupons,
        codes=(),
    )
    put = orders.order_put(caller.tenant, after_entry(changed, own))
    also = together((put, entry_put(own), *bought.gifts, *writes_within(taking, *bought.gifts)))
    made = account_plan(caller, command, story, bought.head, entry, also)
    return Plan(entry, made.writes, made.done_if, taking)


def _as_come_back(terms: Terms, sale: Sale, context: Context, why: bool) -> Outcome:
    """Of what has come back already nothing is given beside points: it would be taken back at once."""
    return as_sent(terms, sale, context, why)._replace(follows=())


def _come_back(taking: Taking, tenant: str, terms: Terms, order: Order, bought: Purchase) -> tuple[Story, Order]:
    """The story of the account once all that has come back is taken back, and the order as it stands then."""
    story, at = (
        bought.story,
        replace(
            order,
            credits=bought.credits,
            uncounted=bought.uncounted,
            uses=bought.uses,
            gifts=bought.all_gifts,
            past=bought.past,
            points=bought.points,
            returned={},
        ),
    )
    if not order.returned:
        return story, at
    found = [
        orders.return_from(attrs) for attrs in every_item(taking.rt.table, orders.returns_query(tenant, order.order_id))
    ]
    for one in sorted(found, key=lambda known: known.sequence):
        planned = plan_return(at, one.document, bases_of(terms, at))
        story, at = taken_back(terms, story, planned, one.document, taking), planned.order
    if at.returned != order.returned:
        raise Outdated  # more came back than the order knew of when it was read
    return story, at


def _theirs(rt: Runtime, caller: Caller, order_id: str, buyer: Buyer) -> Entry | None:
    """The entry by which it is in the account of this very buyer."""
    order = orders.read(rt.table, caller.tenant, order_id)
    if not order.member_id or member_of(rt, caller, buyer) != order.member_id:
        return None
    stream = accounts.stream(caller.tenant, order.owner, order.program)
    stored = rt.table.get(stream.key(order.sequence))
    return None if stored is None else entry_from(stream, stored)


def _answer(entry: Entry) -> AssignedOrder:
    recorded = recorded_order(entry)
    return AssignedOrder(**dict(recorded), cancelled=cancelled_of(entry), called_off=called_off_of(entry))
