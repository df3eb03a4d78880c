"""Coupons that are shown at a checkout, and why one is not taken: when it is opened, changed, and paid for."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from chalicelib.areas.coupons.model.counts import MAX_LIVE
from chalicelib.areas.coupons.store import owned
from chalicelib.runtime import Runtime
from tests.http.client import status_of_body
from tests.http.native.bookshop import Json, Shop, answer, book, document, refusal
from tests.http.native.test_checkout_sessions import asked, begun, cancel, opened, pay, update
from tests.http.native.test_coupons import DAY, SERIES, change, issue, series, use
from tests.http.native.test_segments import different

FIVE: Json = {"kind": "amount", "amount": 500, "currency": "EUR"}
Refusal = tuple[int, str, str | None]


def shown(shop: Shop, member_id: str, *codes: str) -> set[Refusal]:
    """Opened with them, and changed to them."""
    ready = begun(shop, member_id=member_id)
    body = asked(member_id=member_id, coupons=list(codes))
    replies = (shop.api.post("/v1/checkouts", body), shop.api.put(f"/v1/checkouts/{ready}", body))
    return {refusal(reply) for reply in replies}


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


def test_a_coupon_takes_its_worth_off(shop: Shop, bea: str) -> None:
    series(shop, worth=FIVE)
    coupon = issue(shop, bea)
    found = opened(shop, member_id=bea, coupons=[coupon["code"]])["checkout"]
    [taken] = found["coupons"]
    assert (taken["coupon_id"], taken["amount"], found["to_pay"]) == (coupon["coupon_id"], 500, 95_00)
    checkout_id = found["checkout_id"]
    assert answer(pay(shop, checkout_id))["order"]["account"]["balances"] == {"points": 95}
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_used", "code")
    answer(cancel(shop, checkout_id))
    answer(use(shop, coupon["code"], bea))


def test_one_that_is_set_apart_is_taken_by_nobody_else(shop: Shop, bea: str) -> None:
    series(shop)
    code = issue(shop, bea)["code"]
    late = begun(shop, member_id=bea, coupons=[code], hold=False)
    begun(shop, member_id=bea, coupons=[code])
    held = (422, "code_held", "code")
    assert shown(shop, bea, code) == {held}
    assert refusal(use(shop, code, bea)) == held
    assert refusal(pay(shop, late)) == held
    assert answer(shop.api.get(f"/v1/coupons/{code}"))["reason"] == "code_held"


def test_codes_that_nobody_takes_here(shop: Shop, bea: str) -> None:
    theirs = shop.enrol("101")
    series(shop)
    code = issue(shop, bea)["code"]
    assert shown(shop, bea, "NOWHERE") == {(404, "unknown_code", "code")}
    assert shown(shop, theirs, code) == {(422, "code_of_another_member", "code")}
    nobody = {"currency": "EUR", "lines": asked()["lines"], "coupons": [code]}
    ready = begun(shop)
    for reply in (shop.api.post("/v1/checkouts", nobody), shop.api.put(f"/v1/checkouts/{ready}", nobody)):
        assert refusal(reply) == (422, "code_of_nobody", "coupons")
    series(shop, "pool", codes={"kind": "pool"})
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1"]}))
    assert shown(shop, bea, "AAA-1") == {(422, "code_not_issued", "code")}


def test_who_pays_from_their_group_shows_a_coupon_of_their_own(shop: Shop, bea: str, rt: Runtime) -> None:
    series(shop, worth=FIVE)
    answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": bea}))
    coupon = issue(shop, bea)
    checkout = opened(shop, member_id=bea, coupons=[coupon["code"]])["checkout"]
    assert (checkout["to_pay"], checkout["group_id"] is None) == (95_00, False)
    checkout_id = checkout["checkout_id"]
    order = answer(pay(shop, checkout_id))["order"]
    assert (order["group_id"], order["account"]["balances"]) == (checkout["group_id"], {"points": 95})
    assert refusal(use(shop, coupon["code"], bea)) == (422, "code_used", "code")
    answer(cancel(shop, checkout_id))
    answer(use(shop, coupon["code"], bea))
    assert different(rt) == []


def test_coupons_that_are_over_or_not_yet_good(shop: Shop, bea: str) -> None:
    series(shop, valid_days=1)
    used, cancelled, expired = (issue(shop, bea) for _ in range(3))
    answer(use(shop, used["code"], bea))
    answer(change(shop, cancelled, "cancel"))
    shop.clock.pass_by(3 * DAY)
    for coupon, code in ((used, "code_used"), (cancelled, "code_cancelled"), (expired, "code_expired")):
        assert shown(shop, bea, coupon["code"]) == {(422, code, "code")}
    series(shop, "later", needs_activation=True)
    assert shown(shop, bea, issue(shop, bea, "later")["code"]) == {(422, "code_not_yet_active", "code")}


def test_coupons_that_do_not_fit_the_cart(shop: Shop, bea: str) -> None:
    series(shop, worth={"kind": "none", "minimum_order_value": 100_01})
    code = issue(shop, bea)["code"]
    assert shown(shop, bea, code) == {(422, "order_below_minimum", "order_value")}
    series(shop, "pounds", worth=FIVE | {"currency": "GBP"})
    assert shown(shop, bea, issue(shop, bea, "pounds")["code"]) == {(422, "currency_differs", "coupons")}
    series(shop, "one")
    two = issue(shop, bea, "one")["code"], issue(shop, bea, "one")["code"]
    assert shown(shop, bea, *two) == {(422, "coupons_not_combined", "coupons")}


def test_delivery_makes_no_cart_large_enough_for_a_coupon(shop: Shop, bea: str) -> None:
    series(shop, worth={"kind": "percent", "percent": 10, "minimum_order_value": 20_00})
    code = issue(shop, bea)["code"]
    small = asked(book(15_00), book(5_00, "PARCEL", delivery=True), member_id=bea, coupons=[code])
    refused = shop.api.post("/v1/checkouts", small)
    assert refusal(refused) == (422, "order_below_minimum", "order_value")
    assert refused.json["error"]["message"] == "This coupon asks for goods of 20.00 EUR at least, without delivery."
    answer(shop.api.post("/v1/checkouts", asked(book(20_00), member_id=bea, coupons=[code])))


def test_it_does_not_matter_in_which_order_coupons_are_typed(shop: Shop, bea: str) -> None:
    """Delivery, then percentages, then amounts."""
    worths: dict[str, Json] = {
        "percent": {"kind": "percent", "percent": 50},
        "amount": FIVE,
        "parcel": {"kind": "free_delivery"},
    }
    for name, worth in worths.items():
        series(shop, name, worth=worth | {"stackable": True})
    codes = [issue(shop, bea, name)["code"] for name in worths]
    cart = [book(20_00), book(4_90, "PARCEL", delivery=True)]
    for typed in permutations(codes):
        body = asked(*cart, member_id=bea, coupons=list(typed))
        found = answer(shop.api.post("/v1/checkouts?dry_run=true", body))["checkout"]
        told = [(one["series_id"], one["amount"]) for one in found["coupons"]]
        assert told == [("parcel", 4_90), ("percent", 10_00), ("amount", 5_00)]
        assert found["to_pay"] == 5_00
    answer(pay(shop, begun(shop, *cart, member_id=bea, coupons=codes)))


def test_a_percentage_is_taken_off_exactly_as_it_is_said(shop: Shop, bea: str) -> None:
    series(shop, worth={"kind": "percent", "percent": "12.5", "stackable": True})
    series(shop, "more", worth={"kind": "percent", "percent": 13, "stackable": True})
    codes = [issue(shop, bea, name)["code"] for name in ("summer", "more")]
    assert answer(shop.api.get(f"/v1/coupons/{codes[0]}"))["coupon"]["worth"]["percent"] == "12.5"
    told = opened(shop, book(20_00), member_id=bea, coupons=codes)["checkout"]["coupons"]
    assert [(one["series_id"], one["amount"]) for one in told] == [("more", 2_60), ("summer", 2_18)]
    series(shop, worth={"kind": "percent", "percent": "12.50", "stackable": True})


@pytest.mark.parametrize(
    ("percent", "code"),
    [
        (0, "number_too_small"),
        (-1, "number_too_small"),
        (101, "number_too_large"),
        ("100.1", "number_too_large"),
        ("0.0", "number_too_small"),
        ("ten", "unreadable_number"),
        (12.5, "unreadable_number"),
        (True, "unreadable_number"),
    ],
)
def test_a_percentage_of_a_coupon_is_one_of_a_hundred(shop: Shop, percent: object, code: str) -> None:
    reply = shop.api.put(f"{SERIES}/summer", {"name": "Summer", "worth": {"kind": "percent", "percent": percent}})
    assert refusal(reply) == (status_of_body(code), code, "worth.percent")


def test_a_reward_says_the_percentage_of_its_coupons(shop: Shop) -> None:
    body: Json = {"name": "Ten", "type": "percentage_code", "coupon_series": "summer"}
    series(shop, worth={"kind": "percent", "percent": "12.50"})
    path = "/v1/programs/1/rewards/ten"
    answer(shop.api.put(path, body | {"worth": {"percent": "12.5"}}))
    assert refusal(shop.api.put(path, body | {"worth": {"percent": "12"}})) == (422, "worth_differs", "worth")
    series(shop, "whole", worth={"kind": "percent", "percent": "10.0"})
    assert answer(shop.api.get(f"{SERIES}/whole"))["series"]["worth"]["percent"] == 10
    answer(shop.api.put(path, body | {"coupon_series": "whole", "worth": {"percent": "10"}}))


def test_a_cashier_reads_why_a_coupon_is_not_taken(shop: Shop, bea: str) -> None:
    series(shop, "shared", codes={"kind": "shared", "code": "SUMMER"}, limits={"used_per_member": 1})

    def said(*codes: str) -> str:
        reply = shop.api.post("/v1/checkouts", asked(member_id=bea, coupons=list(codes)))
        return str(reply.json["error"]["message"])

    assert said("SUMMER", "summer") == "The same coupon is named twice."
    answer(use(shop, "SUMMER", bea))
    assert said("SUMMER") == "A member uses Summer once at most, and this one has."
    series(shop, "given", limits={"issued_per_member": 2})
    issue(shop, bea, "given"), issue(shop, bea, "given")
    more = shop.api.post(f"/v1/members/{bea}/coupons", {"series_id": "given"}).json["error"]["message"]
    assert more == "A member is given Summer 2 times at most, and this one has been."


LIMITED: tuple[tuple[Json, Refusal], ...] = (
    ({"limits": {"used_per_member": 1}}, (422, "limit_per_member", "member_id")),
    ({"limits": {"used": 1}}, (422, "series_used_up", "series_id")),
)


@pytest.mark.parametrize(("fields", "refused"), LIMITED)
def test_series_of_which_no_more_is_used(shop: Shop, bea: str, fields: Json, refused: Refusal) -> None:
    series(shop)
    first, code = issue(shop, bea)["code"], issue(shop, bea)["code"]
    ready = begun(shop, member_id=bea, coupons=[code])
    answer(use(shop, first, bea))
    series(shop, **fields)
    assert refusal(pay(shop, ready)) == refused
    answer(cancel(shop, ready))
    assert shown(shop, bea, code) == {refused}


def test_what_was_promised_is_taken_though_its_series_is_paused_or_cancelled_by_hand(shop: Shop, bea: str) -> None:
    series(shop, worth=FIVE)
    coupon = issue(shop, bea)
    ready, other = begun(shop, member_id=bea, coupons=[coupon["code"]]), issue(shop, bea)["code"]
    unheld = begun(shop, member_id=bea, coupons=[other], hold=False)
    series(shop, worth=FIVE, state="paused")
    assert refusal(change(shop, coupon, "cancel")) == (422, "code_held", "coupon_id")
    assert shown(shop, bea, other) == {(422, "series_not_active", "series_id")}
    assert refusal(pay(shop, unheld, "S2"))[1] == "series_not_active"
    assert answer(pay(shop, ready))["checkout"]["to_pay"] == 95_00


@pytest.mark.parametrize("over", [{"state": "paused"}, {"state": "ended"}, {"until_day": "2026-01-16"}])
@pytest.mark.parametrize("limits", [{}, {"used": 3}])
def test_a_code_of_everybody_that_was_promised_is_taken_though_its_series_is_over(
    shop: Shop, bea: str, over: Json, limits: Json
) -> None:
    fields: Json = {"worth": FIVE, "codes": {"kind": "shared", "code": "SUMMER"}, "limits": limits}
    series(shop, **fields)
    ready = begun(shop, member_id=bea, coupons=["SUMMER"], lapses_after_seconds=24 * 3600)
    nobodys = begun(shop, coupons=["SUMMER"], lapses_after_seconds=24 * 3600)
    series(shop, **fields | over)
    shop.clock.at += DAY - 60_000
    paid = answer(pay(shop, ready))["checkout"]
    assert (paid["to_pay"], paid["coupons"][0]["code"]) == (95_00, "SUMMER")
    assert answer(pay(shop, nobodys, "S2", member_id=bea))["checkout"]["to_pay"] == 95_00
    shop.clock.at += DAY
    assert shown(shop, bea, "SUMMER") == {(422, "series_not_active", "series_id")}


def test_a_code_of_a_pool_that_nobody_had_is_taken_as_promised_though_its_series_is_over(shop: Shop, bea: str) -> None:
    series(shop, "pool", worth=FIVE, codes={"kind": "pool"}, claimable=True)
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1"]}))
    ready = begun(shop, member_id=bea, coupons=["AAA-1"])
    series(shop, "pool", worth=FIVE, codes={"kind": "pool"}, claimable=True, state="ended")
    assert answer(pay(shop, ready))["checkout"]["to_pay"] == 95_00


def test_a_return_leaves_a_coupon_that_a_checkout_was_promised(shop: Shop, bea: str) -> None:
    series(shop, worth=FIVE)
    shop.define("gift", {"kind": "issue_coupon", "series": "summer"})
    bought = shop.buy(bea, "S1")
    [given] = [one for one in bought["effects"] if one["kind"] == "issue_coupon"]
    ready = begun(shop, member_id=bea, coupons=[given["code"]])
    back = answer(shop.api.post(f"/v1/orders/{bought['order_id']}/returns", document("R1")))
    assert [one["reason"] for one in back["effects"]] == ["code_held"]
    answer(pay(shop, ready, "S2"))


def test_what_was_not_set_apart_may_be_gone(shop: Shop, bea: str) -> None:
    series(shop, reactivable=True)
    used, cancelled, again = (issue(shop, bea) for _ in range(3))
    ready = [begun(shop, member_id=bea, coupons=[one["code"]], hold=False) for one in (used, cancelled, again)]
    answer(use(shop, used["code"], bea))
    shop.clock.at += 1_000
    for coupon in (cancelled, again):
        answer(change(shop, coupon, "cancel"))
    answer(change(shop, again, "reactivate"))
    codes = ("code_used", "code_cancelled", "code_not_yet_active")
    assert [refusal(pay(shop, one)) for one in ready] == [(422, code, "code") for code in codes]


def test_a_code_that_nobody_had_may_be_another_s_by_then(shop: Shop, bea: str) -> None:
    pool: dict[str, Any] = {"codes": {"kind": "pool"}, "claimable": True}
    series(shop, "pool", **pool)
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1", "AAA-2"]}))
    first, second = (begun(shop, member_id=bea, coupons=[code]) for code in ("AAA-1", "AAA-2"))
    answer(use(shop, "AAA-1", shop.enrol("101")))
    assert refusal(pay(shop, first)) == (422, "code_of_another_member", "code")
    series(shop, "pool", **pool | {"claimable": False})
    assert refusal(pay(shop, second)) == (422, "code_not_issued", "code")
    series(shop, "pool", **pool)
    answer(pay(shop, second))


def test_coupons_that_do_not_go_together_any_more(shop: Shop, bea: str) -> None:
    for name in ("a", "b"):
        series(shop, name, worth=FIVE | {"stackable": True})
    codes = [issue(shop, bea, name)["code"] for name in ("a", "b")]
    ready = begun(shop, member_id=bea, coupons=codes)
    series(shop, "a", worth=FIVE)
    assert refusal(pay(shop, ready)) == (422, "coupons_not_combined", "coupons")
    assert answer(update(shop, ready, coupons=codes[:1]))["checkout"]["to_pay"] == 95_00


def full(rt: Runtime, member_id: str) -> None:
    """As many coupons as a member may have."""
    _, version = owned.live_from(rt.table.get(owned.live_key("ours", member_id)))
    rt.table.batch_put([owned.live_put("ours", member_id, MAX_LIVE, version).item])


def test_no_more_coupons_than_a_member_may_have(shop: Shop, rt: Runtime, bea: str) -> None:
    series(shop, "pool", codes={"kind": "pool"}, claimable=True, limits={"uses_per_code": 2})
    answer(shop.api.post(f"{SERIES}/pool/codes", {"codes": ["AAA-1"]}))
    series(shop)
    paid, claimed = (begun(shop, member_id=bea, coupons=[code]) for code in (issue(shop, bea)["code"], "AAA-1"))
    order_id = answer(pay(shop, paid))["order"]["order_id"]
    full(rt, bea)
    back = {"number": "R1", "purchased_at": "2026-01-15T12:00:00Z", "currency": "EUR", "lines": asked()["lines"]}
    replies = (pay(shop, claimed, "S2"), cancel(shop, paid), shop.api.post(f"/v1/orders/{order_id}/returns", back))
    assert {refusal(reply) for reply in replies} == {(422, "too_many_coupons", "member_id")}
