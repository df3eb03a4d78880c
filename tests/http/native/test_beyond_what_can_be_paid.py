"""Numbers and days that are each in order, and together beyond what can be counted."""

from __future__ import annotations

import pytest

from tests.http.native.bookshop import Json, Shop, answer, refusal

MOST = 10**12
REWARDS = "/v1/programs/1/rewards"


def offer(shop: Shop, reward_id: str, **fields: object) -> None:
    body: Json = {"name": reward_id, "type": "cashback", "state": "active"} | fields
    answer(shop.api.put(f"{REWARDS}/{reward_id}", body))


def test_points_are_not_worth_more_than_can_be_paid(shop: Shop) -> None:
    bea = shop.enrol("100")
    offer(shop, "cash", cashback={"unit": "points", "points": 1, "value": 1_000, "currency": "EUR"})
    most = MOST // 1_000
    assert answer(shop.api.get(f"{REWARDS}/cash/value?points={most}"))["amount"] == MOST
    refused = (422, "number_too_large", "points")
    assert refusal(shop.api.get(f"{REWARDS}/cash/value?points={most + 1}")) == refused
    wish = {"reward_id": "cash", "points": most + 1}
    assert refusal(shop.api.post(f"/v1/members/{bea}/redemptions", wish)) == refused
    assert refusal(shop.api.post(f"/v1/members/{bea}/redemptions/validate", {"lines": [wish]})) == refused


def test_many_of_a_reward_do_not_cost_more_than_a_wallet_has(shop: Shop) -> None:
    bea = shop.enrol("100")
    offer(shop, "yacht", type="gift", costs=[{"unit": "points", "amount": MOST}])
    refused = (422, "number_too_large", "quantity")
    wish = {"reward_id": "yacht", "quantity": 2}
    assert refusal(shop.api.post(f"/v1/members/{bea}/redemptions", wish)) == refused
    assert refusal(shop.api.post(f"/v1/members/{bea}/redemptions/validate", {"lines": [wish]})) == refused
    wish["quantity"] = 1
    assert refusal(shop.api.post(f"/v1/members/{bea}/redemptions", wish))[1] == "insufficient_balance"


@pytest.mark.parametrize("day", ["9999-12-31", "9000-01-01"])
def test_coupons_until_the_end_of_the_calendar_are_good_for_ever(shop: Shop, day: str) -> None:
    bea = shop.enrol("100")
    series = {"name": "For ever", "codes": {"kind": "generated"}, "valid_until": day}
    answer(shop.api.put("/v1/programs/1/coupon-series/ever", series))
    coupon = answer(shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "ever"}))
    assert coupon["expires_at"] is None
