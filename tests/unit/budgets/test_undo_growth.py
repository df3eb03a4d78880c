"""What undoing costs at 1, 37 and 366 lots: always the same requests, units by the size of the account and no other item."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, dry, member, open_shop, refused, sale
from tests.unit.budgets.priced import OPERATIONS, Till, prepared
from tests.unit.budgets.test_budgets import BUDGETS, without_reading

DAY_MS = 86_400_000
UNDOING = ("refund", "undo a spend", "undo an earning", "cancel an earning", "expire an earning")
TRACING = ("trace of a spend", "trace of an earning")
ACCOUNT_UNITS = {1: 2, 37: 2, 366: 6}
Undo = Callable[[Runtime, Caller, Command, str, str], object]


def till_with(lots: int) -> Till:
    """Ada earned something on each of so many days, and every day's last day is another."""
    table = MemoryTable()
    shop = open_shop(table, program={"units": [{**POINTS, "policies": [{"expiry": {"type": "days", "days": 500}}]}]})
    ada = shop.member("ada")
    for day in range(lots):
        shop.clock.at += DAY_MS if day else 0
        shop.earn(ada, 137 + day)
    return Till(shop, table, ada, "")


@pytest.fixture(scope="module", params=ACCOUNT_UNITS)
def crowded(request: pytest.FixtureRequest) -> tuple[int, Till]:
    lots: int = request.param
    at = till_with(lots)
    assert len(at.shop.account(at.ada).wallets[0].expiring) == lots
    return lots, at


def test_all_that_undoes_or_traces_is_priced() -> None:
    assert {name for name in OPERATIONS if name.split()[0] in ("refund", "undo", "cancel", "expire", "trace")} == {
        "refund with a key",
        *UNDOING,
        *TRACING,
    }


@pytest.mark.parametrize("name", UNDOING)
def test_undoing_costs_its_requests_and_what_the_account_weighs(name: str, crowded: tuple[int, Till]) -> None:
    lots, at = crowded
    cost, budget = at.price(prepared(name, at)), BUDGETS[name]
    assert (cost.batch_get, cost.transact, cost.requests) == (1, 1, budget.requests)
    assert cost.write_units == budget.write_units - 2 + ACCOUNT_UNITS[lots]


@pytest.mark.parametrize("name", TRACING)
def test_a_trace_costs_two_requests_however_many_lots_there_are(name: str, crowded: tuple[int, Till]) -> None:
    cost = at_cost(name, crowded[1])
    assert cost == (1, 1, 0)


def at_cost(name: str, at: Till) -> tuple[int, int, int]:
    cost = at.price(prepared(name, at))
    return cost.batch_get, cost.query, cost.write_units


def test_who_tries_or_is_refused_by_the_account_pays_two_gets_more_and_whom_the_marks_refuse_nothing() -> None:
    """What is not written has no condition that it could rest on: it is read again whether the marks are still the same."""
    at = till_with(1)
    shop, ada = at.shop, at.ada
    earning = shop.earn(ada, 5).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    earning_id = earning.earning_id
    spend_id = shop.spend(ada, 142).answer.spend_id

    def nothing_is_left() -> None:
        with refused("nothing_left", "earning_id"):
            expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id)

    def comes_back_twice() -> None:
        with refused("already_undone", "spend_id"):
            refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id)

    again = Cost(batch_get=1, get=2)
    assert without_reading(at.price(nothing_is_left)) == again
    assert without_reading(at.price(lambda: refund_spend(shop.rt, shop.caller, dry(), ada, spend_id))) == again
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id)
    assert without_reading(at.price(comes_back_twice)) == Cost(batch_get=1)


@pytest.mark.parametrize("undo", [undo_entry, cancel_earning])
def test_who_undoes_again_is_told_by_the_account_and_pays_two_gets_more(undo: Undo) -> None:
    at = till_with(1)
    earned = at.shop.earn(at.ada, 5).answer.earning
    assert earned is not None
    assert earned.earning_id is not None
    undo(at.shop.rt, at.shop.caller, fresh(), at.ada, earned.earning_id)
    assert refusal_of(at, undo, earned.earning_id, "already_undone") == Cost(batch_get=1, get=2)


@pytest.mark.parametrize("undo", [undo_entry, cancel_earning])
def test_what_a_purchase_earned_is_read_with_its_order_as_often_as_the_entry_while_something_of_it_is_left(
    undo: Undo,
) -> None:
    at = till_with(1)
    bought = at.shop.buy(member(at.ada), sale("A1", 50_00)).answer.earned[0].earning_id
    assert bought is not None
    tried = at.price(lambda: undo(at.shop.rt, at.shop.caller, dry(), at.ada, bought))
    assert without_reading(tried) == Cost(batch_get=1, get=4)
    hold = by_hand.hold(at.shop, at.ada, at.shop.balance(at.ada)).answer.hold_id
    assert refusal_of(at, undo, bought, "points_on_hold") == Cost(batch_get=1, get=4)
    by_hand.release(at.shop, at.ada, hold)
    done = at.price(lambda: undo(at.shop.rt, at.shop.caller, fresh(), at.ada, bought))
    assert without_reading(done) == Cost(batch_get=1, get=1, transact=1, write_units=8, index_units=1)
    assert refusal_of(at, undo, bought, "already_undone") == Cost(batch_get=1, get=3)


def test_a_transfer_named_as_an_entry_costs_a_batch_get_more_than_by_its_own_path() -> None:
    at = till_with(1)
    bob = at.shop.member("bob")
    transfers = [at.shop.send(at.ada, bob, 1).answer.transfer_id for _ in range(2)]
    by_path = at.price(lambda: at.shop.undo_transfer(at.ada, transfers[0]))
    by_entry = at.price(lambda: undo_entry(at.shop.rt, at.shop.caller, fresh(), at.ada, transfers[1]))
    assert [(cost.batch_get, cost.get, cost.write_units) for cost in (by_path, by_entry)] == [(1, 1, 12), (2, 1, 12)]


def refusal_of(at: Till, undo: Undo, of: str, code: str) -> Cost:
    def act() -> None:
        with pytest.raises(Refused, match=code):
            undo(at.shop.rt, at.shop.caller, fresh(), at.ada, of)

    return without_reading(at.price(act))
