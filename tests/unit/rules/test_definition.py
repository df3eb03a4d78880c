"""A rule that cannot be meant is refused when it is written; one that can be comes back from JSON as it went."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.names import named_tiers, named_units
from tests.unit.rules.shop import judge, kept, line, reasons, rule, sale

MULTIPLY = {"kind": "multiply", "unit": "points", "factor": "2"}
FIXED = {"kind": "fixed", "unit": "points", "amount": 5}
TAG = "does not match any of the expected tags"
PAY = {"kind": "pay_with_points", "unit": "points", "points": 100, "value": "1.00"}


def one(effect: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"effects": [effect | others]}


def asked(subject: str, **comparisons: Any) -> dict[str, Any]:
    return {"when": {"ask": subject} | comparisons}


def nested(levels: int) -> dict[str, Any]:
    condition: dict[str, Any] = {"ask": "order.first", "is": True}
    for _ in range(levels - 1):
        condition = {"not": condition}
    return {"when": condition}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"effects": None}, "valid tuple"),
        ({"effects": []}, "at least 1 item"),
        ({"effects": [FIXED] * 21}, "at most 20 items"),
        (one(MULTIPLY, factor="1"), "a factor must be a plain decimal above 1"),
        (one(MULTIPLY, factor="0.5"), "a factor must be a plain decimal above 1"),
        (one(MULTIPLY, factor="1001"), "a factor must be a plain decimal above 1"),
        (one(MULTIPLY, factor="1e1"), "a factor must be a plain decimal above 1"),
        (one(MULTIPLY, factor=1.5), "valid string"),
        (one(MULTIPLY, factor=None), "a multiply effect has one of: factor, by_tier, by_label"),
        (one(MULTIPLY, by_tier={"gold": "3"}), "a multiply effect has one of: factor, by_tier, by_label"),
        (one(MULTIPLY, factor=None, by_tier={"gold": "1"}), "a factor must be a plain decimal above 1"),
        (one(MULTIPLY, stage="base"), "Extra inputs are not permitted"),
        (one(FIXED, stage="multiply"), "'base' or 'bonus'"),
        (one({"kind": "gift"}), TAG),
        (one(FIXED, kind="per_order"), TAG),
        (one(FIXED, amount=0), "greater than or equal to 1"),
        (one(FIXED, amount="5"), "whole number"),
        (one(FIXED, amount=10**12 + 1), "less than or equal to 1000000000000"),
        (one(FIXED, unit=""), "should match pattern"),
        (one({"kind": "per_value", "unit": "points", "amount": 1, "per": "0.00"}), "plain decimal above 0"),
        (one({"kind": "per_value", "unit": "points", "amount": 1, "per": "-1"}), "plain decimal above 0"),
        (one({"kind": "cashback", "unit": "points", "percent": "0"}), "a percentage must be"),
        (one({"kind": "cashback", "unit": "points", "percent": "100.01"}), "a percentage must be"),
        (
            one({"kind": "percent_off", "percent": "10"}),
            "percent_off is a discount: it belongs to a rule on cart, not on order",
        ),
        (one(PAY), "pay_with_points is a discount: it belongs to a rule on cart"),
        ({"trigger": {"on": "cart"}} | one(PAY, points=0), "greater than or equal to 1"),
        ({"trigger": {"on": "cart"}} | one({"kind": "amount_off", "amount": "0"}), "plain decimal above 0"),
        ({"trigger": {"on": "cart"}} | one({"kind": "buy_get", "buy": 0, "get": 1}), "greater than or equal to 1"),
        ({"trigger": {"on": "cart"}} | one({"kind": "cheapest_free", "pieces": True}), "valid integer"),
        ({"trigger": {"on": "full moon"}}, TAG),
        ({"window": {"from_day": "2026-02-01", "until_day": "2026-01-31"}}, "must not end before it starts"),
        ({"window": {"from_day": "2026-02-30"}}, "a day of the calendar"),
        ({"window": {"from_day": 1_767_225_600}}, "a day of the calendar"),
        ({"window": {"until_day": "2026-02-01T00:00:00"}}, "a day of the calendar"),
        ({"window": {"until_day": datetime(2026, 2, 1, tzinfo=UTC)}}, "a day of the calendar"),
        ({"rule_id": "a#b"}, "should match pattern"),
        ({"group": "a b"}, "should match pattern"),
        ({"name": ""}, "at least 1 character"),
        ({"state": "asleep"}, "'draft', 'active', 'paused' or 'ended'"),
        ({"priority": True}, "valid integer"),
        ({"stop": "yes"}, "valid boolean"),
        ({"audience": {"places": [""]}}, "at least 1 character"),
        ({"lines": {"skus": ["x"] * 1001}}, "at most 1000 items"),
        ({"lines": {"colour": "red"}}, "Extra inputs are not permitted"),
        ({"limit": 3}, "Extra inputs are not permitted"),
        ({"active": True}, "Extra inputs are not permitted"),
        ({"when": "x"}, "a condition has one of: all, any, not, ask"),
        ({"when": 5}, "a condition has one of: all, any, not, ask"),
        ({"when": []}, "a condition has one of: all, any, not, ask"),
        ({"when": {"or": []}}, "a condition has one of: all, any, not, ask"),
        ({"when": {"all": []}}, "at least 1 item"),
        ({"when": {"all": [{"ask": "order.first", "is": True}] * 101}}, "at most 100 items"),
        ({"when": {"any": [{"all": [{"ask": "order.first", "is": True}] * 67}] * 3}}, "at most 200 questions"),
        ({"when": {"all": [{"ask": "order.first", "is": True}], "any": []}}, "Extra inputs are not permitted"),
        (nested(9), "at most 8 levels deep"),
        (asked("order.colour", is_not="red"), "nobody knows what order.colour is"),
        (asked("balance.", at_least=1), "nobody knows what balance. is"),
        (asked("field.", at_least=1), "nobody knows what field. is"),
        (asked("order.first"), "say what order.first must be"),
        (asked("order.first", at_least=1), "order.first has no order"),
        (asked("order.first", **{"is": "yes"}), "order.first is compared with true or false"),
        (asked("order.first", **{"is": 1.0}), "valid boolean"),
        (asked("account.tier", above="gold"), "account.tier has no order"),
        (asked("account.tier", **{"is": 1}), "account.tier is compared with a text"),
        (asked("order.payments", at_most="cash"), "order.payments has no order"),
        (asked("order.payments", one_of=[]), "at least 1 item"),
        (asked("order.value", at_least=20), 'order.value is compared with a decimal in quotes, such as "20.00"'),
        (asked("order.value", at_least="1,000"), "order.value is compared with a decimal in quotes"),
        (asked("order.lines", at_least="many"), "order.lines is compared with a whole number"),
        (asked("order.lines", at_least=True), "order.lines is compared with a whole number"),
        (asked("balance.points", above="many"), "balance.points is compared with a whole number"),
        (asked("time.day", above="2026-02-30"), "time.day is compared with a day of the calendar"),
        (asked("time.of_day", below="25:00"), "time.of_day is compared with a time of day"),
        (asked("time.of_day", below=1630), "time.of_day is compared with a time of day"),
        (asked("field.size", above=True), "field.size has no order"),
        (asked("time.weekday", **{"is": "Saturday"}), "a weekday is one of: mon, tue"),
        (asked("time.weekday", none_of=["mon", "Sun"]), "a weekday is one of: mon, tue"),
        (asked("time.month", **{"is": 13}), "a month is a number from 1 to 12"),
        (asked("time.day_of_month", one_of=[1, 32]), "a day of a month is a number from 1 to 31"),
        (asked("order.currency", **{"is": "eur"}), "three capital letters"),
        (asked("order.value", at_least="20.00", below="20"), "order.value never is both"),
        (asked("order.value", at_least="20.00", at_most="10"), "order.value never is both"),
        (asked("member.age", above=17, at_most=17), "member.age never is both"),
        (asked("time.day", above="2026-01-30", below="2026-01-31"), "time.day never is both"),
        (asked("time.of_day", at_least="22:00", below="06:00"), "for a time over midnight, ask for one of two"),
        (asked("time.of_day", at_least="24:00"), "never is both"),
        (asked("order.place", **{"is": "Berlin", "none_of": ["Berlin"]}), "order.place never is all of that"),
        (asked("order.first", none_of=[True, False]), "order.first never is all of that"),
        (asked("member.age", **{"is": 17, "at_least": 18}), "member.age never is all of that"),
        (asked("field.size", at_least=42, below=42), "field.size never is both"),
        (asked("account.orders", at_least=10**13), "no number above 1000000000000"),
        (
            {"when": {"all": [{"ask": "time.of_day", "at_least": "22:00"}, {"ask": "time.of_day", "below": "06:00"}]}},
            "over midnight",
        ),
        ({"when": {"lines": {}, "of": "value", "at_least": "20", "at_most": "10.00"}}, "at_least is above at_most"),
        ({"when": {"times": "orders", "per": "year", "at_least": 3, "at_most": 2}}, "at_least is above at_most"),
        ({"when": {"labels_of": "order", "one_of": []}}, "at least 1 item"),
        ({"when": {"labels_of": "line", "one_of": [{"key": "a"}]}}, "'order' or 'member'"),
        ({"when": {"lines": {}, "of": "value"}}, "value and quantity are compared by at_least or at_most"),
        ({"when": {"lines": {}, "at_most": "3"}}, "value and quantity are compared by at_least or at_most"),
        ({"when": {"lines": {}, "of": "quantity", "at_least": "few"}}, "plain decimal"),
        ({"when": {"times": "orders", "per": "year"}}, "say how often: at_least or at_most"),
        ({"when": {"times": "orders", "at_least": 1}}, "say of when: per (a period of the calendar) or days"),
        ({"when": {"times": "rule:", "per": "day", "at_least": 1}}, "should match pattern"),
        ({"limits": {"per_member": [{"per": "day"}]}}, "either times, or an amount and its unit"),
        ({"limits": {"per_member": [{"per": "day", "amount": 5}]}}, "either times, or an amount and its unit"),
        (
            {"limits": {"per_member": [{"per": "day", "times": 1, "amount": 5, "unit": "points"}]}},
            "either times, or an amount and its unit",
        ),
        ({"limits": {"per_member": [{"per": "fortnight", "times": 1}]}}, "'day', 'week'"),
        ({"limits": {"per_member": [{"per": "day", "times": 0}]}}, "greater than or equal to 1"),
        ({"limits": {"per_member": [{"per": "day", "times": n} for n in (1, 2)]}}, "two limits for each member"),
        ({"limits": {"in_all": 0}}, "greater than or equal to 1"),
        ({"limits": {"in_all": True}}, "valid integer"),
        ({"limits": {"budget": {"amount": 5}}}, "a budget is of a unit or of a currency"),
        ({"limits": {"budget": {"amount": 5, "unit": "points", "currency": "EUR"}}}, "of a unit or of a currency"),
        ({"limits": {"budget": {"amount": 5, "currency": "eur"}}}, "should match pattern"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(**fields)
    assert [error for error in refused.value.errors() if sentence in error["msg"]], str(refused.value)


def test_a_rule_without_any_effect_is_told_so() -> None:
    with pytest.raises(ValidationError, match="effects\n  Field required"):
        Rule.model_validate({"rule_id": "r", "name": "r"})


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [{"ask": "time.of_day", "at_least": "22:00"}, {"ask": "time.of_day", "below": "06:00"}]},
        {"ask": "time.of_day", "at_least": "22:00", "at_most": "24:00"},
        {"ask": "order.payments", "is": "card", "none_of": ["cash"]},
        {"ask": "order.payments", "is": "card", "one_of": ["cash"]},
        {"ask": "order.value", "at_least": "20", "at_most": "20.00"},
        {"ask": "field.size", "is": "M", "at_least": 3},
        {"all": [{"ask": "time.weekday", "is_not": "sat"}, {"ask": "time.weekday", "is_not": "sun"}]},
    ],
)
def test_what_can_hold_is_left_alone(condition: dict[str, Any]) -> None:
    assert rule(when=condition).when is not None


def test_eight_levels_can_be_read() -> None:
    assert rule(**nested(8)).when is not None


WRITTEN = {
    "rule_id": "spring-books",
    "name": "Spring of books",
    "state": "draft",
    "trigger": {"on": "cart"},
    "window": {"from_day": "2026-03-01", "until_day": None},
    "audience": {
        "members": [],
        "tiers": ["gold"],
        "segments": ["readers"],
        "labels": [{"key": "vip", "value": None}],
        "places": ["main-street"],
    },
    "lines": {
        "skus": [],
        "categories": ["books"],
        "brands": ["Meridian"],
        "labels": [{"key": "promo", "value": "spring"}],
        "exclude_delivery": True,
    },
    "priority": 10,
    "group": "spring",
    "stop": True,
}
ASKED = [
    {"ask": "order.value", "at_least": "20.00", "below": "500"},
    {"any": [{"ask": "time.weekday", "one_of": ["sat", "sun"]}, {"not": {"ask": "order.first", "is": False}}]},
    {"labels_of": "member", "one_of": [{"key": "vip"}]},
    {"lines": {"skus": ["pen"]}, "of": "quantity", "at_least": "2"},
    {"times": "orders", "per": "3_months", "at_most": 4},
    {"ask": "field.newsletter", "is": True},
    {"ask": "field.shoe_size", "is": 42},
]
CREDITS: list[dict[str, Any]] = [
    {"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00"},
    {"kind": "per_product", "unit": "points", "amount": 1, "times": "line"},
    {"kind": "fixed", "unit": "points", "amount": 5, "stage": "bonus"},
    {"kind": "cashback", "unit": "money", "percent": "5", "at_most": 1_000},
    {"kind": "multiply", "unit": "points", "factor": "2.0", "rounding": "down"},
    {"kind": "multiply", "unit": "points", "by_tier": {"gold": "3"}},
    {"kind": "multiply", "unit": "points", "by_label": [{"key": "app", "factor": "1.5"}]},
]
DISCOUNTS: list[dict[str, Any]] = [
    {"kind": "percent_off", "percent": "10", "at_most": "5.00"},
    {"kind": "amount_off", "amount": "5.00"},
    {"kind": "fixed_price", "price": "9.99"},
    {"kind": "buy_get", "buy": 2, "get": 1, "percent": "50", "sets_at_most": 3},
    {"kind": "cheapest_free", "pieces": 3},
    {"kind": "free_delivery"},
    PAY | {"at_most": "10.00", "at_most_percent": "50", "whole_steps": False},
]


@pytest.mark.parametrize(("on", "given"), [("order", CREDITS), ("cart", DISCOUNTS)])
def test_a_rule_goes_to_json_and_back(on: str, given: list[dict[str, Any]]) -> None:
    written = WRITTEN | {"trigger": {"on": on}}
    read = Rule.model_validate(written | {"when": {"all": ASKED}, "effects": given})
    assert read.window.from_day == date(2026, 3, 1)
    sent = read.model_dump(mode="json")
    assert {name: sent[name] for name in written} == written
    assert Rule.model_validate(sent) == read
    assert Rule.model_validate(read.model_dump()) == read
    assert Rule.model_validate_json(read.model_dump_json()) == read
    for wrote, effect in zip(given, sent["effects"], strict=True):
        assert [name for name in wrote if name != "by_label" and effect[name] != wrote[name]] == []
    assert sent["when"]["all"][1]["any"][1]["not"]["is"] is False


def test_what_a_rule_names_of_its_program_is_found_where_it_stands() -> None:
    read = Rule.model_validate(
        WRITTEN
        | {
            "trigger": {"on": "order"},
            "effects": CREDITS,
            "when": {
                "any": [
                    {"ask": "balance.stamps", "at_least": 9},
                    {"not": {"ask": "account.tier", "one_of": ["silver", "bronze"], "is_not": "blue"}},
                ]
            },
        }
    )
    units = [("points", f"effects.{at}.unit") for at in (0, 1, 2, 4, 5, 6)]
    assert sorted(named_units(read)) == sorted([*units, ("money", "effects.3.unit"), ("stamps", "when")])
    assert list(named_tiers(read)) == [
        ("gold", "audience.tiers"),
        ("gold", "effects.5.by_tier"),
        ("blue", "when"),
        ("silver", "when"),
        ("bronze", "when"),
    ]
    payment = Rule.model_validate(WRITTEN | {"effects": DISCOUNTS})
    assert list(named_units(payment)) == [("points", "effects.6.unit")]


def test_a_name_that_was_let_in_before_goes_on() -> None:
    with pytest.raises(ValidationError, match="turn the direction of others"):
        rule(name="Tea \u202e aet")
    assert kept("old", name="Tea\u0000 \u202e aet").name == "Tea\u0000 \u202e aet"


def test_what_was_let_in_before_it_was_known_to_be_impossible_goes_on_giving_nothing() -> None:
    never = {"all": [{"ask": "order.lines", "is": 3}, {"ask": "order.lines", "is": 4}]}
    with pytest.raises(ValidationError, match=r"order\.lines never is all of that"):
        rule(when=never)
    assert reasons(judge(sale(line(1, 40_00)), kept("old", when=never))) == {"old": "condition_not_met"}
