"""Rules tell a webhook what they gave: once for each entry, rule and webhook, whatever else the webhook wants to know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.define_webhook import delete_webhook
from chalicelib.flows.redeliver_webhook import redeliver_webhook
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from tests.twins import fresh, scheduled
from tests.twins.bookshop import member, rule, sale
from tests.twins.hooked import DAY, HookedShop, define, hooked

QUIET = ["webhook.test"]  # of which no journal tells: it hears what rules say, and nothing else


def tells(webhook_id: str = "till") -> dict[str, str]:
    return {"kind": "webhook", "webhook_id": webhook_id}


def points(amount: int) -> dict[str, Any]:
    return {"kind": "fixed", "unit": "points", "amount": amount}


@pytest.fixture
def at() -> HookedShop:
    one = hooked()
    define(one.shop, types=QUIET)
    one.shop.member("ada")
    return one


def sold(at: HookedShop, number: str = "A-1", **how: Any) -> list[Any]:
    effects = at.shop.buy(member(at.shop.member_with("ada")), sale(number), **how).answer.effects
    at.relay()
    at.work()
    return [(one.kind, one.what, one.given, one.reason) for one in effects]


def told(at: HookedShop) -> list[Any]:
    return [json.loads(call.body) for call in at.server.calls]


def test_a_rule_that_gave_something_tells_a_webhook_what(at: HookedShop) -> None:
    at.shop.define(rule("lucky", effects=[points(7), tells()]))
    at.shop.define(rule("other", effects=[points(9)]))
    assert sold(at) == [("webhook", "till", True, None)]
    [body] = told(at)
    assert (body["type"], body["data"]["operation"]) == ("rule.told", "record_order")
    first, *rest = body["data"]["facts"]
    assert (first["rule"], first["webhook"], first["member"]) == ("lucky", "till", at.shop.member_with("ada"))
    assert first["order"].startswith("ord_")
    assert [(one["type"], one["rule"], one["amount"]) for one in rest] == [("points.earned", "lucky", 7)]


def test_one_call_for_each_rule_and_one_for_what_it_subscribes_to(at: HookedShop) -> None:
    define(at.shop, types=["order.recorded", "rule.told"])
    at.shop.define(rule("one", effects=[tells()]))
    at.shop.define(rule("two", effects=[tells(), points(1)]))
    sold(at)
    bodies = told(at)
    assert sorted(body["type"] for body in bodies) == ["order.recorded", "rule.told", "rule.told"]
    assert {body["data"]["facts"][0]["rule"] for body in bodies if body["type"] == "rule.told"} == {"one", "two"}
    assert len(set(at.server.ids)) == 3
    sold(at, "A-2")
    assert len(at.server.calls) == 6


def test_delivered_twice_it_calls_once_and_asked_for_again_once_more(at: HookedShop) -> None:
    at.shop.define(rule("lucky", effects=[tells()]))
    at.shop.buy(member(at.shop.member_with("ada")), sale("A-1"))
    at.relay()
    waiting = list(at.queues.waiting["webhooks"])
    at.work()
    at.queues.waiting["webhooks"] += waiting
    at.work()
    [body] = told(at)
    [kept] = at.log()
    assert kept.about.told is not None
    redeliver_webhook(at.rt, at.shop.caller, fresh(), "till", kept.delivery_id)
    at.pass_(DAY)
    assert told(at) == [body, body]


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_a_webhook_that_is_told_nothing_any_more_keeps_nobody_from_buying(at: HookedShop, how: str) -> None:
    at.shop.define(rule("lucky", effects=[points(7), tells()]))
    if how == "disabled":
        define(at.shop, types=QUIET, state="disabled")
    else:
        delete_webhook(at.rt, at.shop.caller, fresh(), "till")
    reason = {"disabled": "webhook_disabled", "deleted": "webhook_not_found"}[how]
    assert sold(at) == [("webhook", "till", False, reason)]
    assert told(at) == []


def test_one_that_is_deleted_while_a_call_waits_is_not_called(at: HookedShop) -> None:
    at.shop.define(rule("lucky", effects=[tells()]))
    at.shop.buy(member(at.shop.member_with("ada")), sale("A-1"))
    at.relay()
    delete_webhook(at.rt, at.shop.caller, fresh(), "till")
    at.work()
    assert told(at) == []


def test_a_simulation_and_a_dry_run_tell_nobody(at: HookedShop) -> None:
    at.shop.define(rule("lucky", effects=[tells()]))
    ada = at.shop.member_with("ada")
    [shown] = at.shop.simulate(member(ada), sale("A-1")).effects
    assert (shown.kind, shown.given) == ("webhook", True)
    at.relay()
    at.work()
    assert told(at) == []


def test_what_is_none_of_the_tenants_is_refused_and_each_is_told_once(at: HookedShop) -> None:
    with pytest.raises(Refused) as refused:
        at.shop.define(rule("lucky", effects=[points(1), tells("nobody")]))
    assert (refused.value.code, refused.value.param) == ("unknown_webhook", "effects.1.webhook_id")
    with pytest.raises(ValueError, match="a rule tells each webhook once"):
        rule("lucky", effects=[tells(), tells()])


def test_a_rule_on_schedule_tells_of_each_member_once(at: HookedShop) -> None:
    at.shop.define(scheduled.scheduled("weekly", effects=[points(5), tells()]))
    at.shop.member("bea")
    for _ in range(2):
        scheduled.ran(at.shop, "2026-06-22T10:10:00Z")
        at.relay()
        at.work()
    told_of = {body["data"]["facts"][0]["member"] for body in told(at)}
    assert told_of == {at.shop.member_with("ada"), at.shop.member_with("bea")}
    assert [body["data"]["operation"] for body in told(at)] == ["run_rule", "run_rule"]


def test_a_birthday_is_told_by_every_rule_and_by_no_name_of_it(at: HookedShop) -> None:
    for name in ("cake", "card"):
        at.shop.define(rule(name, trigger={"on": "birthday"}, effects=[points(5), tells()]))
    bea = at.shop.enrol("bea", birth_date="1990-09-20").answer.member_id
    at.shop.clock.move_to("2026-09-20T08:00:00Z")
    settle_due(at.rt, at.shop.caller, local_day(at.shop.clock.at, "UTC"))
    at.relay()
    at.work()
    bodies = told(at)
    assert [[fact["type"] for fact in body["data"]["facts"]] for body in bodies] == [["rule.told"]] * 2
    assert {(one["member"], one["rule"]) for body in bodies for one in body["data"]["facts"]} == {(bea, "")}
    assert len(set(at.server.ids)) == 2
