"""No request count grows with members, orders, lots or inactive rules; write units only with an item's own size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.twins import by_hand
from tests.twins.bookshop import card, rule, sale
from tests.unit.budgets.priced import OF_WHAT_IS_APART, OPERATIONS, Till, prepared, till
from tests.unit.budgets.test_budgets import BUDGETS, without_reading


def many_members(at: Till) -> None:
    for number in range(60):
        at.shop.buy(card(f"other-{number}"), sale(f"other-{number}"))


def many_orders(at: Till) -> None:
    for number in range(100):
        at.shop.buy(card("ada"), sale(f"more-{number}"))


def many_lots(at: Till) -> None:
    """A purchase in each of 36 months before, none of them expired yet: 37 lots."""
    for months in range(1, 37):
        year, month = divmod(2026 * 12 + 5 - months, 12)
        at.shop.buy(card("ada"), sale(f"month-{months}", 1234_00, on=f"{year}-{month + 1:02}-15"))


def many_inactive_rules(at: Till) -> None:
    for number in range(60):
        at.shop.define(rule(f"off-{number}", state="paused"))


MANY = [many_members, many_orders, many_lots, many_inactive_rules]


@pytest.mark.parametrize("many", MANY, ids=lambda many: many.__name__)
def test_requests_do_not_grow(many: Callable[[Till], None]) -> None:
    at = crowded(many)
    for name in OPERATIONS:
        cost, budget = at.price(prepared(name, at)), BUDGETS[name]
        found = (cost.get, cost.query, cost.transact, cost.batch_get, cost.batch_put)
        assert found == (budget.get, budget.query, budget.transact, budget.batch_get, 0), name


@pytest.mark.parametrize("many", [many_members, many_orders, many_inactive_rules], ids=lambda many: many.__name__)
def test_write_units_do_not_grow(many: Callable[[Till], None]) -> None:
    at = crowded(many)
    for name in OPERATIONS:
        assert without_reading(at.price(prepared(name, at))) == BUDGETS[name], name


LEAVING_THE_ACCOUNT_ALONE = (
    "record an order of nobody",
    "issue a code",
    "set a PIN",
    "set a PIN with a key",
    "issue a code to prove by",
)
MORE_FOR_A_YEAR = 4  # two units for each KB that the account has more

BY_HAND = [
    "grant",
    "deduct",
    "hold",
    *(name for name in OF_WHAT_IS_APART if BUDGETS[name].write_units),
]


@pytest.mark.parametrize("name", ["record an order by id", "earn", "spend", "return", *BY_HAND])
def test_thirty_seven_lots_still_fit_into_the_same_units(name: str) -> None:
    at = crowded(many_lots)
    [wallet, *_] = at.shop.account(at.ada).wallets
    assert len(wallet.expiring) == 37
    assert without_reading(at.price(prepared(name, at))) == BUDGETS[name]


def test_a_year_of_days_costs_by_its_size_alone() -> None:
    """366 lots, of as many last days: an account of less than 3 KB."""
    at = till()
    for day in range(365):
        by_hand.grant(at.shop, at.ada, 1234 + day, expires_on=by_hand.day("2028-01-01") + day)
    [wallet, *_] = at.shop.account(at.ada).wallets
    assert len(wallet.expiring) == 366
    for name in (*BY_HAND, "earn, pending", "spend"):
        cost, budget = at.price(prepared(name, at)), BUDGETS[name]
        assert (cost.requests, cost.transact) == (budget.requests, budget.transact), name
        more = 0 if name in LEAVING_THE_ACCOUNT_ALONE else MORE_FOR_A_YEAR
        assert cost.write_units == budget.write_units + more, name


def crowded(many: Callable[[Till], None]) -> Till:
    at = till(months=48) if many is many_lots else till()
    many(at)
    return at
