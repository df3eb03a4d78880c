"""Coupons at a cart: what each code would take off, or why not, before anybody opens a checkout; and codes that all share, which
need nobody who is known."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import CASHBACK, POINTS, Json, Shop, answer, book, document, refusal
from tests.http.native.test_checkout_coupons import FIVE
from tests.http.native.test_checkout_sessions import asked, begun, cancel, on_carts, opened, pay, update
from tests.http.native.test_coupons import counted, issue, series, use
from tests.http.native.test_kept_orders import given
from tests.http.native.test_segments import different

QUARTER = 15 * 60_000
HELD_NOTES = 4 * 60_000  # so long a process believes that there is nothing left


def evaluated(shop: Shop, *lines: Json, **fields: Any) -> Json:
    return dict(answer(shop.api.post("/v1/checkouts/evaluate", asked(*lines, **fields))))


def shared(shop: Shop, series_id: str = "welcome", code: str = "WELCOME", **fields: Any) -> str:
    series(shop, series_id, codes={"kind": "shared", "code": code}, **({"worth": FIVE} | fields))
    return code


def keeps(shop: Shop, enrolment: str = "keep") -> None:
    """Orders of strangers, from now on; or it enrols these."""
    program = {"name": "Readers' Club", "units": [POINTS, CASHBACK], "enrolment": enrolment}
    answer(shop.api.put("/v1/programs/1", program))


@pytest.fixture
def bea(shop: Shop) -> str:
    return str(shop.enrol("100"))


def test_a_cart_shows_what_a_checkout_would_promise(shop: Shop, bea: str) -> None:
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"})
    shared(shop)
    known: tuple[Json, ...] = ({}, {"member_id": bea})
    for who in known:
        cart = evaluated(shop, book(30_00, "A"), book(20_00, "B"), coupons=["welcome"], **who)
        body = asked(book(30_00, "A"), book(20_00, "B"), coupons=["welcome"], **who)
        session = answer(shop.api.post("/v1/checkouts?dry_run=true", body))
        [coupon] = cart["coupons"]
        assert (coupon["taken"], coupon["amount"], coupon["worth"]["kind"]) == (True, 5_00, "amount")
        for name in ("lines", "discount", "to_pay", "discounts"):
            assert cart[name] == session["checkout"][name]
        assert (cart["to_pay"], cart["earned"]) == (40_00, session["earned"])
    assert counted(shop, "welcome") == (0, 0, 0)


def test_each_code_that_is_not_taken_says_why_and_hinders_no_other(shop: Shop, bea: str) -> None:
    shared(shop)
    series(shop, "own", worth={"kind": "percent", "percent": 10, "minimum_order_value": 200_00})
    series(shop, "pounds", worth=FIVE | {"currency": "GBP"})
    series(shop, "other", worth=FIVE)
    own, pounds, other = (issue(shop, bea, name)["code"] for name in ("own", "pounds", "other"))
    found = evaluated(shop, member_id=bea, coupons=["NOWHERE", own, pounds, other, "WELCOME"])
    reasons = ["unknown_code", "order_below_minimum", "currency_differs", None, "coupons_not_combined"]
    assert [one["reason"] for one in found["coupons"]] == reasons
    assert [one["taken"] for one in found["coupons"]] == [reason is None for reason in reasons]
    assert all(one["message"] for one in found["coupons"] if one["reason"])
    assert (found["discount"], found["to_pay"]) == (5_00, 95_00)
    [nobodys, _] = evaluated(shop, coupons=[own, "WELCOME"])["coupons"]
    assert (nobodys["reason"], nobodys["series_id"]) == ("code_of_nobody", None)


def test_a_coupon_that_would_take_nothing_off_is_kept_for_another_time(shop: Shop, bea: str) -> None:
    both = {"stackable": True}
    for name, worth in (
        ("whole", {"kind": "percent", "percent": 100}),
        ("five", FIVE),
        ("free", {"kind": "free_delivery"}),
    ):
        series(shop, name, worth=worth | both)
    whole, five, free = (issue(shop, bea, name)["code"] for name in ("whole", "five", "free"))
    parcel = book(4_00, "PARCEL", delivery=True)
    ways = (
        ((book(9_00),), [free], free),
        ((book(0),), [five], five),
        ((book(9_00), parcel), [five, whole, free], five),
    )
    for lines, codes, kept in ways:
        found = evaluated(shop, *lines, member_id=bea, coupons=codes)
        reasons = {one["code"]: one["reason"] for one in found["coupons"]}
        assert reasons == dict.fromkeys(codes) | {kept: "nothing_to_discount"}
        body = asked(*lines, member_id=bea, coupons=codes)
        for reply in (
            shop.api.post("/v1/checkouts", body),
            update(shop, begun(shop), *lines, member_id=bea, coupons=codes),
        ):
            assert refusal(reply) == (422, "nothing_to_discount", "coupons")
    answer(shop.api.post("/v1/checkouts", asked(book(9_00), parcel, member_id=bea, coupons=[whole, free])))


def test_nobody_is_asked_what_each_member_may_have_until_somebody_pays(shop: Shop, bea: str) -> None:
    shared(shop, limits={"used_per_member": 1})
    [asked_of_none] = evaluated(shop, coupons=["WELCOME"])["coupons"]
    [asked_of_bea] = evaluated(shop, coupons=["WELCOME"], member_id=bea)["coupons"]
    assert [one["limit_per_member_unasked"] for one in (asked_of_none, asked_of_bea)] == [True, False]
    found = opened(shop, coupons=["WELCOME"])["checkout"]
    assert (found["to_pay"], found["coupons"][0]["limit_per_member_unasked"]) == (95_00, True)
    late = begun(shop, coupons=["WELCOME"])
    order = answer(pay(shop, found["checkout_id"], member_id=bea))["order"]
    assert order["account"]["balances"] == {"points": 95}
    assert refusal(pay(shop, late, "S2", member_id=bea)) == (422, "limit_per_member", "member_id")
    [refused] = evaluated(shop, coupons=["WELCOME"], member_id=bea)["coupons"]
    assert (refused["reason"], refused["amount"]) == ("limit_per_member", 0)
    answer(pay(shop, late, "S2", member_id=shop.enrol("200")))
    assert counted(shop, "welcome") == (2, 2, 0)


def test_the_last_use_of_a_shared_code_is_promised_once(shop: Shop, bea: str) -> None:
    """And can be had again once the checkout is changed, called off or lapsed."""
    shared(shop, limits={"used": 1, "issued": 1})
    first = begun(shop, coupons=["WELCOME"])
    gone = (422, "series_used_up", "series_id")
    for reply in (
        shop.api.post("/v1/checkouts", asked(coupons=["WELCOME"])),
        shop.api.post("/v1/checkouts?dry_run=true", asked(coupons=["WELCOME"])),
        update(shop, begun(shop), member_id=bea, coupons=["WELCOME"]),
        use(shop, "WELCOME", bea),
    ):
        assert refusal(reply) == gone
    assert evaluated(shop, coupons=["WELCOME"])["coupons"][0]["reason"] == "series_used_up"
    answer(update(shop, first, member_id=bea, coupons=["WELCOME"]))
    answer(update(shop, first, member_id=bea))
    second = begun(shop, coupons=["WELCOME"])
    answer(cancel(shop, second))
    begun(shop, coupons=["WELCOME"])
    shop.clock.pass_by(QUARTER + HELD_NOTES)
    last = begun(shop, coupons=["WELCOME"], member_id=bea)
    answer(pay(shop, last))
    assert counted(shop, "welcome") == (1, 1, 0)
    answer(cancel(shop, last))
    assert counted(shop, "welcome") == (0, 0, 0)


def test_what_was_promised_of_a_limit_is_kept_though_the_series_is_paused(shop: Shop) -> None:
    shared(shop, limits={"used": 1})
    ready = begun(shop, coupons=["WELCOME"])
    shared(shop, limits={"used": 1}, state="paused")
    assert refusal(shop.api.post("/v1/checkouts", asked(coupons=["WELCOME"])))[1] == "series_not_active"
    assert answer(pay(shop, ready, member_id=shop.enrol("100")))["checkout"]["to_pay"] == 95_00


def test_what_is_not_set_apart_may_be_gone(shop: Shop, bea: str) -> None:
    shared(shop, limits={"used": 1})
    late = begun(shop, coupons=["WELCOME"], hold=False)
    answer(use(shop, "WELCOME", bea))
    assert refusal(pay(shop, late, member_id=bea)) == (422, "series_used_up", "series_id")


def test_whoever_is_enrolled_by_paying_has_used_it(shop: Shop) -> None:
    keeps(shop, "enrol")
    shared(shop, limits={"used_per_member": 1})
    ready = begun(shop, coupons=["WELCOME"])
    card = {"type": "card", "value": "900"}
    member_id = answer(pay(shop, ready, identifier=card))["order"]["member_id"]
    [theirs] = answer(shop.api.get(f"/v1/members/{member_id}/coupons?live=false"))["items"]
    assert (theirs["state"], theirs["code"]) == ("used", "WELCOME")


def test_an_order_of_nobody_with_a_shared_code_gives_it_back(shop: Shop, rt: Runtime) -> None:
    keeps(shop)
    shared(shop, limits={"used": 2, "used_per_member": 1})
    first, second = begun(shop, coupons=["WELCOME"]), begun(shop, coupons=["WELCOME"])
    paid = answer(pay(shop, first))
    assert (paid["order"]["member_id"], paid["checkout"]["to_pay"]) == (None, 95_00)
    assert counted(shop, "welcome") == (1, 2, 0)
    assert answer(pay(shop, first)) == paid
    answer(cancel(shop, second))
    answer(cancel(shop, first))
    assert counted(shop, "welcome") == (0, 0, 0)
    assert different(rt) == []


def test_who_is_found_to_have_made_it_has_used_the_coupon(shop: Shop, bea: str, rt: Runtime) -> None:
    """Also where they could not have used another: it was used before anybody could be asked."""
    keeps(shop)
    shared(shop, limits={"used_per_member": 1})
    answer(use(shop, "WELCOME", bea))
    checkout_id = begun(shop, coupons=["WELCOME"])
    order_id = answer(pay(shop, checkout_id))["order"]["order_id"]
    assert counted(shop, "welcome") == (2, 2, 0)
    given(shop, order_id, member_id=bea)
    theirs = answer(shop.api.get(f"/v1/members/{bea}/coupons?live=false"))["items"]
    assert [one["state"] for one in theirs] == ["used", "used"]
    assert counted(shop, "welcome") == (2, 2, 0)
    answer(shop.api.post(f"/v1/orders/{order_id}/returns", document("R1", book(95_00))))
    assert counted(shop, "welcome") == (1, 1, 0)
    assert different(rt) == []
