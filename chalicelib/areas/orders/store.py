"""Where orders are kept.

access pattern          | key                        | items | cost                   | by
an order, by its id     | {t}#O#{order} / S          | 0–1   | 1 Get, 1 RU            | read
an order, by its number | {t}#O#{order} / S          | 0–1   | 1 Get, 1 RU            | find
a return, by its number | {t}#O#{order} / R#{number} | 0–1   | 1 Get, 1 RU            | read_return
returns of an order     | {t}#O#{order} / R#*        | 0–n   | 1 Query, 1 RU          | returns_query
an order with its returns | {t}#O#{order} / {first_return}…{the_order} | 0–n   | 1 Query, 1 RU          | document_query
orders of a member      | gsi1 {t}#M#{member}#O / *  | 0–n   | 1 Query a page, 0.5 RU | member_orders_query
orders of nobody        | gsi2 {t}#KEPT#{kept_shard:02} / * | 0–n | 1 Query a page, 0.5 RU | kept_orders_query
orders of a group       | gsi2 {t}#G#{group}#O / *   | 0–n   | 1 Query a page, 0.5 RU | group_orders_query

item   | key                        | in index                                                                                                    | cost
order  | {t}#O#{order} / S          | gsi1 {t}#M#{member}#O / {purchased_at:014}#{order}                                                          | 2 WU + 1 IU
order  | {t}#O#{order} / S          | gsi2 {t}#KEPT#{kept_shard:02} / {purchased_at:014}#{order} | 2 WU + 1 IU
order  | {t}#O#{order} / S          | gsi1 {t}#M#{member}#O / {purchased_at:014}#{order}, gsi2 {t}#G#{group}#O / {purchased_at:014}#{order} | 2 WU + 2 IU
return | {t}#O#{order} / R#{number} | –                                                                                                           | 2 WU

An order is in the list of who bought it, with a card; one for a group is in that group's as well, which has keys only: the
orders themselves come by one BatchGet. Neither place ever changes. One that nobody is known to have made is in a list of
such until it is assigned, and has a journal of its own in its partition, `J#{program}#…`.

An order's id is a hash of scope and number. Two numbers that hash alike are told apart by the number kept in the item:
the second is found at the next probe, with one Get more.
"""

from __future__ import annotations

from typing import NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.orders.model.order import GroupOrder, Order, OrderCard, RecordedReturn
from chalicelib.areas.orders.model.packed import packed, schema_of, unpacked
from chalicelib.errors import NotFound, Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of, order_id
from chalicelib.table.damaged import readable
from chalicelib.table.items import UNREADABLE, BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Stream
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Between, Equals, Index, Key, Prefix, Put, Query, Table

SCOPE = "-"
MAX_PROBES = 4
KEPT_SHARDS = 16
MAX_NEW_ORDER_BYTES = 256_000


class OrderItem(StampbookItem):
    """Schema 3 is that of an order for a group, which an older version would take for the member's own; schema 4 of one whose
    credits count in the period of a cap, which an older version does not give back; schema 5 of one of which something was
    cancelled by hand, which an older version would take for returns that are missing; schema 6 of one that got something of a
    rule that is counted, or was paid with points or coupons, which an older version does not give back, or that was kept
    without a member; schema 7 of one for which a rule gave something beside points, schema 8 of one for which it gave a coupon,
    which an older version does not take back; schema 9 of one for which it gave something for some of its lines, with which an
    older version does not take it back; schema 10 of one of nobody with which a coupon was used, which it does not give back; schema 11 of one that counts for questions about the past; schema 12 of one for which a rule began a stay in a segment, or took off money that is limited for each member, which an older version does not give back; schema 13 of one whose credits count for questions about the past."""

    kind = UnicodeAttribute(default="order")
    v = IntegerAttribute(default=13)
    version = IntegerAttribute()
    body = BodyAttribute()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi2pk = UnicodeAttribute(null=True)
    gsi2sk = UnicodeAttribute(null=True)
    card = BodyAttribute()


class ReturnItem(StampbookItem):
    kind = UnicodeAttribute(default="return")
    body = BodyAttribute()


class Found(NamedTuple):
    """The order with a number, or None and the probe at which it would be kept."""

    order: Order | None
    probe: int


def order_key(tenant: str, order: str) -> Key:
    return Key(f"{tenant}#O#{order}", "S")


def return_key(tenant: str, order: str, number: str) -> Key:
    return Key(f"{tenant}#O#{order}", f"R#{number}")


def stream(tenant: str, order: str, program: int) -> Stream:
    """The order's own journal, where it was recorded without a member."""
    return Stream(tenant, order_key(tenant, order).pk, program)


def id_for(tenant: str, number: str, probe: int = 0) -> str:
    return order_id(tenant, SCOPE, number, probe)


def read(table: Table, tenant: str, order: str) -> Order:
    number_of("order", order)
    attrs = table.get(order_key(tenant, order))
    if attrs is None:
        raise no_order(order)
    return order_from(attrs)


def no_order(order: str) -> NotFound:
    return NotFound("order_not_found", f"There is no order {order[:64]}.", param="order_id")


def find(table: Table, tenant: str, number: str) -> Found:
    """By document number: 1 Get, and one more for each other number that hashes alike."""
    for probe in range(MAX_PROBES):
        attrs = table.get(order_key(tenant, id_for(tenant, number, probe)))
        if attrs is None:
            return Found(None, probe)
        order = order_from(attrs)
        if order.sale.number == number:
            return Found(order, probe)
    raise Refused("order_number_unusable", "This number clashes with others. Use another one.", param="number")


def order_from(attrs: Attrs) -> Order:
    return readable(_order, attrs)


def read_or_none(attrs: Attrs) -> Order | None:
    """None for what cannot be read, where it is told elsewhere."""
    try:
        return order_from(attrs)
    except UNREADABLE:
        return None


def _order(attrs: Attrs) -> Order:
    item = from_attrs(OrderItem, attrs)
    return unpacked(item.pk.rsplit("#", 1)[1], item.version, item.body)


def misshown(tenant: str, order: Order, attrs: Attrs) -> bool:
    """Whether a member's list has it at another place, or shows another."""
    try:
        true = to_attrs(_item(tenant, order))
        shown = card_from(attrs)
    except UNREADABLE:
        return True
    return shown != card_from(true) or any(attrs.get(name) != true[name] for name in ("gsi1pk", "gsi1sk"))


def unlisted(tenant: str, order: Order, attrs: Attrs) -> bool:
    """Whether the list of the group that it was bought for lacks it, or that of another has it."""
    try:
        true = _groups_place(tenant, order) or (None, None)
    except UNREADABLE:
        return True
    return tuple(attrs.get(name, {}).get("S") for name in ("gsi2pk", "gsi2sk")) != true


def order_put(tenant: str, order: Order) -> Put:
    """A new order only if its id is free, a changed one only if nobody changed it since it was read.

    A new one is refused well before it fills an item: what comes back of it later must find room.
    """
    item = _item(tenant, order)
    if order.version == 1:
        return Put(to_attrs(item, MAX_NEW_ORDER_BYTES), Absent())
    return Put(to_attrs(item), Equals("version", order.version - 1))


def return_put(tenant: str, order: str, recorded: RecordedReturn) -> Put:
    key = return_key(tenant, order, recorded.document.number)
    item = ReturnItem(pk=key.pk, sk=key.sk, body=recorded.model_dump(mode="json"))
    return Put(to_attrs(item), Absent())


def return_from(attrs: Attrs) -> RecordedReturn:
    return readable(_return, attrs)


def _return(attrs: Attrs) -> RecordedReturn:
    return RecordedReturn.model_validate(from_attrs(ReturnItem, attrs).body)


def read_return(table: Table, tenant: str, order: str, number: str) -> RecordedReturn | None:
    attrs = table.get(return_key(tenant, order, number))
    return None if attrs is None else return_from(attrs)


def returns_query(tenant: str, order: str) -> Query:
    return Query(order_key(tenant, order).pk, Prefix("R#"))


def document_query(tenant: str, order: str) -> Query:
    """Its returns, and behind them the order itself."""
    return Query(order_key(tenant, order).pk, Between("R#", "S"))


def member_orders_query(tenant: str, member: str, limit: int, after: tuple[str, Instant] | None) -> Query:
    """Newest first, behind the order `after` (id and purchase time): its place in the index follows from these."""
    return _orders_query(tenant, member, "gsi1", limit, after)


def group_orders_query(tenant: str, group: str, limit: int, after: tuple[str, Instant] | None) -> Query:
    """The same of what was bought for a group: keys of orders."""
    return _orders_query(tenant, group, "gsi2", limit, after)


def kept_orders_query(tenant: str, shard: int, limit: int) -> Query:
    """Those that no member has, oldest purchase first: keys of orders. An order's shard follows from its id."""
    return Query(_kept_list(tenant, shard), index="gsi2", limit=limit)


def kept_shard(order: str) -> int:
    return number_of("order", order) % KEPT_SHARDS


def listed_order(attrs: Attrs) -> str:
    """Which order an item of a member's or a group's list is about."""
    order: str = attrs["pk"]["S"].rsplit("#", 1)[1]
    return order


def card_from(attrs: Attrs) -> OrderCard:
    return OrderCard.model_validate(BodyAttribute().deserialize(attrs["card"]["B"]))


def bought_from(attrs: Attrs) -> GroupOrder:
    """An order as its group's list shows it: the card, and who bought it, in whose list it is."""
    return GroupOrder(**dict(card_from(attrs)), member_id=attrs["gsi1pk"]["S"].rsplit("#", 2)[1])


def _orders_query(tenant: str, owner: str, index: Index, limit: int, after: tuple[str, Instant] | None) -> Query:
    start = None
    if after is not None:
        key = order_key(tenant, after[0])
        start = {"pk": key.pk, "sk": key.sk, f"{index}pk": _list_of(tenant, owner), f"{index}sk": _place(*after)}
    return Query(_list_of(tenant, owner), index=index, limit=limit, reverse=True, start=start)


def _list_of(tenant: str, owner: str) -> str:
    return f"{owner_pk(tenant, owner)}#O"


def _kept_list(tenant: str, shard: int) -> str:
    return f"{tenant}#KEPT#{shard:02}"


def _place(order: str, purchased_at: Instant) -> str:
    return f"{purchased_at:014}#{order}"


def _item(tenant: str, order: Order) -> OrderItem:
    key = order_key(tenant, order.order_id)
    item = OrderItem(
        pk=key.pk,
        sk=key.sk,
        v=schema_of(order),
        version=order.version,
        body=packed(order),
        card=OrderCard(
            order_id=order.order_id,
            number=order.sale.number,
            purchased_at=order.sale.purchased_at,
            currency=order.sale.currency,
            gross_value=order.sale.gross_value,
            returned_value=order.returned_value,
        ).model_dump(mode="json"),
    )
    place = _place(order.order_id, order.sale.purchased_at)
    if order.member_id:
        item.gsi1pk, item.gsi1sk = _list_of(tenant, order.member_id), place
        item.gsi2pk, item.gsi2sk = _groups_place(tenant, order) or (None, None)
    else:
        item.gsi2pk, item.gsi2sk = _kept_list(tenant, kept_shard(order.order_id)), place
    return item


def _groups_place(tenant: str, order: Order) -> Key | None:
    """In the list of the group that it was bought for."""
    if order.group_id is None:
        return None
    return Key(_list_of(tenant, order.group_id), _place(order.order_id, order.sale.purchased_at))
