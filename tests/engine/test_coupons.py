"""Sixteen tills at the last code of a pool, at the last use, and at one code: exactly one gets it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.errors import Refused
from chalicelib.flows.coupon_quotas import get_series
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.upload_codes import upload_codes
from chalicelib.flows.use_code import Purpose, use_code
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, refusals
from tests.twins import fresh
from tests.twins.bookshop import BookShop, member, rule, sale


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def a_series(shop: BookShop, **fields: Any) -> None:
    said = CouponSeries.model_validate({"program_id": 1, "series_id": "summer", "name": "Summer"} | fields)
    define_coupon_series(shop.rt, shop.caller, fresh(), said)


def counted(shop: BookShop) -> tuple[int, int, int]:
    counts = get_series(shop.rt, shop.caller, 1, "summer")[1]
    return counts.issued, counts.used, counts.free_codes


def test_the_last_code_of_a_pool(shop: BookShop) -> None:
    members = [shop.member(str(number)) for number in range(TILLS)]
    a_series(shop, codes={"kind": "pool"})
    upload_codes(shop.rt, shop.caller, fresh(), 1, "summer", ["LAST-1"])
    results = at_once(lambda n: issue_coupon(shop.rt, shop.caller, fresh(), members[n], 1, "summer"))
    assert [one.answer.code for one in done(results)] == ["LAST-1"]
    assert refusals(results) == [(Refused, "no_codes_left")] * (TILLS - 1)
    assert counted(shop) == (1, 0, 0)


def test_sixteen_codes_for_sixteen_members(shop: BookShop) -> None:
    members = [shop.member(str(number)) for number in range(TILLS)]
    a_series(shop, codes={"kind": "pool"})
    codes = [f"CODE-{number:02}" for number in range(TILLS)]
    upload_codes(shop.rt, shop.caller, fresh(), 1, "summer", codes)
    results = at_once(lambda n: issue_coupon(shop.rt, shop.caller, fresh(), members[n], 1, "summer"))
    assert sorted(one.answer.code for one in done(results)) == codes
    assert counted(shop) == (TILLS, 0, 0)


def test_one_code_at_sixteen_tills(shop: BookShop) -> None:
    ada = shop.member("1")
    a_series(shop)
    code = issue_coupon(shop.rt, shop.caller, fresh(), ada, 1, "summer").answer.code
    results = at_once(lambda n: use_code(shop.rt, shop.caller, fresh(), code, ada, Purpose(f"R-{n}")))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "code_used")] * (TILLS - 1)
    assert counted(shop) == (1, 1, 0)


def test_the_last_use_of_a_voucher_for_all(shop: BookShop) -> None:
    members = [shop.member(str(number)) for number in range(TILLS)]
    a_series(shop, codes={"kind": "shared", "code": "HELLO"}, limits={"used": 1})
    results = at_once(lambda n: use_code(shop.rt, shop.caller, fresh(), "HELLO", members[n], Purpose()))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "series_used_up")] * (TILLS - 1)
    assert counted(shop) == (1, 1, 0)


def gives(shop: BookShop, **fields: Any) -> None:
    a_series(shop, **fields)
    shop.define(rule("gives", effects=[{"kind": "issue_coupon", "series": "summer"}]))


def test_the_last_coupons_that_a_rule_gives(shop: BookShop) -> None:
    """Everybody has bought; as many as there were have a coupon, though they lie in slices."""
    members = [shop.member(str(number)) for number in range(TILLS)]
    gives(shop, limits={"issued": 5})
    results = at_once(lambda n: shop.buy(member(members[n]), sale(f"S{n}")))
    assert refusals(results) == []
    told = [one.answer.effects[0].reason for one in done(results)]
    assert (told.count(None), told.count("series_used_up")) == (5, TILLS - 5)
    assert counted(shop) == (5, 0, 0)
    assert [one.differences for one in verify_members(shop.rt, shop.caller.tenant, members)] == [[]] * TILLS


def test_sixteen_purchases_of_one_member_and_one_code_left_of_a_pool(shop: BookShop) -> None:
    ada = shop.member("1")
    gives(shop, codes={"kind": "pool"})
    upload_codes(shop.rt, shop.caller, fresh(), 1, "summer", ["LAST-1"])
    results = at_once(lambda n: shop.buy(member(ada), sale(f"S{n % 8}")))  # each is sent twice
    assert refusals(results) == []
    assert len({one.answer.effects[0].coupon_id for one in done(results) if one.answer.effects[0].given}) == 1
    assert counted(shop) == (1, 0, 0)
    assert [one.differences for one in verify_members(shop.rt, shop.caller.tenant, [ada])] == [[]]
