"""Where a line stands in a cart decides nothing: not who has the odd cent of what comes off two lines that cost the same."""

from __future__ import annotations

import pytest

from tests.http.native.bookshop import CASHBACK, POINTS, PROGRAM, Json, Shop, answer, book
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


@BOTH_WAYS
def test_of_what_a_cap_leaves_of_what_they_earn(shop: Shop, ada: str, skus: str) -> None:
    points = POINTS | {"policies": [{"caps": {"per_transaction": 3}}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [points, CASHBACK]}))
    sold = shop.buy(ada, "S1", *[book(10_00, sku) for sku in skus])
    assert by_sku(skus, sold["earned"][0]["lines"]) == {"A": 2, "B": 1}
    gone = shop.bring_back(sold["order_id"], "R1", book(10_00, "B"))
    assert shop.points(ada) == 1
    assert gone["cancelled"][0]["amount"] == 2


@BOTH_WAYS
def test_of_the_stamps_that_there_are_for_pieces_of_one_price(shop: Shop, ada: str, skus: str) -> None:
    stamp_card(shop, {"kind": "stamps", "perk": "card", "per": "piece", "at_most": 3})
    sold = shop.buy(ada, "S1", *[book(10_00, sku, quantity=2) for sku in skus])
    [earned] = [one for one in sold["earned"] if one["unit"] == "stamps"]
    assert by_sku(skus, earned["lines"]) == {"A": 2, "B": 1}


@BOTH_WAYS
def test_of_the_stamps_that_there_are_for_the_dearest_of_many_prices(shop: Shop, ada: str, skus: str) -> None:
    """Ten prices are told apart; what costs more goes together."""
    stamp_card(shop, {"kind": "stamps", "perk": "card", "per": "piece", "at_most": 11})
    cheap = [book(number, f"C{number}") for number in range(1, 11)]
    dear = {"A": book(10_00, "A"), "B": book(9_00, "B")}
    sold = shop.buy(ada, "S1", *[dear[sku] for sku in skus], *cheap)
    stamped = {line["line_no"] for one in sold["earned"] if one["unit"] == "stamps" for line in one["lines"]}
    assert stamped & {1, 2} == {skus.index("A") + 1}


def stamp_card(shop: Shop, effect: Json) -> None:
    units = [POINTS, CASHBACK, {"code": "stamps", "name": "Stamps"}]
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": units}))
    card = {"name": "Card", "what": {"kind": "stamp_card", "unit": "stamps", "stamps": 100}}
    answer(shop.api.put("/v1/programs/1/perks/card", card))
    shop.define("stamps", effect)


def by_sku(skus: str, lines: list[Json]) -> dict[str, int]:
    return {skus[line["line_no"] - 1]: line["amount"] for line in lines}
