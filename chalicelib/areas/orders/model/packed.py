"""An order as the compact JSON that is kept of it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.areas.orders.model.documents import Sale
from chalicelib.areas.orders.model.gifts import COUPON_GIVEN, STAY_BEGUN
from chalicelib.areas.orders.model.kept import (
    by_hand_from,
    code_from,
    counts_from,
    credit_from,
    gift_from,
    spent_on_from,
    use_from,
)
from chalicelib.areas.orders.model.order import Back, Kept, Order
from chalicelib.kit.amounts import is_currency


def packed(order: Order) -> Mapping[str, Any]:
    optional = {
        "uncounted": order.uncounted,
        "group": order.group_id,
        "by_hand": order.by_hand,
        "uses": order.uses,
        "spends": order.spends,
        "coupons": order.coupons,
        "kept": order.kept,
        "gifts": [gift if gift.lines else gift[:-1] for gift in order.gifts],
        "codes": order.codes,
        "past": order.past,
        "points": order.points,
    }
    return {
        "member": order.member_id,
        "program": order.program,
        "sequence": order.sequence,
        "at": order.recorded_at,
        "sale": order.sale.model_dump(mode="json", exclude_defaults=True),
        "credits": [credit if credit.period else credit[:-1] for credit in order.credits],
        "returned": {str(no): [str(back.quantity), back.value] for no, back in order.returned.items()},
    } | {name: value for name, value in optional.items() if value}


def unpacked(order_id: str, version: int, body: Mapping[str, Any]) -> Order:
    """ValueError, KeyError or TypeError for what is none."""
    if [type(body[name]) for name in ("member", "program", "sequence", "at")] != [str, int, int, int]:
        raise ValueError("an order of nobody")
    return Order(
        order_id=order_id,
        member_id=body["member"],
        program=body["program"],
        sequence=body["sequence"],
        recorded_at=body["at"],
        sale=Sale.model_validate(body["sale"]),
        credits=tuple(credit_from(*credit) for credit in body["credits"]),
        returned={int(no): Back(Decimal(quantity), value) for no, (quantity, value) in body["returned"].items()},
        uncounted=tuple(body.get("uncounted", ())),
        version=version,
        group_id=body.get("group"),
        by_hand=tuple(by_hand_from(*told) for told in body.get("by_hand", ())),
        spends=tuple(spent_on_from(*told) for told in body.get("spends", ())),
        coupons=tuple((str(coupon), str(series)) for coupon, series in body.get("coupons", ())),
        uses=tuple(use_from(*kept) for kept in body.get("uses", ())),
        gifts=tuple(gift_from(*told) for told in body.get("gifts", ())),
        codes=tuple(code_from(*told) for told in body.get("codes", ())),
        past=tuple(counts_from(*told) for told in body.get("past", ())),
        points=tuple(counts_from(*told) for told in body.get("points", ())),
        kept=_kept(*body["kept"]) if "kept" in body else None,
    )


def schema_of(order: Order) -> int:
    """The schema number of its item, as low as what it has lets."""
    if order.points:
        return 13
    if any(gift.kind == STAY_BEGUN for gift in order.gifts) or _is_limited_in_money(order):
        return 12
    if order.past or order.codes or any(gift.lines for gift in order.gifts):
        return 11 if order.past else 10 if order.codes else 9
    if any(gift.kind == COUPON_GIVEN for gift in order.gifts):
        return 8
    if order.gifts:
        return 7
    if order.uses or order.spends or order.coupons or order.kept is not None:
        return 6
    if order.by_hand:
        return 5
    if any(credit.period for credit in order.credits):
        return 4
    return 3 if order.group_id else 2


def _is_limited_in_money(order: Order) -> bool:
    """For each member."""
    return any(is_currency(of) for use in order.uses for of, _ in use.amounts)


def _kept(version: int, hash_: str) -> Kept:
    if [type(version), type(hash_)] != [int, str]:
        raise ValueError("a journal of nothing")
    return Kept(version, hash_)
