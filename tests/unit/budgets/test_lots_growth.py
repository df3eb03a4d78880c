"""What the daily operations cost at 1, 37 and 366 lots: the same requests always; units by the size of the account, and of
no other item; and an account of so many lots stays as small as it is said to be."""

from __future__ import annotations

from math import ceil

import pytest

from chalicelib.areas.accounts.store import account_key
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost, item_bytes
from tests.twins.bookshop import POINTS, card, open_shop, sale
from tests.unit.budgets.priced import Till, prepared
from tests.unit.budgets.test_budgets import BUDGETS, without_reading

DAY_MS = 86_400_000
ACCOUNT_UNITS = {1: 2, 37: 2, 366: 6}  # of a transaction: two for each KB
BYTES_A_LOT = 8  # packed, and beside the rest of the account
DAILY = (
    "evaluate by id",
    "evaluate by identifier",
    "evaluate a cart by id",
    "evaluate a cart by identifier",
    "evaluate a cart of nobody known",
    "record an order by id",
    "record an order by identifier",
    "return",
    "earn",
    "earn with a key",
    "spend",
    "spend with a key",
    "balance",
    "statement page",
    "statement page by state",
    "one due account",  # moves the clock
)


def till_with(lots: int) -> Till:
    """Ada bought something and then came on each of so many days, and every day's last day is another."""
    table = MemoryTable()
    shop = open_shop(table, program={"units": [{**POINTS, "policies": [{"expiry": {"type": "days", "days": 500}}]}]})
    order = shop.buy(card("ada"), sale("first")).answer
    for day in range(1, lots):
        shop.clock.at += DAY_MS
        shop.earn(order.member_id, 137 + day)
    return Till(shop, table, order.member_id, order.order_id)


@pytest.fixture(scope="module", params=ACCOUNT_UNITS)
def crowded(request: pytest.FixtureRequest) -> tuple[int, Till]:
    lots: int = request.param
    at = till_with(lots)
    assert len(at.shop.account(at.ada).wallets[0].expiring) == lots
    return lots, at


def test_an_account_of_many_lots_is_small(crowded: tuple[int, Till]) -> None:
    lots, at = crowded
    stored = at.table.get(account_key("shop", at.ada, 1))
    assert stored is not None
    assert 1 < item_bytes(stored) < 500 + BYTES_A_LOT * lots
    assert 2 * ceil(item_bytes(stored) / 1024) == ACCOUNT_UNITS[lots]


@pytest.mark.parametrize("name", DAILY)
def test_the_daily_operations_cost_their_requests_and_what_the_account_weighs(
    name: str, crowded: tuple[int, Till]
) -> None:
    lots, at = crowded
    cost, budget = at.price(prepared(name, at)), BUDGETS[name]
    more = Cost(write_units=ACCOUNT_UNITS[lots] - 2) if budget.write_units else Cost()
    if name == "one due account" and lots > 1:
        more += Cost(index_units=1)  # what is left falls due another day
    assert without_reading(cost) == budget + more
