"""Where a line stands in a cart decides nothing: not who has the odd cent of what comes off two lines that cost the same."""

from __future__ import annotations

import pytest

from tests.http.native.bookshop import Json, Shop, answer, book
from tests.http.native.test_checkout_sessions import begun, cancel, on_carts, pay

BOTH_WAYS = pytest.mark.parametrize("skus", ["AB", "BA"])


def to_pay(shop: Shop, skus: str, **fields: object) -> dict[str, int]:
    """By what they are."""
    cart: Json = {"currency": "EUR", "lines": [book(10_00, sku) for sku in skus], **fields}
    lines = answer(shop.api.post("/v1/checkouts/evaluate", cart))["lines"]
    return {sku: line["to_pay"] for sku, line in zip(skus, lines, strict=True)}


@BOTH_WAYS
def test_of_a_coupon(shop: Shop, skus: str) -> None:
    worth = {"kind": "amount", "amount": 501, "currency": "EUR"}
    body = {"name": "Odd", "worth": worth, "codes": {"kind": "shared", "code": "ODD"}}
    answer(shop.api.put("/v1/programs/1/coupon-series/odd", body))
    assert to_pay(shop, skus, coupons=["ODD"]) == {"A": 7_49, "B": 7_50}


@BOTH_WAYS
def test_of_what_a_budget_leaves(shop: Shop, skus: str) -> None:
    limits = {"budget": {"amount": 501, "currency": "EUR"}}
    on_carts(shop, "tenner", {"kind": "amount_off", "amount": "10.00"}, limits=limits)
    assert to_pay(shop, skus) == {"A": 7_49, "B": 7_50}


@BOTH_WAYS
def test_of_the_points_that_paid_for_them(shop: Shop, ada: str, skus: str) -> None:
    on_carts(shop, "pay", {"kind": "pay_with_points", "unit": "points", "points": 3, "value": "0.02"})
    shop.earn(ada, 3)
    checkout = begun(shop, *[book(1, sku) for sku in skus], points=3, member_id=ada)
    answer(pay(shop, checkout))
    answer(cancel(shop, checkout, {"line_no": skus.index("A") + 1}))
    assert shop.points(ada) == 2
