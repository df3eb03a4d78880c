"""Points promised over HTTP: earned for later, listed, activated, cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts.model.limits import MAX_PENDINGS
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, PROGRAM, Json, Shop, answer, at_till, per_euro, refusal, sale_by
from tests.http.native.filled import at_the_counter
from tests.http.world import HandClock
from tests.twins.filled import fill, promise_each

DAY = 24 * 3_600
ACTS = ("activate", "cancel")


def at(member_id: str, *rest: str) -> str:
    return "/".join(("/v1/members", member_id, "pending", *rest))


def promised(shop: Shop, member_id: str, amount: int, **waits: Any) -> Json:
    body = {"unit": "points", "amount": amount} | waits
    earned = answer(shop.api.post(f"/v1/members/{member_id}/earnings", body))
    assert earned["earning"]["pending"]
    return dict(earned["earning"])


def listed(shop: Shop, member_id: str) -> list[tuple[int, str | None, str | None]]:
    items = answer(shop.api.get(at(member_id)))["items"]
    return [(one["amount"], one["available_at"], one["event"]) for one in items]


def totals(shop: Shop, member_id: str) -> tuple[int, int]:
    wallet = shop.wallet(member_id)
    return wallet["available"], wallet["pending"]


def test_points_come_on_their_day(shop: Shop, ada: str) -> None:
    earning = promised(shop, ada, 30, available_after_days=2)
    assert earning == {
        "earning_id": earning["earning_id"],
        "unit": "points",
        "amount": 30,
        "rule_id": None,
        "expires_on": "2027-01-31",
        "lines": [],
        "pending": True,
        "available_at": "2026-01-17T00:00:00Z",
        "event": None,
    }
    promised(shop, ada, 5, available_on="2026-01-16")
    assert answer(shop.api.get(at(ada)))["items"][0] == {
        "unit": "points",
        "amount": 5,
        "available_at": "2026-01-16T00:00:00Z",
        "event": None,
        "expires_on": "2027-01-31",
        "expiry_open": False,
    }
    assert shop.wallet(ada)["coming"] == [
        {"available_at": "2026-01-16T00:00:00Z", "amount": 5},
        {"available_at": "2026-01-17T00:00:00Z", "amount": 30},
    ]
    later = shop.account(ada, "?as_of=2026-01-16T00:00:00Z")["wallets"][0]
    assert (later["available"], later["pending"]) == (5, 30)
    shop.clock.pass_by(2 * DAY)
    assert (totals(shop, ada), listed(shop, ada)) == ((35, 0), [])


def test_an_event_brings_what_waits_for_it(shop: Shop, ada: str) -> None:
    promised(shop, ada, 250, event="survey/2026")
    promised(shop, ada, 9, event="survey/2027")
    reply = shop.api.post(at(ada, "activate"), {"event": "survey/2026"})
    assert (reply.status, reply.json) == (
        200,
        {
            "activated": [{"unit": "points", "amount": 250, "expires_on": "2027-01-31"}],
            "expired": [],
            "account": {"balances": {"points": 250}, "tier": "silver"},
        },
    )
    gone = shop.api.post(at(ada, "cancel"), {"event": "survey/2027"})
    assert (gone.status, gone.json) == (
        200,
        {
            "cancelled": [{"unit": "points", "amount": 9, "pending": 0}],
            "expired": [],
            "account": {"balances": {"points": 250}, "tier": "silver"},
        },
    )
    assert (totals(shop, ada), listed(shop, ada)) == ((250, 0), [])


def test_an_order_and_a_line_of_it_are_waited_for(shop: Shop, ada: str) -> None:
    order_id = shop.buy(ada, "S1")["order_id"]
    promised(shop, ada, 7, order_id=order_id)
    promised(shop, ada, 9, order_id=order_id, line_no=1)
    assert [event for _, _, event in listed(shop, ada)] == [f"order/{order_id}", f"order/{order_id}/1"]
    answer(shop.api.post(at(ada, "activate"), {"order_id": order_id, "line_no": 1}))
    assert totals(shop, ada) == (109, 7)
    answer(shop.api.post(at(ada, "activate"), {"order_id": order_id}))
    assert totals(shop, ada) == (116, 0)


def test_a_part_of_an_earning_comes_early_and_a_part_not_at_all(shop: Shop, ada: str) -> None:
    earning_id = promised(shop, ada, 100, available_after_days=30)["earning_id"]
    answer(shop.api.post(at(ada, "activate"), {"earning_id": earning_id, "amount": 20}))
    answer(shop.api.post(at(ada, "cancel"), {"earning_id": earning_id, "amount": 30}))
    assert totals(shop, ada) == (20, 50)
    for act in ACTS:
        reply = shop.api.post(at(ada, act), {"earning_id": earning_id, "amount": 51})
        assert refusal(reply) == (422, "more_than_pending", "amount")
    shop.clock.pass_by(30 * DAY)
    assert totals(shop, ada) == (70, 0)


@pytest.mark.parametrize("act", ACTS)
def test_what_is_active_or_gone_is_told_apart(shop: Shop, ada: str, act: str) -> None:
    active = shop.earn(ada, 5)["earning"]["earning_id"]
    assert refusal(shop.api.post(at(ada, act), {"earning_id": active})) == (422, "already_active", "earning_id")
    earning_id = promised(shop, ada, 5, event="e")["earning_id"]
    answer(shop.api.post(at(ada, "cancel"), {"earning_id": earning_id}))
    assert refusal(shop.api.post(at(ada, act), {"earning_id": earning_id})) == (422, "nothing_pending", "earning_id")
    assert refusal(shop.api.post(at(ada, act), {"event": "e"})) == (422, "nothing_pending", None)
    assert totals(shop, ada) == (5, 0)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("choice", "status", "code", "param"),
    [
        ({}, 400, "choose_one", "earning_id"),
        ({"event": "e", "order_id": "ord_1"}, 400, "choose_one", "earning_id"),
        ({"event": "e", "line_no": 1}, 400, "line_without_order", "line_no"),
        ({"event": "e", "amount": 1}, 400, "amount_without_earning", "amount"),
        ({"event": ""}, 400, "too_short", "event"),
        ({"event": "x" * 129}, 400, "too_long", "event"),
        ({"event": " e"}, 400, "wrong_format", "event"),
        ({"earning_id": "ent_1"}, 404, "earning_not_found", "earning_id"),
        ({"order_id": "S1"}, 404, "order_not_found", "order_id"),
        ({"earning_id": "ent_1", "amount": 0}, 422, "number_too_small", "amount"),
        ({"earning_id": "ent_1", "amount": 10**12 + 1}, 422, "number_too_large", "amount"),
    ],
)
def test_what_is_meant_is_said_in_one_way(
    shop: Shop, ada: str, act: str, choice: Json, status: int, code: str, param: str
) -> None:
    promised(shop, ada, 5, event="e")
    assert refusal(shop.api.post(at(ada, act), choice)) == (status, code, param)
    assert totals(shop, ada) == (0, 5)


@pytest.mark.parametrize(
    ("waits", "status", "code", "param"),
    [
        ({"available_after_days": 1, "event": "e"}, 400, "two_waits", "available_on"),
        ({"line_no": 1}, 400, "line_without_order", "line_no"),
        ({"order_id": "ord_00000000000"}, 404, "order_not_found", "order_id"),
        ({"available_on": "2026-01-14"}, 400, "invalid_available_on", "available_on"),
        ({"available_on": "2036-02-01"}, 400, "invalid_available_on", "available_on"),
        ({"available_after_days": -1}, 422, "number_too_small", "available_after_days"),
        ({"available_after_days": 3_651}, 422, "number_too_large", "available_after_days"),
        ({"event": "x" * 129}, 400, "too_long", "event"),
        ({"order_id": "ord_00000000000", "line_no": 0}, 422, "number_too_small", "line_no"),
    ],
)
def test_nothing_waits_for_what_cannot_come(
    shop: Shop, ada: str, waits: Json, status: int, code: str, param: str
) -> None:
    reply = shop.api.post(f"/v1/members/{ada}/earnings", {"unit": "points", "amount": 1} | waits)
    assert refusal(reply) == (status, code, param)
    assert shop.account(ada)["version"] == 0


def test_so_much_may_be_pending(rt: Runtime, clock: HandClock, shop: Shop, ada: str) -> None:
    slow = {"code": "slow", "name": "Slow", "policies": [{"available_after": 5}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], slow]}))
    shop.define("slow", per_euro(unit="slow", stage="bonus"))
    promise_each(at_the_counter(rt, clock), ada, [f"event {number}" for number in range(MAX_PENDINGS)])
    full = (422, "too_many_pending", None)
    reply = shop.api.post(f"/v1/members/{ada}/earnings", {"unit": "points", "amount": 1, "event": "e"})
    assert refusal(reply) == full
    assert refusal(shop.api.post("/v1/orders", sale_by(ada))) == full
    assert refusal(shop.api.post("/v1/orders/simulate", sale_by(ada))) == full
    assert refusal(shop.api.post("/v1/checkouts/evaluate", at_till("/checkouts/", sale_by(ada)))) == full
    assert totals(shop, ada) == (0, MAX_PENDINGS)


def test_a_purchase_for_which_there_is_no_lot_is_refused(rt: Runtime, clock: HandClock, shop: Shop, ada: str) -> None:
    lasting = {"code": "lasting", "name": "Lasting", "policies": [{"expiry": {"type": "days", "days": 36_000}}]}
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [*PROGRAM["units"], lasting]}))
    shop.define("lasting", per_euro(unit="lasting", stage="bonus"))
    fill(at_the_counter(rt, clock), ada, 800, "lasting")
    for path in ("/v1/orders", "/v1/orders/simulate", "/v1/checkouts/evaluate"):
        assert refusal(shop.api.post(path, at_till(path, sale_by(ada)))) == (422, "too_many_lots", None)


def test_a_blocked_member_gets_nothing_but_may_lose_it(shop: Shop, ada: str) -> None:
    promised(shop, ada, 5, event="e")
    shop.block(ada)
    reply = shop.api.post(at(ada, "activate"), {"event": "e"})
    assert refusal(reply) == (422, "member_blocked", "member_id")
    answer(shop.api.post(at(ada, "cancel"), {"event": "e"}))
    assert totals(shop, ada) == (0, 0)


def test_what_is_pending_of_nobody_is_not_there(shop: Shop, other: Shop, ada: str) -> None:
    theirs = other.enrol("1")
    earning_id = promised(other, theirs, 5, event="e")["earning_id"]
    for method, rest, body in (("GET", (), None), *(("POST", (act,), {"event": "e"}) for act in ACTS)):
        for member_id in (NOBODY, theirs, "nobody"):
            reply = shop.api.call(method, at(member_id, *rest), body)
            assert refusal(reply) == (404, "member_not_found", "member_id")
        reply = shop.api.call(method, f"{at(ada, *rest)}?program_id=2", body)
        assert refusal(reply) == (404, "program_not_found", "program_id")
    for act in ACTS:
        reply = shop.api.post(at(ada, act), {"earning_id": earning_id})
        assert refusal(reply) == (404, "earning_not_found", "earning_id")
    assert totals(other, theirs) == (0, 5)
