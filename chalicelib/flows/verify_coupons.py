"""The coupons of one member against what its journals tell of them: what it was used for, whether it is over, where it lies.

A series' own counts are not compared: they are of many members. Whether a coupon is past is what was written of it: one whose
time is over lies among the live ones until the daily job comes to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.coupons.store import owned
from chalicelib.flows.verify_stream import unreadable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

_KINDS = (f"{owned.LIVE}cpn_", f"{owned.PAST}cpn_")


@dataclass(slots=True)
class _Told:
    orders: list[str] = field(default_factory=list)
    cancelled: bool = False
    expired: bool = False


@dataclass(slots=True)
class RecordedCoupons:
    told: dict[str, _Told] = field(default_factory=dict)

    def see(self, entry: Entry) -> None:
        for body in entry.facts:
            if str(body["type"]).startswith("coupon."):
                _fold(self.told.setdefault(str(body["coupon"]), _Told()), body)

    def differences(self, stored: Mapping[str, Attrs]) -> Iterator[str]:
        """Of a member's items, whatever else they are, by their sort keys."""
        left = dict(self.told)
        for sk, attrs in sorted(stored.items()):
            if sk.startswith(_KINDS):
                coupon_id = sk[2:]
                if coupon_id not in left:
                    yield f"coupon {coupon_id} is there twice, or no entry tells of it"
                    continue
                yield from (f"coupon {coupon_id} {what}" for what in _compared(sk, attrs, left.pop(coupon_id)))
        yield from (f"coupon {coupon_id} is not there" for coupon_id in left)


def _fold(told: _Told, body: Mapping[str, Any]) -> None:
    order = str(body.get("order", ""))
    match body["type"]:
        case "coupon.used":
            told.orders.append(order)
        case "coupon.unused" if order in told.orders:
            told.orders.reverse()  # the last use for that order is the one that was taken back
            told.orders.remove(order)
            told.orders.reverse()
        case "coupon.cancelled":
            told.cancelled = True
        case "coupon.expired":
            told.expired = True
        case "coupon.reactivated":
            told.cancelled = told.expired = False


def _compared(sk: str, attrs: Attrs, told: _Told) -> Iterator[str]:
    try:
        coupon, _ = owned.coupon_from(attrs)
    except UNREADABLE as why:
        yield unreadable(why)
        return
    if [use.order or "" for use in coupon.uses] != told.orders:
        yield "was not used as its journal says"
    if (coupon.cancelled_at is not None) != told.cancelled:
        yield "is not cancelled as its journal says"
    over = told.expired or told.cancelled or len(told.orders) >= coupon.most_uses
    if sk.startswith(owned.PAST) != over:
        yield "does not lie where its journal says"
