"""Metrics that a shop defines itself, over HTTP: what they come to of a member, and what follows when they reach a threshold."""

from __future__ import annotations

import pytest

from chalicelib.areas.metrics.store import MAX_METRICS
from chalicelib.areas.rules.past import MAX_COUNTERS
from chalicelib.flows.follow_entry import look_again
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, book, fixed, refusal, rule
from tests.http.native.segmented import DAY, define, of
from tests.twins import caller_of

RULES = "/v1/programs/1/rules"
ORDERS: Json = {"measure": "times", "of": "orders", "days": 30}
TWICE: Json = {"threshold_id": "regular", "at_least": "2"}


def put(shop: Shop, metric_id: str = "visits", **fields: object) -> Json:
    return dict(answer(shop.api.put(f"/v1/metrics/{metric_id}", {"name": "Visits", "what": ORDERS} | fields)))


def on_metric(stage: str = "reached", threshold: str = "regular") -> Json:
    return {"on": "metric", "metric": "visits", "threshold": threshold, "stage": stage}


def values(shop: Shop, member_id: str) -> dict[str, str | None]:
    told = answer(shop.api.get(f"/v1/members/{member_id}/metric-values"))
    return {one["metric_id"]: one["value"] for one in told["items"]}


def reached(shop: Shop, member_id: str) -> list[str]:
    told = answer(shop.api.get(f"/v1/members/{member_id}/metric-values"))
    return [f"{one['metric_id']}/{each['threshold_id']}" for one in told["items"] for each in one["reached"]]


def buy(rt: Runtime, shop: Shop, member_id: str, number: str, cents: int = 400) -> str:
    """Now, with what follows from it."""
    bought = shop.buy(member_id, number, book(cents, "COFFEE"), purchased_at=rfc3339(shop.clock.now()))
    look_again(rt, "ours", member_id, None, "req_1")
    return str(bought["order_id"])


def run_job(rt: Runtime, shop: Shop) -> None:
    settle_due(rt, caller_of("ours"), local_day(shop.clock.now(), "UTC"))


def points(shop: Shop, member_id: str) -> int:
    return int(answer(shop.api.get(f"/v1/members/{member_id}/account"))["wallets"][0]["available"])


def test_a_metric_is_defined_changed_and_ended(shop: Shop) -> None:
    made = put(shop, thresholds=[TWICE])
    assert made == answer(shop.api.get("/v1/metrics/visits"))
    assert (made["what"], made["judged"], made["thresholds"][0]["at_least"]) == (ORDERS, "real_time", "2")
    put(shop, thresholds=[TWICE], state="ended")
    assert [one["state"] for one in answer(shop.api.get("/v1/metrics"))["items"]] == ["ended"]
    assert refusal(shop.api.get("/v1/metrics/other")) == (404, "metric_not_found", "metric_id")
    assert refusal(shop.api.get("/v1/members/mem_00000000000/metric-values"))[:2] == (404, "member_not_found")


def test_what_is_measured_of_a_member(rt: Runtime, shop: Shop) -> None:
    put(shop)
    for measure in ("sum", "average", "last"):
        put(shop, measure, what=ORDERS | {"measure": measure, "lines": {"skus": ["COFFEE"]}})
    put(shop, "month", what={"measure": "times", "of": "orders", "per": "month"})
    put(shop, "check-ins", what={"measure": "times", "of": "check_in", "days": 7})
    ada = shop.enrol("1")
    nothing = {"visits": "0", "sum": "0", "average": None, "last": None, "month": "0", "check-ins": "0"}
    assert values(shop, ada) == nothing
    first = buy(rt, shop, ada, "S1")
    shop.clock.at += DAY
    buy(rt, shop, ada, "S2", 350)
    assert values(shop, ada) == nothing | {"visits": "2", "month": "2", "sum": "7.5", "average": "3.75", "last": "3.5"}
    shop.bring_back(first, "R1", book(400, "COFFEE"), purchased_at=rfc3339(shop.clock.now()))
    assert values(shop, ada)["average"] == "3.5"
    shop.clock.at += 31 * DAY
    assert values(shop, ada)["visits"] == "0"


def test_points_that_are_earned_and_spent(shop: Shop) -> None:
    for done in ("earned", "spent"):
        for measure in ("times", "sum", "average", "last"):
            put(shop, f"{done}-{measure}", what={"measure": measure, "of": f"points_{done}:points", "days": 30})
    put(shop, "cash", what={"measure": "sum", "of": "points_earned:cashback", "per": "ever"})
    ada = shop.enrol("1")
    assert (values(shop, ada)["earned-sum"], values(shop, ada)["spent-last"]) == ("0", None)
    order = shop.buy(ada, "S1", book(60_00), book(40_00, "PEN"))["order_id"]
    shop.earn(ada, 20)
    shop.earn(ada, 12_50, "cashback")
    spend = shop.spend(ada, 30)["spend_id"]
    told = values(shop, ada)
    assert [told[f"earned-{one}"] for one in ("times", "sum", "average", "last")] == ["2", "120", "60", "20"]
    assert [told[f"spent-{one}"] for one in ("times", "sum", "average", "last")] == ["1", "30", "30", "30"]
    assert told["cash"] == "12.5"
    shop.bring_back(order, "R1", book(60_00))
    answer(shop.api.post(f"/v1/members/{ada}/refunds", {"spend_id": spend, "amount": 10}))
    told = values(shop, ada)
    assert [told[name] for name in ("earned-times", "earned-sum", "spent-times", "spent-sum")] == ["2", "60", "1", "20"]


def test_who_reaches_a_threshold_gets_what_rules_give_once_and_again_after_falling_back(
    rt: Runtime, shop: Shop
) -> None:
    put(shop, thresholds=[TWICE])
    define(shop, "regulars")
    joins: Json = {"kind": "join_segment", "segment": "regulars"}
    shop.define("regular", fixed(50), joins, trigger=on_metric())
    shop.define("lost", {"kind": "leave_segment", "segment": "regulars"}, trigger=on_metric("fell"))
    ada = shop.enrol("1")
    buy(rt, shop, ada, "S1")
    before = points(shop, ada)
    assert (reached(shop, ada), of(shop, ada)) == ([], [])
    second = buy(rt, shop, ada, "S2")
    third = buy(rt, shop, ada, "S3")
    assert (reached(shop, ada), of(shop, ada)) == (["visits/regular"], ["regulars"])
    gained = points(shop, ada)
    assert answer(shop.api.get(f"/v1/members/{ada}/statement"))["items"]
    look_again(rt, "ours", ada, None, "req_2")
    assert points(shop, ada) == gained
    for number, order in enumerate((second, third)):
        shop.bring_back(order, f"R{number}", book(400, "COFFEE"), purchased_at=rfc3339(shop.clock.now()))
    look_again(rt, "ours", ada, None, "req_3")
    assert (reached(shop, ada), of(shop, ada)) == ([], [])
    left = points(shop, ada)
    assert left == before + 50
    buy(rt, shop, ada, "S4")
    assert (reached(shop, ada), points(shop, ada) > left + 50 - 1) == (["visits/regular"], True)
    assert not [one for part in verify_tenant(rt, "ours", threads=1) for one in part.differences]


def test_what_time_takes_away_is_found_by_the_daily_job(rt: Runtime, shop: Shop) -> None:
    put(shop, thresholds=[TWICE, {"threshold_id": "gone", "at_most": "0"}])
    shop.define("back", fixed(7), trigger=on_metric(threshold="gone"))
    ada = shop.enrol("1")
    buy(rt, shop, ada, "S1")
    shop.clock.at += DAY
    buy(rt, shop, ada, "S2")
    had = points(shop, ada)
    assert reached(shop, ada) == ["visits/regular"]
    shop.clock.at += 28 * DAY
    run_job(rt, shop)
    assert reached(shop, ada) == ["visits/regular"]
    shop.clock.at += DAY
    run_job(rt, shop)
    assert reached(shop, ada) == []
    shop.clock.at += DAY
    run_job(rt, shop)
    run_job(rt, shop)
    assert (reached(shop, ada), points(shop, ada)) == (["visits/gone"], had + 7)


def test_what_is_judged_daily_waits_for_the_job(rt: Runtime, shop: Shop) -> None:
    put(shop, thresholds=[TWICE], judged="daily")
    ada = shop.enrol("1")
    for number in ("S1", "S2"):
        buy(rt, shop, ada, number)
    run_job(rt, shop)
    assert reached(shop, ada) == []
    shop.clock.at += DAY
    run_job(rt, shop)
    assert reached(shop, ada) == ["visits/regular"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"what": {"measure": "sum", "of": "check_in", "days": 7}}, (400, "wrong_comparison", "what.measure")),
        ({"what": {"measure": "times", "of": "orders"}}, (400, "missing_field", "what.per")),
        ({"what": ORDERS | {"measure": "median"}}, (400, "unknown_choice", "what.measure")),
        ({"what": ORDERS | {"of": "event:party"}}, (422, "unknown_event", "what")),
        ({"what": ORDERS | {"of": "points_earned:miles"}}, (422, "unknown_unit", "what")),
        ({"what": ORDERS | {"of": "points_lost:points"}}, (400, "wrong_format", "what.of")),
        ({"what": ORDERS | {"of": "points_spent:points", "places": ["Mitte"]}}, (400, "wrong_comparison", "what")),
        ({"what": ORDERS | {"of": "points_spent:points", "labels": [{"key": "a"}]}}, (400, "wrong_comparison", "what")),
        (
            {"what": ORDERS | {"of": "points_earned:points", "measure": "average"}, "thresholds": [TWICE]},
            (422, "average_in_real_time", "judged"),
        ),
        (
            {"what": {"of": "points_earned:points", "measure": "last", "per": "ever"}},
            (400, "wrong_comparison", "what.per"),
        ),
        ({"thresholds": [TWICE | {"at_most": "3"}]}, (400, "invalid_body", "thresholds.0")),
        ({"thresholds": [TWICE, TWICE]}, (400, "invalid_body", None)),
        ({"program_id": 9}, (404, "program_not_found", "program_id")),
    ],
)
def test_what_cannot_be_measured_is_refused(shop: Shop, fields: Json, says: tuple[int, str, str | None]) -> None:
    refused = shop.api.put("/v1/metrics/visits", {"name": "Visits", "what": ORDERS} | fields)
    assert refusal(refused) == says
    assert shop.api.get("/v1/metrics/visits").status == 404


def test_what_is_not_there_has_no_rule_and_too_much_is_not_counted(shop: Shop) -> None:
    asked = shop.api.put(f"{RULES}/regular", rule(fixed(1), trigger=on_metric()))
    assert refusal(asked) == (422, "unknown_metric", "trigger.metric")
    for number in range(MAX_COUNTERS):
        put(shop, f"at-{number}", what=ORDERS | {"places": [f"place-{number}"]})
    more = shop.api.put("/v1/metrics/more", {"name": "More", "what": ORDERS | {"places": ["elsewhere"]}})
    assert refusal(more) == (422, "too_many_counters", "what")


def test_there_are_at_most_a_hundred_and_those_that_ended_count_with_them(shop: Shop) -> None:
    for number in range(MAX_METRICS):
        put(shop, f"metric-{number}")
    put(shop, "metric-0", state="ended")
    assert refusal(shop.api.put("/v1/metrics/more", {"name": "More", "what": ORDERS}))[:2] == (422, "too_many_metrics")
