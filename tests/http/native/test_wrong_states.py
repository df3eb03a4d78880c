"""What cannot be done any more, or not to that: each has its own code, however it is sent, and leaves no trace in the table.

A row tells what happened before, then what is asked for. All is tried for a member, and for a group by its member.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import CASHBACK, NOBODY, POINTS, PROGRAM, Json, Shop, answer, card, refusal
from tests.http.native.desk import (
    GIFT,
    Asked,
    Desk,
    activate,
    after,
    call_off,
    cancel,
    expire,
    refund,
    returned,
    send_back,
    some,
    twice,
    undo,
)
from tests.http.world import stored

RATES = [{"unit": "points", "into": "cashback", "take": 5, "give": 1, "minimum": 10}]
STAMPS = {"code": "stamps", "name": "Stamps"}
OWING: Json = {
    "code": "owing",
    "name": "Owing",
    "policies": [{"cancel_used": "whole", "negative": "limit", "negative_limit": 10}],
}
HOUR = 3_600
MAX = 10**12
NOTHING = "ent_00000000000000000000"
STARS: Json = {"unit": "stars", "amount": 10}
TO_BOB: Json = {"to": card("bob")}
INTO: Json = {"into": "cashback"}


class Row(NamedTuple):
    """`before` does what has happened before, and says what is then asked for."""

    said: str
    before: Callable[[Desk], Asked]
    code: str
    param: str | None
    status: int = 422


def a_spend_given_back_and_then_some(desk: Desk) -> Asked:
    spend_id = desk.spent()
    desk.refunded(spend_id, amount=15)
    return refund(spend_id, amount=26)


def a_spend_given_back_in_part_and_undone(desk: Desk) -> Asked:
    spend_id = desk.spent()
    desk.refunded(spend_id, amount=15)
    desk.undone(spend_id)
    return refund(spend_id, amount=1)


def a_hold_that_has_lapsed(desk: Desk) -> Asked:
    desk.held(lapses_after_seconds=HOUR)
    desk.shop.clock.pass_by(HOUR)
    return "holds/1/capture", {}


def a_hold_that_is_over(desk: Desk) -> Asked:
    """Captured, and undone by the entry that held."""
    of = desk.held()
    desk.ask("holds/1/capture", {})
    return undo(of)


def a_hold(desk: Desk, what: str, **part: int) -> Asked:
    desk.held()
    return f"holds/1/{what}", part


def a_promise_that_came(desk: Desk) -> Asked:
    of = desk.promised()
    desk.ask(*activate(of))
    return activate(of)


def a_promise_called_off(desk: Desk) -> Asked:
    of = desk.promised()
    desk.ask(*call_off(of))
    return activate(of)


def a_promise_called_off_with_its_event(desk: Desk) -> Asked:
    of = desk.promised()
    desk.ask("pending/cancel", {"event": "e"})
    return undo(of)


def on_hold(desk: Desk) -> str:
    """An earning of which all is on hold."""
    of = desk.earned(1)
    desk.held(201)
    return of


def at_the_limit(desk: Desk) -> str:
    """An earning that is used up, and the balance is as far below zero as it may go."""
    of = str(desk.ask("earnings", some(5, "owing"))["earning"]["earning_id"])
    desk.ask("spends", some(15, "owing", below_zero=True))
    return of


def sent_and(desk: Desk, what: str, amount: int, unit: str, **more: bool) -> Asked:
    """What was sent to Bob, who has done something with it since, is to come back."""
    desk.ask("earnings", some(40, unit))
    sent = desk.ask("transfers", some(40, unit, to=card("bob")))
    answer(desk.shop.api.post(f"/v1/members/{sent['receiver_id']}/{what}", some(amount, unit, **more)))
    return send_back(str(sent["transfer_id"]))


def an_order(desk: Desk) -> Asked:
    return undo(str(desk.shop.buy(desk.member_id, "S1")["entry_id"]))


ROWS = (
    Row("on hold, undone", lambda at: undo(on_hold(at)), "points_on_hold", "entry_id"),
    Row("on hold, cancelled", lambda at: cancel(on_hold(at)), "points_on_hold", "earning_id"),
    Row("on hold, expired", lambda at: expire(on_hold(at)), "points_on_hold", "earning_id"),
    Row("on hold, activated", lambda at: activate(on_hold(at)), "already_active", "earning_id"),
    Row("on hold, sent back", lambda at: sent_and(at, "holds", 40, "points"), "points_on_hold", "transfer_id"),
    Row("as far below zero as may be, undone", lambda at: undo(at_the_limit(at)), "below_zero_limit", "entry_id"),
    Row(
        "as far below zero as may be, cancelled", lambda at: cancel(at_the_limit(at)), "below_zero_limit", "earning_id"
    ),
    Row(
        "as far below zero as may be, sent back",
        lambda at: sent_and(at, "spends", 50, "owing", below_zero=True),
        "below_zero_limit",
        "transfer_id",
    ),
    Row("active, activated", lambda at: activate(at.earned()), "already_active", "earning_id"),
    Row("active, called off", lambda at: call_off(at.earned()), "already_active", "earning_id"),
    Row("come, activated", a_promise_that_came, "already_active", "earning_id"),
    Row("called off, activated", a_promise_called_off, "nothing_pending", "earning_id"),
    Row("called off twice", lambda at: twice(at, call_off(at.promised())), "nothing_pending", "earning_id"),
    Row("more than pending", lambda at: activate(at.promised(), amount=101), "more_than_pending", "amount"),
    Row("an event of nothing", lambda _: ("pending/activate", {"event": "e"}), "nothing_pending", None),
    Row("called off with its event, undone", a_promise_called_off_with_its_event, "nothing_left", "entry_id"),
    Row("a spend, activated", lambda at: activate(at.spent()), "earning_not_found", "earning_id", 404),
    Row("more than held, captured", lambda at: a_hold(at, "capture", amount=41), "more_than_held", "amount"),
    Row("more than held, released", lambda at: a_hold(at, "release", amount=41), "more_than_held", "amount"),
    Row("captured twice", lambda at: twice(at, a_hold(at, "capture")), "hold_closed", "hold_id"),
    Row("released twice", lambda at: twice(at, a_hold(at, "release")), "hold_closed", "hold_id"),
    Row("captured, released", lambda at: (at.captured() and "holds/1/release", {}), "hold_closed", "hold_id"),
    Row("lapsed, captured", a_hold_that_has_lapsed, "hold_closed", "hold_id"),
    Row("no hold, captured", lambda _: ("holds/7/capture", {}), "hold_not_found", "hold_id", 404),
    Row("captured, undone as held", a_hold_that_is_over, "hold_closed", "entry_id"),
    Row("an earning, undone twice", lambda at: twice(at, undo(at.earned())), "already_undone", "entry_id"),
    Row("a promise, undone twice", lambda at: twice(at, undo(at.promised())), "already_undone", "entry_id"),
    Row("a spend, undone twice", lambda at: twice(at, undo(at.spent())), "already_undone", "entry_id"),
    Row("a grant, undone twice", lambda at: twice(at, undo(at.granted())), "already_undone", "entry_id"),
    Row("a deduction, undone twice", lambda at: twice(at, undo(at.deducted())), "already_undone", "entry_id"),
    Row("a hold, undone twice", lambda at: twice(at, undo(at.held())), "already_undone", "entry_id"),
    Row("a capture, undone twice", lambda at: twice(at, undo(at.captured())), "already_undone", "entry_id"),
    Row("a conversion, undone twice", lambda at: twice(at, undo(at.converted())), "already_undone", "entry_id"),
    Row("a transfer, undone twice", lambda at: twice(at, send_back(at.sent())), "already_undone", "transfer_id"),
    Row("a refund, undone", lambda at: undo(at.refunded(at.spent())), "cannot_undo", "entry_id"),
    Row("an undoing, undone", lambda at: undo(at.undone(at.earned())), "cannot_undo", "entry_id"),
    Row("a transfer, undone twice as an entry", lambda at: twice(at, undo(at.sent())), "already_undone", "entry_id"),
    Row("an order, undone", an_order, "undo_by_return", "entry_id"),
    Row("used up, undone", lambda at: after(undo(at.earned(1)), at.spent(201)), "nothing_left", "entry_id"),
    Row("a spend, cancelled", lambda at: cancel(at.spent()), "not_an_earning", "earning_id"),
    Row("a hold, cancelled", lambda at: cancel(at.fact_of(at.held())), "not_an_earning", "earning_id"),
    Row("an earning, cancelled twice", lambda at: twice(at, cancel(at.earned())), "already_undone", "earning_id"),
    Row("a spend, expired", lambda at: expire(at.spent()), "not_an_earning", "earning_id"),
    Row("an earning, expired twice", lambda at: twice(at, expire(at.earned())), "nothing_left", "earning_id"),
    Row("pending, expired", lambda at: expire(at.promised()), "still_pending", "earning_id"),
    Row("an earning, refunded", lambda at: refund(at.earned()), "not_a_spend", "spend_id"),
    Row("a conversion, refunded", lambda at: refund(at.converted()), "not_a_spend", "spend_id"),
    Row("a spend, refunded twice", lambda at: twice(at, refund(at.spent())), "already_undone", "spend_id"),
    Row("more than spent", lambda at: refund(at.spent(), amount=41), "refunded_more_than_spent", "amount"),
    Row("more than is left to refund", a_spend_given_back_and_then_some, "refunded_more_than_spent", "amount"),
    Row("undone, refunded", a_spend_given_back_in_part_and_undone, "already_undone", "spend_id"),
    Row("more than there is: spends", lambda _: ("spends", some(205)), "insufficient_balance", "amount"),
    Row("more than there is: holds", lambda _: ("holds", some(205)), "insufficient_balance", "amount"),
    Row("more than there is: deductions", lambda _: ("deductions", GIFT | some(205)), "insufficient_balance", "amount"),
    Row("more than there is: transfers", lambda _: ("transfers", TO_BOB | some(205)), "insufficient_balance", "amount"),
    Row(
        "more than there is: conversions", lambda _: ("conversions", INTO | some(205)), "insufficient_balance", "amount"
    ),
    Row("more than can be: earnings", lambda _: ("earnings", some(MAX - 199)), "balance_limit", "amount"),
    Row("no unit: earnings", lambda _: ("earnings", STARS), "unknown_unit", "unit"),
    Row("no unit: spends", lambda _: ("spends", STARS), "unknown_unit", "unit"),
    Row("no unit: holds", lambda _: ("holds", STARS), "unknown_unit", "unit"),
    Row("no unit: grants", lambda _: ("grants", GIFT | STARS), "unknown_unit", "unit"),
    Row("no unit: deductions", lambda _: ("deductions", GIFT | STARS), "unknown_unit", "unit"),
    Row("no unit: transfers", lambda _: ("transfers", TO_BOB | STARS), "unknown_unit", "unit"),
    Row("no unit: conversions", lambda _: ("conversions", INTO | STARS), "unknown_unit", "unit"),
    Row("into no unit", lambda _: ("conversions", some(into="stars")), "unknown_unit", "into"),
    Row("less than the least", lambda _: ("conversions", INTO | some(9)), "below_minimum", "amount"),
    Row("no rate", lambda _: ("conversions", some(into="stamps")), "no_rate", "into"),
    Row("to nobody", lambda _: ("transfers", some(to=NOBODY)), "member_not_found", "to", 404),
    Row("nothing, undone", lambda _: undo(NOTHING), "entry_not_found", "entry_id", 404),
    Row("nothing, refunded", lambda _: refund(NOTHING), "entry_not_found", "spend_id", 404),
    Row("nothing, cancelled", lambda _: cancel(NOTHING), "entry_not_found", "earning_id", 404),
    Row("nothing, expired", lambda _: expire(NOTHING), "entry_not_found", "earning_id", 404),
    Row("nothing, sent back", lambda _: send_back(NOTHING), "transfer_not_found", "transfer_id", 404),
    Row("an earning, sent back", lambda at: send_back(at.earned()), "transfer_not_found", "transfer_id", 404),
    Row("more than bought, returned", lambda at: returned(at, 100_01), "returned_more_than_bought", "lines"),
    Row("all of it, returned twice", lambda at: returned(at, 1, again=True), "returned_more_than_bought", "lines"),
)


@pytest.fixture(params=["member", "group"])
def desk(request: pytest.FixtureRequest, shop: Shop, ada: str) -> Desk:
    """With 200 points, and Bob across it."""
    answer(shop.api.put("/v1/programs/1", PROGRAM | {"units": [POINTS, CASHBACK, STAMPS, OWING], "rates": RATES}))
    shop.enrol("bob")
    found = Desk(shop, ada, f"/v1/members/{ada}")
    if request.param == "group":
        group_id = answer(shop.api.post("/v1/groups", {"name": "Home", "primary_member_id": ada}))["group_id"]
        found = Desk(shop, ada, f"/v1/groups/{group_id}")
    found.earned(200)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.said)
def test_what_cannot_be_done_is_refused_by_its_code_and_nothing_is_written(desk: Desk, rt: Runtime, row: Row) -> None:
    what, body = row.before(desk)
    there = stored(rt)
    for query, headers in (("", {}), ("", {"Idempotency-Key": "once"}), ("?dry_run=true", {})):
        reply = desk.shop.api.post(f"{desk.at(what)}{query}", body, headers=headers)
        assert refusal(reply) == (row.status, row.code, row.param), query or headers
    assert stored(rt) == there
