"""Read the feed of an order: how it was recorded, kept, assigned, brought back and cancelled by hand, oldest first, by cursor.

reads    1 Query of the order and its returns, which name their entries; 1 BatchGet of these (none when nothing is new), and
         where all of them are quiet, the next, ten in all

An order changes in one journal after another: its own while nobody is known to have made it, then that of the account it is
in. Each only grows at its end, so numbers count from 1 without a gap and never change. Nothing is written for it. What becomes
of the points later is no change of the order: the feed of its member tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Order, RecordedReturn
from chalicelib.flows.read_feed import MOST_READS, FeedEvent, OwnFeedPage, event_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Stream, published
from chalicelib.table.keys import owner_stream
from chalicelib.table.pages import every_item
from chalicelib.table.placeholders import entry_for_reader
from chalicelib.table.protocol import Table

_PLACES = range(10**9)


def read_order_feed(rt: Runtime, caller: Caller, order_id: str, limit: int, cursor: str | None) -> OwnFeedPage:
    """NotFound `order_not_found`. InvalidInput `invalid_cursor`."""
    number_of("order", order_id)
    scope = f"{caller.tenant}/{order_id}/feed"
    passed, number = (0, 0) if cursor is None else _passed(decode_cursor(scope, cursor))
    document = _document(rt.table, caller.tenant, order_id)
    if document is None:
        raise orders.no_order(order_id)
    order, places = document[0], list(_places(caller.tenant, *document))
    items: list[FeedEvent] = []
    for _ in range(MOST_READS):
        some = places[passed : passed + limit]
        passed += len(some)
        items += _told(rt.table, some, order.recorded_at, number)
        if items or passed >= len(places):
            break
    next_cursor = encode_cursor(scope, [passed, number + len(items)])
    return OwnFeedPage(items=tuple(items), next_cursor=next_cursor, more=passed < len(places))


def _told(table: Table, places: Sequence[tuple[Stream, int]], at: Instant, number: int) -> Iterator[FeedEvent]:
    """Those that anybody may see, counted on from a number."""
    keys = [stream.key(sequence) for stream, sequence in places]
    found = table.batch_get(keys) if keys else {}
    for (stream, sequence), key in zip(places, keys, strict=True):
        entry = entry_for_reader(stream, sequence, at, found.get(key))
        if published(entry):
            number += 1
            yield event_of(number, entry)


def places_of(table: Table, tenant: str, order_id: str) -> list[tuple[Stream, int]]:
    """Its entries, in the order in which they were written; none where there is no such order."""
    document = _document(table, tenant, order_id)
    return [] if document is None else list(_places(tenant, *document))


def _passed(place: Any) -> tuple[int, int]:
    match place:
        case [int() as passed, int() as number] if passed in _PLACES and number in _PLACES:
            return passed, number
    raise another_list()


def _document(table: Table, tenant: str, order_id: str) -> tuple[Order, list[RecordedReturn]] | None:
    found = [*every_item(table, orders.document_query(tenant, order_id))]
    if not found or found[-1]["sk"]["S"] != orders.order_key(tenant, order_id).sk:
        return None
    *returns, order = found
    return orders.order_from(order), [orders.return_from(one) for one in returns]


def _places(tenant: str, order: Order, returns: list[RecordedReturn]) -> Iterator[tuple[Stream, int]]:
    """Its entries, in the order in which they were written."""
    own = orders.stream(tenant, order.order_id, order.program)
    for sequence in range(1, 1 + (order.kept.version if order.kept else 0)):
        yield own, sequence
    if not order.member_id:
        return
    account = owner_stream(tenant, order.owner, order.program)
    named = {
        order.sequence,
        *(one.sequence for one in returns if not one.own),
        *(one.sequence for one in order.by_hand),
    }
    for sequence in sorted(named):
        yield account, sequence
