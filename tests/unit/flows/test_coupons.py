"""Coupons and time: what the daily job makes of them, and that nobody can tell whether it ran; what they cost."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.flows.check_code import check_code
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.upload_codes import upload_codes
from chalicelib.flows.use_code import Purpose, use_code
from chalicelib.kit.periods import parse_day
from chalicelib.table.memory import MemoryTable
from tests.twins import fresh
from tests.twins.bookshop import BookShop, open_shop


def a_series(shop: BookShop, **fields: Any) -> None:
    said = CouponSeries.model_validate({"program_id": 1, "series_id": "summer", "name": "Summer"} | fields)
    define_coupon_series(shop.rt, shop.caller, fresh(), said)


def day(text: str) -> int:
    found = parse_day(text)
    assert found is not None
    return found


def test_the_daily_job_makes_past_what_is_over_and_nobody_can_tell() -> None:
    shop = open_shop(MemoryTable())
    ada = shop.member("1")
    a_series(shop, valid_days=10)
    code = issue_coupon(shop.rt, shop.caller, fresh(), ada, 1, "summer").answer.code
    shop.clock.move_to("2026-07-20")
    before = check_code(shop.rt, shop.caller, code), list_coupons(shop.rt, shop.caller, ada, 25, None)
    assert before[0].reason == "code_expired"
    assert settle_due(shop.rt, shop.caller, day("2026-07-20")) == 1
    assert settle_due(shop.rt, shop.caller, day("2026-07-20")) == 0
    after = check_code(shop.rt, shop.caller, code), list_coupons(shop.rt, shop.caller, ada, 25, None)
    assert after == before
    assert list_coupons(shop.rt, shop.caller, ada, 25, None, live=True).items == ()
    assert shop.proof(ada).matches


def test_pages_of_a_member_are_the_newest_first_whatever_they_became() -> None:
    shop = open_shop(MemoryTable())
    ada = shop.member("1")
    a_series(shop)
    codes = [issue_coupon(shop.rt, shop.caller, fresh(), ada, 1, "summer").answer.code for _ in range(7)]
    for code in codes[::2]:
        use_code(shop.rt, shop.caller, fresh(), code, ada, Purpose())
    seen: list[str] = []
    cursor = None
    while True:
        page = list_coupons(shop.rt, shop.caller, ada, 2, cursor)
        seen += [one.code for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == codes[::-1]


def test_a_pool_of_many_codes_is_taken_with_one_query_or_two() -> None:
    shop = open_shop(MemoryTable())
    ada = shop.member("1")
    a_series(shop, codes={"kind": "pool"})
    upload_codes(shop.rt, shop.caller, fresh(), 1, "summer", [f"SUMMER-{number:04}" for number in range(500)])
    given = {issue_coupon(shop.rt, shop.caller, fresh(), ada, 1, "summer").answer.code for _ in range(50)}
    assert len(given) == 50
