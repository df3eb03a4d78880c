"""What a coupon is worth was promised to whoever has it: a series says the same of it for as long as any of it is out."""

from __future__ import annotations

import pytest

from tests.http.client import Reply
from tests.http.native import reward_shop
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.http.native.test_coupons import SERIES, change, issue, pool, series, use

FIVE: Json = {"kind": "amount", "amount": 500, "currency": "EUR", "minimum_order_value": 2000}
FROZEN = (422, "worth_frozen", "worth")
OTHERS: tuple[Json, ...] = (
    FIVE | {"amount": 499},
    FIVE | {"amount": 501},
    FIVE | {"currency": "GBP"},
    FIVE | {"minimum_order_value": 2001},
    {"kind": "percent", "percent": 50},
    {"kind": "text", "text": "A cup of tea"},
    {"kind": "none"},
)


def put(shop: Shop, series_id: str = "summer", **fields: Json | str) -> Reply:
    return shop.api.put(f"{SERIES}/{series_id}", {"name": "Summer", "worth": FIVE} | fields)


def said(reply: Reply) -> str:
    assert refusal(reply) == FROZEN
    return str(reply.json["error"]["message"])


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


@pytest.mark.parametrize("other", OTHERS)
def test_a_coupon_that_somebody_has_stays_worth_what_it_was(shop: Shop, bea: str, other: Json) -> None:
    series(shop, worth=FIVE)
    answer(put(shop, worth=other))
    answer(put(shop))
    code = issue(shop, bea)["code"]
    refused = said(put(shop, worth=other))
    assert (
        refused
        == "What coupons of Summer are worth does not change, for coupons or codes of it are out: make another series."
    )
    assert answer(shop.api.get(f"/v1/coupons/{code}"))["coupon"]["worth"]["amount"] == 500


def test_what_takes_nothing_from_whoever_has_one_may_change(shop: Shop, bea: str) -> None:
    series(shop, worth=FIVE)
    issue(shop, bea)
    answer(put(shop, name="Winter", state="paused", worth=FIVE | {"minimum_order_value": 1000, "stackable": True}))


def test_used_coupons_are_out_and_cancelled_ones_are_not(shop: Shop, bea: str) -> None:
    series(shop, worth=FIVE)
    coupon = issue(shop, bea)
    answer(change(shop, coupon, "cancel"))
    answer(put(shop, worth=OTHERS[0]))
    answer(use(shop, issue(shop, bea)["code"], bea))
    said(put(shop))


def test_codes_of_a_pool_are_printed_before_anybody_has_them(shop: Shop) -> None:
    series(shop, "pool", codes={"kind": "pool"}, worth=FIVE)
    other: Json = {"codes": {"kind": "pool"}, "worth": OTHERS[0]}
    answer(put(shop, "pool", **other))
    pool(shop, "AAA-1", worth=OTHERS[0])
    said(put(shop, "pool", codes={"kind": "pool"}))


def test_a_code_of_everybody_is_out_once_somebody_has_used_it(shop: Shop, bea: str) -> None:
    shared: Json = {"kind": "shared", "code": "ALL"}
    series(shop, worth=FIVE, codes=shared)
    answer(put(shop, worth=OTHERS[0], codes=shared))
    answer(use(shop, "ALL", bea))
    said(put(shop, codes=shared))


def test_a_reward_says_what_its_coupons_are_worth_for_as_long_as_it_is_there(shop: Shop) -> None:
    reward_shop.put(shop, "voucher")
    other: Json = {"kind": "amount", "amount": 100, "currency": "EUR"}
    body = {"name": "Five", "worth": other, "codes": {"kind": "generated", "length": 12}}
    refused = said(shop.api.put(f"{SERIES}/five-euros", body))
    assert refused == (
        "What coupons of five-euros are worth does not change, for the reward 5 euros off is over it: make another series."
    )
    answer(shop.api.put("/v1/programs/1/rewards/voucher", reward_shop.VOUCHER | {"state": "ended"}))
    answer(shop.api.put(f"{SERIES}/five-euros", body))
    again = shop.api.put("/v1/programs/1/rewards/voucher", reward_shop.VOUCHER)
    assert refusal(again) == (422, "worth_differs", "worth")
