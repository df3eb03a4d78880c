"""Verify orders that no member has, and of others the time before they had one: each follows from its own journal.

reads    1 Query a thousand of a shard of those that no member has; of each 1 Query of its journal and 1 Get of the order
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.areas.orders import store
from chalicelib.areas.orders.model.facts import KeptOrderAssigned, KeptOrderRecorded, KeptOrderReturned
from chalicelib.areas.orders.model.order import Order
from chalicelib.flows.kept_orders import facts_told
from chalicelib.flows.verify_stream import Aggregate, Difference, Place, unreadable, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, entries_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Table

_A_PAGE, _LAST = 1_000, 99_999_999


def verify_kept_orders(rt: Runtime, tenant: str) -> tuple[tuple[Difference, ...], Tally, int]:
    """What differs at every look, what the entries add up to, and how many orders there are."""
    table = PatientTable(rt)
    tally = Tally()
    different = list(_look(table, tenant, tally))
    for _ in range(LOOKS - 1):
        if not different:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        tally = Tally()
        again = list(_look(table, tenant, tally))
        different = [one for one in different if one in again]
    return tuple(different), tally, _counted(tally)


def verify_own_journal(table: Table, tenant: str, order: Order, tally: Tally) -> Iterator[Difference]:
    """What the order's own journal says, against the order as it was read before."""
    place = Place(order.order_id, "order")
    head = Head() if order.kept is None else Head(*order.kept)
    aggregate = Aggregate(place, store.stream(tenant, order.order_id, order.program), head)
    told: list[Fact] = []
    unread = False

    def see(entry: Entry) -> None:
        nonlocal unread
        tally.add_entry(entry)
        if aggregate.covers(entry):
            unread = unread or is_placeholder(entry)
            told.extend(facts_told(entry))

    yield from verify_stream(aggregate, every_item(table, entries_query(aggregate.stream, 1, _LAST)), see)
    if not unread and _differs(order, told):
        yield Difference(order.order_id, "order: it is not what its own journal says", order.program)


def once_nobodys(owner: str, found: Iterable[Attrs]) -> Iterator[Order]:
    """Orders in this owner's account that have a journal of their own from the time before."""
    for order in map(store.read_or_none, found):
        if order is not None and order.kept is not None and order.owner == owner:
            yield order


def _look(table: Table, tenant: str, tally: Tally) -> Iterator[Difference]:
    for shard in range(store.KEPT_SHARDS):
        listed = map(store.listed_order, every_item(table, store.kept_orders_query(tenant, shard, _A_PAGE)))
        for name in listed:
            attrs = table.get(store.order_key(tenant, name))
            try:
                order = None if attrs is None else store.order_from(attrs)
            except UNREADABLE as why:
                yield Difference(name, f"order: {unreadable(why)}")
                continue
            if order is None:
                yield Difference(name, "order: is missing from where it is listed")
            elif not order.member_id:  # one that was assigned meanwhile is its member's to verify
                yield from verify_own_journal(table, tenant, order, tally)


def _differs(order: Order, told: list[Fact]) -> bool:
    sold = [(one.number, one.value, one.currency) for one in told if isinstance(one, KeptOrderRecorded)]
    given = [(one.member, one.group or None) for one in told if isinstance(one, KeptOrderAssigned)]
    back = sum(one.value for one in told if isinstance(one, KeptOrderReturned))
    sale = order.sale
    if sold != [(sale.number, sale.gross_value, sale.currency)]:
        return True
    if given != ([(order.member_id, order.group_id)] if order.member_id else []):
        return True
    return back > order.returned_value if order.member_id else back != order.returned_value


def _counted(tally: Tally) -> int:
    return sum(counts.get("kept_orders_recorded", 0) for counts in tally.days.values())
