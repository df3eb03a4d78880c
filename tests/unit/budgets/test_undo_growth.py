"""What undoing costs at 1, 37 and 366 lots: always the same requests, units by the size of the account and no other item."""

from __future__ import annotations

import pytest

from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import POINTS, dry, open_shop, refused
from tests.unit.budgets.priced import OPERATIONS, Till, prepared
from tests.unit.budgets.test_budgets import BUDGETS, without_reading

DAY_MS = 86_400_000
UNDOING = ("refund", "undo a spend", "undo an earning", "cancel an earning", "expire an earning")
TRACING = ("trace of a spend", "trace of an earning")
ACCOUNT_UNITS = {1: 2, 37: 2, 366: 6}


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
