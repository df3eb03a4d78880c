"""What rules and follow-ups tell over HTTP: after a purchase, some hours later, when quiet hours are over; and what is cancelled."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, book, refusal, rule
from tests.http.native.notified import DAY, HOUR, define, senders, tell_what_happened, wake

POINTS: Json = {"channel": "email", "title": "Thanks", "body": "{{points}} points for {{order_number}}"}
TELLS: Json = {"kind": "notify", "template": "thanks"}
WELCOME: Json = {"after": "member.enrolled", "hours": 24, "template_id": "welcome"}


@pytest.fixture
def ada(shop: Shop) -> str:
    """Takes the newsletter, and pushes go to her mail."""
    mail = {"type": "email", "value": "ada@example.com"}
    define(shop, "thanks", channel="email", title="Thanks", body="For {{order_number}}", translations={})
    define(shop, "welcome", channel="in_app", body="Welcome, {{given_name}}!", translations={})
    return shop.enrol("1", identifiers=[mail], given_name="Ada", newsletter=True)


def told(shop: Shop, member_id: str) -> list[tuple[str, str | None]]:
    items = answer(shop.api.get(f"/v1/members/{member_id}/notifications"))["items"]
    return [(one["state"], one["reason"]) for one in items]


def inbox(shop: Shop, member_id: str) -> list[str]:
    return [one["body"] for one in answer(shop.api.get(f"/v1/members/{member_id}/inbox"))["items"]]


def test_a_rule_that_fired_tells_the_member_once(rt: Runtime, shop: Shop, ada: str) -> None:
    answer(shop.api.put("/v1/notification-templates/thanks", POINTS))
    fifty = {"kind": "fixed", "unit": "points", "amount": 50}
    shop.define("thanks", fifty, TELLS)
    bought = shop.buy(ada, "S1", book(100_00))
    effect = {"rule_id": "thanks", "kind": "notify", "what": "thanks", "given": True}
    assert [{name: one[name] for name in effect} for one in bought["effects"]] == [effect]
    assert senders(rt).mailed == []
    for _ in range(2):
        tell_what_happened(rt)
        assert senders(rt).mailed == [("ada@example.com", "Thanks", "50 points for S1")]
    assert told(shop, ada) == [("sent", None)]


def test_nobody_is_told_who_does_not_want_it(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.define("thanks", TELLS)
    answer(shop.api.patch(f"/v1/members/{ada}", {"newsletter": False}))
    shop.buy(ada, "S1")
    tell_what_happened(rt)
    assert told(shop, ada) == [("skipped", "no_consent")]
    shop.define("thanks", TELLS | {"notice": "transactional"})
    shop.clock.at += HOUR
    shop.buy(ada, "S2")
    tell_what_happened(rt)
    assert told(shop, ada) == [("sent", None), ("skipped", "no_consent")]


def test_a_trial_tells_nobody(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.define("thanks", TELLS)
    sale = {"number": "S1", "purchased_at": "2026-01-14T10:00:00Z", "currency": "EUR", "lines": [book(1_00)]}
    tried = answer(shop.api.post("/v1/orders/simulate", sale | {"member_id": ada}))
    assert [one["kind"] for one in tried["effects"]] == ["notify"]
    answer(shop.api.post("/v1/orders?dry_run=true", sale | {"member_id": ada}))
    tell_what_happened(rt)
    assert told(shop, ada) == []


def test_a_rule_names_a_template_that_there_is(shop: Shop, ada: str) -> None:
    reply = shop.api.put("/v1/programs/1/rules/thanks", rule(TELLS | {"template": "none"}))
    assert refusal(reply) == (422, "unknown_template", "effects.0.template")
    on_cart = shop.api.put("/v1/programs/1/rules/thanks", rule(TELLS, trigger={"on": "cart"}))
    assert refusal(on_cart)[:2] == (422, "credit_on_cart")
    assert ada


def test_some_hours_later_unless_it_is_cancelled(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.define("thanks", TELLS | {"after_hours": 48})
    shop.buy(ada, "S1")
    shop.buy(ada, "S2")
    tell_what_happened(rt)
    first, second = answer(shop.api.get(f"/v1/members/{ada}/notifications"))["items"]
    assert (first["state"], first["due_at"]) == ("waiting", "2026-01-17T12:00:00Z")
    path = f"/v1/members/{ada}/notifications/{first['notice_id']}/cancel"
    assert answer(shop.api.call("POST", path))["state"] == "cancelled"
    shop.clock.at += 2 * DAY
    wake(rt)
    wake(rt)
    assert len(senders(rt).mailed) == 1
    tell_what_happened(rt)
    assert len(senders(rt).mailed) == 1
    assert sorted(told(shop, ada)) == [("cancelled", None), ("sent", None)]
    sent = shop.api.call("POST", f"/v1/members/{ada}/notifications/{second['notice_id']}/cancel")
    assert refusal(sent)[:2] == (409, "notice_finished")


def test_what_would_come_in_quiet_hours_comes_when_they_are_over(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.define("thanks", TELLS)
    quiet = {"name": "Bookshop", "quiet_hours": {"begins": "11:00", "ends": "13:00"}}
    answer(shop.api.put("/v1/tenant", quiet))
    shop.buy(ada, "S1")
    tell_what_happened(rt)
    assert told(shop, ada) == [("waiting", None)]
    shop.clock.at += DAY
    wake(rt)
    assert told(shop, ada) == [("waiting", None)]
    shop.clock.at += HOUR
    wake(rt)
    assert told(shop, ada) == [("sent", None)]


def test_a_follow_up_is_defined_read_and_listed(shop: Shop, ada: str) -> None:
    made = answer(shop.api.put("/v1/notification-follow-ups/welcome", WELCOME))
    anything: Json = {name: [] for name in ("segments", "tiers", "perks", "coupon_series", "metrics", "thresholds")}
    only = anything | {"moved": None}
    assert made == WELCOME | {"follow_up_id": "welcome", "kind": "marketing", "state": "active", "only": only}
    assert answer(shop.api.get("/v1/notification-follow-ups/welcome")) == made
    speaks_of_points = {"channel": "in_app", "body": "Welcome: {{points}} points!"}
    reply = shop.api.put("/v1/notification-templates/welcome", speaks_of_points)
    assert refusal(reply) == (422, "unknown_variable", "body")
    assert answer(shop.api.get("/v1/notification-follow-ups"))["items"] == [made]
    assert refusal(shop.api.get("/v1/notification-follow-ups/none"))[:2] == (404, "follow_up_not_found")

    def refused(**fields: object) -> tuple[int, str, str | None]:
        return refusal(shop.api.put("/v1/notification-follow-ups/more", WELCOME | fields))

    assert refused(template_id="none") == (404, "template_not_found", "template_id")
    assert refused(template_id="thanks") == (422, "unknown_variable", "template_id")
    assert refused(after="order.recorded")[::2] == (400, "after")
    assert refused(hours=-1)[::2] == (422, "hours")
    assert ada


def test_who_is_enrolled_is_welcomed_a_day_later(rt: Runtime, shop: Shop, ada: str) -> None:
    answer(shop.api.put("/v1/notification-follow-ups/welcome", WELCOME))
    bob = shop.enrol("2", given_name="Bob", newsletter=True)
    tell_what_happened(rt)
    assert (told(shop, bob), inbox(shop, bob)) == ([("waiting", None)], [])
    shop.clock.at += DAY
    wake(rt)
    assert (told(shop, bob), inbox(shop, bob), inbox(shop, ada)) == ([], ["Welcome, Bob!"], ["Welcome, Ada!"])
    wake(rt)
    tell_what_happened(rt)
    assert inbox(shop, bob) == ["Welcome, Bob!"]


def test_what_waits_for_a_follow_up_that_is_paused_is_not_told(rt: Runtime, shop: Shop, ada: str) -> None:
    answer(shop.api.put("/v1/notification-follow-ups/welcome", WELCOME))
    tell_what_happened(rt)
    answer(shop.api.put("/v1/notification-follow-ups/welcome", WELCOME | {"state": "paused"}))
    shop.clock.at += DAY
    wake(rt)
    assert (told(shop, ada), inbox(shop, ada)) == ([("cancelled", None)], [])
