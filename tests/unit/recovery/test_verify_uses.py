"""What `make verify` says of an order that has something else of limited rules than its entries say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.areas.quotas import store as quotas
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.table.memory import MemoryTable
from tests.twins import at
from tests.twins.bookshop import TODAY, card, goods_back, open_shop, rule, sale
from tests.twins.limited import a, gift, points
from tests.unit.recovery.books import DAY_MS, Books


@pytest.fixture
def books() -> Books:
    """Two orders got something of two limited rules; of the first a part came back, of another all."""
    table = MemoryTable()
    by_value = rule(
        "base", limits={"budget": points(1_000), "per_member": [{"per": "month", "amount": 900, "unit": "points"}]}
    )
    asks = rule("asks", when={"times": "orders", "days": 30, "at_least": 9})
    shop = open_shop(table, rules=(by_value, gift(50, a("day", 9), in_all=10), asks))
    bought = shop.buy(card("1"), sale("A1")).answer
    shop.buy(card("1"), sale("A2"))
    shop.bring_back(bought.order_id, goods_back("R1", 40_00, quantity="0.4"))
    shop.bring_back(shop.order_id("A2"), goods_back("R2", 100_00))
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Books(shop, table, [bought.member_id], bought.order_id)


def of_uses(change: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    return lambda body: body | {"uses": change(body["uses"])}


def test_what_orders_have_is_what_their_entries_say(books: Books) -> None:
    assert books.told() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda uses: uses[:1],
        lambda uses: [],
        lambda uses: [*uses, uses[0]],
        lambda uses: [[*one[:1], ["2026-05"], *one[2:]] for one in uses],
        lambda uses: [[*one[:3], ["rule_limit#0001#gift", 0, 2], *one[4:]] if one[3] else one for one in uses],
        lambda uses: [[*one[:2], [["points", 61]], *one[3:]] if one[2] else one for one in uses],
        lambda uses: [[*one[:4], [*one[4][:2], 59], *one[5:]] if one[4] else one for one in uses],
    ],
    ids=("one less", "none", "one twice", "another period", "two uses", "another amount", "another part of the budget"),
)
def test_what_an_order_has_otherwise_is_told(books: Books, change: Callable[[list[Any]], Any]) -> None:
    books.change(orders.order_key("shop", books.order), of_uses(change))
    assert ("0", "order A2 has not of limited rules what its entries say") in books.told()


@pytest.mark.parametrize("past", [[], [["orders", 30, [7]]], [["orders/ever", 0, []]]])
def test_how_an_order_counts_otherwise_is_told(books: Books, past: list[Any]) -> None:
    books.change(orders.order_key("shop", books.order), lambda body: body | {"past": past})
    assert ("0", "order A2 does not count for questions about the past as its entries say") in books.told()


def test_a_limit_for_all_of_which_more_is_taken_than_there_is_is_told(books: Books) -> None:
    key = quotas.slice_key("shop", "rule_limit#0001#gift", 0)
    books.table.batch_put([{**books.item(key), "taken": {"N": "12"}}])
    assert ("quota rule_limit#0001#gift", "9 left and 12 taken are not 10") in books.told()
