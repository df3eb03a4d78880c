"""Checkouts that cannot be opened, changed, paid for or called off: the same sentence at each step, and nothing is written.

An order that was kept for nobody is not assigned, and an event not recorded, for the same reasons.
"""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.model.limits import MAX_LOTS_IN_ALL, MAX_PENDINGS, MAX_TAKEN_PIECES
from chalicelib.runtime import Runtime
from tests.http.client import Reply
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, document, fixed, per_euro, refusal
from tests.http.native.filled import at_the_counter
from tests.http.native.test_checkout_sessions import asked, begun, cancel, on_carts, pay, rich, update
from tests.http.native.test_clashes import occupied
from tests.http.native.test_full_wallets import DAY_MS, FULL, full_and_for_good, kept
from tests.http.world import HandClock
from tests.twins.filled import fill, promise_each, take_every_other

Refusal = tuple[int, str, str | None]
ONE_A_POINT: Json = {"kind": "pay_with_points", "unit": "points", "points": 1, "value": "0.01"}


def assign(shop: Shop, ada: str) -> Reply:
    """An order that was kept for nobody becomes Ada's."""
    known = answer(shop.api.get("/v1/programs/1"))
    del known["program_id"]
    answer(shop.api.put("/v1/programs/1", known | {"enrolment": "keep"}))
    order_id = answer(shop.api.post("/v1/orders", document("KEPT")))["order_id"]
    return shop.api.post(f"/v1/orders/{order_id}/assign", {"member_id": ada})


def buying(shop: Shop, ada: str, ready: str) -> set[Refusal]:
    """Opened anew, changed, and paid for; and an order that is assigned."""
    asking = asked(member_id=ada)
    replies = (shop.api.post("/v1/checkouts", asking), update(shop, ready, member_id=ada), pay(shop, ready))
    return {refusal(reply) for reply in (*replies, assign(shop, ada))}


def everywhere(shop: Shop, ada: str, ready: str) -> set[Refusal]:
    """What is bought, and a check-in."""
    checked_in = {"what": {"kind": "check_in", "place": "Berlin"}, "member_id": ada}
    return {*buying(shop, ada, ready), refusal(shop.api.post("/v1/events", checked_in))}


def on_check_in(shop: Shop, rule_id: str, effect: Json) -> None:
    shop.define(rule_id, effect, trigger={"on": "check_in"})


@pytest.fixture
def ready(shop: Shop, ada: str) -> str:
    """A checkout of Ada's in which all was well."""
    return begun(shop, member_id=ada)


def test_nothing_is_bought_for_a_blocked_group(shop: Shop, ada: str, ready: str) -> None:
    home = answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada}))["group_id"]
    answer(shop.api.patch(f"/v1/groups/{home}", {"status": "blocked"}))
    assert everywhere(shop, ada, ready) == {(422, "group_blocked", "member_id")}


def test_no_balance_goes_beyond_its_limit(shop: Shop, ada: str, ready: str) -> None:
    shop.earn(ada, 10**12 - 99)
    on_check_in(shop, "here", fixed(100))
    assert everywhere(shop, ada, ready) == {(422, "balance_limit", "amount")}


def test_at_most_63_rules_give_something(shop: Shop, ada: str, ready: str) -> None:
    for number in range(63):
        shop.define(f"bonus-{number}", fixed(1, stage="bonus"))
    for number in range(64):
        on_check_in(shop, f"here-{number}", fixed(1))
    assert everywhere(shop, ada, ready) == {(422, "too_many_credits", None)}


def test_no_more_is_taken_for_everybody_than_can_be_written(shop: Shop, ada: str, ready: str) -> None:
    budget = {"in_all": 9, "budget": {"amount": 9, "unit": "points"}}
    for number in range(41):
        shop.define(f"bonus-{number}", fixed(1, stage="bonus"), limits=budget)
    for reply in (pay(shop, ready), assign(shop, ada)):
        assert refusal(reply) == (422, "too_many_limits", None)


def test_so_much_may_be_pending(rt: Runtime, clock: HandClock, shop: Shop, ada: str, ready: str) -> None:
    slow = {"code": "slow", "name": "Slow", "policies": [{"available_after": 5}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], slow]}))
    shop.define("slow", per_euro(unit="slow", stage="bonus"))
    on_check_in(shop, "here", fixed(1, "slow"))
    promise_each(at_the_counter(rt, clock), ada, [f"event {number}" for number in range(MAX_PENDINGS)])
    assert everywhere(shop, ada, ready) == {(422, "too_many_pending", None)}


def test_there_is_a_lot_for_what_is_earned(rt: Runtime, clock: HandClock, shop: Shop, ada: str, ready: str) -> None:
    lasting = {"code": "lasting", "name": "Lasting", "policies": [{"expiry": {"type": "days", "days": 36_000}}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], lasting]}))
    shop.define("lasting", per_euro(unit="lasting", stage="bonus"))
    on_check_in(shop, "here", fixed(1, "lasting"))
    fill(at_the_counter(rt, clock), ada, MAX_LOTS_IN_ALL, "lasting")
    assert everywhere(shop, ada, ready) == {FULL}


def test_points_in_too_many_pieces(rt: Runtime, clock: HandClock, shop: Shop, ada: str) -> None:
    on_carts(shop, "pay", ONE_A_POINT)
    take_every_other(at_the_counter(rt, clock), ada, MAX_TAKEN_PIECES + 1)
    asking = asked(points=MAX_TAKEN_PIECES + 1, member_id=ada)
    ready = begun(shop, points=MAX_TAKEN_PIECES + 1, member_id=ada, hold=False)
    replies = (shop.api.post("/v1/checkouts", asking), shop.api.put(f"/v1/checkouts/{ready}", asking), pay(shop, ready))
    assert {refusal(reply) for reply in replies} == {(422, "too_many_pieces", "amount")}


def test_an_account_has_so_many_holds(shop: Shop) -> None:
    ada = rich(shop)
    ready = begun(shop, member_id=ada)
    for _ in range(64):
        answer(shop.api.post(f"/v1/members/{ada}/holds", {"unit": "points", "amount": 1}))
    asking = asked(points=10, member_id=ada)
    for reply in (shop.api.post("/v1/checkouts", asking), shop.api.put(f"/v1/checkouts/{ready}", asking)):
        assert refusal(reply) == (422, "too_many_holds", None)


def test_whom_the_group_does_not_let_spend_pays_with_money(shop: Shop) -> None:
    ada, bob = rich(shop), shop.enrol("bob")
    home = {"name": "Ours", "primary_member_id": ada, "who_may_spend": "primary"}
    group = answer(shop.api.post("/v1/groups", home))["group_id"]
    answer(shop.api.put(f"/v1/groups/{group}/members/{bob}", {}))
    ready = begun(shop, member_id=bob)
    asking = asked(points=10, member_id=bob)
    for reply in (shop.api.post("/v1/checkouts", asking), shop.api.put(f"/v1/checkouts/{ready}", asking)):
        assert refusal(reply) == (422, "may_not_spend", "member_id")
    assert answer(pay(shop, ready))["order"]["group_id"] == group


def test_who_joins_a_group_meanwhile_pays_from_there(shop: Shop) -> None:
    ada = rich(shop)
    with_points, without = begun(shop, points=100, member_id=ada, hold=False), begun(shop, member_id=ada)
    answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada}))
    outdated = (422, "checkout_outdated", "checkout_id")
    assert refusal(pay(shop, with_points)) == outdated
    assert refusal(update(shop, with_points)) == outdated
    assert answer(cancel(shop, with_points))["checkout"]["state"] == "cancelled"
    assert answer(pay(shop, without))["order"]["group_id"] is not None


def test_a_number_that_clashes_with_others(shop: Shop, rt: Runtime, ada: str, ready: str) -> None:
    occupied(rt, "S2", shop.buy(ada, "S1")["order_id"])
    assert refusal(pay(shop, ready, "S2")) == (422, "order_number_unusable", "number")


def test_points_that_do_not_fit_do_not_come_back(shop: Shop) -> None:
    ada = rich(shop)
    checkout_id = begun(shop, book(20_00), points=200, member_id=ada)
    order_id = answer(pay(shop, checkout_id))["order"]["order_id"]
    shop.earn(ada, 10**12 - 300)
    back = {"number": "R1", "purchased_at": "2026-01-15T12:00:00Z", "currency": "EUR", "lines": [book(0)]}
    for reply in (cancel(shop, checkout_id), shop.api.post(f"/v1/orders/{order_id}/returns", back)):
        assert refusal(reply) == (422, "balance_limit", "amount")


def test_points_do_not_come_back_to_a_wallet_with_too_many_last_days(
    shop: Shop, rt: Runtime, clock: HandClock, ada: str
) -> None:
    on_carts(shop, "pay", ONE_A_POINT)
    kept(shop, {"type": "days", "days": 1})
    shop.earn(ada, 10)
    checkout_id = begun(shop, book(10), points=10, member_id=ada)
    order_id = answer(pay(shop, checkout_id))["order"]["order_id"]
    full_and_for_good(shop, rt, clock, ada)
    clock.at += DAY_MS
    back = {"number": "R1", "purchased_at": "2026-01-22T10:00:00Z", "currency": "EUR", "lines": [book(0)]}
    for reply in (cancel(shop, checkout_id), shop.api.post(f"/v1/orders/{order_id}/returns", back)):
        assert refusal(reply) == FULL
