"""What limits for all leave of a replay, and that whatever history cannot answer for is told, with how often it would have come."""

from __future__ import annotations

import json

import pytest

from chalicelib.flows.happening import MAX_CREDITS
from tests.twins.bookshop import card, fixed, open_shop, per_euro, rule, sale
from tests.unit.replayed.test_replay import CART, half_a_year
from tests.unit.replayed.trying import asked, credited, file, lines, of_rule, replayed, started, work


@pytest.mark.parametrize("members", [1, 1_000])
def test_limits_for_all_go_by_date_of_purchase_over_all_accounts(members: int) -> None:
    """In January and February there are ada's two orders and, between that and June, bob's."""
    shop = half_a_year()
    two = rule("two", effects=[fixed(1)], limits={"in_all": 2})
    three = rule("three", effects=[fixed(10)], limits={"in_all": 3})
    points = rule("points", effects=[per_euro()], limits={"budget": {"amount": 260, "unit": "points"}})
    tenth = [{"kind": "percent_off", "percent": "10"}]
    money = rule("money", trigger=CART, effects=tenth, limits={"budget": {"amount": 27_00, "currency": "EUR"}})
    report = replayed(shop, asked(two, three, points, money), parts=3, members=members)
    assert [credited(report, name)["points"] for name in ("two", "three", "points")] == [2, 30, 260]
    assert of_rule(report, "money")["simulated"]["discounted"] == {"EUR": 15_00 + 10_00 + 2_00}
    found = [of_rule(report, name)["simulated"] for name in ("two", "three")]
    assert [(one["orders"], one["accounts"]) for one in found] == [(2, 1), (3, 2)]
    assert report["in_all"]["simulated"]["orders"] == 4
    assert report["in_all"]["simulated"]["accounts"] == 2
    assert report["limits_for_all_begin_with_the_period"] == ["two", "three", "points", "money"]
    later = replayed(shop, asked(two, first="2026-02-01"), parts=3, members=members)
    assert of_rule(later, "two")["simulated"]["accounts"] == 2


def test_what_a_spent_limit_held_back_comes_in_its_place() -> None:
    shop = half_a_year()
    best = rule("best", effects=[fixed(100)], group="gift", priority=1, limits={"in_all": 1})
    next_best = rule("next", effects=[fixed(1)], group="gift", priority=2)
    report = replayed(shop, asked(best, next_best))
    assert (credited(report, "best"), credited(report, "next")) == ({"points": 100}, {"points": 3})


def test_active_rules_keep_their_limits_for_all_as_well() -> None:
    shop = open_shop(rules=(rule("two", effects=[fixed(1)], limits={"in_all": 2}),))
    for number in range(3):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    two = of_rule(replayed(shop, asked()), "two")
    told = [
        [two[side][name] for name in ("orders", "accounts", "credited")] for side in ("active", "simulated", "recorded")
    ]
    assert told == [[2, 2, {"points": 2}]] * 3


def test_every_effect_that_is_not_reckoned_has_a_row_and_a_count() -> None:
    shop = half_a_year()
    up = rule("up", effects=[{"kind": "set_tier", "tier": "gold"}, fixed(1)])
    there = rule("there", trigger={"on": "check_in"}, effects=[fixed(1)])
    pays = rule(
        "pays", trigger=CART, effects=[{"kind": "pay_with_points", "unit": "points", "points": 1, "value": "1"}]
    )
    operation_id = started(shop, asked(up, there, pays)).answer.operation.operation_id
    work(shop)
    told = {
        (one["rule_id"], one["of"]): one["simulated"]
        for one in lines(shop, operation_id)
        if one["measure"] == "not_replayed" and one["rule_id"] and not one["tier"]
    }
    assert told == {("up", "set_tier"): "4", ("there", "check_in"): "0", ("pays", "pay_with_points"): "2"}
    report = json.loads(file(shop, operation_id, "json"))
    assert {(one["rule_id"], one["what"], one["times"]) for one in report["not_replayed"]} == {
        (*place, int(times)) for place, times in told.items()
    }
    assert report["nothing_replayed"] is None


def test_a_run_in_which_nothing_could_be_replayed_says_so() -> None:
    shop = half_a_year()
    there = rule("there", trigger={"on": "check_in"}, effects=[fixed(1)])
    operation_id = started(shop, asked(there)).answer.operation.operation_id
    work(shop)
    assert "nothing_replayed" in {one["measure"] for one in lines(shop, operation_id)}
    assert json.loads(file(shop, operation_id, "json"))["nothing_replayed"]


def test_an_order_for_which_too_many_rules_credit_something_would_be_refused() -> None:
    """As recording it would be."""
    shop = open_shop()
    shop.buy(card("ada"), sale("A1"))
    many = [rule(f"r{number}", effects=[fixed(1)]) for number in range(MAX_CREDITS)]
    report = replayed(shop, asked(*many))
    assert report["in_all"]["simulated"] == {"refused": 1}
    assert credited(replayed(shop, asked(*many[1:])), "r1") == {"points": 1}
