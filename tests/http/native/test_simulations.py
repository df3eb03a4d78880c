"""A marketer tries rules on last month's orders: started over HTTP, followed like any long job, with a report."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, book, card, fixed, per_euro, refusal, rule
from tests.unit.imports.desk import Desk

PATH = "/v1/rule-simulations"
MONTH = {"from_day": "2025-12-16", "until_day": "2026-01-15"}
TEN_OFF = {"kind": "percent_off", "percent": "10"}


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
        "active": {"accounts": 2, "orders": 3, "credited": {"points": 280}, "credited_after_discounts": {"points": 280}},
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
