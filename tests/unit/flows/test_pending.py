"""Points that are promised: they come by themselves on their day, or when somebody says that their event came."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.programs.model import Program, ProgramDefinition
from chalicelib.areas.programs.store import program_name
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.list_pending import PendingPoints
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.table.journal import entry_from
from tests.twins import at, fresh
from tests.twins.bookshop import POINTS, PROGRAM, BookShop, card, goods_back, line, member, open_shop, refused, sale
from tests.twins.by_hand import activate, cancel, day, grant, pending, promise, promised
from tests.twins.configured import stored
from tests.unit.flows.seen import everything

OPEN: dict[str, Any] = {
    "code": "open",
    "name": "Open",
    "policies": [{"expiry": {"type": "days", "days": 30}, "expiry_counts": "available"}],
}
SLOW: dict[str, Any] = {"code": "slow", "name": "Slow", "policies": [{"available_after": 14}]}
UNITS = {"units": [POINTS, OPEN, SLOW], "zone": "America/Sao_Paulo"}


@pytest.fixture
def shop() -> BookShop:
    return open_shop(program=UNITS)


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def wallet(shop: BookShop, member_id: str, unit: str = "points") -> Any:
    assert shop.proof(member_id).matches
    return next(one for one in shop.account(member_id).wallets if one.unit == unit)


def totals(shop: BookShop, member_id: str, unit: str = "points") -> tuple[int, int, int, int]:
    """What is available, pending, earned and expired."""
    one = wallet(shop, member_id, unit)
    return one.available, one.pending, one.earned, one.expired


def marks(shop: BookShop, member_id: str, sequence: int) -> dict[int, int]:
    """How much of which fact of an entry is undone."""
    stream = accounts.stream("shop", member_id, 1)
    attrs = shop.rt.table.get(stream.key(sequence))
    assert attrs is not None
    return dict(entry_from(stream, attrs).undone)


# --- waiting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", [{"available_after_days": 3}, {"available_on": day("2026-06-18")}])
def test_it_comes_when_its_local_day_begins(shop: BookShop, ada: str, waits: dict[str, Any]) -> None:
    earned = promise(shop, ada, 250, **waits).answer
    assert earned.earning is not None
    assert (earned.earning.pending, earned.earning.available_at) == (True, at("2026-06-18T03:00:00Z"))
    assert (earned.account.balances, earned.account.tier) == ({"points": 0}, "bronze")
    shop.clock.move_to("2026-06-18T02:59:59Z")
    assert totals(shop, ada) == (0, 250, 0, 0)
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 1)
    shop.clock.move_to("2026-06-18T03:00:00Z")
    assert totals(shop, ada) == (250, 0, 250, 0)
    assert shop.spend(ada, 1).answer.account.tier == "silver"


@pytest.mark.parametrize("waits", [{"available_after_days": 0}, {"available_on": day("2026-06-15")}])
def test_today_is_at_once_whatever_the_policy_says(shop: BookShop, ada: str, waits: dict[str, Any]) -> None:
    earned = promise(shop, ada, 5, unit="slow", **waits).answer
    assert earned.earning is not None
    assert not earned.earning.pending
    assert totals(shop, ada, "slow") == (5, 0, 5, 0)


def test_the_due_job_brings_what_nobody_asks_for(shop: BookShop, ada: str) -> None:
    promise(shop, ada, 5, available_after_days=1)
    shop.clock.move_to("2026-06-17")
    assert settle_due(shop.rt, shop.caller, day("2026-06-16")) == 1
    assert [line.type for line in shop.statement(ada)[-1].lines] == ["points.activated"]


def test_what_is_pending_is_listed_by_when_it_comes(shop: BookShop, ada: str) -> None:
    promise(shop, ada, 1, event="survey")
    promise(shop, ada, 2, unit="open", event="survey")
    promise(shop, ada, 3, available_after_days=9)
    promise(shop, ada, 4, available_after_days=2)
    promise(shop, ada, 5, available_after_days=9)
    last = day("2027-06-30")

    def shown(unit: str, amount: int, when: str | None, expires_on: int | None = last) -> PendingPoints:
        return PendingPoints(
            unit=unit,
            amount=amount,
            available_at=None if when is None else at(when),
            event="survey" if when is None else None,
            expires_on=expires_on,
            expiry_open=expires_on is None,
        )

    assert pending(shop, ada) == [
        shown("points", 4, "2026-06-17T03:00:00Z"),
        shown("points", 8, "2026-06-24T03:00:00Z"),
        shown("points", 1, None),
        shown("open", 2, None, None),
    ]
    coming = [(one.available_at, one.amount) for one in wallet(shop, ada).coming]
    assert coming == [(at("2026-06-17T03:00:00Z"), 4), (at("2026-06-24T03:00:00Z"), 8), (None, 1)]
    shop.clock.move_to("2026-06-20")
    assert [one.amount for one in pending(shop, ada)] == [8, 1, 2]


@pytest.mark.parametrize(
    ("waits", "code", "param"),
    [
        ({"available_after_days": 1, "event": "e"}, "two_waits", "available_on"),
        ({"available_on": day("2026-07-01"), "order_id": "ord_00000000000"}, "two_waits", "available_on"),
        ({"event": "e", "line_no": 1}, "line_without_order", "line_no"),
        ({"available_on": day("2026-06-14")}, "invalid_available_on", "available_on"),
        ({"available_on": day("2036-07-01")}, "invalid_available_on", "available_on"),
    ],
)
def test_it_waits_for_one_thing_that_can_come(
    shop: BookShop, ada: str, waits: dict[str, Any], code: str, param: str
) -> None:
    there = everything(shop)
    with refused(code, param, InvalidInput):
        promise(shop, ada, 1, **waits)
    assert everything(shop) == there


# --- orders and their lines ----------------------------------------------------------------------------------------------


def test_an_order_brings_what_waits_for_it_and_for_its_lines(shop: BookShop, ada: str) -> None:
    first = shop.buy(member(ada), sale("A1", line(1, 0), line(2, 0))).answer.order_id
    second = shop.buy(member(ada), sale("A2", line(1, 0))).answer.order_id
    promise(shop, ada, 1, order_id=first)
    promise(shop, ada, 10, order_id=first, line_no=1)
    promise(shop, ada, 100, order_id=first, line_no=2)
    promise(shop, ada, 1_000, order_id=second)
    assert [one.event for one in pending(shop, ada)][:2] == [f"order/{first}", f"order/{first}/1"]
    activate(shop, ada, order_id=first, line_no=2)
    assert totals(shop, ada)[:2] == (100, 1_011)
    activate(shop, ada, order_id=first)
    assert totals(shop, ada)[:2] == (111, 1_000)
    assert cancel(shop, ada, order_id=second).answer.cancelled[0].amount == 1_000
    assert totals(shop, ada)[:2] == (111, 0)


def test_a_line_is_not_another_whose_number_begins_alike(shop: BookShop, ada: str) -> None:
    order_id = shop.buy(member(ada), sale("A1", line(1, 0), line(11, 0))).answer.order_id
    promise(shop, ada, 1, order_id=order_id, line_no=1)
    promise(shop, ada, 10, order_id=order_id, line_no=11)
    activate(shop, ada, order_id=order_id, line_no=1)
    assert totals(shop, ada)[:2] == (1, 10)


def test_nothing_waits_for_an_order_that_is_not_the_member_s(shop: BookShop, ada: str) -> None:
    bobs = shop.buy(card("2"), sale("B1")).answer.order_id
    own = shop.buy(member(ada), sale("A1")).answer.order_id
    for waits in (
        {"order_id": bobs},
        {"order_id": "ord_00000000000"},
        {"order_id": "A1"},
        {"order_id": own, "line_no": 2},
    ):
        with refused("order_not_found", "order_id", NotFound):
            promise(shop, ada, 1, **waits)


# --- activating ------------------------------------------------------------------------------------------------------


def test_an_event_brings_all_that_waits_for_it(shop: BookShop, ada: str) -> None:
    promise(shop, ada, 250, event="survey")
    promise(shop, ada, 30, unit="slow", event="survey")
    promise(shop, ada, 7, event="survey 2")
    done = activate(shop, ada, event="survey").answer
    assert [(one.unit, one.amount) for one in done.activated] == [("points", 250), ("slow", 30)]
    assert (done.account.balances, done.account.tier) == ({"points": 250, "slow": 30}, "silver")
    assert totals(shop, ada) == (250, 7, 250, 0)
    with refused("nothing_pending"):
        activate(shop, ada, event="survey")


def test_what_waits_for_its_day_can_come_early_and_in_part(shop: BookShop, ada: str) -> None:
    first = promised(shop, ada, 100, available_after_days=9)
    promised(shop, ada, 40, available_after_days=9)
    assert activate(shop, ada, earning_id=first, amount=30).answer.activated[0].amount == 30
    assert totals(shop, ada) == (30, 110, 30, 0)
    with refused("more_than_pending", "amount"):
        activate(shop, ada, earning_id=first, amount=71)
    activate(shop, ada, earning_id=first)
    assert totals(shop, ada) == (100, 40, 100, 0)
    shop.clock.move_to("2026-06-25")
    assert totals(shop, ada) == (140, 0, 140, 0)


def test_what_is_active_is_not_activated(shop: BookShop, ada: str) -> None:
    at_once = shop.earn(ada, 5).answer.earning
    assert at_once is not None
    later = promised(shop, ada, 5, event="e")
    activate(shop, ada, earning_id=later)
    there = everything(shop)
    for earning_id in (at_once.earning_id, later):
        with refused("already_active", "earning_id"):
            activate(shop, ada, earning_id=earning_id)
        with refused("already_active", "earning_id"):
            cancel(shop, ada, earning_id=earning_id)
    assert everything(shop) == there
    shop.spend(ada, 10)
    with refused("nothing_pending", "earning_id"):
        activate(shop, ada, earning_id=later)


def test_what_came_by_time_is_active(shop: BookShop, ada: str) -> None:
    later = promised(shop, ada, 5, available_after_days=1)
    shop.clock.move_to("2026-06-20")
    with refused("already_active", "earning_id"):
        activate(shop, ada, earning_id=later)


def test_what_an_order_promised_is_activated_by_its_earning(shop: BookShop, ada: str) -> None:
    replace_program(
        shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(PROGRAM | UNITS | _slow_points())
    )
    [earning] = shop.buy(member(ada), sale("A1")).answer.earned
    assert earning.pending
    activate(shop, ada, earning_id=earning.earning_id)
    assert totals(shop, ada) == (100, 0, 100, 0)


def _slow_points() -> dict[str, Any]:
    return {"units": [{**POINTS, "policies": [{"available_after": 14}]}, OPEN, SLOW]}


# --- the last day, where it counts from coming -----------------------------------------------------------------------------


def test_a_last_day_that_is_open_is_decided_when_it_comes_by_the_policy_of_the_day_of_earning(
    shop: BookShop, ada: str
) -> None:
    promise(shop, ada, 100, unit="open", event="e")
    shorter = {"expiry": {"type": "days", "days": 5}, "expiry_counts": "available", "effective_from": "2026-07-01"}
    units = [POINTS, {**OPEN, "policies": [*OPEN["policies"], shorter]}, SLOW]
    replace_program(
        shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(PROGRAM | UNITS | {"units": units})
    )
    shop.clock.move_to("2026-09-01")
    assert activate(shop, ada, event="e").answer.activated[0].expires_on == day("2026-10-01")
    shop.clock.move_to("2026-10-02")
    assert totals(shop, ada, "open") == (0, 0, 100, 100)


def test_a_last_day_that_had_passed_when_it_was_decided_is_told_of_what_expires(shop: BookShop, ada: str) -> None:
    """The policy of the day of earning was changed on that very day, after it, as an older release let it be."""
    promise(shop, ada, 100, unit="open", event="e")
    shorter = {"expiry": {"type": "days", "days": 5}, "effective_from": "2026-06-15"}
    units = [POINTS, {**OPEN, "policies": [*OPEN["policies"], shorter]}, SLOW]
    changed = Program.model_validate(PROGRAM | UNITS | {"units": units, "program_id": 1})
    stored(shop, (program_name(1), changed.model_dump(mode="json")))
    shop.clock.move_to("2026-07-01")
    [expired] = activate(shop, ada, event="e").answer.expired
    assert (expired.amount, expired.expires_on) == (100, day("2026-06-20"))
    assert totals(shop, ada, "open") == (0, 0, 100, 100)


def test_the_first_part_that_comes_decides_the_last_day_of_all(shop: BookShop, ada: str) -> None:
    earning_id = promised(shop, ada, 100, unit="open", event="e")
    activate(shop, ada, earning_id=earning_id, amount=30)
    assert [(one.amount, one.expires_on, one.expiry_open) for one in pending(shop, ada)] == [
        (70, day("2026-07-15"), False)
    ]
    shop.clock.move_to("2026-07-10")
    assert activate(shop, ada, earning_id=earning_id, amount=20).answer.activated[0].expires_on == day("2026-07-15")
    assert [(one.amount, one.expires_on) for one in wallet(shop, ada, "open").expiring] == [(50, day("2026-07-15"))]
    shop.clock.move_to("2026-07-17")
    done = activate(shop, ada, earning_id=earning_id).answer
    assert [one.amount for one in done.expired] == [50, 50]
    assert totals(shop, ada, "open") == (0, 0, 100, 100)


# --- cancelling --------------------------------------------------------------------------------------------------------


def test_what_is_cancelled_never_comes(shop: BookShop, ada: str) -> None:
    earning_id = promised(shop, ada, 100, available_after_days=9)
    part = cancel(shop, ada, earning_id=earning_id, amount=30).answer
    assert [(one.amount, one.pending) for one in part.cancelled] == [(30, 70)]
    with refused("more_than_pending", "amount"):
        cancel(shop, ada, earning_id=earning_id, amount=71)
    shop.clock.move_to("2026-06-25")
    assert totals(shop, ada) == (70, 0, 70, 0)


def test_what_is_cancelled_is_not_cancelled_again(shop: BookShop, ada: str) -> None:
    earning_id = promised(shop, ada, 100, event="e")
    cancel(shop, ada, earning_id=earning_id)
    with refused("nothing_pending", "earning_id"):
        cancel(shop, ada, earning_id=earning_id)
    with refused("nothing_pending", "earning_id"):
        activate(shop, ada, earning_id=earning_id)
    with refused("nothing_pending"):
        cancel(shop, ada, event="e")
    assert totals(shop, ada) == (0, 0, 0, 0)


@pytest.mark.parametrize("named", [True, False])
def test_who_takes_an_earning_back_does_not_ask_for_what_was_called_off(named: bool) -> None:
    """40 of 100 were called off, and 60 came and were spent: all of it means these 60, whatever the policy."""
    shop = open_shop(program={"units": [{**POINTS, "policies": [{"cancel_used": "whole", "negative": "returns"}]}]})
    ada = shop.member("1")
    earning_id = promised(shop, ada, 100, event="e")
    activate(shop, ada, earning_id=earning_id, amount=60)
    choice: dict[str, Any] = {"earning_id": earning_id} if named else {"event": "e"}
    cancel(shop, ada, **choice)
    shop.spend(ada, 60)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert totals(shop, ada) == (-60, 0, 60, 0)


@pytest.mark.parametrize("used", ["whole", "left", "refuse"])
def test_of_what_was_called_off_altogether_nothing_is_left_to_cancel(used: str) -> None:
    policy = {"cancel_used": used, "negative": "returns"}
    shop = open_shop(program={"units": [{**POINTS, "policies": [policy]}]})
    ada = shop.member("1")
    earning_id = promised(shop, ada, 100, event="e")
    cancel(shop, ada, event="e")
    with refused("nothing_left", "earning_id"):
        cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert totals(shop, ada) == (0, 0, 0, 0)


def test_what_was_called_off_was_not_used() -> None:
    shop = open_shop(program={"units": [{**POINTS, "policies": [{"cancel_used": "refuse"}]}]})
    ada = shop.member("1")
    earning_id = promised(shop, ada, 100, event="e")
    cancel(shop, ada, earning_id=earning_id, amount=40)
    assert cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id).answer.changes[0].amount == 60


def test_a_return_does_not_ask_for_what_was_called_off() -> None:
    """The goods earned 100 for later; 40 of them were called off, the others spent. The return takes 60 elsewhere."""
    slow = {**POINTS, "policies": [{"available_after": 5}]}
    shop = open_shop(program={"units": [slow]})
    ada = shop.member("1")
    order = shop.buy(member(ada), sale("A1", 100_00)).answer
    cancel(shop, ada, earning_id=order.earned[0].earning_id, amount=40)
    shop.clock.move_to("2026-06-20T12:00:00Z")
    shop.spend(ada, 60)
    grant(shop, ada, 500)
    back = shop.bring_back(order.order_id, goods_back("R1", 100_00, on="2026-06-20")).answer
    assert [(taken.amount, taken.short) for taken in back.cancelled] == [(60, 40)]
    assert totals(shop, ada)[0] == 440


def test_how_much_of_an_earning_was_called_off_stands_on_its_entry(shop: BookShop, ada: str) -> None:
    """Wherever it is undone, it is so once: what was called off is not undone again."""
    earning_id = promised(shop, ada, 100, event="e")
    cancel(shop, ada, earning_id=earning_id, amount=30)
    cancel(shop, ada, earning_id=earning_id, amount=10)
    assert marks(shop, ada, 1) == {1: 40}
    cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert marks(shop, ada, 1) == {1: 100}
    with refused("already_undone", "earning_id"):
        cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id)


# --- what is meant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [activate, cancel])
@pytest.mark.parametrize(
    ("choice", "code", "param"),
    [
        ({}, "choose_one", "earning_id"),
        ({"earning_id": "ent_1", "event": "e"}, "choose_one", "earning_id"),
        ({"event": "e", "order_id": "ord_1"}, "choose_one", "earning_id"),
        ({"event": "e", "line_no": 1}, "line_without_order", "line_no"),
        ({"event": "e", "amount": 1}, "amount_without_earning", "amount"),
        ({"earning_id": "ent_1", "amount": 0}, "number_too_small", "amount"),
        ({"earning_id": "ent_1", "amount": MAX_AMOUNT + 1}, "number_too_large", "amount"),
    ],
)
def test_exactly_one_thing_is_meant(
    shop: BookShop, ada: str, act: Any, choice: dict[str, Any], code: str, param: str
) -> None:
    with refused(code, param, Refused if code.startswith("number_") else InvalidInput):
        act(shop, ada, **choice)


@pytest.mark.parametrize("act", [activate, cancel])
def test_an_earning_is_one_of_this_account(shop: BookShop, ada: str, act: Any) -> None:
    bobs = promised(shop, shop.member("2"), 5, event="e")
    granted = grant(shop, ada, 5).answer.grant_id
    spent = shop.spend(ada, 1).answer.spend_id
    later = granted[:-4] + "zzz" + granted[-1]
    for earning_id in (bobs, granted, spent, later, "ent_1", "nonsense", "", ada):
        with refused("earning_not_found", "earning_id", NotFound):
            act(shop, ada, earning_id=earning_id)
    with refused("order_not_found", "order_id", NotFound):
        act(shop, ada, order_id="A1")
    with refused("nothing_pending"):
        act(shop, ada, order_id="ord_00000000000")


@pytest.mark.parametrize("act", [activate, cancel])
def test_another_s_earning_is_not_taken_for_one_s_own_of_the_same_number(shop: BookShop, ada: str, act: Any) -> None:
    own, bobs = promised(shop, ada, 5, event="e"), promised(shop, shop.member("2"), 5, event="e")
    with refused("earning_not_found", "earning_id", NotFound):
        act(shop, ada, earning_id=bobs)
    act(shop, ada, earning_id=own)


def test_a_blocked_member_gets_nothing_but_may_lose_what_was_promised(shop: BookShop, ada: str) -> None:
    promise(shop, ada, 5, event="e")
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        activate(shop, ada, event="e")
    cancel(shop, ada, event="e")
    assert totals(shop, ada) == (0, 0, 0, 0)
