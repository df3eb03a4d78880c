"""A marketer tries rules on last month's orders: started over HTTP, followed like any long job, with a report."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import PROGRAM, Json, Shop, answer, book, card, fixed, per_euro, refusal, rule
from tests.twins.happenings import DECLARED, ON_REVIEW
from tests.unit.imports.desk import Desk

PATH = "/v1/programs/1/rule-simulations"
MONTH = {"from_day": "2025-12-16", "until_day": "2026-01-15"}
TEN_OFF = {"kind": "percent_off", "percent": "10"}
NO_PERK = {"kind": "grant_perk", "perk": "nothing"}
NO_SERVER = {"kind": "webhook", "webhook_id": "nobodys"}
PARTY = {"on": "event", "name": "party"}
AFTER_NOBODY = {"times": "rule:nobody", "per": "day", "at_least": 1}
NOT_GIVEN = {"budget": {"amount": 5, "unit": "cashback"}}
THIRTEENTH = {"ask": "time.month", "is": 13}


@pytest.fixture
def desk(rt: Runtime) -> Desk:
    return Desk(rt)


def tried(rule_id: str, *effects: Json, **fields: Any) -> Json:
    return rule(*effects, rule_id=rule_id, **fields)


def begun(shop: Shop, *rules: Json, **fields: Any) -> str:
    return str(answer(shop.api.post(PATH, MONTH | {"rules": list(rules)} | fields))["operation_id"])


def report(desk: Desk, operation_id: str) -> Json:
    return dict(json.loads(desk.files.objects[f"results/ours/{operation_id}.json"]))


def replayed(shop: Shop, desk: Desk, *rules: Json, **fields: Any) -> Json:
    operation_id = begun(shop, *rules, **fields)
    desk.work()
    assert answer(shop.api.get(f"/v1/operations/{operation_id}"))["state"] == "done"
    return report(desk, operation_id)


def of_rule(told: Json, rule_id: str) -> Json:
    [found] = [one for one in told["rules"] if one["rule_id"] == rule_id]
    return dict(found)


def test_rules_are_tried_on_last_month_from_the_start_to_the_report(shop: Shop, desk: Desk, ada: str) -> None:
    shop.buy(ada, "S1", book(250_00))
    shop.buy(ada, "S2", book(20_00))
    shop.buy(shop.enrol("2"), "S3", book(10_00))
    shop.clock.pass_by(2)
    weekly = tried("double", {"kind": "multiply", "unit": "points", "by_tier": {"silver": "2"}})
    first = answer(shop.api.post(PATH, MONTH | {"rules": [weekly, tried("ten", TEN_OFF, trigger={"on": "cart"})]}))
    assert (first["kind"], first["state"], first["name"]) == ("simulate_rules", "queued", "2025-12-16 – 2026-01-15")
    assert (first["program_id"], first["rows"]["total"], first["result"]) == (1, None, None)
    desk.work()
    done = answer(shop.api.get(f"/v1/operations/{first['operation_id']}"))
    assert (done["state"], done["rows"]["done"], done["failure"]) == ("done", 2, None)
    assert done["counts"] == {"groups": 0, "accounts": 2, "orders": 3, "unreadable": 0}
    stem = f"https://files.invalid/results/ours/{first['operation_id']}"
    assert done["result"]["url"] == f"{stem}.csv?seconds=900"
    assert done["result"]["json_url"] == f"{stem}.json?seconds=900"
    told = report(desk, first["operation_id"])
    assert told["in_all"] == {
        "sold": {"accounts": 2, "orders": 3, "value": {"EUR": 280_00}},
        "active": {
            "accounts": 2,
            "orders": 3,
            "credited": {"points": 280},
            "credited_after_discounts": {"points": 280},
        },
        "simulated": {
            "accounts": 2,
            "orders": 3,
            "credited": {"points": 300},
            "credited_after_discounts": {"points": 270},
            "discounted": {"EUR": 28_00},
        },
        "recorded": {"accounts": 2, "orders": 3, "credited": {"points": 280}},
    }
    silver = {"accounts": 1, "orders": 1, "credited": {"points": 20}, "credited_after_discounts": {"points": 18}}
    double = of_rule(told, "double")
    assert (double["simulated"], double["active"], double["recorded"]) == (silver, {}, {})
    assert [one["tier"] for one in double["tiers"]] == ["silver"]
    lines = list(csv.DictReader(io.StringIO(desk.report(first["operation_id"]))))
    [off] = [one for one in lines if (one["rule_id"], one["tier"], one["measure"]) == ("ten", "", "discounted")]
    assert (off["of"], off["simulated"], off["active"]) == ("EUR", "2800", "")
    assert not [name for name in desk.files.objects if name.startswith("work/")]


def test_a_draft_is_tried_by_its_id_and_judged_by_nobody_else(shop: Shop, desk: Desk, ada: str) -> None:
    shop.define("welcome", fixed(50), state="draft", when={"ask": "order.first", "is": True})
    shop.buy(ada, "S1", book(10_00))
    told = replayed(shop, desk, rule_ids=["welcome"])
    assert of_rule(told, "welcome")["simulated"]["credited"] == {"points": 50}
    assert (of_rule(told, "welcome")["active"], told["simulated"]) == ({}, ["welcome", "base"])
    assert shop.points(ada) == 10


def test_a_rule_for_a_segment_is_tried_by_todays_members_and_that_is_said(shop: Shop, desk: Desk, ada: str) -> None:
    answer(shop.api.put("/v1/segments/vip", {"name": "VIP"}))
    shop.buy(ada, "S1", book(10_00))
    shop.buy(shop.enrol("2"), "S2", book(10_00))
    answer(shop.api.post("/v1/segments/vip/members", {"members": [{"member_id": ada}]}))
    told = replayed(shop, desk, tried("for-vip", fixed(7), audience={"segments": ["vip"]}))
    assert of_rule(told, "for-vip")["simulated"]["credited"] == {"points": 7}
    assert told["by_profiles_of_today"] == ["for-vip"]


def test_the_same_key_is_the_same_simulation_and_a_dry_run_starts_none(shop: Shop, desk: Desk) -> None:
    assert answer(shop.api.post(f"{PATH}?dry_run=true", MONTH))["state"] == "queued"
    assert answer(shop.api.get("/v1/operations"))["items"] == []
    first = shop.api.post(PATH, MONTH, headers={"Idempotency-Key": "spring"})
    again = shop.api.post(PATH, MONTH, headers={"Idempotency-Key": "spring"})
    assert (first.status, answer(again)) == (201, answer(first))
    assert again.headers.get("Idempotent-Replayed") == "true"
    other = shop.api.post(PATH, MONTH | {"rule_ids": ["base"]}, headers={"Idempotency-Key": "spring"})
    assert refusal(other)[:2] == (409, "idempotency_key_reused")
    desk.work()
    late = answer(shop.api.post(PATH, MONTH, headers={"Idempotency-Key": "spring"}))
    assert (late["state"], len(answer(shop.api.get("/v1/operations"))["items"])) == ("done", 1)


def test_it_can_be_cancelled_before_it_is_cut_up(shop: Shop, desk: Desk, ada: str) -> None:
    shop.buy(ada, "S1")
    path = f"/v1/operations/{begun(shop)}"
    assert answer(shop.api.post(f"{path}/cancel"))["state"] == "cancelled"
    desk.work()
    ended = answer(shop.api.get(path))
    assert (ended["state"], ended["counts"]["orders"], ended["result"]) == ("cancelled", 0, None)


UNMEASURED = {"on": "metric", "metric": "no", "threshold": "none", "stage": "reached"}
NOWHERE: Json = {"trigger": {"on": "birthday"}, "audience": {"places": ["Berlin"]}}
TOO_DEEP: Json = {"all": [{"any": [{"ask": "order.first", "is": True}] * 100}] * 3}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"from_day": "2026-01-02", "until_day": "2026-01-01"}, (400, "invalid_span", "until_day")),
        ({"from_day": "2025-01-01", "until_day": "2026-01-02"}, (400, "invalid_span", "until_day")),
        ({"until_day": "2026-01-16"}, (422, "period_not_over", "until_day")),
        ({"from_day": "2027-01-01", "until_day": "2027-01-31"}, (422, "period_not_over", "until_day")),
        ({"from_day": "0001-01-01"}, (400, "date_too_early", "from_day")),
        ({"from_day": -(10**30), "until_day": -(10**30)}, (400, "unreadable_date", "from_day")),
        ({"from_day": 10**30, "until_day": 10**30}, (400, "unreadable_date", "from_day")),
        ({"until_day": "9999-12-31"}, (400, "invalid_span", "until_day")),
        ({"from_day": "2026-02-30"}, (400, "unreadable_date", "from_day")),
        ({"from_day": 20_000.5}, (400, "unreadable_date", "from_day")),
        ({"rule_ids": ["base", "nobody"]}, (404, "rule_not_found", "rule_ids")),
        ({"rule_ids": ["base", "base"]}, (400, "rule_named_twice", "rules")),
        ({"rules": [tried("a"), tried("a")]}, (400, "rule_named_twice", "rules")),
        ({"with_active": False}, (422, "nothing_to_simulate", "rules")),
        ({"rules": [tried("a"), tried("b", per_euro(unit="stars"))]}, (422, "unknown_unit", "rules.1.effects.0.unit")),
        ({"rules": [tried("a", audience={"tiers": ["lead"]})]}, (422, "unknown_tier", "rules.0.audience.tiers")),
        ({"rules": [tried("a", fixed(1), trigger={"on": "cart"})]}, (422, "credit_on_cart", "rules.0.effects")),
        ({"rules": [tried("a", NO_PERK)]}, (422, "unknown_perk", "rules.0.effects.0.perk")),
        ({"rules": [tried("a", {"kind": "badge", "perk": "club"})]}, (422, "not_a_badge", "rules.0.effects.0.perk")),
        (
            {"rules": [tried("a", {"kind": "notify", "template": "no"})]},
            (422, "unknown_template", "rules.0.effects.0.template"),
        ),
        ({"rules": [tried("a", NO_SERVER)]}, (422, "unknown_webhook", "rules.0.effects.0.webhook_id")),
        ({"rules": [tried("a", audience={"segments": ["no"]})]}, (422, "unknown_segment", "rules.0.audience.segments")),
        ({"rules": [tried("a", fixed(1), trigger=PARTY)]}, (422, "unknown_event", "rules.0.trigger.name")),
        ({"rules": [tried("a", when=AFTER_NOBODY)]}, (422, "unknown_rule", "rules.0.when")),
        ({"rules": [tried("a", limits=NOT_GIVEN)]}, (422, "nothing_to_limit", "rules.0.limits.budget.unit")),
        ({"rules": [tried("a", when=THIRTEENTH)]}, (400, "impossible_condition", "rules.0.when")),
        ({"rules": [rule()]}, (400, "missing_field", "rules.0.rule_id")),
        ({"rules": [tried("a", {"kind": "gift"})]}, (400, "unknown_choice", "rules.0.effects.0.kind")),
        ({"rules": [tried("a", when={"ask": "weather", "is": "rain"})]}, (400, "unknown_subject", "rules.0.when")),
        ({"rules": [tried("a", when={"ask": "order.value"})]}, (400, "wrong_comparison", "rules.0.when")),
        ({"rules": [tried("a", when=TOO_DEEP)]}, (400, "conditions_too_large", "rules.0.when")),
        ({"rules": [tried("a", when={"ask": "here.distance", "below": 9})]}, (400, "wrong_question", "rules.0.when")),
        ({"rules": [tried("a", TEN_OFF)]}, (400, "wrong_effect", "rules.0.effects.0")),
        ({"rules": [tried("a", limits={"budget": {"amount": 1}})]}, (400, "wrong_limit", "rules.0.limits.budget")),
        ({"rules": [tried("a", audience={"members": ["no"]})]}, (422, "unknown_member", "rules.0.audience.members")),
        ({"rules": [tried("a", when={"ask": "field.no", "is": 1})]}, (422, "unknown_member_field", "rules.0.when")),
        ({"rules": [tried("a", fixed(1), **NOWHERE)]}, (422, "no_place_then", "rules.0.audience.places")),
        ({"rules": [tried("a", fixed(1), trigger=UNMEASURED)]}, (422, "unknown_metric", "rules.0.trigger.metric")),
        ({"surprise": 1}, (400, "unknown_field", "surprise")),
    ],
)
def test_what_cannot_be_replayed_is_refused_and_nothing_begins(
    shop: Shop, body: Json, refused: tuple[int, str, str]
) -> None:
    answer(shop.api.put("/v1/programs/1/perks/club", {"name": "Club", "what": {"kind": "club"}}))
    assert refusal(shop.api.post(PATH, MONTH | body)) == refused
    assert answer(shop.api.get("/v1/operations"))["items"] == []


def test_what_a_tried_rule_asks_of_an_event_the_program_has_declared(shop: Shop) -> None:
    answer(shop.api.put("/v1/programs/1", PROGRAM | DECLARED))
    of_pages = tried("a", fixed(1), trigger=ON_REVIEW["trigger"], when={"ask": "event.pages", "at_least": 3})
    assert refusal(shop.api.post(PATH, MONTH | {"rules": [of_pages]})) == (422, "unknown_property", "rules.0.when")
    assert answer(shop.api.get("/v1/operations"))["items"] == []


def test_another_program_has_rules_of_its_own_and_another_tenant_has_none_of_ours(
    shop: Shop, other: Shop, desk: Desk, ada: str
) -> None:
    shop.buy(ada, "S1")
    assert refusal(shop.api.post("/v1/programs/7/rule-simulations", MONTH))[:2] == (404, "program_not_found")
    operation_id = begun(shop)
    desk.work()
    assert refusal(other.api.get(f"/v1/operations/{operation_id}"))[:2] == (404, "operation_not_found")
    theirs = begun(other)
    desk.work()
    assert answer(other.api.get(f"/v1/operations/{theirs}"))["counts"]["orders"] == 0


def test_so_many_rules_that_they_cannot_be_kept_are_refused(shop: Shop) -> None:
    names = [f"rule-{number:03}-{'x' * 40}" for number in range(201)]
    assert refusal(shop.api.post(PATH, MONTH | {"rules": [tried(name) for name in names]}))[:2] == (400, "too_long")


def test_a_household_s_orders_are_replayed_with_its_account(shop: Shop, desk: Desk, ada: str) -> None:
    answer(shop.api.post("/v1/groups", {"name": "The Lovelaces", "primary_member_id": ada}))
    shop.buy(ada, "S1")
    answer(shop.api.post("/v1/members", {"identifiers": [card("7")]}))
    told = replayed(shop, desk, tried("first", fixed(5), when={"ask": "order.first", "is": True}))
    assert of_rule(told, "first")["simulated"] == {
        "accounts": 1,
        "orders": 1,
        "credited": {"points": 5},
        "credited_after_discounts": {"points": 5},
    }
