"""What each operation on coupons refuses, beyond what a till meets every day."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.config import Config, Name, config_writes
from chalicelib.table.journal import Head, Header, Stream, new_entry
from chalicelib.table.protocol import Put
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.test_coupons import DAY, SERIES, change, issue, series, use
from tests.twins import caller_of

CHANGES: dict[str, Json | None] = {"activate": None, "unuse": None, "cancel": None, "reactivate": None}


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


def test_what_is_not_there_is_told(shop: Shop, bea: str) -> None:
    series(shop)
    code = issue(shop, bea)["code"]
    path = f"/v1/members/{NOBODY}/coupons"
    nobody = (404, "member_not_found", "member_id")
    assert refusal(shop.api.post(path, {"series_id": "summer"})) == nobody
    assert refusal(shop.api.get(f"/v1/coupons/{code}?member_id={NOBODY}")) == nobody
    missing = (404, "coupon_series_not_found", "series_id")
    assert refusal(shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "winter"})) == missing
    assert refusal(shop.api.post(f"{SERIES}/winter/codes", {"codes": ["AAA-1"]})) == missing
    assert refusal(shop.api.get("/v1/programs/9/coupon-series/summer/coupons")) == missing
    assert refusal(shop.api.get("/v1/programs/x/coupon-series/summer/coupons"))[:2] == (404, "program_not_found")
    for place in (f"/v1/members/{bea}/coupons", f"{SERIES}/summer/coupons"):
        assert refusal(shop.api.get(f"{place}?cursor=x")) == (400, "invalid_cursor", "cursor")
    series(shop, "hello", codes={"kind": "shared", "code": "HELLO"})
    assert refusal(use(shop, "HELLO", NOBODY)) == nobody


def test_a_blocked_member_gets_and_changes_no_coupon(shop: Shop, bea: str) -> None:
    series(shop)
    coupon = issue(shop, bea)
    answer(shop.api.patch(f"/v1/members/{bea}", {"status": "blocked"}))
    blocked = (422, "member_blocked", "member_id")
    assert refusal(shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "summer"})) == blocked
    assert refusal(use(shop, coupon["code"], bea)) == blocked
    for what, body in CHANGES.items():
        assert refusal(change(shop, coupon, what, body)) == blocked


def test_what_is_over_is_neither_activated_nor_cancelled(shop: Shop, bea: str) -> None:
    series(shop, valid_days=1)
    used, cancelled, expired = (issue(shop, bea) for _ in range(3))
    answer(use(shop, used["code"], bea))
    answer(change(shop, cancelled, "cancel"))
    shop.clock.pass_by(3 * DAY)
    for coupon, code in ((used, "code_used"), (cancelled, "code_cancelled"), (expired, "code_expired")):
        for what in ("activate", "cancel"):
            assert refusal(change(shop, coupon, what)) == (422, code, "code")


def test_what_has_no_room_or_no_series_at_work_is_not_given(shop: Shop, bea: str) -> None:
    series(shop, reactivable=True)
    coupon = issue(shop, bea)
    answer(change(shop, coupon, "cancel"))
    issue(shop, bea)
    give = f"/v1/members/{bea}/coupons", {"series_id": "summer"}
    for limits, code, param in (
        ({"issued_per_member": 1}, "limit_per_member", "member_id"),
        ({"issued": 1}, "series_used_up", "series_id"),
    ):
        series(shop, reactivable=True, limits=limits)
        assert refusal(shop.api.post(*give)) == (422, code, param)
        assert refusal(change(shop, coupon, "reactivate")) == (422, code, param)
    series(shop, reactivable=True, state="paused")
    assert refusal(shop.api.post(*give)) == (422, "series_not_active", "series_id")
    assert refusal(change(shop, coupon, "reactivate")) == (422, "series_not_active", "series_id")


@pytest.mark.parametrize(("verb", "body"), CHANGES.items())
def test_nobody_s_coupon_is_not_changed(shop: Shop, bea: str, verb: str, body: Json | None) -> None:
    series(shop)
    coupon_id = issue(shop, bea)["coupon_id"]
    reply = shop.api.post(f"/v1/members/{NOBODY}/coupons/{coupon_id}/{verb}", body)
    assert refusal(reply) == (404, "member_not_found", "member_id")
    theirs = shop.enrol("101")
    reply = shop.api.post(f"/v1/members/{theirs}/coupons/{coupon_id}/{verb}", body)
    assert refusal(reply) == (404, "coupon_not_found", "coupon_id")


def test_there_is_an_end_to_series(shop: Shop, rt: Runtime) -> None:
    """As many as a program takes, put there behind the API's back."""
    series(shop)
    kept = answer(shop.api.get(f"{SERIES}/summer"))
    header = Header("import", "import", caller_of("ours"), 0, 0, 1)
    entry = new_entry(Stream("ours", "ours#CFG#series"), Head(), header, [])
    for number in range(1_999):
        name = Name("coupon_series", f"0001#s{number:04}")
        put, _ = config_writes(Config("ours", 0, {}), name, kept | {"series_id": f"s{number:04}"}, entry)
        assert isinstance(put, Put)
        rt.table.batch_put([put.item])
    full = shop.api.put(f"{SERIES}/one-more", {"name": "One more"})
    assert refusal(full) == (422, "too_many_coupon_series", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"from_day": "2026-03-01", "valid_until": "2026-02-28"},
        {"from_day": "2026-03-01", "active_after_days": 7, "valid_until": "2026-03-07"},
        {"active_after_days": 30, "valid_until": "2026-01-20"},
    ],
)
def test_a_series_whose_coupons_are_over_before_they_are_good_is_refused(shop: Shop, fields: Json) -> None:
    refused = shop.api.put(f"{SERIES}/summer", {"name": "Summer"} | fields)
    assert refusal(refused) == (400, "window_reversed", "valid_until")
    assert refusal(shop.api.get(f"{SERIES}/summer")) == (404, "coupon_series_not_found", "series_id")


def test_a_series_that_draws_to_its_close_is_still_changed(shop: Shop) -> None:
    fields: Json = {"active_after_days": 2, "valid_until": "2026-01-17"}
    series(shop, **fields)
    shop.clock.pass_by(2 * DAY)
    series(shop, **fields, state="ended")
    series(shop, "last-day", from_day="2026-03-01", active_after_days=7, valid_until="2026-03-08")
