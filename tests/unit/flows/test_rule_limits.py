"""Limits of rules: so often for each member in a period, so often in all, and no more than their budget. What comes back
with a return can be had again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.rules.model import Rule
from tests.twins import grouped
from tests.twins.bookshop import (
    TODAY,
    BookShop,
    card,
    dry,
    fixed,
    goods_back,
    keyed,
    open_shop,
    refused,
    rule,
    sale,
)
from tests.twins.limited import a, euros, gift, kept, points, stands, taken


def shop_with(*rules: Rule, now: str = TODAY) -> BookShop:
    return open_shop(now=now, rules=rules, tiers=None)


def got(shop: BookShop, number: str, buyer: str = "ada", on: str = TODAY, cents: int = 100_00) -> int:
    return sum(earning.amount for earning in shop.buy(card(buyer), sale(number, cents, on=on)).answer.earned)


def why_not(shop: BookShop, buyer: str = "ada", on: str = TODAY) -> dict[str, str]:
    return {one.rule_id: one.reason for one in shop.simulate(card(buyer), sale("try", on=on)).skipped}


# --- for each member --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "same", "next_one"),
    [
        ("day", "2026-06-15T23:00:00Z", "2026-06-16"),
        ("week", "2026-06-21", "2026-06-22"),
        ("month", "2026-06-30", "2026-07-01"),
        ("3_months", "2026-04-01", "2026-07-01"),
        ("6_months", "2026-01-01", "2026-07-01"),
        ("year", "2026-12-31", "2027-01-01"),
    ],
)
def test_it_is_had_once_in_its_period_and_again_in_the_next(per: str, same: str, next_one: str) -> None:
    shop = shop_with(gift(50, a(per)), now="2027-02-01")
    assert got(shop, "A1", on="2026-06-15T12:00:00Z") == 50
    assert got(shop, "A2", on=same) == 0
    assert why_not(shop, on=same) == {"gift": "limit_reached"}
    assert got(shop, "B1", "bob", on=same) == 50
    assert got(shop, "A3", on=next_one) == 50
    assert shop.proof(shop.member_with("ada")).matches


def test_it_is_had_three_times_ever() -> None:
    shop = shop_with(gift(50, a("ever", 3)), now="2027-02-01")
    days = ("2024-01-01", "2025-01-01", "2026-01-01", "2027-01-01")
    assert [got(shop, day, on=day) for day in days] == [50, 50, 50, 0]


def test_several_limits_hold_together() -> None:
    shop = shop_with(gift(50, a("day"), a("month", 2)), now="2026-07-15")
    days = ("2026-06-01", "2026-06-01", "2026-06-02", "2026-06-03", "2026-07-01")
    assert [got(shop, str(number), on=day) for number, day in enumerate(days)] == [50, 0, 50, 0, 50]


def test_an_amount_for_each_member_is_cut_at_its_end_and_told_as_what_caps_cut_off() -> None:
    shop = shop_with(rule("base", limits={"per_member": [{"per": "month", "amount": 150, "unit": "points"}]}))
    assert got(shop, "A1") == 100
    second = shop.buy(card("ada"), sale("A2")).answer
    assert [(one.amount, one.rule_id) for one in second.earned] == [(50, "base")]
    assert [(one.unit, one.amount, one.cap, one.rule_id) for one in second.capped] == [("points", 50, "member", "base")]
    assert got(shop, "A3") == 0
    assert why_not(shop) == {"base": "limit_reached"}


def test_a_late_purchase_counts_on_its_own_day() -> None:
    shop = shop_with(gift(50, a("day")))
    assert got(shop, "A1", on="2026-06-15") == 50
    assert got(shop, "late", on="2026-06-10") == 50
    assert got(shop, "late too", on="2026-06-10") == 0
    assert got(shop, "A2", on="2026-06-15") == 0


def test_a_year_of_history_is_limited_day_by_day_however_few_days_are_remembered() -> None:
    shop = shop_with(gift(50, a("day")))
    assert got(shop, "today") == 50
    days = [f"2025-{month:02}-01" for month in range(1, 13)]
    assert [got(shop, f"{day}{time}", on=day) for day in days for time in "ab"] == [50, 0] * 12


def test_a_household_is_one_customer() -> None:
    shop = shop_with(gift(50, a("day")))
    ada, bob = shop.member("ada"), shop.member("bob")
    grouped.household(shop, ada, bob)
    assert [got(shop, "A1", "ada"), got(shop, "B1", "bob")] == [50, 0]


def test_a_rule_with_its_limit_reached_leaves_its_group_to_the_next() -> None:
    first = gift(50, a("ever"), rule_id="first", more={"group": "one", "priority": 1})
    second = rule("second", effects=[fixed(5)], group="one", priority=2)
    shop = shop_with(first, second)
    assert [got(shop, "A1"), got(shop, "A2")] == [50, 5]


def test_uses_of_another_rule_can_be_asked_for() -> None:
    third = {"times": "rule:gift", "per": "month", "at_least": 2}
    shop = shop_with(gift(50), rule("thanks", effects=[fixed(7)], when=third))
    assert [got(shop, "A1"), got(shop, "A2"), got(shop, "A3")] == [50, 50, 57]
    assert why_not(shop, "bob") == {"thanks": "condition_not_met"}


def sixty_four(per: str) -> BookShop:
    """Rules of two places, half of them each: one purchase gets something of 63 at most."""
    halves = ({"audience": {"places": [place]}} for place in ("north", "south"))
    rules = (gift(1, a(per), rule_id=f"{at}{no:02}", more=half) for at, half in enumerate(halves) for no in range(32))
    return shop_with(*rules)


def all_of_them(shop: BookShop, on: str) -> None:
    for place in ("north", "south"):
        assert len(shop.buy(card("ada"), sale(f"{place} {on}", on=on, place=place)).answer.earned) == 32


def test_an_account_counts_so_many_rules_and_then_says_so() -> None:
    shop = sixty_four("ever")
    all_of_them(shop, TODAY)
    shop.define(gift(1, a("day"), rule_id="one-more"))
    assert got(shop, "A2") == 0
    assert why_not(shop)["one-more"] == "limit_reached"


def test_rules_of_days_gone_by_make_room_for_others() -> None:
    shop = sixty_four("day")
    all_of_them(shop, "2026-06-14")
    shop.define(gift(1, a("ever"), rule_id="one-more"))
    assert got(shop, "A2", on="2026-06-15") == 1
    assert got(shop, "A3", on="2026-06-15") == 0


# --- for everybody ---------------------------------------------------------------------------------------------------


def test_the_first_two_get_it_and_the_third_is_told_why_not() -> None:
    shop = shop_with(gift(50, in_all=2))
    assert [got(shop, "A1", "ada"), got(shop, "B1", "bob"), got(shop, "C1", "eve")] == [50, 50, 0]
    assert why_not(shop) == {"gift": "limit_reached"}
    assert taken(shop) == kept(shop, ["A1", "B1", "C1"]) == {"rule_limit": 2}


def test_the_last_of_a_budget_is_given_in_part() -> None:
    shop = shop_with(gift(50, budget=points(120)))
    assert [got(shop, "A1"), got(shop, "A2")] == [50, 50]
    third = shop.buy(card("ada"), sale("A3")).answer
    assert [one.amount for one in third.earned] == [20]
    assert [(one.amount, one.cap, one.rule_id) for one in third.capped] == [(30, "budget", "gift")]
    assert got(shop, "A4") == 0
    assert why_not(shop) == {"gift": "budget_spent"}
    assert taken(shop) == kept(shop, ["A1", "A2", "A3"]) == {"budget": 120}


def test_what_a_multiplier_sees_is_what_the_budget_leaves() -> None:
    double = rule("double", effects=[{"kind": "multiply", "unit": "points", "factor": "2"}])
    shop = shop_with(rule("base", limits={"budget": points(30)}), double)
    assert got(shop, "A1") == 60


def test_what_a_cap_cuts_off_is_not_taken_from_the_budget() -> None:
    unit = {"code": "points", "name": "Points", "policies": [{"caps": {"per_transaction": 30}}]}
    shop = open_shop(rules=(gift(50, budget=points(120)),), tiers=None, program={"units": [unit]})
    assert got(shop, "A1") == 30
    assert taken(shop) == {"budget": 30}


def test_a_purchase_that_is_only_tried_takes_nothing() -> None:
    shop = shop_with(gift(50, a("day"), in_all=1, budget=points(70)))
    for _ in range(2):
        assert shop.buy(card("ada"), sale("A1"), dry()).answer.earned[0].amount == 50
        assert shop.simulate(card("ada"), sale("A1")).earned[0].amount == 50
    assert got(shop, "A1") == 50
    assert shop.buy(card("bob"), sale("B1"), dry()).answer.earned == ()


def test_a_purchase_sent_twice_takes_once() -> None:
    shop = shop_with(gift(50, a("day", 2), in_all=10, budget=points(500)))
    for _ in range(2):
        shop.buy(card("ada"), sale("A1"), keyed("k"))
        shop.buy(card("ada"), sale("A1"))
    assert taken(shop) == {"rule_limit": 1, "budget": 50}
    assert got(shop, "A2") == 50


def test_a_total_is_raised_and_lowered_and_known_again_when_it_is_set_anew() -> None:
    shop = shop_with(gift(50, in_all=1))
    assert [got(shop, "A1"), got(shop, "A2")] == [50, 0]
    shop.define(gift(50, in_all=2))
    assert [got(shop, "A3"), got(shop, "A4")] == [50, 0]
    shop.define(gift(50))
    assert got(shop, "A5") == 50
    shop.define(gift(50, in_all=3))
    assert [got(shop, "A6"), got(shop, "A7")] == [50, 0]
    shop.define(gift(50, in_all=1))
    assert got(shop, "A8") == 0
    assert stands(shop)["rule_limit"].left == -2


# --- what comes back -------------------------------------------------------------------------------------------------


def test_a_full_return_gives_back_the_use_and_all_of_the_budget() -> None:
    shop = shop_with(gift(50, a("day"), in_all=1, budget=points(50)))
    assert [got(shop, "A1"), got(shop, "A2")] == [50, 0]
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    assert taken(shop) == {"rule_limit": 0, "budget": 0}
    assert kept(shop, ["A1", "A2"]) == {}
    assert got(shop, "A3") == 50
    assert shop.proof(shop.member_with("ada")).matches


def test_a_partial_return_gives_back_its_part_of_the_budget_and_not_the_use() -> None:
    shop = shop_with(
        rule("base", limits={"budget": points(1_000), "in_all": 5, "per_member": [a("day", 1)]}),
    )
    assert got(shop, "A1") == 100
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 33_33, quantity="0.5"))
    assert taken(shop, "base") == kept(shop, ["A1"], "base") == {"rule_limit": 1, "budget": 67}
    assert got(shop, "A2") == 0
    shop.bring_back(shop.order_id("A1"), goods_back("R2", 66_67, quantity="0.5"))
    assert taken(shop, "base") == {"rule_limit": 0, "budget": 0}
    assert got(shop, "A3") == 100


def test_an_amount_for_each_member_is_had_again_as_far_as_it_came_back() -> None:
    shop = shop_with(rule("base", limits={"per_member": [{"per": "month", "amount": 150, "unit": "points"}]}))
    assert [got(shop, "A1"), got(shop, "A2")] == [100, 50]
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 40_00, quantity="0.5"))
    assert got(shop, "A3") == 40


def test_what_came_back_is_known_at_the_till_that_took_it_back() -> None:
    shop = shop_with(gift(50, in_all=1))
    assert [got(shop, "A1"), got(shop, "A2"), got(shop, "A3")] == [50, 0, 0]
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    assert got(shop, "A4") == 50


def test_a_return_goes_on_when_the_rule_has_no_limits_any_more() -> None:
    shop = shop_with(gift(50, a("day"), in_all=10, budget=points(500)))
    got(shop, "A1")
    shop.define(gift(50))
    shop.bring_back(shop.order_id("A1"), goods_back("R1", 100_00))
    shop.define(gift(50, a("day"), in_all=10, budget=points(500)))
    assert taken(shop) == {"rule_limit": 0, "budget": 0}


# --- what cannot be meant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "param"),
    [
        ({"per_member": [a("day"), {"per": "day", "amount": 5, "unit": "stamps"}]}, "limits.per_member.1.unit"),
        ({"budget": {"amount": 5, "unit": "stamps"}}, "limits.budget.unit"),
        ({"budget": euros(5)}, "limits.budget.currency"),
    ],
)
def test_what_a_rule_does_not_give_is_not_limited(limits: dict[str, Any], param: str) -> None:
    shop = shop_with()
    with refused("nothing_to_limit", param):
        shop.define(rule(limits=limits))


def test_a_rule_that_asks_for_one_that_is_not_there_is_refused() -> None:
    shop = shop_with()
    with refused("unknown_rule", "when"):
        shop.define(rule("thanks", when={"times": "rule:nobody", "per": "day", "at_least": 1}))
    shop.define(rule("self", when={"times": "rule:self", "per": "day", "at_most": 1}))
    assert [got(shop, "A1"), got(shop, "A2"), got(shop, "A3")] == [100, 100, 0]
