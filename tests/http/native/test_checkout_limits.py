"""Limits and budgets at a till: what is promised of them is taken until the checkout is over."""

from __future__ import annotations

from tests.http.native.bookshop import Json, Shop, answer, refusal
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
