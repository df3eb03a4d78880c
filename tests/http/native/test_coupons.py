"""Coupons over HTTP: series, pools of codes, coupons of members, and what a till is told of a code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.native.bookshop import Json, Shop, answer, refusal

SERIES = "/v1/programs/1/coupon-series"
DAY = 24 * 3600 * 1000


def series(shop: Shop, series_id: str = "summer", **fields: Any) -> str:
    answer(shop.api.put(f"{SERIES}/{series_id}", {"name": "Summer"} | fields))
    return series_id


def pool(shop: Shop, *codes: str, **fields: Any) -> str:
    series(shop, "pool", codes={"kind": "pool"}, **fields)
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": list(codes)}))
    return "pool"


def issue(shop: Shop, member_id: str, series_id: str = "summer") -> Json:
    return dict(answer(shop.api.post(f"/v1/members/{member_id}/coupons", {"series_id": series_id})))


def use(shop: Shop, code: str, member_id: str, **fields: Any) -> Any:
    return shop.api.post(f"/v1/coupons/{code}/use", {"member_id": member_id} | fields)


def change(shop: Shop, coupon: Json, what: str, body: Json | None = None) -> Any:
    return shop.api.post(f"/v1/members/{coupon['member_id']}/coupons/{coupon['coupon_id']}/{what}", body)


def counted(shop: Shop, series_id: str) -> tuple[int, int, int]:
    said = answer(shop.api.get(f"{SERIES}/{series_id}"))
    return said["issued"], said["used"], said["free_codes"]


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


@pytest.fixture
def cleo(shop: Shop) -> str:
    return str(shop.enrol("200"))


def test_a_generated_coupon_is_issued_used_and_given_back(shop: Shop, bea: str) -> None:
    series(shop, worth={"kind": "percent", "percent": 10}, valid_days=30)
    coupon = issue(shop, bea)
    assert (coupon["state"], coupon["uses_left"], coupon["worth"]["percent"]) == ("active", 1, 10)
    checked = answer(shop.api.get(f"/v1/coupons/{coupon['code'].lower()}"))
    assert (checked["usable"], checked["coupon"]) == (True, coupon)
    used = answer(use(shop, coupon["code"], bea, order="R-1"))
    assert (used["state"], used["uses"][0]["order"]) == ("used", "R-1")
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_used", "code")
    assert counted(shop, "summer") == (1, 1, 0)
    assert refusal(change(shop, coupon, "unuse", {"order": "R-2"})) == (422, "coupon_not_used", "order")
    assert answer(change(shop, coupon, "unuse", {"order": "R-1"})) == coupon
    answer(use(shop, coupon["code"], bea))
    assert answer(change(shop, coupon, "unuse")) == coupon  # all that it may say is which order
    assert counted(shop, "summer") == (1, 0, 0)
    assert answer(shop.api.get(f"/v1/members/{bea}/coupons"))["items"] == [coupon]
    assert answer(shop.api.get(f"{SERIES}/summer/coupons"))["items"] == [coupon]


def test_a_pool_gives_each_code_once_and_then_says_so(shop: Shop, bea: str) -> None:
    pool(shop, "AAA-1", "aaa-2", "BBB-3")
    again = answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1", "CCC-4", "CCC-4"]}))
    assert (again["added"], again["free"]) == (1, 4)
    assert sorted(again["duplicates"]) == ["AAA-1", "CCC-4"]
    assert refusal(use(shop, "BBB-3", bea)) == (422, "code_not_issued", "code")
    assert {issue(shop, bea, "pool")["code"] for _ in range(4)} == {"AAA-1", "AAA-2", "BBB-3", "CCC-4"}
    assert counted(shop, "pool") == (4, 0, 0)
    refused = shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "pool"})
    assert refusal(refused) == (422, "no_codes_left", "series_id")
    assert counted(shop, "pool") == (4, 0, 0)


def test_an_upload_sent_twice_answers_the_same(shop: Shop) -> None:
    series(shop, "pool", codes={"kind": "pool"})
    body: Json = {"codes": [f"C-{number:04}" for number in range(120)]}
    first, second = (
        shop.api.post(f"{SERIES}/pool/codes", body, headers={"Idempotency-Key": "page 1"}) for _ in range(2)
    )
    assert (first.json["added"], first.json["free"]) == (120, 120)
    assert first.json == second.json
    assert counted(shop, "pool") == (0, 0, 120)


def test_a_code_nobody_has_is_claimed_where_the_series_lets_them(shop: Shop, bea: str, cleo: str) -> None:
    pool(shop, "FLYER-1", claimable=True)
    assert answer(use(shop, "FLYER-1", bea))["state"] == "used"
    assert refusal(use(shop, "FLYER-1", cleo)) == (422, "code_of_another_member", "code")


def test_a_shared_code_has_limits_for_each_and_for_all(shop: Shop, bea: str, cleo: str) -> None:
    dora = str(shop.enrol("300"))
    series(shop, codes={"kind": "shared", "code": "HELLO"}, limits={"used_per_member": 2, "used": 3})
    assert [use(shop, "hello", bea).status for _ in range(2)] == [200, 200]
    assert refusal(use(shop, "HELLO", bea)) == (422, "limit_per_member", "member_id")
    assert use(shop, "HELLO", cleo).status == 200
    assert refusal(use(shop, "HELLO", dora)) == (422, "series_used_up", "series_id")
    checked = answer(shop.api.get(f"/v1/coupons/HELLO?member_id={dora}"))
    assert (checked["usable"], checked["reason"]) == (False, "series_used_up")
    taken = shop.api.put(f"{SERIES}/other", {"name": "Other", "codes": {"kind": "shared", "code": "hello"}})
    assert refusal(taken) == (409, "code_taken", "codes.code")


def test_a_voucher_is_used_as_often_as_it_says(shop: Shop, bea: str) -> None:
    series(shop, limits={"uses_per_code": 2})
    coupon = issue(shop, bea)
    assert [answer(use(shop, coupon["code"], bea))["uses_left"] for _ in range(2)] == [1, 0]
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_used", "code")


def test_a_coupon_waits_expires_by_time_and_is_made_good_again(shop: Shop, bea: str) -> None:
    series(shop, needs_activation=True, valid_days=1, reactivable=True)
    coupon = issue(shop, bea)
    assert coupon["state"] == "issued"
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_not_yet_active", "code")
    assert answer(change(shop, coupon, "activate"))["state"] == "active"
    assert refusal(change(shop, coupon, "activate")) == (422, "coupon_activated", "coupon_id")
    shop.clock.at += 3 * DAY
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_expired", "code")
    assert answer(shop.api.get(f"/v1/members/{bea}/coupons"))["items"][0]["state"] == "expired"
    assert answer(shop.api.get(f"/v1/members/{bea}/coupons?live=true"))["items"] == []
    assert answer(change(shop, coupon, "reactivate"))["state"] == "active"
    assert answer(use(shop, coupon["code"], bea))["state"] == "used"
    assert refusal(change(shop, coupon, "reactivate")) == (422, "not_reactivable", "coupon_id")


def test_a_cancelled_coupon_gives_its_limit_back(shop: Shop, bea: str) -> None:
    series(shop, limits={"issued_per_member": 1})
    coupon = issue(shop, bea)
    refused = shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "summer"})
    assert refusal(refused) == (422, "limit_per_member", "member_id")
    assert answer(change(shop, coupon, "cancel"))["state"] == "cancelled"
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_cancelled", "code")
    assert issue(shop, bea)["state"] == "active"


def test_what_cannot_be_is_refused(shop: Shop, bea: str) -> None:
    assert refusal(shop.api.get("/v1/coupons/NOTHING")) == (404, "unknown_code", "code")
    assert refusal(shop.api.get(f"{SERIES}/none")) == (404, "coupon_series_not_found", "series_id")
    worth: Json = {"kind": "free_delivery", "minimum_order_value": 5000}
    series(shop, worth=worth)
    coupon = issue(shop, bea)
    assert refusal(use(shop, coupon["code"], bea, order_value=4999)) == (422, "order_below_minimum", "order_value")
    frozen = shop.api.put(f"{SERIES}/summer", {"name": "Summer", "worth": worth, "codes": {"kind": "pool"}})
    assert refusal(frozen) == (422, "codes_frozen", "codes")
    assert refusal(shop.api.post(f"{SERIES}/summer/codes", {"codes": ["AAA-1"]})) == (422, "no_pool", "series_id")
    series(shop, worth=worth, state="paused")
    assert refusal(use(shop, coupon["code"], bea)) == (422, "series_not_active", "series_id")


def test_a_dry_run_writes_nothing_and_a_key_answers_twice(shop: Shop, bea: str) -> None:
    series(shop)
    dry = shop.api.post(f"/v1/members/{bea}/coupons?dry_run=true", {"series_id": "summer"})
    assert (dry.status, counted(shop, "summer")) == (200, (0, 0, 0))
    path, body = f"/v1/members/{bea}/coupons", {"series_id": "summer"}
    first, second = (shop.api.post(path, body, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json == second.json
    assert counted(shop, "summer") == (1, 0, 0)


def test_a_coupon_nobody_has_is_not_changed(shop: Shop, bea: str) -> None:
    stranger = {"member_id": bea, "coupon_id": "cpn_00000000007"}
    assert refusal(change(shop, stranger, "cancel")) == (404, "coupon_not_found", "coupon_id")
