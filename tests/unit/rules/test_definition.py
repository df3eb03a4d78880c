"""A rule that cannot be meant is refused when it is written; one that can be comes back from JSON as it went."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.rules.model import Rule
from tests.unit.rules.shop import rule

MULTIPLY = {"kind": "multiply", "factor": "2"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"effect": None}, "valid dictionary"),
        ({"effect": MULTIPLY | {"factor": "1"}}, "a factor must be a plain decimal above 1"),
        ({"effect": MULTIPLY | {"factor": "0.5"}}, "a factor must be a plain decimal above 1"),
        ({"effect": MULTIPLY | {"factor": "1001"}}, "a factor must be a plain decimal above 1"),
        ({"effect": MULTIPLY | {"factor": "1e1"}}, "a factor must be a plain decimal above 1"),
        ({"effect": MULTIPLY | {"factor": 1.5}}, "valid string"),
        ({"effect": MULTIPLY, "stage": "base"}, "a multiply effect belongs to the multiply stage, not to base"),
        ({"effect": MULTIPLY, "stage": "bonus"}, "a multiply effect belongs to the multiply stage, not to bonus"),
        ({"stage": "multiply"}, "the multiply stage takes a multiply effect, not per_value"),
        ({"stage": "encore"}, "'base', 'multiply' or 'bonus'"),
        ({"effect": {"kind": "discount"}}, "does not match any of the expected tags"),
        ({"effect": {"kind": "per_order", "amount": 0}}, "greater than or equal to 1"),
        ({"effect": {"kind": "per_order", "amount": "5"}}, "whole number"),
        ({"effect": {"kind": "per_order", "amount": 10**12 + 1}}, "less than or equal to 1000000000000"),
        ({"effect": {"kind": "per_value", "amount": 1, "per": "0.00"}}, "plain decimal above 0"),
        ({"effect": {"kind": "per_value", "amount": 1, "per": "-1"}}, "plain decimal above 0"),
        ({"minimum_order_value": "0"}, "plain decimal above 0"),
        ({"minimum_order_value": "1,000"}, "plain decimal above 0"),
        ({"window": {"from_day": "2026-02-01", "until_day": "2026-01-31"}}, "must not end before it starts"),
        ({"window": {"from_day": "2026-02-30"}}, "a day of the calendar"),
        ({"window": {"from_day": 1_767_225_600}}, "a day of the calendar"),
        ({"window": {"until_day": "2026-02-01T00:00:00"}}, "a day of the calendar"),
        ({"window": {"until_day": datetime(2026, 2, 1, tzinfo=UTC)}}, "a day of the calendar"),
        ({"rule_id": "a#b"}, "should match pattern"),
        ({"unit": ""}, "should match pattern"),
        ({"name": ""}, "at least 1 character"),
        ({"active": "yes"}, "valid boolean"),
        ({"priority": True}, "valid integer"),
        ({"places": [""]}, "at least 1 character"),
        ({"lines": {"skus": ["x"] * 1001}}, "at most 1000 items"),
        ({"lines": {"colour": "red"}}, "Extra inputs are not permitted"),
        ({"limit": 3}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(**fields)
    assert [error for error in refused.value.errors() if sentence in error["msg"]], str(refused.value)


def test_a_rule_without_any_effect_field_is_told_so() -> None:
    with pytest.raises(ValidationError, match="effect\n  Field required"):
        Rule.model_validate({"rule_id": "r", "name": "r", "unit": "points", "stage": "base"})


def test_a_rule_goes_to_json_and_back() -> None:
    written = {
        "rule_id": "spring-books",
        "name": "Double points on books",
        "unit": "points",
        "stage": "multiply",
        "effect": {"kind": "multiply", "factor": "2.0", "rounding": "down"},
        "active": True,
        "priority": 10,
        "stop": True,
        "window": {"from_day": "2026-03-01", "until_day": None},
        "audience": {"tiers": ["gold"]},
        "places": ["main-street"],
        "order_labels": [{"key": "channel", "value": None}],
        "first_purchase_only": False,
        "minimum_order_value": "20.00",
        "lines": {
            "skus": [],
            "categories": ["books"],
            "brands": ["Meridian"],
            "labels": [{"key": "promo", "value": "spring"}],
            "exclude_delivery": True,
        },
    }
    read = Rule.model_validate(written)
    assert read.window.from_day == date(2026, 3, 1)
    assert read.model_dump(mode="json") == written
    assert Rule.model_validate(read.model_dump(mode="json")) == read
    assert Rule.model_validate(read.model_dump()) == read
