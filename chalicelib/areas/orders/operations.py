"""Reading orders. Recording and returning change an account as well: see flows/record_order and flows/return_order."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.orders import store
from chalicelib.areas.orders.model.order import GroupOrder, Order, OrderCard, RecordedReturn
from chalicelib.errors import NotFound
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import is_id
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item


@dataclass(frozen=True, slots=True)
class OrderPage:
    items: tuple[OrderCard, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class GroupOrderPage:
    items: tuple[GroupOrder, ...]
    next_cursor: str | None


def get_order(rt: Runtime, caller: Caller, order_id: str) -> Order:
    """1 Get."""
    return store.read(rt.table, caller.tenant, order_id)


def find_order(rt: Runtime, caller: Caller, number: str) -> Order:
    """By document number: 1 Get."""
    order = store.find(rt.table, caller.tenant, number).order
    if order is None:
        raise NotFound("order_not_found", f"There is no order with number {number[:64]}.", param="number")
    return order


def list_returns(rt: Runtime, caller: Caller, order_id: str) -> tuple[RecordedReturn, ...]:
    """Every return of a sale, by number: 1 Get and 1 Query (one per MB)."""
    order = store.read(rt.table, caller.tenant, order_id)
    found = every_item(rt.table, store.returns_query(caller.tenant, order.order_id))
    return tuple(store.return_from(attrs) for attrs in found)


def list_orders(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> OrderPage:
    """A member's orders, newest purchase first: 1 Query."""
    scope = f"{caller.tenant}/orders/{member_id}"
    page = rt.table.query(store.member_orders_query(caller.tenant, member_id, limit, _after(scope, cursor)))
    cards = tuple(store.card_from(attrs) for attrs in page.items)
    last = [cards[-1].order_id, cards[-1].purchased_at] if page.next is not None and cards else None
    return OrderPage(cards, None if last is None else encode_cursor(scope, last))


def list_orders_for_group(rt: Runtime, caller: Caller, group_id: str, limit: int, cursor: str | None) -> GroupOrderPage:
    """What was bought for a group, whoever is in it now, newest purchase first: 1 Query, and 1 BatchGet of the orders."""
    scope = f"{caller.tenant}/orders/{group_id}"
    page = rt.table.query(store.group_orders_query(caller.tenant, group_id, limit, _after(scope, cursor)))
    keys = [store.order_key(caller.tenant, store.listed_order(attrs)) for attrs in page.items]
    found = rt.table.batch_get(keys)
    items = tuple(store.bought_from(found[key]) for key in keys)
    last = [items[-1].order_id, items[-1].purchased_at] if page.next is not None and items else None
    return GroupOrderPage(items, None if last is None else encode_cursor(scope, last))


def _after(scope: str, cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case [str() as order, int() as purchased_at] if is_id("order", order):
            return order, purchased_at
    raise another_list()
