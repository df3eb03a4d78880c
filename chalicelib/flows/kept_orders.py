"""Orders that no member is known to have made, where the program keeps them: an aggregate of their own, the order and its
journal, until they are assigned (flows/assign_order).

writes   order, entry of its own: 4 units; a return as well: 6
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Return, Sale
from chalicelib.areas.orders.model.facts import VOCABULARY, KeptOrderRecorded, KeptOrderReturned
from chalicelib.areas.orders.model.order import Kept, Order, RecordedReturn, plan_return
from chalicelib.areas.orders.model.uses import CodeUsed, Use
from chalicelib.areas.quotas.model import Taken
from chalicelib.flows.purchase import refuse_future
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan
from chalicelib.table.guards import guard_puts
from chalicelib.table.journal import Entry, Head, Header, entry_from, entry_put, new_entry
from chalicelib.table.protocol import Put, Write


def kept_plan(
    caller: Caller,
    command: Command,
    terms: Terms,
    header: Header,
    sale: Sale,
    order_id: str,
    uses: tuple[Use, ...] = (),
    codes: tuple[CodeUsed, ...] = (),
) -> Plan:
    """A sale of nobody's. `uses`: what was taken for it of limits for all; `codes`: coupons that were used with it. Refuses
    `future_purchase`."""
    refuse_future(header.recorded_at, sale.purchased_at)
    day = terms.day(sale.purchased_at)
    told = KeptOrderRecorded(order_id, sale.number, sale.currency, sale.gross_value, day)
    program = terms.program.program_id
    entry = new_entry(orders.stream(caller.tenant, order_id, program), Head(), header, [told])
    order = Order(order_id, "", program, 1, entry.recorded_at, sale, kept=_stands(entry), uses=uses, codes=codes)
    put = orders.order_put(caller.tenant, order)
    return _plan(caller, command, entry, (put,), put)


def kept_return_plan(
    taking: Taking, caller: Caller, command: Command, header: Header, order: Order, document: Return
) -> Plan:
    """What comes back of it. Refuses what a return of any sale is refused for."""
    planned = plan_return(order, document, {})
    taking.begin()
    for held in (held for back in planned.uses_back for held in (back.in_all, back.budget) if held is not None):
        taking.give_back(Taken(*held))
    after = planned.order
    if after.fully_returned:
        for one in after.codes:
            taking.give_back(Taken(*one.issued))
            taking.give_back(Taken(*one.used))
        after = replace(after, codes=())
    told = KeptOrderReturned(order.order_id, document.number, document.currency, planned.value, after.fully_returned)
    entry = own_entry(caller.tenant, order, header, told)
    taken = tuple((line_no, back.quantity, back.value) for line_no, back in sorted(planned.taken.items()))
    recorded = RecordedReturn(
        document=document, taken=taken, sequence=entry.sequence, recorded_at=entry.recorded_at, own=True
    )
    put = orders.return_put(caller.tenant, order.order_id, recorded)
    also = (put, orders.order_put(caller.tenant, replace(after, kept=_stands(entry))), *taking.writes)
    return replace(_plan(caller, command, entry, also, put), limited=taking)


def own_entry(tenant: str, order: Order, header: Header, *facts: Fact) -> Entry:
    """The next entry of the order's own journal."""
    head = Head() if order.kept is None else Head(*order.kept)
    return new_entry(orders.stream(tenant, order.order_id, order.program), head, header, facts)


def after_entry(order: Order, entry: Entry) -> Order:
    return replace(order, kept=_stands(entry))


def kept_order_of(entry: Entry) -> KeptOrderRecorded | None:
    """What the entry of a kept order's own journal records; None for an account's entry."""
    return next((fact for fact in facts_told(entry) if isinstance(fact, KeptOrderRecorded)), None)


def kept_return_of(entry: Entry) -> KeptOrderReturned | None:
    return next((fact for fact in facts_told(entry) if isinstance(fact, KeptOrderReturned)), None)


def first_entry(rt: Runtime, tenant: str, order: Order) -> Entry | None:
    return read_own(rt, tenant, order, 1)


def read_own(rt: Runtime, tenant: str, order: Order, sequence: int) -> Entry | None:
    stream = orders.stream(tenant, order.order_id, order.program)
    stored = rt.table.get(stream.key(sequence))
    return None if stored is None else entry_from(stream, stored)


def facts_told(entry: Entry) -> list[Fact]:
    """Those of an order's own journal."""
    return [VOCABULARY.decode(body) for body in entry.facts if body["type"] in VOCABULARY.classes]


def _stands(entry: Entry) -> Kept:
    return Kept(entry.sequence, entry.hash)


def _plan(caller: Caller, command: Command, entry: Entry, also: tuple[Write, ...], once: Put) -> Plan:
    guards = guard_puts(caller.tenant, command, entry, entry.recorded_at)
    done_if = frozenset(guard.key for guard in guards) | {once.key}
    return Plan(entry, (*also, entry_put(entry), *guards), done_if)
