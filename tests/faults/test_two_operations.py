"""Another operation happens in the middle of one, between any two of its calls: it comes to what the two come to one
after the other, in one order or in the other, and nothing has expired twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from chalicelib.errors import StampbookError
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.kit.periods import local_day
from tests.faults.built import EXPIRED, at_work, expiring
from tests.faults.case import Case, looked_at
from tests.faults.conftest import Counted
from tests.faults.messages import MESSAGES
from tests.faults.trying import WORTH_ANOTHER_TRY, insisted
from tests.faults.ways import OTHER_MESSAGES, OTHER_WAYS
from tests.faults.world import World
from tests.faults.writes import WRITES, settle
from tests.twins.bookshop import BookShop, card, goods_back, sale
from tests.unit.flows.seen import members_of, nameless

Act = Callable[[World, BookShop], object]


def order_of_ada(world: World, shop: BookShop) -> object:
    return shop.buy(card("0001"), sale("M1", 40_00, on=EXPIRED)).answer


def order_of_bob(world: World, shop: BookShop) -> object:
    return shop.buy(card("0009"), sale("M3", 40_00, on=EXPIRED)).answer


def return_of_bob(world: World, shop: BookShop) -> object:
    return shop.bring_back(world.names["order"], goods_back("M2", 10_00, sku="book-2", on=EXPIRED)).answer


def spending_of_ada(world: World, shop: BookShop) -> object:
    return shop.spend(world.names["ada"], 1).answer


OTHERS: dict[str, Act] = {
    "an order": order_of_ada,
    "another order": order_of_bob,
    "a return": return_of_bob,
    "a spending": spending_of_ada,
    "the due job": settle,
}
# Ada's and Bob's accounts are due in this world, and nobody has touched them.
SETTLING = {
    case.name: case
    for case in (*WRITES, *MESSAGES, *OTHER_MESSAGES)
    if case.name.startswith(("settle_due", "queue due"))
}
FOLLOWS = ("repair_feed", "relay_entries")  # they read what others write piece by piece, and never change an account
WRITING = {
    case.name: replace(case, world=expiring)
    for case in (*WRITES, *OTHER_WAYS)
    if case.world is at_work and not case.name.startswith(FOLLOWS)
}


@dataclass(frozen=True)
class Outcome:
    """What both were answered, and what is then there."""

    answer: str
    other: str
    there: dict[str, Any]


def answered(act: Act, world: World, shop: BookShop) -> str:
    """A refusal is an answer."""
    try:
        return nameless(act(world, shop))
    except WORTH_ANOTHER_TRY:
        raise
    except StampbookError as refusal:
        return refusal.code


def asked(case: Case, world: World) -> str:
    return answered(lambda *_: insisted(case, world, world.till), world, world.till)


@cache
def other_first(case: Case, other: Act) -> Outcome:
    world = case.world().copy()
    told = answered(other, world, world.another_till())
    return Outcome(asked(case, world), told, looked_at(case, world))


@cache
def other_afterwards(case: Case, other: Act) -> tuple[Outcome, int]:
    """And how many calls the case takes when nobody comes between them."""
    world = case.world().copy()
    answer = asked(case, world)
    calls = world.trouble.calls
    told = answered(other, world, world.another_till())
    return Outcome(answer, told, looked_at(case, world)), calls


def in_the_middle(case: Case, other: Act, number: int) -> Outcome:
    world = case.world().copy()
    told: list[str] = []

    def interrupt(call: int) -> None:
        if call == number:
            world.trouble.interrupt = None
            told.append(answered(other, world, world.another_till()))

    world.trouble.interrupt = interrupt
    answer = asked(case, world)
    return Outcome(answer, told[0], looked_at(case, world))


def met(case: Case, other: Act) -> tuple[int, int]:
    """Both orders, at every call: how many calls there were, and how often the other one was the first to commit."""
    afterwards, calls = other_afterwards(case, other)
    first, was_first = other_first(case, other), 0
    for number in range(calls):
        came = in_the_middle(case, other, number)
        assert came in (first, afterwards), f"{case.name}, before call {number}: {differences(came, first)}"
        was_first += came == first
    return calls, was_first


def differences(came: Outcome, first: Outcome) -> str:
    there = [f"{name}: {came.there[name]}, not {one}" for name, one in first.there.items() if came.there[name] != one]
    return "\n".join([f"answered {came.answer} and {came.other}, not {first.answer} and {first.other}", *there])


@pytest.mark.parametrize("other", [name for name in OTHERS if name != "the due job"])
@pytest.mark.parametrize("name", SETTLING)
def test_the_due_job_meets_another_operation_at_every_call(name: str, other: str, counted: Counted) -> None:
    """Before its last call that is between read and write: the job's transaction is cancelled, and tried again."""
    calls, was_first = met(SETTLING[name], OTHERS[other])
    assert was_first > 0
    counted(SETTLING[name], "repeats", calls)


@pytest.mark.parametrize("other", ["an order", "the due job"])
@pytest.mark.parametrize("name", WRITING)
def test_an_operation_meets_an_order_or_the_due_job_at_every_call(name: str, other: str, counted: Counted) -> None:
    calls, was_first = met(WRITING[name], OTHERS[other])
    assert was_first > 0
    counted(WRITING[name], "repeats", calls)


def test_most_of_what_writes_is_met_here() -> None:
    """All that begins in the shop at work."""
    assert len(WRITING) > 35
    assert set(SETTLING) == {
        "settle_due, a tenant",
        "queue due, settling pages and accounts",
        "queue due, an account alone",
        "queue due, a rule on schedule",
    }


def test_before_the_job_s_own_write_an_order_cancels_it_and_what_expired_has_expired_once() -> None:
    world = SETTLING["settle_due, a tenant"].world().copy()
    ada, shop = world.names["ada"], world.calm
    for member_id in members_of(shop):  # their anniversaries are the job's alone
        settle_occasions(shop.rt, shop.caller, local_day(shop.clock.at, "UTC"), member_id)
    cancelled: list[int] = []

    def order(transaction: int) -> None:
        if not cancelled:
            cancelled.append(transaction)
            for one in (order_of_ada, order_of_bob):
                one(world, world.another_till())

    world.trouble.meanwhile = order
    settle(world, world.till)
    assert len(world.trouble.transactions) == 1, "whoever was faster has settled both accounts"
    lines = [line.type for entry in world.calm.statement(ada) for line in entry.lines]
    assert (lines.count("points.expired"), world.calm.account(ada).wallets[0].expired) == (1, 600)
    assert world.calm.balance(ada) == 80
