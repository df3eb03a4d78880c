"""Orders of whoever is no member: kept where the program says so, and given to who made them once that is known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.native.bookshop import (
    CASHBACK,
    NOBODY,
    POINTS,
    YESTERDAY,
    Json,
    Shop,
    answer,
    book,
    card,
    document,
    refusal,
)
from tests.http.native.test_checkout_sessions import begun, cancel, pay

STRANGER = {"identifier": card("stranger")}


@pytest.fixture(autouse=True)
def keeps(shop: Shop) -> None:
    program = {"name": "Readers' Club", "units": [POINTS, CASHBACK], "enrolment": "keep"}
    answer(shop.api.put("/v1/programs/1", program))


def sold(shop: Shop, number: str = "S1", *lines: Json, **fields: Any) -> Json:
    return dict(answer(shop.api.post("/v1/orders", document(number, *lines, **fields))))


def given(shop: Shop, order_id: str, **who: Any) -> Json:
    return dict(answer(shop.api.post(f"/v1/orders/{order_id}/assign", who)))


@pytest.mark.parametrize("who", [{}, STRANGER])
def test_an_order_of_a_stranger_is_kept_and_earns_nothing(shop: Shop, who: Json) -> None:
    kept = sold(shop, **who)
    assert kept == {
        "order_id": kept["order_id"],
        "number": "S1",
        **dict.fromkeys(("member_id", "group_id", "entry_id", "account")),
        "effects": [],
        "earned": [],
        "capped": [],
        "expired": [],
        "referral": None,
    }
    found = answer(shop.api.get("/v1/orders?number=S1"))
    assert (found["order_id"], found["member_id"], found["credits"]) == (kept["order_id"], None, [])
    again = shop.api.post("/v1/orders", document("S1", **who))
    assert (again.json, again.headers["Idempotent-Replayed"]) == (kept, "true")
    other = shop.api.post("/v1/orders", document("S1", book(5), **who))
    assert refusal(other) == (409, "order_number_taken", "number")


def test_whoever_made_it_earns_by_the_day_of_purchase(shop: Shop) -> None:
    kept = sold(shop)
    ada = shop.enrol("ada")
    assigned = given(shop, kept["order_id"], member_id=ada)
    assert (assigned["member_id"], assigned["number"]) == (ada, "S1")
    [earned] = assigned["earned"]
    assert (earned["rule_id"], earned["amount"], earned["expires_on"]) == ("base", 100, "2027-01-31")
    assert assigned["account"] == {"balances": {"points": 100}, "tier": "bronze"}
    [line] = answer(shop.api.get(f"/v1/members/{ada}/orders"))["items"]
    assert (line["order_id"], line["purchased_at"]) == (kept["order_id"], YESTERDAY)
    [entry] = answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"]
    assert (entry["operation"], entry["effective_at"]) == ("assign_order", YESTERDAY)
    assert answer(shop.api.get(f"/v1/members/{ada}/account/proof"))["matches"]


def test_assigning_it_again_changes_nothing_and_to_another_is_a_conflict(shop: Shop) -> None:
    kept = sold(shop)
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    first = given(shop, kept["order_id"], member_id=ada)
    again = shop.api.post(f"/v1/orders/{kept['order_id']}/assign", {"identifier": card("ada")})
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first, "true")
    other = shop.api.post(f"/v1/orders/{kept['order_id']}/assign", {"member_id": bob})
    assert refusal(other) == (409, "order_assigned", "order_id")
    assert shop.points(ada) == 100
    repeat = shop.api.post("/v1/orders", document("S1"))
    assert (repeat.json, repeat.headers["Idempotent-Replayed"]) == (kept, "true")
    assert refusal(shop.api.post("/v1/orders", document("S1", member_id=bob)))[:2] == (409, "order_number_taken")


def test_what_came_back_before_earns_nothing_and_what_comes_back_later_is_taken_back(shop: Shop) -> None:
    kept = sold(shop, "S1", book(60_00, "A"), book(40_00, "B"))
    back = shop.bring_back(kept["order_id"], "R1", book(60_00, "A"))
    assert (back["member_id"], back["account"], back["value"], back["full"]) == (None, None, 60_00, False)
    ada = shop.enrol("ada")
    assigned = given(shop, kept["order_id"], member_id=ada)
    assert [one["amount"] for one in assigned["earned"]] == [100]
    assert [one["amount"] for one in assigned["cancelled"]] == [60]
    assert assigned["account"]["balances"] == {"points": 40}
    repeat = shop.api.post(f"/v1/orders/{kept['order_id']}/returns", document("R1", book(60_00, "A")))
    assert (repeat.json, repeat.headers["Idempotent-Replayed"]) == (back, "true")
    rest = shop.bring_back(kept["order_id"], "R2", book(40_00, "B"))
    assert (rest["member_id"], rest["full"], rest["account"]["balances"]) == (ada, True, {"points": 0})
    more = shop.api.post(f"/v1/orders/{kept['order_id']}/returns", document("R3", book(1, "A")))
    assert refusal(more) == (422, "returned_more_than_bought", "lines")
    found = answer(shop.api.get(f"/v1/orders/{kept['order_id']}"))
    assert (found["fully_returned"], [one["taken_back"] for one in found["credits"]]) == (True, [100])
    assert answer(shop.api.get(f"/v1/members/{ada}/account/proof"))["matches"]


def test_a_sale_for_a_group_is_assigned_to_it(shop: Shop) -> None:
    kept = sold(shop)
    ada = shop.enrol("ada")
    home = answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada}))["group_id"]
    assigned = given(shop, kept["order_id"], member_id=ada)
    assert (assigned["member_id"], assigned["group_id"]) == (ada, home)
    assert [one["member_id"] for one in answer(shop.api.get(f"/v1/groups/{home}/orders"))["items"]] == [ada]


def test_a_try_writes_nothing(shop: Shop) -> None:
    tried = answer(shop.api.post("/v1/orders?dry_run=true", document("S1")))
    assert (tried["member_id"], tried["earned"]) == (None, [])
    assert refusal(shop.api.get("/v1/orders?number=S1"))[:2] == (404, "order_not_found")
    kept, ada = sold(shop), shop.enrol("ada")
    tried = answer(shop.api.post(f"/v1/orders/{kept['order_id']}/assign?dry_run=true", {"member_id": ada}))
    assert [one["amount"] for one in tried["earned"]] == [100]
    assert answer(shop.api.get(f"/v1/orders/{kept['order_id']}"))["member_id"] is None


def test_a_cart_and_a_simulated_order_of_a_stranger_are_nobodys(shop: Shop) -> None:
    cart = {"currency": "EUR", "lines": [book(100_00)], **STRANGER}
    assert answer(shop.api.post("/v1/checkouts/evaluate", cart))["account"] is None
    simulated = answer(shop.api.post("/v1/orders/simulate", document("S1", **STRANGER)))
    assert (simulated["account"], simulated["earned"]) == (None, [])


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ({}, (400, "missing_member", "member_id")),
        ({"member_id": NOBODY}, (404, "member_not_found", "member_id")),
        (STRANGER, (404, "member_not_found", "identifier")),
        ({"member_id": NOBODY, **STRANGER}, (400, "two_members", "identifier")),
        ({"identifier": card("\n")}, (400, "invalid_identifier", "identifiers")),
    ],
)
def test_nobody_is_nobody(shop: Shop, who: Json, refused: tuple[int, str, str]) -> None:
    kept = sold(shop)
    assert refusal(shop.api.post(f"/v1/orders/{kept['order_id']}/assign", who)) == refused


def test_it_is_not_assigned_to_the_blocked_nor_where_there_is_none(shop: Shop) -> None:
    kept, ada = sold(shop), shop.enrol("ada")
    nothing = shop.api.post("/v1/orders/ord_00000000000/assign", {"member_id": ada})
    assert refusal(nothing) == (404, "order_not_found", "order_id")
    shop.block(ada)
    blocked = shop.api.post(f"/v1/orders/{kept['order_id']}/assign", {"member_id": ada})
    assert refusal(blocked) == (422, "member_blocked", "member_id")


def test_an_order_that_was_a_members_all_along_is_not_assigned(shop: Shop) -> None:
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    bought = shop.buy(ada, "S1")
    taken = shop.api.post(f"/v1/orders/{bought['order_id']}/assign", {"member_id": bob})
    assert refusal(taken) == (409, "order_assigned", "order_id")


def test_a_checkout_says_whose_its_order_is_by_now(shop: Shop) -> None:
    ada, bea = shop.enrol("1"), shop.enrol("2")
    group = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": bea}))["group_id"]
    for number, who, pays in (("S1", ada, None), ("S2", bea, group)):
        checkout_id = begun(shop)
        order_id = answer(pay(shop, checkout_id, number))["order"]["order_id"]
        path = f"/v1/checkouts/{checkout_id}"
        assert answer(shop.api.get(path))["member_id"] is None
        given(shop, order_id, member_id=who)
        found = answer(shop.api.get(path))
        assert (found["member_id"], found["group_id"], found["order_id"]) == (who, pays, order_id)
        assert answer(cancel(shop, checkout_id))["checkout"]["state"] == "cancelled"
        assert answer(shop.api.get(path))["member_id"] == who


def test_elsewhere_somebody_must_be_named(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1", {"name": "Readers' Club", "units": [POINTS, CASHBACK], "enrolment": "enrol"}))
    assert refusal(shop.api.post("/v1/orders", document("S1"))) == (400, "missing_member", "member_id")
