"""A till asks what a customer gets for their cart: what comes off, what they earn, what they could pay with points."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.native.bookshop import CASHBACK, NOBODY, POINTS, Json, Shop, answer, book, document, fixed, refusal

DELIVERY = book(4_90, "DELIVERY", delivery=True)
TEN_POINTS_A_EURO: Json = {"kind": "pay_with_points", "unit": "points", "points": 10, "value": "1.00"}


def on_carts(shop: Shop, rule_id: str, *effects: Json, **fields: Any) -> None:
    body = {"name": rule_id, "trigger": {"on": "cart"}, "effects": list(effects)} | fields
    answer(shop.api.put(f"/v1/programs/1/rules/{rule_id}", body))


def cart(*lines: Json, **fields: Any) -> Json:
    return {"currency": "EUR", "lines": list(lines) or [book(100_00)]} | fields


def evaluated(shop: Shop, *lines: Json, **fields: Any) -> Json:
    return dict(answer(shop.api.post("/v1/checkouts/evaluate", cart(*lines, why=True, **fields))))


def reasons(found: Json) -> dict[str, str]:
    return {one["rule_id"]: one["reason"] for one in found["skipped"]}


def test_whoever_is_not_known_pays_less_and_sees_what_a_member_would_earn(shop: Shop) -> None:
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"})
    found = evaluated(shop, book(30_00, "A"), book(10_05, "B"))
    assert (found["gross_value"], found["discount"], found["to_pay"]) == (40_05, 4_01, 36_04)
    assert [(line["discount"], line["to_pay"]) for line in found["lines"]] == [(3_00, 27_00), (1_01, 9_04)]
    assert [(one["rule_id"], one["amount"]) for one in found["discounts"]] == [("tenth", 4_01)]
    assert [(one["rule_id"], one["unit"], one["amount"]) for one in found["earned"]] == [("base", "points", 36)]
    assert (found["member_id"], found["account"]) == (None, None)


def test_whoever_is_not_known_is_in_no_tier(shop: Shop) -> None:
    on_carts(shop, "bronze", {"kind": "amount_off", "amount": "5.00"}, audience={"tiers": ["bronze"]})
    assert (evaluated(shop)["discount"], reasons(evaluated(shop))) == (0, {"bronze": "wrong_tier"})
    assert evaluated(shop, member_id=shop.enrol("ada"))["discount"] == 5_00


def test_what_is_earned_is_counted_of_what_is_paid(shop: Shop) -> None:
    on_carts(shop, "half", {"kind": "percent_off", "percent": "50"}, lines={"skus": ["A"]})
    [earned] = evaluated(shop, book(30_00, "A"), book(10_00, "B"))["earned"]
    assert earned["amount"] == 25
    assert earned["lines"] == [{"line_no": 1, "amount": 15}, {"line_no": 2, "amount": 10}]


def test_discounts_come_off_one_after_the_other_and_never_below_nothing(shop: Shop) -> None:
    on_carts(shop, "voucher", {"kind": "amount_off", "amount": "15.00"}, priority=2)
    on_carts(shop, "half", {"kind": "percent_off", "percent": "50"}, priority=1)
    found = evaluated(shop, book(20_00))
    assert [(one["rule_id"], one["amount"]) for one in found["discounts"]] == [("half", 10_00), ("voucher", 10_00)]
    assert (found["discount"], found["to_pay"]) == (20_00, 0)


def test_delivery_is_free_over_fifty(shop: Shop) -> None:
    over_fifty = {"lines": {"exclude_delivery": True}, "of": "value", "at_least": "50.00"}
    on_carts(shop, "free-delivery", {"kind": "free_delivery"}, when=over_fifty)
    below = evaluated(shop, book(49_99), DELIVERY)
    assert (below["discount"], reasons(below)) == (0, {"free-delivery": "condition_not_met"})
    assert evaluated(shop, book(50_00), DELIVERY)["lines"][1]["to_pay"] == 0


@pytest.mark.parametrize(("asked", "taken", "off"), [(0, 0, 0), (9, 0, 0), (25, 20, 2_00), (10_000, 50, 5_00)])
def test_points_pay_in_whole_steps_up_to_what_there_is_and_half_of_the_price(
    shop: Shop, asked: int, taken: int, off: int
) -> None:
    member_id = shop.enrol("ada")
    shop.earn(member_id, 500)
    on_carts(shop, "pay", TEN_POINTS_A_EURO | {"at_most_percent": "50"})
    pays = {"pays": [{"unit": "points", "points": asked}]} if asked else {}
    found = evaluated(shop, book(10_00), member_id=member_id, **pays)
    assert found["to_pay"] == 10_00 - off
    assert [(one["points"], one["amount"]) for one in found["discounts"]] == ([(taken, off)] if taken else [])
    more = [(one["points"], one["value"]) for one in found["redeemable"]]
    assert more == ([(50 - taken, 5_00 - off)] if taken < 50 else [])
    assert found["account"]["balances"] == {"points": 500}


def test_nobody_known_pays_nothing_with_points(shop: Shop) -> None:
    on_carts(shop, "pay", TEN_POINTS_A_EURO)
    found = evaluated(shop, pays=[{"unit": "points", "points": 100}])
    assert (found["discounts"], found["redeemable"]) == ([], [])
    assert reasons(found) == {"pay": "nothing_paid_with"}


def test_a_draft_is_tried_before_it_is_switched_on(shop: Shop) -> None:
    on_carts(shop, "summer", {"kind": "percent_off", "percent": "20"}, state="draft")
    assert reasons(evaluated(shop)) == {"summer": "draft"}
    assert evaluated(shop, drafts=True)["to_pay"] == 80_00
    assert evaluated(shop)["to_pay"] == 100_00


def test_buy_two_get_the_cheapest_of_three_for_nothing(shop: Shop) -> None:
    on_carts(shop, "3-for-2", {"kind": "buy_get", "buy": 2, "get": 1})
    lines = [book(12_00, "A"), book(8_00, "B"), book(10_00, "C")]
    assert evaluated(shop, *lines)["discount"] == 8_00
    assert evaluated(shop, *lines[:2])["discount"] == 0
    numbered = [line | {"line_no": number} for number, line in enumerate(lines, start=1)]
    assert evaluated(shop, *numbered) == evaluated(shop, *numbered[::-1]) | {
        "lines": evaluated(shop, *numbered)["lines"]
    }


def test_a_cart_is_judged_by_its_moment(shop: Shop) -> None:
    happy_hour = {"ask": "time.of_day", "at_least": "16:00", "below": "18:00"}
    on_carts(shop, "happy-hour", {"kind": "percent_off", "percent": "20"}, when=happy_hour)
    by_hour = {
        hour: evaluated(shop, purchased_at=f"2026-01-14T{hour}:00Z")["discount"]
        for hour in ("15:59", "16:00", "17:59", "18:00")
    }
    assert by_hour == {"15:59": 0, "16:00": 20_00, "17:59": 20_00, "18:00": 0}


def test_a_cart_changes_nothing(shop: Shop) -> None:
    member_id = shop.enrol("ada")
    before = answer(shop.api.get(f"/v1/members/{member_id}/statement"))
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"})
    assert evaluated(shop, member_id=member_id) == evaluated(shop, member_id=member_id)
    assert answer(shop.api.get(f"/v1/members/{member_id}/statement")) == before


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"pays": [{"unit": "pearls", "points": 1}]}, (422, "unknown_unit", "unit")),
        ({"pays": [{"unit": "points", "points": 0}]}, (422, "number_too_small", "pays.0.points")),
        ({"purchased_at": "2026-01-16T10:00:00Z"}, (422, "future_purchase", "purchased_at")),
        ({"member_id": NOBODY}, (404, "member_not_found", "member_id")),
        ({"identifier": {"type": "card", "value": "none"}}, (404, "member_not_found", "identifier")),
        ({"lines": []}, (400, "too_short", "lines")),
        ({"lines": [book(1_00), book(2_00, line_no=2)]}, (400, "line_numbers_mixed", "lines")),
        ({"currency": "euro"}, (400, "invalid_currency", "currency")),
    ],
)
def test_what_cannot_be_evaluated(shop: Shop, fields: Json, refused: tuple[int, str, str]) -> None:
    assert refusal(shop.api.post("/v1/checkouts/evaluate", cart() | fields)) == refused


def test_a_cart_earns_nothing_by_itself(shop: Shop) -> None:
    body = {"name": "Points", "trigger": {"on": "cart"}, "effects": [{"kind": "fixed", "unit": "points", "amount": 5}]}
    refused = (422, "credit_on_cart", "effects")
    assert refusal(shop.api.put("/v1/programs/1/rules/points", body)) == refused


def test_reasons_are_said_to_whoever_asks_for_them(shop: Shop) -> None:
    on_carts(shop, "summer", {"kind": "percent_off", "percent": "20"}, state="paused")
    told = answer(shop.api.post("/v1/checkouts/evaluate", cart()))
    assert told["skipped"] == []
    assert evaluated(shop) == told | {
        "skipped": [{"rule_id": "summer", "reason": "paused", "message": "The rule is paused."}]
    }


def test_whoever_may_not_spend_for_their_group_is_offered_nothing(shop: Shop) -> None:
    ada, bob = shop.enrol("ada"), shop.enrol("bob")
    home = answer(shop.api.post("/v1/groups", {"name": "Ours", "primary_member_id": ada, "who_may_spend": "primary"}))
    answer(shop.api.put(f"/v1/groups/{home['group_id']}/members/{bob}", {}))
    shop.earn(ada, 500)
    on_carts(shop, "pay", TEN_POINTS_A_EURO)
    pays = {"pays": [{"unit": "points", "points": 100}]}
    theirs = evaluated(shop, member_id=bob, **pays)
    assert (theirs["discount"], theirs["redeemable"], reasons(theirs)) == (0, [], {"pay": "may_not_spend"})
    assert theirs["account"]["balances"] == {"points": 500}
    own = evaluated(shop, member_id=ada, **pays)
    assert (own["discount"], [one["points"] for one in own["redeemable"]]) == (10_00, [400])


def test_a_card_that_the_order_would_enrol_is_evaluated_as_its_members(shop: Shop) -> None:
    program = answer(shop.api.get("/v1/programs/1"))
    body = {name: program[name] for name in ("name", "units")} | {"enrolment": "enrol"}
    answer(shop.api.put("/v1/programs/1", body))
    on_carts(shop, "bronze", {"kind": "amount_off", "amount": "5.00"}, audience={"tiers": ["bronze"]})
    shop.define("welcome", fixed(30), when={"ask": "order.first", "is": True})
    new = {"identifier": {"type": "card", "value": "new"}}
    found = evaluated(shop, **new)
    assert (found["discount"], found["member_id"], found["account"]) == (5_00, None, {"balances": {}, "tier": "bronze"})
    earned = {one["rule_id"]: one["amount"] for one in found["earned"]}
    assert earned == {"base": 95, "welcome": 30}
    sold = answer(shop.api.post("/v1/orders", document("S1", book(95_00), **new)))
    assert {one["rule_id"]: one["amount"] for one in sold["earned"]} == earned
    assert evaluated(shop, **new)["member_id"] == sold["member_id"]


def test_what_a_cap_cuts_off_is_told(shop: Shop) -> None:
    member_id = shop.enrol("ada")
    capped = POINTS | {"policies": [POINTS["policies"][0] | {"caps": {"per_transaction": 30}}]}
    answer(shop.api.put("/v1/programs/1", {"name": "Readers' Club", "units": [capped, CASHBACK]}))
    found = evaluated(shop, member_id=member_id)
    assert [one["amount"] for one in found["earned"]] == [30]
    assert found["capped"] == [{"unit": "points", "amount": 70, "cap": "transaction", "rule_id": "base"}]


def test_one_offer_of_a_group_comes_off_the_cart_and_one_is_earned_as_the_order_earns_it(shop: Shop) -> None:
    member_id = shop.enrol("ada")
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"}, group="spring")
    on_carts(shop, "half", {"kind": "percent_off", "percent": "50"}, group="spring", priority=1)
    shop.define("bonus", fixed(20), group="spring", priority=2)
    found = evaluated(shop, member_id=member_id)
    assert (found["discount"], reasons(found)) == (10_00, {"half": "in_group"})
    sold = shop.buy(member_id, "S1", book(90_00))
    assert [(one["rule_id"], one["amount"]) for one in found["earned"]] == [
        (one["rule_id"], one["amount"]) for one in sold["earned"]
    ]


def test_a_budget_in_money_cuts_what_comes_off_and_is_of_its_own_currency(shop: Shop) -> None:
    budget = {"budget": {"amount": 4_00, "currency": "EUR"}}
    on_carts(shop, "tenth", {"kind": "percent_off", "percent": "10"}, limits=budget)
    found = evaluated(shop, book(30_00, "A"), book(60_00, "B"))
    assert (found["discount"], [line["discount"] for line in found["lines"]]) == (4_00, [1_33, 2_67])
    assert reasons(evaluated(shop, currency="CHF")) == {"tenth": "wrong_currency"}
