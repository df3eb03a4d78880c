"""What undoing costs at 1, 37 and 366 lots: always the same requests, units by the size of the account and no other item."""

from __future__ import annotations

import pytest

from chalicelib.table.memory import MemoryTable
from tests.twins.bookshop import POINTS, open_shop
from tests.unit.budgets.priced import OPERATIONS, Till, prepared
from tests.unit.budgets.test_budgets import BUDGETS

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
