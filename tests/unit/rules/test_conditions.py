"""When a rule applies, and what a shop is told when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.purchase import Context
from tests.unit.rules.shop import TODAY, amounts, day, judge, label, line, only_credit, reasons, rule, sale, times

MARCH = {"from_day": "2026-03-01", "until_day": "2026-03-31"}


@pytest.mark.parametrize(
    ("window", "bought_on", "earns"),
    [
        (MARCH, "2026-02-28", False),
        (MARCH, "2026-03-01", True),
        (MARCH, "2026-03-31", True),
        (MARCH, "2026-04-01", False),
        ({"from_day": "2026-03-01"}, "2999-12-31", True),
        ({"from_day": "2026-03-01"}, "2026-02-28", False),
        ({"until_day": "2026-03-31"}, "1997-01-01", True),
        ({"until_day": "2026-03-31"}, "2026-04-01", False),
        ({"from_day": "2026-03-15", "until_day": "2026-03-15"}, "2026-03-15", True),
    ],
)
def test_a_window_counts_days_of_purchase_with_both_ends(window: dict[str, str], bought_on: str, earns: bool) -> None:
    outcome = judge(sale(10_00), rule(window=window), context=Context(day=day(bought_on)))
    assert reasons(outcome) == ({} if earns else {"rule": "outside_window"})


@pytest.mark.parametrize(("tier", "earns"), [("gold", True), ("silver", True), ("bronze", False), (None, False)])
def test_a_rule_for_silver_and_gold(tier: str | None, earns: bool) -> None:
    outcome = judge(sale(10_00), rule(audience={"tiers": ["silver", "gold"]}), context=TODAY._replace(tier=tier))
    assert reasons(outcome) == ({} if earns else {"rule": "wrong_tier"})


def test_a_rule_of_one_shop() -> None:
    main_street = rule(places=["main-street"])
    assert amounts(judge(sale(10_00, place="main-street"), main_street)) == {"rule": 10}
    assert reasons(judge(sale(10_00, place="airport"), main_street)) == {"rule": "wrong_place"}
    assert reasons(judge(sale(10_00), main_street)) == {"rule": "wrong_place"}


def test_a_welcome_rule_only_on_the_first_purchase() -> None:
    welcome = rule(stage="bonus", first_purchase_only=True, effect={"kind": "per_order", "amount": 100})
    assert amounts(judge(sale(10_00), welcome, context=TODAY._replace(first_purchase=True))) == {"rule": 100}
    assert reasons(judge(sale(10_00), welcome)) == {"rule": "not_first_purchase"}


@pytest.mark.parametrize(
    ("order", "earns"),
    [
        (sale(12_00, 7_99), False),
        (sale(12_00, 8_00), True),
        (sale(19, currency="JPY"), False),
        (sale(20, currency="JPY"), True),
        (sale(19_999, currency="KWD"), False),
        (sale(20_000, currency="KWD"), True),
    ],
)
def test_a_minimum_is_of_the_whole_order_at_face_value(order: Sale, earns: bool) -> None:
    outcome = judge(order, rule(minimum_order_value="20.00"))
    assert reasons(outcome) == ({} if earns else {"rule": "below_minimum"})


def test_the_minimum_counts_lines_that_are_not_the_rules_own() -> None:
    order = sale(line(1, 15_00), line(2, 5_00, sku="parcel", delivery=True))
    minimum_20 = rule(minimum_order_value="20", lines={"exclude_delivery": True})
    assert amounts(judge(order, minimum_20)) == {"rule": 15}


@pytest.mark.parametrize(
    ("asked", "own_lines"),
    [
        ({}, [1, 2, 3, 4]),
        ({"skus": ["atlas", "globe"]}, [1]),
        ({"categories": ["books"]}, [1, 2]),
        ({"categories": ["maps", "fiction"]}, [1, 2]),
        ({"brands": ["Meridian"]}, [1, 3]),
        ({"labels": [{"key": "promo", "value": "spring"}]}, [2]),
        ({"labels": [{"key": "promo"}]}, [2, 3]),
        ({"labels": [{"key": "promo", "value": "winter"}, {"key": "promo", "value": "spring"}]}, [2, 3]),
        ({"exclude_delivery": True}, [1, 2, 3]),
        ({"categories": ["books"], "brands": ["Meridian"]}, [1]),
        ({"brands": ["Meridian"], "labels": [{"key": "promo"}]}, [3]),
    ],
)
def test_which_lines_are_the_rules_own(asked: dict[str, Any], own_lines: list[int]) -> None:
    order = sale(
        line(1, 40_00, sku="atlas", category=("books", "maps"), brand="Meridian"),
        line(2, 10_00, sku="novel", category=("books", "fiction"), labels=(label("promo", "spring"),)),
        line(3, 5_00, sku="pen", category=("paper",), brand="Meridian", labels=(label("promo", "winter"),)),
        line(4, 3_00, sku="parcel", delivery=True),
    )
    credit = only_credit(judge(order, rule(lines=asked)))
    assert [line_no for line_no, _ in credit.lines] == own_lines
    assert credit.value == sum(one.gross_value for one in order.lines if one.line_no in own_lines)


@pytest.mark.parametrize(
    "asked",
    [
        {"skus": ["globe"]},
        {"categories": ["toys"]},
        {"brands": ["Nobody"]},
        {"labels": [{"key": "promo", "value": "autumn"}]},
        {"skus": ["atlas"], "brands": ["Nobody"]},
    ],
)
def test_an_order_without_such_a_line(asked: dict[str, Any]) -> None:
    order = sale(line(1, 40_00, sku="atlas", category=("books",), labels=(label("promo", "spring"),)))
    assert reasons(judge(order, rule(lines=asked))) == {"rule": "no_matching_lines"}


def test_labels_of_the_order_and_labels_of_a_line_are_two_questions() -> None:
    channel_app = [{"key": "channel", "value": "app"}]
    by_order, by_line = rule("by-order", order_labels=channel_app), rule("by-line", lines={"labels": channel_app})
    in_app = sale(10_00, labels=(label("channel", "app"),))
    one_line = sale(line(1, 10_00, labels=(label("channel", "app"),)))
    assert reasons(judge(in_app, by_order, by_line)) == {"by-line": "no_matching_lines"}
    assert reasons(judge(one_line, by_order, by_line)) == {"by-order": "wrong_order_labels"}


def test_a_switched_off_rule_is_reported_after_the_others() -> None:
    outcome = judge(sale(10_00), rule("a-off", active=False), rule("b", places=["airport"]), rule("c"))
    assert [(one.rule_id, one.reason) for one in outcome.skipped] == [("b", "wrong_place"), ("a-off", "inactive")]
    assert amounts(outcome) == {"c": 10}


def test_only_the_first_unmet_condition_is_named() -> None:
    picky = rule(window=MARCH, audience={"tiers": ["gold"]}, places=["airport"], minimum_order_value="1000")
    context = Context(day=day("2026-03-02"))
    assert reasons(judge(sale(10_00), picky, context=context)) == {"rule": "wrong_tier"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"active": False}, "The rule is switched off."),
        (
            {"window": {"from_day": "2026-01-01", "until_day": "2026-01-31"}},
            "The purchase day is not between 2026-01-01 and 2026-01-31.",
        ),
        ({"window": {"from_day": "2027-01-01"}}, "The purchase day is not 2027-01-01 or later."),
        ({"window": {"until_day": "2025-12-31"}}, "The purchase day is not 2025-12-31 or earlier."),
        ({"audience": {"tiers": ["silver", "gold"]}}, "The rule is for silver, gold."),
        ({"places": list("abcdefg")}, "The rule is for a, b, c, d, e and 2 more."),
        ({"order_labels": [{"key": "app"}]}, "The order carries none of the labels that the rule asks for."),
        ({"first_purchase_only": True}, "The rule is for a member's first purchase."),
        ({"minimum_order_value": "10.01"}, "The order's value is below 10.01."),
        ({"lines": {"skus": ["pen"]}}, "No line of the order is one the rule is about."),
        (
            {"effect": {"kind": "per_value", "amount": 1, "per": "11", "rounding": "down"}},
            "The rule's lines come to less than one part of points.",
        ),
    ],
)
def test_the_shop_reads_why(fields: dict[str, Any], sentence: str) -> None:
    outcome = judge(sale(10_00), rule(**fields))
    assert not outcome.credits
    assert [one.sentence for one in outcome.skipped] == [sentence]


def test_the_shop_reads_who_stopped_a_rule_and_that_nothing_was_there_to_double() -> None:
    outcome = judge(sale(10_00), rule("a", stop=True), rule("b"), times("2", "c", unit="stamps"))
    assert [one.sentence for one in outcome.skipped] == [
        "Rule a credited points and lets no later rule do so.",
        "No base rule credited stamps to the lines the rule is about.",
    ]
