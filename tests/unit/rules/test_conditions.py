"""When a rule applies, and what a shop is told when it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import evaluate
from tests.unit.rules.shop import (
    TODAY,
    amounts,
    checkout,
    day,
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
    outcome = judge(sale(10_00), rule(window=window), context=replace(TODAY, day=day(bought_on)))
    assert reasons(outcome) == ({} if earns else {"rule": "outside_window"})


@pytest.mark.parametrize(("tier", "earns"), [("gold", True), ("silver", True), ("bronze", False), (None, False)])
def test_a_rule_for_silver_and_gold(tier: str | None, earns: bool) -> None:
    outcome = judge(sale(10_00), rule(audience={"tiers": ["silver", "gold"]}), context=replace(TODAY, tier=tier))
    assert reasons(outcome) == ({} if earns else {"rule": "wrong_tier"})


def test_a_rule_of_one_shop() -> None:
    main_street = rule(audience={"places": ["main-street"]})
    assert amounts(judge(sale(10_00, place="main-street"), main_street)) == {"rule": 10}
    assert reasons(judge(sale(10_00, place="airport"), main_street)) == {"rule": "wrong_place"}
    assert reasons(judge(sale(10_00), main_street)) == {"rule": "wrong_place"}


def test_a_welcome_rule_only_on_the_first_purchase() -> None:
    welcome = rule("rule", fixed(100, "bonus"), when={"ask": "order.first", "is": True})
    assert amounts(judge(sale(10_00), welcome, context=replace(TODAY, orders=0))) == {"rule": 100}
    assert reasons(judge(sale(10_00), welcome)) == {"rule": "condition_not_met"}


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
    outcome = judge(order, rule(when={"ask": "order.value", "at_least": "20.00"}))
    assert reasons(outcome) == ({} if earns else {"rule": "condition_not_met"})


def test_the_minimum_counts_lines_that_are_not_the_rules_own() -> None:
    order = sale(line(1, 15_00), line(2, 5_00, sku="parcel", delivery=True))
    minimum_20 = rule(when={"ask": "order.value", "at_least": "20"}, lines={"exclude_delivery": True})
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
    by_order = rule("by-order", when={"labels_of": "order", "one_of": channel_app})
    by_line = rule("by-line", lines={"labels": channel_app})
    in_app = sale(10_00, labels=(label("channel", "app"),))
    one_line = sale(line(1, 10_00, labels=(label("channel", "app"),)))
    assert reasons(judge(in_app, by_order, by_line)) == {"by-line": "no_matching_lines"}
    assert reasons(judge(one_line, by_order, by_line)) == {"by-order": "condition_not_met"}


def test_a_switched_off_rule_is_reported_after_the_others() -> None:
    outcome = judge(
        sale(10_00),
        rule("a-draft", state="draft"),
        rule("a-paused", state="paused"),
        rule("b", audience={"places": ["airport"]}),
        rule("a-ended", state="ended", priority=-1),
        rule("c"),
    )
    assert [(one.rule_id, one.reason) for one in outcome.skipped] == [
        ("b", "wrong_place"),
        ("a-ended", "ended"),
        ("a-draft", "draft"),
        ("a-paused", "paused"),
    ]
    assert amounts(outcome) == {"c": 10}


def test_why_is_only_told_to_whoever_asks() -> None:
    rules = compile_rules([rule("a"), rule("b", state="paused"), rule("c", audience={"places": ["airport"]})])
    assert evaluate(rules, sale(10_00), TODAY).skipped == ()
    assert len(evaluate(rules, sale(10_00), TODAY, why=True).skipped) == 2


def test_a_purchase_is_not_told_about_rules_of_carts_but_a_cart_about_both() -> None:
    euro_off = {"kind": "amount_off", "amount": "1.00"}
    rules = [rule("a"), of_cart("b", euro_off), of_cart("c", euro_off, state="paused")]
    assert (amounts(judge(sale(10_00), *rules)), reasons(judge(sale(10_00), *rules))) == ({"a": 10}, {})
    at_checkout = checkout(sale(10_00), *rules)
    assert (amounts(at_checkout), reasons(at_checkout)) == ({"a": 9}, {"c": "paused"})


PICKY: dict[str, Any] = {
    "window": MARCH,
    "audience": {"members": ["mem_bea"], "tiers": ["gold"], "labels": [{"key": "vip"}], "places": ["airport"]},
    "when": {"ask": "order.value", "at_least": "1000"},
    "lines": {"skus": ["globe"]},
}


def test_only_the_first_unmet_condition_is_named() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "wrong_member"),
        ({"audience": {"tiers": ["gold"], "labels": [{"key": "vip"}]}, "lines": {}}, "wrong_tier"),
        ({"audience": {"labels": [{"key": "vip"}]}, "lines": {}}, "wrong_member_labels"),
        ({"audience": {"places": ["airport"]}, "lines": {}}, "wrong_place"),
        ({"audience": {}, "lines": {}}, "condition_not_met"),
        ({"audience": {}, "when": None}, "no_matching_lines"),
        ({"window": {"until_day": "2026-03-14"}}, "outside_window"),
        ({"state": "ended"}, "ended"),
    ]
    for change, reason in cases:
        outcome = judge(sale(10_00), rule(**(PICKY | change)))
        assert reasons(outcome) == {"rule": reason}


def test_what_a_rule_is_filed_under_is_named_before_all_else() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"audience": PICKY["audience"] | {"members": []}}, "no_matching_lines"),
        ({"audience": {"labels": [{"key": "vip"}], "places": ["airport"]}, "lines": {}}, "wrong_place"),
        ({"audience": {}}, "no_matching_lines"),
        ({"audience": {"tiers": ["gold"]}, "lines": {"skus": ["book"]}}, "wrong_tier"),
        ({"audience": {"tiers": ["gold"], "labels": [{"key": "vip"}]}, "lines": {"skus": ["book"]}}, "wrong_tier"),
    ]
    for change, reason in cases:
        assert reasons(judge(sale(10_00), rule(**(PICKY | change)))) == {"rule": reason}


def test_nobody_reads_a_sentence_of_a_thousand_conditions() -> None:
    asked = [{"ask": "order.place", "is_not": "x" * 400 + str(number)} for number in range(100)]
    outcome = judge(sale(10_00), rule(when={"any": [{"not": {"all": asked}}]}))
    [skipped] = outcome.skipped
    assert len(skipped.sentence) < 600
    assert skipped.sentence.endswith(" ….")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": "draft"}, "The rule is a draft."),
        ({"state": "paused"}, "The rule is paused."),
        ({"state": "ended"}, "The rule has ended."),
        (
            {"window": {"from_day": "2026-01-01", "until_day": "2026-01-31"}},
            "The day is not between 2026-01-01 and 2026-01-31.",
        ),
        ({"window": {"from_day": "2027-01-01"}}, "The day is not 2027-01-01 or later."),
        ({"window": {"until_day": "2025-12-31"}}, "The day is not 2025-12-31 or earlier."),
        ({"audience": {"tiers": ["silver", "gold"]}}, "The rule is for silver, gold."),
        ({"audience": {"places": list("abcdefg")}}, "The rule is for a, b, c, d, e and 2 more."),
        ({"audience": {"members": ["x"]}}, "The rule is for other members."),
        (
            {"audience": {"labels": [{"key": "vip"}]}},
            "The member carries none of the labels that the rule asks for.",
        ),
        (
            {"when": {"labels_of": "order", "one_of": [{"key": "app"}, {"key": "web", "value": "new"}]}},
            "It must hold that the order has a label app, web=new.",
        ),
        ({"when": {"ask": "order.first", "is": True}}, "It must hold that order.first is true."),
        ({"when": {"ask": "order.value", "at_least": "10.01"}}, "It must hold that order.value is at least 10.01."),
        ({"lines": {"skus": ["pen"]}}, "No line of the order is one the rule is about."),
        (
            {"effects": [{"kind": "per_value", "unit": "points", "amount": 1, "per": "11", "rounding": "down"}]},
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
