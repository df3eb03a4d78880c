"""Codes that a till is told the truth about: checked as they would be used, tried without giving anything away, bounded."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.coupons.model.counts import MAX_LIVE
from chalicelib.areas.coupons.store import owned
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.http.native.test_coupons import SERIES, change, issue, pool, series, use
from tests.http.world import stored

HELLO: Json = {"kind": "shared", "code": "HELLO"}


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


def checked(shop: Shop, code: str, query: str = "") -> Json:
    return dict(answer(shop.api.get(f"/v1/coupons/{code}{query}")))


def counted(shop: Shop, series_id: str) -> tuple[int, int, int]:
    view = answer(shop.api.get(f"{SERIES}/{series_id}"))
    return view["issued"], view["used"], view["free_codes"]


def test_nobody_is_handed_a_code_that_is_everybody_s(shop: Shop, rt: Runtime, bea: str) -> None:
    series(shop, "hello", codes=HELLO)
    before = stored(rt)
    reply = shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "hello"})
    assert refusal(reply) == (422, "code_is_shared", "series_id")
    assert stored(rt) == before


def test_a_shared_code_marked_as_unused_gives_its_place_back(shop: Shop, bea: str) -> None:
    limits = {"used": 1, "issued": 1, "used_per_member": 1, "issued_per_member": 1}
    series(shop, "hello", codes=HELLO, limits=limits, reactivable=True)
    for turn in range(3):
        coupon = answer(use(shop, "HELLO", bea))
        assert counted(shop, "hello") == (1, 1, 0)
        assert refusal(use(shop, "HELLO", shop.enrol(f"20{turn}"))) == (422, "series_used_up", "series_id")
        gone = answer(change(shop, coupon, "unuse", {}))
        assert (gone["state"], gone["uses"]) == ("cancelled", [])
        assert counted(shop, "hello") == (0, 0, 0)
        assert refusal(change(shop, coupon, "reactivate")) == (422, "not_reactivable", "coupon_id")
    assert answer(shop.api.get(f"/v1/members/{bea}/account/proof"))["matches"]


def at_minimum(shop: Shop) -> None:
    worth = {"kind": "amount", "amount": 100, "currency": "EUR", "minimum_order_value": 500}
    series(shop, "hello", codes=HELLO, worth=worth, limits={"used_per_member": 1})


@pytest.mark.parametrize("value", [499, 500])
def test_a_shared_code_is_checked_as_it_is_used_by_what_the_order_is_worth(shop: Shop, bea: str, value: int) -> None:
    at_minimum(shop)
    told = checked(shop, "HELLO", f"?member_id={bea}&order_value={value}")
    reply = use(shop, "HELLO", bea, order_value=value)
    if value < 500:
        assert (told["reason"], refusal(reply)[1]) == ("order_below_minimum", "order_below_minimum")
    else:
        assert (told["usable"], reply.status) == (True, 200)
        assert checked(shop, "HELLO", f"?member_id={bea}")["reason"] == "limit_per_member"
        assert refusal(use(shop, "HELLO", bea))[1] == "limit_per_member"


def test_a_blocked_member_s_code_is_not_usable(shop: Shop, bea: str) -> None:
    series(shop)
    code = issue(shop, bea)["code"]
    shop.block(bea)
    assert checked(shop, code)["reason"] == "member_blocked"
    assert refusal(use(shop, code, bea))[1] == "member_blocked"


def test_a_code_that_all_have_used_up_is_not_usable_by_anybody(shop: Shop, bea: str) -> None:
    series(shop, "hello", codes=HELLO, limits={"used": 1})
    answer(use(shop, "HELLO", bea))
    other = shop.enrol("200")
    for query in ("", f"?member_id={other}"):
        assert checked(shop, "HELLO", query)["reason"] == "series_used_up"
    assert refusal(use(shop, "HELLO", other))[1] == "series_used_up"


def test_what_a_series_is_over_for_is_not_usable(shop: Shop, bea: str) -> None:
    pool(shop, "AAA-1", claimable=True, valid_until="2020-01-01")
    assert checked(shop, "AAA-1", f"?member_id={bea}")["reason"] == "series_not_active"
    assert refusal(use(shop, "AAA-1", bea))[1] == "series_not_active"


def test_a_trial_shows_no_code_that_somebody_else_may_get(shop: Shop, rt: Runtime, bea: str) -> None:
    pool(shop, "AAA-1")
    before = stored(rt)
    tried = answer(shop.api.post(f"/v1/members/{bea}/coupons?dry_run=true", {"series_id": "pool"}))
    assert (tried["code"], stored(rt)) == ("", before)
    assert issue(shop, bea, "pool")["code"] == "AAA-1"
    reply = shop.api.post(f"/v1/members/{bea}/coupons?dry_run=true", {"series_id": "pool"})
    assert refusal(reply)[1] == "no_codes_left"


def test_a_trial_of_an_upload_counts_what_the_upload_would(shop: Shop) -> None:
    codes = [f"CODE-{number:03}" for number in range(100)]
    pool(shop, "CODE-000", "ZZZ")
    path, body = f"{SERIES}/pool/codes", {"codes": [*codes, "CODE-007"]}
    tried = answer(shop.api.post(f"{path}?dry_run=true", body))
    assert (tried["added"], tried["free"], sorted(tried["duplicates"])) == (99, 101, ["CODE-000", "CODE-007"])
    assert answer(shop.api.post(path, body)) == tried
    again = answer(shop.api.post(f"{path}?dry_run=true", {"codes": ["ZZZ"]}))
    assert again == {"added": 0, "duplicates": ["ZZZ"], "free": 101}


def with_live(shop: Shop, rt: Runtime, member_id: str, live: int) -> None:
    """Put there behind the API's back."""
    known = rt.table.get(owned.live_key("ours", member_id))
    rt.table.batch_put([owned.live_put("ours", member_id, live, owned.live_from(known)[1]).item])


def test_a_member_has_so_many_live_coupons_and_no_more(shop: Shop, rt: Runtime, bea: str) -> None:
    series(shop, reactivable=True)
    first, second, third = (issue(shop, bea) for _ in range(3))
    answer(use(shop, first["code"], bea))
    answer(change(shop, second, "cancel"))
    assert owned.live_from(rt.table.get(owned.live_key("ours", bea)))[0] == 1
    with_live(shop, rt, bea, MAX_LIVE)
    full = (422, "too_many_coupons", "member_id")
    assert refusal(shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "summer"})) == full
    assert refusal(change(shop, first, "unuse", {})) == full
    assert refusal(change(shop, second, "reactivate")) == full
    pool(shop, "AAA-1", claimable=True, limits={"uses_per_code": 2})
    assert checked(shop, "AAA-1", f"?member_id={bea}")["reason"] == "too_many_coupons"
    assert refusal(use(shop, "AAA-1", bea)) == full
    answer(use(shop, third["code"], bea))
    answer(use(shop, "AAA-1", bea))


def test_a_limit_that_is_set_later_knows_what_was_issued_before(shop: Shop, bea: str) -> None:
    series(shop)
    issue(shop, bea)
    series(shop, limits={"issued": 2})
    issue(shop, bea)
    reply = shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "summer"})
    assert refusal(reply) == (422, "series_used_up", "series_id")
    series(shop, limits={"issued": 1})
    assert refusal(shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "summer"}))[1] == "series_used_up"
    series(shop)
    issue(shop, bea)
    assert counted(shop, "summer") == (3, 0, 0)


def test_a_code_is_checked_and_read_and_nothing_is_written(shop: Shop, rt: Runtime, bea: str) -> None:
    limits: dict[str, Any] = {"used": 1, "issued": 1}
    series(shop, "hello", codes=HELLO, limits=limits)
    before = stored(rt)
    assert checked(shop, "hello")["usable"]
    assert stored(rt) == before
