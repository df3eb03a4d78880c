"""What coupons cost: requests and units, exactly, however many there are."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.flows.change_coupon import unuse_coupon
from chalicelib.flows.check_code import check_code
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.upload_codes import upload_codes
from chalicelib.flows.use_code import Purpose, use_code
from tests.twins import fresh
from tests.unit.budgets.priced import Till, till


def a_series(at: Till, series_id: str, **fields: Any) -> None:
    said = CouponSeries.model_validate({"program_id": 1, "series_id": series_id, "name": "Summer"} | fields)
    define_coupon_series(at.shop.rt, at.shop.caller, fresh(), said)


def issued(at: Till, series_id: str) -> Any:
    return issue_coupon(at.shop.rt, at.shop.caller, fresh(), at.ada, 1, series_id).answer


def used(at: Till, code: str) -> Any:
    return use_code(at.shop.rt, at.shop.caller, fresh(), code, at.ada, Purpose()).answer


@pytest.mark.parametrize("there_are", [1, 40])
def test_requests_do_not_grow_with_coupons(there_are: int) -> None:
    at = till()
    a_series(at, "made")
    a_series(at, "shared", codes={"kind": "shared", "code": "HELLO"})
    for _ in range(there_are):
        used(at, issued(at, "made").code)
        used(at, "HELLO")
    coupon = issued(at, "made")
    rt, caller = at.shop.rt, at.shop.caller
    requests = {
        "issue": at.price(partial(issued, at, "made")).requests,
        "check": at.price(partial(check_code, rt, caller, coupon.code)).requests,
        "use": at.price(partial(used, at, coupon.code)).requests,
        "use a shared one": at.price(partial(used, at, "HELLO")).requests,
        "unuse": at.price(partial(unuse_coupon, rt, caller, fresh(), at.ada, coupon.coupon_id, None)).requests,
        "list": at.price(partial(list_coupons, rt, caller, at.ada, 25, None)).requests,
    }
    assert requests == {"issue": 2, "check": 2, "use": 3, "use a shared one": 2, "unuse": 3, "list": 2}


def test_a_code_of_a_pool_is_a_query_more_or_two() -> None:
    at = till()
    a_series(at, "pool", codes={"kind": "pool"})
    upload_codes(at.shop.rt, at.shop.caller, fresh(), 1, "pool", [f"CODE-{number:03}" for number in range(200)])
    prices = {at.price(partial(issued, at, "pool")).requests for _ in range(50)}
    assert prices <= {3, 4, 6}  # where a shard has run dry, what each has is read, and one that has some
    assert 3 in prices


def test_units_of_issuing_and_using() -> None:
    at = till()
    a_series(at, "made")
    first = issued(at, "made")
    assert at.price(partial(issued, at, "made")).write_units == 14
    assert at.price(partial(used, at, first.code)).write_units == 14
