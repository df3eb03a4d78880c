"""Rules that the first version stored are judged as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.earlier import of_today
from tests.unit.rules.shop import TODAY, amounts, judge, label, line, reasons, rule, sale

FIRST_VERSION: dict[str, Any] = {
    "rule_id": "rule",
    "name": "A point a euro",
    "unit": "points",
    "stage": "base",
    "effect": {"kind": "per_value", "amount": 1, "per": "1.00", "whole_steps": False, "rounding": "down"},
    "active": True,
    "priority": 3,
    "stop": False,
    "window": {"from_day": None, "until_day": None},
    "audience": {"tiers": []},
    "places": [],
    "order_labels": [],
    "first_purchase_only": False,
    "minimum_order_value": None,
    "lines": {"skus": [], "categories": [], "brands": [], "labels": [], "exclude_delivery": False},
}
ORDER = sale(line(1, 19_99, quantity="2"), line(2, 4_00, sku="pen"))


def stored(**fields: Any) -> Rule:
    return Rule.model_validate(of_today(FIRST_VERSION | fields))


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({}, 23),
        ({"effect": {"kind": "per_value", "amount": 5, "per": "10", "whole_steps": True, "rounding": None}}, 10),
        ({"effect": {"kind": "per_product", "amount": 5, "times": "quantity", "rounding": None}}, 15),
        ({"effect": {"kind": "per_product", "amount": 5, "times": "line", "rounding": None}}, 10),
        ({"effect": {"kind": "per_order", "amount": 7}, "stage": "bonus"}, 7),
        ({"effect": {"kind": "multiply", "factor": "2", "rounding": "down"}, "stage": "multiply"}, 30),
        ({"lines": {"skus": ["pen"]}}, 4),
        ({"minimum_order_value": "23.99"}, 23),
        ({"order_labels": [{"key": "channel", "value": None}]}, 23),
        ({"places": ["main-street"]}, 23),
        ({"audience": {"tiers": ["gold"]}}, 23),
        ({"window": {"from_day": "2026-03-15", "until_day": "2026-03-15"}}, 23),
    ],
)
def test_each_kind_gives_what_it_gave(fields: dict[str, Any], points: int) -> None:
    order = ORDER.model_copy(update={"labels": (label("channel", "app"),), "place": "main-street"})
    base = rule("base", {"kind": "fixed", "unit": "points", "amount": 30})
    outcome = judge(order, stored(**fields), base, context=replace(TODAY, tier="gold"))
    assert amounts(outcome) == {"base": 30, "rule": points}


@pytest.mark.parametrize(
    ("order", "fields", "reason"),
    [
        (ORDER, {"active": False}, "paused"),
        (ORDER, {"minimum_order_value": "24.00"}, "condition_not_met"),
        (ORDER, {"order_labels": [{"key": "channel"}]}, "condition_not_met"),
        (ORDER, {"first_purchase_only": True}, "condition_not_met"),
        (ORDER, {"places": ["airport"]}, "wrong_place"),
        (ORDER, {"audience": {"tiers": ["gold"]}}, "wrong_tier"),
        (ORDER, {"lines": {"skus": ["globe"]}}, "no_matching_lines"),
        (ORDER, {"window": {"until_day": "2026-03-14"}}, "outside_window"),
    ],
)
def test_each_condition_asks_what_it_asked(order: Sale, fields: dict[str, Any], reason: str) -> None:
    assert reasons(judge(order, stored(**fields))) == {"rule": reason}


def test_a_welcome_still_welcomes() -> None:
    welcome = stored(first_purchase_only=True, minimum_order_value="20.00", order_labels=[{"key": "a"}])
    order = ORDER.model_copy(update={"labels": (label("a", "b"),)})
    assert amounts(judge(order, welcome, context=replace(TODAY, orders=0))) == {"rule": 23}


def test_what_was_not_written_is_as_it_was_by_default() -> None:
    bare = {name: FIRST_VERSION[name] for name in ("rule_id", "name", "unit", "stage", "effect")}
    assert Rule.model_validate(of_today(bare)) == stored(priority=0)
    assert (stored(stop=True).stop, stored().priority) == (True, 3)


def test_a_rule_of_today_comes_back_as_it_is() -> None:
    today = stored().model_dump(mode="json")
    assert of_today(today) is today
    assert of_today({"v": 99}) == {"v": 99}
