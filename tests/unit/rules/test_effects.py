"""How much a rule gives, in a shop's figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.errors import InvalidInput
from tests.unit.rules.shop import (
    ONE_PER_EURO,
    TODAY,
    amounts,
    checkout,
    fixed,
    judge,
    label,
    line,
    of_cart,
    only_credit,
    reasons,
    rule,
    sale,
    times,
)


@pytest.mark.parametrize(
    ("order", "effect", "points"),
    [
        (sale(19_99), {"amount": 1, "per": "1.00", "rounding": "down"}, 19),
        (sale(19_99), {"amount": 1, "per": "1.00"}, 20),
        (sale(19_50), {"amount": 1, "per": "1.00"}, 20),
        (sale(19_49), {"amount": 1, "per": "1.00"}, 19),
        (sale(10_50, 9_50), {"amount": 1, "per": "1.00", "rounding": "down"}, 20),  # rounded per order, not per line
        (sale(29_99), {"amount": 5, "per": "10.00", "whole_steps": True}, 10),
        (sale(29_99), {"amount": 5, "per": "10.00", "rounding": "down"}, 14),
        (sale(10_00), {"amount": 250, "per": "1"}, 2500),  # 2.50 points of a unit with two decimals
        (sale(100), {"amount": 1, "per": "0.30", "whole_steps": True}, 3),
        (sale(1_999, currency="JPY"), {"amount": 1, "per": "100", "rounding": "down"}, 19),
        (sale(1_999, currency="KWD"), {"amount": 10, "per": "1", "rounding": "down"}, 19),
    ],
)
def test_points_per_value(order: Sale, effect: dict[str, Any], points: int) -> None:
    assert amounts(judge(order, rule("rule", {"kind": "per_value", "unit": "points"} | effect))) == {"rule": points}


def test_points_per_product() -> None:
    order = sale(line(1, 20_00, quantity="3"), line(2, 4_00, sku="pen"), line(3, 6_00, quantity="0.5"))
    a_book = {"kind": "per_product", "unit": "points", "amount": 10}
    outcome = judge(
        order,
        rule("a-piece", a_book, lines={"skus": ["book"]}),
        rule("b-line", a_book | {"times": "line"}, lines={"skus": ["book"]}),
        rule("c-order", fixed(10), lines={"skus": ["book"]}),
    )
    assert amounts(outcome) == {"a-piece": 35, "b-line": 20, "c-order": 10}


@pytest.mark.parametrize(("rounding", "points"), [("down", 2), ("half_up", 3)])
def test_half_a_piece_is_rounded_as_the_rule_says(rounding: str, points: int) -> None:
    effect = {"kind": "per_product", "unit": "points", "amount": 5, "rounding": rounding}
    assert amounts(judge(sale(line(1, 9_00, quantity="0.5")), rule("rule", effect))) == {"rule": points}


def test_a_credit_is_split_over_its_own_lines_by_value() -> None:
    order = sale(line(1, 3_00), line(2, 5_00, sku="parcel", delivery=True), line(3, 7_50))
    credit = only_credit(judge(order, rule(lines={"exclude_delivery": True})))
    assert (credit.amount, credit.value, credit.lines) == (10, 10_50, ((1, 2), (3, 8)))


def test_of_equal_lines_the_lowest_number_takes_the_remainder_however_they_are_sent() -> None:
    order = sale(line(3, 3_50), line(1, 3_50), line(2, 3_50))
    assert only_credit(judge(order, rule())).lines == ((1, 4), (2, 3), (3, 3))


def test_a_free_gift_may_earn_a_fixed_bonus() -> None:
    gift = rule(
        "gift", {"kind": "per_product", "unit": "points", "amount": 50, "stage": "bonus"}, lines={"skus": ["gift"]}
    )
    credit = only_credit(judge(sale(line(1, 5_00), line(2, 0, sku="gift")), gift))
    assert (credit.amount, credit.value, credit.lines) == (50, 0, ((2, 50),))


def test_an_order_of_value_0_earns_nothing_and_says_so() -> None:
    assert reasons(judge(sale(0), rule(), times("2"))) == {"rule": "rounds_to_zero", "times": "nothing_to_multiply"}


def test_double_points_double_what_was_credited_not_what_was_rounded_away() -> None:
    assert amounts(judge(sale(19_99), rule("base"), times("2"))) == {"base": 19, "times": 19}


@pytest.mark.parametrize(
    ("factor", "rounding", "extra"), [("1.5", "down", 9), ("1.5", "half_up", 10), ("3", "down", 38)]
)
def test_a_multiplier_credits_what_it_adds(factor: str, rounding: str, extra: int) -> None:
    more = rule("more", {"kind": "multiply", "unit": "points", "factor": factor, "rounding": rounding})
    assert amounts(judge(sale(19_99), rule("base"), more)) == {"base": 19, "more": extra}


def test_double_points_on_books_count_the_books_share_and_belong_to_the_books() -> None:
    order = sale(line(1, 30_00), line(2, 70_00, sku="pen"), line(3, 20_00))
    on_books = times("2", lines={"skus": ["book"]})
    base, double = judge(order, rule("base"), on_books).credits
    assert base.amount == 120
    assert (double.amount, double.value, double.lines) == (50, 50_00, ((1, 30), (3, 20)))


def test_a_multiplied_share_does_not_depend_on_which_line_took_the_remainder() -> None:
    base = rule("base", fixed(3))
    for number in (1, 2):
        order = sale(line(number, 1_50), line(3 - number, 1_50, sku="pen"))
        assert amounts(judge(order, base, times("3", lines={"skus": ["book"]}))) == {"base": 3, "times": 3}


def test_a_multiplier_leaves_alone_the_lines_that_earned_nothing() -> None:
    order = sale(line(1, 30_00), line(2, 5_00, sku="parcel", delivery=True))
    _, double = judge(order, rule("base", lines={"exclude_delivery": True}), times("2")).credits
    assert (double.amount, double.value, double.lines) == (30, 30_00, ((1, 30),))
    assert reasons(judge(order, rule("base", lines={"skus": ["book"]}), times("2", lines={"skus": ["parcel"]}))) == {
        "times": "nothing_to_multiply"
    }


def test_multipliers_add_up_on_the_base_whichever_comes_first() -> None:
    for first, second in ((0, 1), (1, 0)):
        outcome = judge(
            sale(10_00), rule("base"), times("2", "two", priority=first), times("3", "three", priority=second)
        )
        assert amounts(outcome) == {"base": 10, "two": 10, "three": 20}


def test_a_multiplier_takes_in_every_base_rule_of_its_unit_and_no_bonus() -> None:
    outcome = judge(
        sale(10_00),
        rule("base"),
        rule("fixed", fixed(5)),
        rule("stamps", fixed(5, unit="stamps")),
        rule("bonus", fixed(5, "bonus")),
        times("2"),
    )
    assert amounts(outcome) == {"base": 10, "fixed": 5, "stamps": 5, "times": 15, "bonus": 5}


def test_free_lines_share_a_fixed_credit_line_by_line_when_multiplied() -> None:
    order = sale(line(1, 0, sku="card"), line(2, 0, sku="sample"))
    ten = rule("fixed", fixed(10))
    assert amounts(judge(order, ten, times("2", lines={"skus": ["sample"]}))) == {"fixed": 10, "times": 5}


def test_credits_go_by_stage_then_priority_then_id() -> None:
    outcome = judge(
        sale(10_00),
        rule("bonus", fixed(1, "bonus"), priority=-9),
        times("2", "multiply", priority=-5),
        rule("A-late", priority=7),
        rule("b", priority=1),
        rule("a", priority=1),
    )
    assert [credit.rule_id for credit in outcome.credits] == ["a", "b", "A-late", "multiply", "bonus"]


def test_stop_ends_the_stage_for_the_unit_and_nothing_else() -> None:
    outcome = judge(
        sale(10_00),
        rule("a", stop=True),
        rule("b"),
        rule("c", ONE_PER_EURO | {"unit": "stamps"}),
        times("2", "d"),
        rule("e", fixed(1, "bonus")),
    )
    assert reasons(outcome) == {"b": "stopped"}
    assert amounts(outcome) == {"a": 10, "c": 10, "d": 10, "e": 1}


def test_a_stop_rule_that_gives_nothing_stops_nothing() -> None:
    outcome = judge(sale(10_00), rule("a", stop=True, audience={"places": ["airport"]}), rule("b"))
    assert (reasons(outcome), amounts(outcome)) == ({"a": "wrong_place"}, {"b": 10})


def test_the_best_multiplier_only_by_stop() -> None:
    gold, app = (
        times("3", "gold", stop=True),
        times("2", "xapp", when={"labels_of": "order", "one_of": [{"key": "channel"}]}),
    )
    order = sale(10_00, labels=(label("channel", "app"),))
    assert amounts(judge(order, rule("base"), gold, app)) == {"base": 10, "gold": 20}


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(InvalidInput, match="more than one rule twice") as refused:
        compile_rules([rule("twice"), rule("twice", state="paused")])
    assert refused.value.code == "duplicate_rule"


def test_a_credit_beyond_any_account_is_not_given() -> None:
    absurd = rule("rule", {"kind": "per_value", "unit": "points", "amount": 10**12, "per": "0.01"})
    outcome = judge(sale(10_00), absurd, rule("usual"))
    assert reasons(outcome) == {"rule": "credit_too_large"}
    assert outcome.skipped[0].sentence == "It would give more points than an account can hold."
    assert list(amounts(outcome)) == ["usual"]


def test_a_stop_rule_gives_all_its_own_effects_before_it_stops_others() -> None:
    outcome = judge(sale(10_00), rule("a", fixed(1), fixed(2), fixed(4, unit="stamps"), stop=True), rule("b"))
    assert [(one.rule_id, one.amount) for one in outcome.credits] == [("a", 1), ("a", 2), ("a", 4)]
    assert reasons(outcome) == {"b": "stopped"}


def test_a_rule_of_many_effects_gives_in_every_lane() -> None:
    triple = {"kind": "multiply", "unit": "points", "factor": "3"}
    outcome = judge(sale(10_00), rule("a", triple, fixed(7, "bonus"), ONE_PER_EURO, fixed(1, unit="stamps")))
    assert [(one.unit, one.amount) for one in outcome.credits] == [
        ("points", 10),
        ("stamps", 1),
        ("points", 20),
        ("points", 7),
    ]


def test_one_effect_that_gives_is_enough_not_to_be_skipped() -> None:
    outcome = judge(sale(99), rule("a", ONE_PER_EURO, fixed(7)))
    assert (amounts(outcome), reasons(outcome)) == ({"a": 7}, {})


@pytest.mark.parametrize(
    ("currency", "decimals", "given"),
    [("EUR", 2, 1_00), ("EUR", 0, 1), ("EUR", 3, 10_00), ("JPY", 2, 100_00), ("KWD", 2, 10)],
)
def test_cashback_is_worth_as_much_in_whatever_decimals_its_unit_counts(
    currency: str, decimals: int, given: int
) -> None:
    cash = rule("rule", {"kind": "cashback", "unit": "money", "percent": "5"})
    context = replace(TODAY, decimals={"money": decimals})
    assert amounts(judge(sale(20_00, currency=currency), cash, context=context)) == {"rule": given}


@pytest.mark.parametrize(
    ("order", "effect", "cents"),
    [
        (sale(19_99), {"percent": "5"}, 1_00),
        (sale(19_99), {"percent": "5", "rounding": "down"}, 99),
        (sale(19_99), {"percent": "12.5"}, 2_50),
        (sale(100_00), {"percent": "5", "at_most": 2_00}, 2_00),
        (sale(999, currency="JPY"), {"percent": "10"}, 100),
    ],
)
def test_cashback_is_money_as_money(order: Sale, effect: dict[str, Any], cents: int) -> None:
    assert amounts(judge(order, rule("rule", {"kind": "cashback", "unit": "money"} | effect))) == {"rule": cents}


@pytest.mark.parametrize(
    ("effect", "points"),
    [
        (ONE_PER_EURO | {"at_most": 15}, 15),
        (ONE_PER_EURO | {"at_most": 20}, 20),
        (ONE_PER_EURO | {"per": "3.00", "whole_steps": True, "amount": 4, "at_most": 15}, 15),
        ({"kind": "per_product", "unit": "points", "amount": 10, "at_most": 15}, 15),
        ({"kind": "per_product", "unit": "points", "amount": 10, "times": "line", "at_most": 15}, 15),
    ],
)
def test_what_one_order_gets_may_be_capped(effect: dict[str, Any], points: int) -> None:
    assert amounts(judge(sale(12_00, 8_00), rule("rule", effect))) == {"rule": points}


def test_what_a_multiplier_adds_may_be_capped() -> None:
    capped = rule("x", {"kind": "multiply", "unit": "points", "factor": "3", "at_most": 15})
    assert amounts(judge(sale(20_00), rule("base"), capped)) == {"base": 20, "x": 15}


@pytest.mark.parametrize(("tier", "extra"), [("gold", 20), ("silver", 5), ("bronze", 0), (None, 0)])
def test_a_factor_by_tier(tier: str | None, extra: int) -> None:
    by_tier = rule("x", {"kind": "multiply", "unit": "points", "by_tier": {"gold": "3", "silver": "1.5"}})
    outcome = judge(sale(10_00), rule("base"), by_tier, context=replace(TODAY, tier=tier))
    assert amounts(outcome) == {"base": 10} | ({"x": extra} if extra else {})
    assert reasons(outcome) == ({} if extra else {"x": "nothing_to_multiply"})


@pytest.mark.parametrize(
    ("labels", "extra"),
    [([], 0), ([("channel", "web")], 5), ([("channel", "app")], 20), ([("channel", "app"), ("event", "fair")], 30)],
)
def test_the_largest_factor_of_the_orders_labels(labels: list[tuple[str, str]], extra: int) -> None:
    factors = [
        {"key": "channel", "factor": "1.5"},
        {"key": "channel", "value": "app", "factor": "3"},
        {"key": "event", "factor": "4"},
    ]
    by_label = rule("x", {"kind": "multiply", "unit": "points", "by_label": factors})
    order = sale(10_00, labels=tuple(label(key, value) for key, value in labels))
    assert amounts(judge(order, rule("base"), by_label)) == {"base": 10} | ({"x": extra} if extra else {})


def test_the_units_policy_rounds_where_the_effect_does_not_say() -> None:
    effects = [ONE_PER_EURO | {"rounding": None, "unit": unit} for unit in ("points", "stamps")]
    outcome = judge(sale(19_99), rule("rule", *effects), context=replace(TODAY, roundings={"points": "down"}))
    assert {one.unit: one.amount for one in outcome.credits} == {"points": 19, "stamps": 20}


def test_the_first_of_a_group_whose_conditions_hold() -> None:
    outcome = judge(
        sale(10_00),
        rule("a", group="spring", priority=1, audience={"tiers": ["gold"]}),
        rule("b", fixed(2), group="spring", priority=2),
        rule("c", group="spring", priority=3),
        rule("d", fixed(3), group="autumn", priority=9),
        rule("e", fixed(4)),
    )
    assert amounts(outcome) == {"b": 2, "d": 3, "e": 4}
    assert reasons(outcome) == {"a": "wrong_tier", "c": "in_group"}
    assert outcome.skipped[1].sentence == "Another rule of the group spring comes before it."


def test_a_group_is_of_rules_on_carts_or_on_orders_and_the_paused_leave_their_place() -> None:
    rules = [
        of_cart("a", {"kind": "amount_off", "amount": "1"}, group="g", state="paused"),
        of_cart("b", {"kind": "amount_off", "amount": "2"}, group="g"),
        of_cart("c", {"kind": "amount_off", "amount": "3"}, group="g"),
        rule("d", group="g"),
        rule("e", group="g"),
    ]
    cart = checkout(sale(10_00), *rules)
    assert reasons(cart) == {"a": "paused", "c": "in_group", "e": "in_group"}
    assert amounts(cart) == {"d": 8}
    assert amounts(judge(sale(8_00), *rules)) == {"d": 8}  # the order that comes of it
