"""A marketer writes rules: what they may say, what they give, and what cannot be meant."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.config import Config, Name, config_writes
from chalicelib.table.journal import Head, Header, Stream, new_entry
from chalicelib.table.protocol import Put
from tests.http.client import status_of_body
from tests.http.native.bookshop import ONE_PER_EURO, TIERS, Json, Shop, answer, book, document, refusal, rule
from tests.twins import caller_of

RULES = "/v1/programs/1/rules"
KEPT = {
    "rule_id": "weekend",
    "name": "A rule",
    "unit": "points",
    "stage": "base",
    "effect": {"kind": "per_value", "amount": 1, "per": "1.00", "whole_steps": False, "rounding": "down"},
    "active": True,
    "priority": 0,
    "stop": False,
    "window": {"from_day": "2026-01-10", "until_day": None},
    "audience": {"tiers": ["silver"]},
    "places": ["Berlin"],
    "order_labels": [{"key": "channel", "value": None}],
    "first_purchase_only": False,
    "minimum_order_value": "12.50",
    "lines": {"skus": [], "categories": ["Books"], "brands": [], "labels": [], "exclude_delivery": True},
}
DOUBLE = {"kind": "multiply", "factor": "2"}


def test_a_rule_is_kept_as_it_was_written(shop: Shop) -> None:
    written = rule(
        window={"from_day": "2026-01-10"},
        audience={"tiers": ["silver"]},
        places=["Berlin"],
        order_labels=[{"key": "channel"}],
        minimum_order_value="12.50",
        lines={"categories": ["Books"], "exclude_delivery": True},
    )
    reply = shop.api.put(f"{RULES}/weekend", written)
    assert (reply.status, reply.json) == (200, KEPT)
    assert answer(shop.api.get(f"{RULES}/weekend")) == KEPT


def test_a_rule_written_again_is_replaced(shop: Shop) -> None:
    shop.define("weekend", name="First", priority=3)
    shop.define("weekend", name="Second")
    kept = answer(shop.api.get(f"{RULES}/weekend"))
    assert (kept["name"], kept["priority"]) == ("Second", 0)


def test_rules_are_listed_by_id(shop: Shop) -> None:
    for rule_id in ("zebra", "Autumn", "1-first"):
        shop.define(rule_id)
    listed = answer(shop.api.get(RULES))
    assert list(listed) == ["items"]
    assert [kept["rule_id"] for kept in listed["items"]] == ["1-first", "Autumn", "base", "zebra"]


def test_each_program_has_rules_of_its_own(shop: Shop) -> None:
    answer(shop.api.post("/v1/programs", {"name": "Second", "units": [{"code": "stars", "name": "Stars"}]}))
    assert answer(shop.api.get("/v1/programs/2/rules")) == {"items": []}
    assert refusal(shop.api.get("/v1/programs/2/rules/base")) == (404, "rule_not_found", "rule_id")


def test_a_rule_that_is_not_there_is_not_found(shop: Shop) -> None:
    for rule_id in ("nothing", "-", "base%23", "B" * 2_000):
        assert refusal(shop.api.get(f"{RULES}/{rule_id}")) == (404, "rule_not_found", "rule_id")


def test_rules_of_a_program_that_is_not_there(shop: Shop) -> None:
    missing = (404, "program_not_found", "program_id")
    assert refusal(shop.api.get("/v1/programs/2/rules")) == missing
    assert refusal(shop.api.get("/v1/programs/2/rules/base")) == missing
    assert refusal(shop.api.put("/v1/programs/2/rules/base", rule())) == missing


@pytest.mark.parametrize("rule_id", ["-first", "two%20words", "a%23b", "r" * 65, "r%C3%A4t"])
def test_a_rule_is_named_plainly(shop: Shop, rule_id: str) -> None:
    assert refusal(shop.api.put(f"{RULES}/{rule_id}", rule())) == (400, "wrong_format", "rule_id")


def test_a_rule_credits_a_unit_of_its_program(shop: Shop) -> None:
    assert refusal(shop.api.put(f"{RULES}/new", rule(unit="stars"))) == (422, "unknown_unit", "unit")


def test_a_rule_is_for_tiers_of_its_program(shop: Shop) -> None:
    platinum = rule(audience={"tiers": ["gold", "platinum"]})
    assert refusal(shop.api.put(f"{RULES}/new", platinum)) == (422, "unknown_tier", "audience.tiers")


def test_there_is_an_end_to_rules(shop: Shop, rt: Runtime) -> None:
    """As many as a program takes, put there behind the API's back."""
    header = Header("import", "import", caller_of("ours"), 0, 0, 1)
    entry = new_entry(Stream("ours", "ours#CFG#rule"), Head(), header, [])
    kept = KEPT | {"audience": {"tiers": []}, "active": False}
    for number in range(1_999):
        rule_id = f"r{number:04}"
        put, _ = config_writes(
            Config("ours", 0, {}), Name("rule", f"0001#{rule_id}"), kept | {"rule_id": rule_id}, entry
        )
        assert isinstance(put, Put)
        rt.table.batch_put([put.item])
    assert refusal(shop.api.put(f"{RULES}/one-more", rule())) == (422, "too_many_rules", None)
    assert answer(shop.api.put(f"{RULES}/base", rule(name="Changed")))["name"] == "Changed"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "name"),
        (rule(name=""), "too_short", "name"),
        (rule(stage="afterwards"), "unknown_choice", "stage"),
        ({"name": "A rule", "unit": "points", "stage": "base"}, "missing_field", "effect"),
        (rule(effect=None), "wrong_type", "effect"),
        (rule(effect={"kind": "give_away"}), "unknown_choice", "effect.kind"),
        (rule(effect={"amount": 1, "per": "1.00"}), "missing_field", "effect.kind"),
        (rule(effect=ONE_PER_EURO | {"amount": -1}), "negative_amount", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"amount": 0}), "number_too_small", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"amount": 1.5}), "too_many_decimals", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"amount": "1"}), "unreadable_number", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"amount": 10**12 + 1}), "number_too_large", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"amount": 10**30}), "number_too_large", "effect.amount"),
        (rule(effect=ONE_PER_EURO | {"per": 1}), "wrong_type", "effect.per"),
        (rule(effect=ONE_PER_EURO | {"per": "0.00"}), "invalid_body", "effect.per"),
        (rule(effect=ONE_PER_EURO | {"per": "1e3"}), "invalid_body", "effect.per"),
        (rule(effect=ONE_PER_EURO | {"rounding": "up"}), "unknown_choice", "effect.rounding"),
        (rule(effect=ONE_PER_EURO | {"also": 1}), "unknown_field", "effect.also"),
        (rule(effect=DOUBLE), "invalid_body", None),
        (rule(stage="multiply"), "invalid_body", None),
        (rule(stage="multiply", effect=DOUBLE | {"factor": "1"}), "invalid_body", "effect.factor"),
        (rule(stage="multiply", effect=DOUBLE | {"factor": 2}), "wrong_type", "effect.factor"),
        (rule(window={"from_day": "2026-02-30"}), "unreadable_date", "window.from_day"),
        (rule(window={"from_day": "2026-02-01T00:00:00Z"}), "unreadable_date", "window.from_day"),
        (rule(window={"from_day": "2026-02-01", "until_day": "2026-01-01"}), "invalid_body", "window"),
        (rule(minimum_order_value=10), "wrong_type", "minimum_order_value"),
        (rule(minimum_order_value="-10.00"), "invalid_body", "minimum_order_value"),
        (rule(priority=10**7), "number_too_large", "priority"),
        (rule(priority="high"), "unreadable_number", "priority"),
        (rule(active="yes"), "wrong_type", "active"),
        (rule(lines={"skus": "A"}), "wrong_type", "lines.skus"),
        (rule(lines={"skus": ["A"] * 1_001}), "too_long", "lines.skus"),
        (rule(lines={"sku": ["A"]}), "unknown_field", "lines.sku"),
        (rule(order_labels=[{"value": "yes"}]), "missing_field", "order_labels.0.key"),
        (rule(rule_id="other"), "unknown_field", "rule_id"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(shop: Shop, body: Json, code: str, param: str | None) -> None:
    assert refusal(shop.api.put(f"{RULES}/new", body)) == (status_of_body(code), code, param)
    assert refusal(shop.api.get(f"{RULES}/new")) == (404, "rule_not_found", "rule_id")


# --- what they come to ---------------------------------------------------------------------------------------------------


def test_a_rule_holds_from_the_next_purchase_on(shop: Shop) -> None:
    ada = shop.enrol("1")
    assert shop.buy(ada, "S1")["account"]["balances"] == {"points": 100}
    shop.define("double", stage="multiply", effect=DOUBLE, lines={"skus": ["BOOK"]})
    assert shop.buy(ada, "S2", book(10_00), book(6_00, sku="TEA"))["account"]["balances"] == {"points": 126}
    shop.define("base", active=False)
    assert shop.buy(ada, "S3")["earned"] == []


def test_rules_say_why_they_gave_nothing(shop: Shop) -> None:
    """Every reason there is, by one purchase."""
    ada = shop.enrol("1")
    shop.buy(ada, "S1", book(1_00))
    answer(shop.api.put("/v1/programs/1/tiers", TIERS))
    shop.define("a-inactive", active=False)
    shop.define("b-window", window={"until_day": "2026-01-13"})
    shop.define("c-tier", audience={"tiers": ["gold"]})
    shop.define("d-place", places=["Hamburg"])
    shop.define("e-labels", order_labels=[{"key": "channel", "value": "web"}])
    shop.define("f-first", first_purchase_only=True)
    shop.define("g-minimum", minimum_order_value="500.00")
    shop.define("h-lines", lines={"skus": ["TEA"]})
    shop.define("i-multiply", unit="cashback", stage="multiply", effect=DOUBLE)
    shop.define("j-zero", effect=ONE_PER_EURO | {"per": "1000.00"})
    shop.define("k-stop", priority=1, stop=True)
    shop.define("l-stopped", priority=2)
    simulated = answer(shop.api.post("/v1/orders/simulate", document("S2", member_id=ada)))
    assert {rule["rule_id"]: rule["reason"] for rule in simulated["skipped"]} == {
        "a-inactive": "inactive",
        "b-window": "outside_window",
        "c-tier": "wrong_tier",
        "d-place": "wrong_place",
        "e-labels": "wrong_order_labels",
        "f-first": "not_first_purchase",
        "g-minimum": "below_minimum",
        "h-lines": "no_matching_lines",
        "i-multiply": "nothing_to_multiply",
        "j-zero": "rounds_to_zero",
        "l-stopped": "stopped",
    }
    assert all(rule["message"].endswith(".") for rule in simulated["skipped"])
    assert [earning["rule_id"] for earning in simulated["earned"]] == ["base", "k-stop"]
