"""Rules on schedule over HTTP: written like any rule, run by the hourly job, followed like any long job."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any, cast

import pytest

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.due import due, schedule_due
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, fixed, refusal, rule
from tests.twins import at
from tests.unit.imports.desk import Desk

RULES = "/v1/programs/1/rules"
FRIDAYS: Json = {"on": "schedule", "at": "18:00", "weekdays": ["fri"]}  # it is Thursday
FRIDAY = "2026-01-16T18:10:00Z"


@pytest.fixture
def desk(rt: Runtime) -> Desk:
    return Desk(rt)


def define(shop: Shop, **fields: Any) -> Json:
    return dict(answer(shop.api.put(f"{RULES}/friday", rule(fixed(5), trigger=FRIDAYS) | fields)))


def hour(shop: Shop, rt: Runtime, moment: str) -> None:
    shop.clock.at = at(moment)
    schedule_due(rt, {"id": "hour", "time": moment})
    cast(MemoryQueues, rt.queues).deliver("due", partial(due, rt))


def test_a_rule_runs_at_its_time_and_is_followed_to_its_report(shop: Shop, rt: Runtime, desk: Desk, ada: str) -> None:
    assert define(shop)["trigger"] == FRIDAYS | {
        "day": None,
        "every_days": None,
        "from_day": None,
        "days_of_month": [],
    }
    bob = shop.enrol("2")
    answer(shop.api.patch(f"/v1/members/{bob}", {"status": "blocked"}))
    hour(shop, rt, FRIDAY)
    [card] = answer(shop.api.get("/v1/operations"))["items"]
    assert (card["kind"], card["state"], card["name"]) == ("run_rule", "running", "friday 2026-01-16T18:00:00Z")
    desk.work()
    run = answer(shop.api.get(f"/v1/operations/{card['operation_id']}"))
    assert (run["state"], run["program_id"], run["rows"]["done"], run["failure"]) == ("done", 1, 2, None)
    nobody = dict.fromkeys(("not_in_audience", "conditions_not_met", "limits_reached", "unreadable"), 0)
    assert run["counts"] == nobody | {"given": 1, "refused": 1}
    lines = list(csv.DictReader(io.StringIO(desk.report(card["operation_id"]))))
    [newest, *_] = answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"]
    assert {line["member_id"]: (line["result"], line["entry_id"], line["reason"]) for line in lines} == {
        ada: ("given", newest["entry_id"], ""),
        bob: ("refused", "", "member_blocked"),
    }
    assert (newest["operation"], newest["effective_at"]) == ("run_rule", "2026-01-16T18:00:00Z")
    assert [(line["type"], line["amount"]) for line in newest["lines"] if line["amount"]] == [("points.earned", 5)]


def test_a_run_that_is_cancelled_stops_at_its_next_chunk(shop: Shop, rt: Runtime, desk: Desk, ada: str) -> None:
    define(shop)
    hour(shop, rt, FRIDAY)
    [card] = answer(shop.api.get("/v1/operations"))["items"]
    answer(shop.api.post(f"/v1/operations/{card['operation_id']}/cancel", {}))
    desk.work()
    assert answer(shop.api.get(f"/v1/operations/{card['operation_id']}"))["state"] == "cancelled"
    assert answer(shop.api.get(f"/v1/members/{ada}/account"))["wallets"][0]["available"] == 0
    hour(shop, rt, "2026-01-23T18:10:00Z")
    desk.work()
    assert answer(shop.api.get(f"/v1/members/{ada}/account"))["wallets"][0]["available"] == 5


@pytest.mark.parametrize(
    ("trigger", "code", "param"),
    [
        ({"weekdays": ["fri"]}, "missing_field", "trigger.at"),
        ({"at": "24:00", "weekdays": ["fri"]}, "invalid_body", "trigger.at"),
        ({"at": "six", "weekdays": ["fri"]}, "invalid_body", "trigger.at"),
        ({"at": "18:00"}, "invalid_body", "trigger"),
        ({"at": "18:00", "weekdays": ["fri"], "days_of_month": [1]}, "invalid_body", "trigger"),
        ({"at": "18:00", "weekdays": ["friday"]}, "unknown_choice", "trigger.weekdays.0"),
        ({"at": "18:00", "days_of_month": [0]}, "number_too_small", "trigger.days_of_month.0"),
        ({"at": "18:00", "days_of_month": [32]}, "number_too_large", "trigger.days_of_month.0"),
        ({"at": "18:00", "every_days": 3}, "invalid_body", "trigger"),
        ({"at": "18:00", "weekdays": ["fri"], "from_day": "2026-01-01"}, "invalid_body", "trigger"),
        ({"at": "18:00", "every_days": 0, "from_day": "2026-01-01"}, "number_too_small", "trigger.every_days"),
        ({"at": "18:00", "day": "2026-02-30"}, "unreadable_date", "trigger.day"),
    ],
)
def test_days_that_cannot_be_meant(shop: Shop, trigger: Json, code: str, param: str) -> None:
    body = rule(fixed(5), trigger={"on": "schedule"} | trigger)
    status = 422 if code.startswith("number_too") else 400
    assert refusal(shop.api.put(f"{RULES}/new", body)) == (status, code, param)
    assert shop.api.get(f"{RULES}/new").status == 404


def test_a_rule_that_would_never_run_is_refused(shop: Shop) -> None:
    over = rule(fixed(5), trigger={"on": "schedule", "at": "11:59", "day": "2026-01-15"})
    assert refusal(shop.api.put(f"{RULES}/new", over)) == (422, "schedule_over", "trigger")
    here = rule(fixed(5), trigger=FRIDAYS, audience={"places": ["Main Street"]})
    assert refusal(shop.api.put(f"{RULES}/new", here)) == (400, "wrong_question", "audience.places")
    goods = rule(fixed(5), trigger=FRIDAYS, when={"ask": "order.value", "at_least": "5"})
    assert refusal(shop.api.put(f"{RULES}/new", goods)) == (400, "wrong_question", "when")
    assert shop.api.get(f"{RULES}/new").status == 404


def test_a_dry_run_plans_nothing(shop: Shop, rt: Runtime) -> None:
    answer(shop.api.put(f"{RULES}/friday?dry_run=true", rule(fixed(5), trigger=FRIDAYS)))
    hour(shop, rt, FRIDAY)
    assert answer(shop.api.get("/v1/operations"))["items"] == []
