"""A bookshop with rewards, over HTTP: what the tests of rewards begin with. It is noon on 15 January 2026."""

from __future__ import annotations

from typing import Any

from tests.http.client import Reply
from tests.http.native.bookshop import Json, Shop, answer

BAG: Json = {
    "name": "Tote bag",
    "type": "physical",
    "state": "active",
    "costs": [{"unit": "points", "amount": 30}],
}
VOUCHER: Json = {
    "name": "5 euros off",
    "type": "value_code",
    "state": "active",
    "costs": [{"unit": "points", "amount": 20}],
    "worth": {"amount": 500, "currency": "EUR"},
    "coupon_series": "five-euros",
}
MONEY: Json = {
    "name": "Points for money",
    "type": "cashback",
    "state": "active",
    "cashback": {"unit": "points", "points": 10, "value": 15, "currency": "EUR", "minimum_points": 20},
}
ADDRESS: Json = {"name": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London", "country": "GB"}


def series(shop: Shop, series_id: str = "five-euros", **fields: Any) -> None:
    worth = {"kind": "amount"} | VOUCHER["worth"]
    body = {"name": series_id, "worth": worth, "codes": {"kind": "generated", "length": 12}} | fields
    answer(shop.api.put(f"/v1/programs/1/coupon-series/{series_id}", body))


def put(shop: Shop, reward_id: str, **fields: Any) -> Json:
    kinds = {"bag": BAG, "voucher": VOUCHER, "money": MONEY}
    body = kinds.get(reward_id, BAG) | fields
    if "coupon_series" in body:
        series(shop, body["coupon_series"], **({} if body["type"] == "value_code" else {"worth": {"kind": "none"}}))
    return dict(answer(shop.api.put(f"/v1/programs/1/rewards/{reward_id}", body)))


def member_with(shop: Shop, points: int, number: str = "100") -> str:
    member_id = shop.enrol(number)
    shop.earn(member_id, points)
    return member_id


def ask(shop: Shop, member_id: str, reward_id: str, query: str = "", **fields: Any) -> Reply:
    sent = {"address": ADDRESS} if reward_id == "bag" else {}
    return shop.api.post(f"/v1/members/{member_id}/redemptions{query}", {"reward_id": reward_id} | sent | fields)


def redeem(shop: Shop, member_id: str, reward_id: str, **fields: Any) -> Json:
    return dict(answer(ask(shop, member_id, reward_id, **fields))["redemption"])


def refund(shop: Shop, member_id: str, redemption: Json) -> Reply:
    return shop.api.post(f"/v1/members/{member_id}/redemptions/{redemption['redemption_id']}/refund")


def deliver(shop: Shop, member_id: str, redemption: Json, status: str) -> Reply:
    path = f"/v1/members/{member_id}/redemptions/{redemption['redemption_id']}/delivery"
    return shop.api.post(path, {"status": status})


def offered(shop: Shop, member_id: str, reward_id: str, query: str = "") -> Json:
    items = answer(shop.api.get(f"/v1/members/{member_id}/rewards{query}"))["items"]
    return next(dict(one) for one in items if one["reward"]["reward_id"] == reward_id)


def why_not(shop: Shop, member_id: str, reward_id: str, query: str = "") -> list[str]:
    found = offered(shop, member_id, reward_id, query)
    codes = [reason["code"] for reason in found["reasons"]]
    assert found["available"] == (not codes)
    return codes
