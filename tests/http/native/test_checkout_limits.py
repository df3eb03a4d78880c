"""Limits and budgets at a till: what is promised of them is taken until the checkout is over."""

from __future__ import annotations

from typing import Any

from tests.http.native.bookshop import Json, Shop, answer, book, refusal
from tests.http.native.test_checkout_sessions import asked, begun, cancel, on_carts, opened, pay, update

TENTH: Json = {"kind": "percent_off", "percent": "10"}
TEN_EUROS: Json = {"amount": 10_00, "currency": "EUR"}


def test_the_last_of_a_budget_is_promised_once(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits={"budget": TEN_EUROS})
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    first = begun(shop, member_id=ada)
    assert opened(shop, member_id=bob)["checkout"]["discount"] == 0
    answer(cancel(shop, first))
    second = opened(shop, member_id=bob)["checkout"]
    assert second["discount"] == 10_00
    assert answer(pay(shop, second["checkout_id"]))["checkout"]["to_pay"] == 90_00
    assert opened(shop, member_id=ada)["checkout"]["discount"] == 0
    answer(cancel(shop, second["checkout_id"]))
    assert opened(shop, member_id=ada)["checkout"]["discount"] == 10_00


def test_a_rule_says_how_far_it_is_used_up(shop: Shop) -> None:
    """Also by a checkout that is open: what was given up is there again, and of less than is taken nothing is left."""

    def so_far() -> Any:
        return answer(shop.api.get("/v1/programs/1/rules/tenth"))["so_far"]

    on_carts(shop, "tenth", TENTH, limits={"per_member": [{"per": "day", "times": 9}]})
    assert so_far() is None
    on_carts(shop, "tenth", TENTH, limits={"in_all": 3})
    assert so_far() == {"in_all": {"used": 0, "left": 3}, "budget": None}
    on_carts(shop, "tenth", TENTH, limits={"in_all": 3, "budget": {"amount": 25_00, "currency": "EUR"}})
    ready = begun(shop, member_id=shop.enrol("ada"))
    assert so_far() == {"in_all": {"used": 1, "left": 2}, "budget": {"used": 10_00, "left": 15_00}}
    answer(cancel(shop, ready))
    assert so_far() == {"in_all": {"used": 0, "left": 3}, "budget": {"used": 0, "left": 25_00}}
    answer(pay(shop, begun(shop, member_id=shop.enrol("bob"))))
    on_carts(shop, "tenth", TENTH, limits={"budget": {"amount": 4_00, "currency": "EUR"}})
    assert so_far() == {"in_all": None, "budget": {"used": 10_00, "left": 0}}


def test_what_was_not_set_apart_may_be_gone(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits={"in_all": 1})
    ada = shop.enrol("ada")
    first, second = begun(shop, member_id=ada, hold=False), begun(shop, member_id=ada)
    answer(pay(shop, second))
    assert refusal(pay(shop, first, "S2")) == (422, "promise_gone", "checkout_id")
    assert answer(update(shop, first, member_id=ada))["checkout"]["to_pay"] == 100_00
    assert answer(pay(shop, first, "S2"))["checkout"]["to_pay"] == 100_00


def test_of_a_rule_for_each_member_once_there_is_one_promise_that_holds(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits={"per_member": [{"per": "day", "times": 1}]})
    ada = shop.enrol("ada")
    first, second = begun(shop, member_id=ada), begun(shop, member_id=ada)
    answer(pay(shop, first))
    assert refusal(pay(shop, second, "S2")) == (422, "promise_gone", "checkout_id")
    assert answer(cancel(shop, second))["checkout"]["state"] == "cancelled"


def test_one_checkout_takes_of_so_many_limits_at_a_time(shop: Shop) -> None:
    ready = begun(shop)
    for number in range(11):
        limits = {"in_all": 5, "budget": TEN_EUROS}
        on_carts(shop, f"cent-{number}", {"kind": "amount_off", "amount": "0.01"}, limits=limits)
    asking = asked()
    for reply in (shop.api.post("/v1/checkouts", asking), shop.api.put(f"/v1/checkouts/{ready}", asking)):
        assert refusal(reply) == (422, "too_many_limits", None)


# --- money for each member -----------------------------------------------------------------------------------------------

FIFTEEN: Json = {"per_member": [{"per": "month", "amount": 15_00, "currency": "EUR"}]}


def tried(shop: Shop, **fields: Any) -> tuple[int, list[tuple[str, str]]]:
    """What comes off a cart of 100.00, and why nothing does."""
    found = answer(shop.api.post("/v1/checkouts/evaluate", asked(**fields) | {"why": True}))
    return found["discount"], [(one["reason"], one["message"]) for one in found["skipped"]]


def test_so_much_comes_off_for_each_member_in_a_month(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits=FIFTEEN)
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    answer(pay(shop, begun(shop, member_id=ada)))
    assert tried(shop, member_id=ada) == (5_00, [])
    answer(pay(shop, begun(shop, member_id=ada), "S2"))
    assert tried(shop, member_id=ada) == (0, [("limit_reached", "An account gets it at most 15.00 EUR a month.")])
    assert tried(shop, member_id=bob) == (10_00, [])
    shop.clock.at += 31 * 24 * 3_600_000
    assert tried(shop, member_id=ada) == (10_00, [])


def test_what_comes_back_can_be_had_again_a_part_by_its_lines(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits=FIFTEEN)
    ada = shop.enrol("ada")
    first = begun(shop, book(100_00, "A"), book(50_00, "B"), member_id=ada)
    answer(pay(shop, first))
    assert tried(shop, member_id=ada)[0] == 0
    answer(cancel(shop, first, {"line_no": 2}))
    assert tried(shop, member_id=ada)[0] == 5_00
    answer(cancel(shop, first))
    assert tried(shop, member_id=ada)[0] == 10_00


def test_of_two_promises_the_second_takes_no_more_than_there_is(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits=FIFTEEN)
    ada = shop.enrol("ada")
    first, second = begun(shop, member_id=ada), begun(shop, member_id=ada)
    answer(pay(shop, first))
    assert refusal(pay(shop, second, "S2")) == (422, "promise_gone", "checkout_id")
    assert answer(update(shop, second, member_id=ada))["checkout"]["discount"] == 5_00
    assert answer(pay(shop, second, "S2"))["checkout"]["to_pay"] == 95_00


def test_it_is_of_one_currency_and_of_what_comes_off(shop: Shop) -> None:
    on_carts(shop, "tenth", TENTH, limits=FIFTEEN)
    ada = shop.enrol("ada")
    assert tried(shop, member_id=ada, currency="CHF") == (0, [("wrong_currency", "It is limited in EUR.")])
    per_month = FIFTEEN["per_member"][0]
    body = {"name": "Tenth", "trigger": {"on": "cart"}, "effects": [TENTH]}
    for limits, place in (
        ({"per_member": [per_month, per_month | {"per": "day", "currency": "CHF"}]}, "limits.per_member"),
        ({"per_member": [per_month, per_month]}, "limits.per_member"),
        ({"per_member": [per_month], "budget": {"amount": 1, "currency": "CHF"}}, "limits.per_member"),
        ({"per_member": [per_month | {"unit": "points"}]}, "limits.per_member.0"),
    ):
        reply = shop.api.put("/v1/programs/1/rules/wrong", body | {"limits": limits})
        assert refusal(reply) == (400, "wrong_limit", place)
    points = {"name": "Points", "effects": [{"kind": "fixed", "unit": "points", "amount": 5}], "limits": FIFTEEN}
    assert refusal(shop.api.put("/v1/programs/1/rules/wrong", points)) == (422, "nothing_to_limit", "limits.per_member")
