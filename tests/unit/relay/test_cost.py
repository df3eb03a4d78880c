"""What the feed costs: requests and units by the twin's meter, which do not grow with what is already in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zlib import crc32

import pytest

from chalicelib.areas.feeds import store
from chalicelib.flows.read_feed import read_feed
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins.bookshop import BookShop, card, member, sale
from tests.twins.streamed import Record
from tests.unit.relay.relayed import on_plain_table, opened, run

FACTS_AN_ORDER = 2  # the order and its points, as most entries have


def priced(rt: Runtime, act: Callable[[], object]) -> Cost:
    assert isinstance(rt.table, MemoryTable)
    before = rt.table.meter.cost
    act()
    cost = rt.table.meter.cost - before
    return cost - Cost(read_units=cost.read_units)


@pytest.fixture(scope="module")
def busy_shop() -> tuple[BookShop, Runtime, list[Record]]:
    """A thousand orders of 250 members, on the stream and not yet relayed."""
    shop, table = opened()
    members = [shop.member(f"{number}") for number in range(250)]
    table.records.clear()
    for number in range(1_000):
        shop.buy(member(members[number * 7 % 250]), sale(f"A{number}"))
    return shop, on_plain_table(shop, table), table.entries()


def test_a_batch_costs_three_requests_however_full_the_feed_is(
    busy_shop: tuple[BookShop, Runtime, list[Record]],
) -> None:
    _, rt, records = busy_shop
    run(rt, records[:37])
    costs = [priced(rt, partial(run, rt, records[first : first + 100])) for first in range(37, 1_000, 100)]
    assert {(cost.get, cost.batch_get, cost.transact, cost.requests) for cost in costs} == {(1, 1, 1, 3)}
    assert {cost.index_units for cost in costs} == {0}
    facts = FACTS_AN_ORDER * (len(records) - 37)
    assert sum(cost.write_units for cost in costs) / facts <= 0.11


def test_a_batch_of_one_costs_head_page_and_counts() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    for one in table.entries():
        cost = priced(rt, partial(run, rt, [one]))
        assert (cost.requests, cost.write_units) == (cost.get + cost.batch_get + 1, 6)


@pytest.mark.parametrize(("last_days", "units"), [(14, 2), (150, 4), (366, 6)])
def test_a_day_on_which_many_last_days_were_touched_costs_bytes_and_no_request(last_days: int, units: int) -> None:
    """Counts of the day as they stand when somebody spent of lots that end on so many days."""
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries()[:-1])
    today = local_day(shop.clock.at, "UTC")
    touched = {f"expiring/1/points/{iso_day(today + day)}": crc32(b"%d" % day) % 100_000 for day in range(last_days)}
    counts = store.counts_from(table.table.get(store.counts_key("shop", today)))
    table.batch_put([store.counts_put("shop", store.CountsPlace(today), counts | touched).item])
    cost = priced(rt, partial(run, rt, table.entries()[-1:]))
    assert (cost.requests, cost.write_units) == (cost.get + cost.batch_get + 1, 4 + units)


def test_what_was_relayed_before_costs_one_get(busy_shop: tuple[BookShop, Runtime, list[Record]]) -> None:
    _, rt, records = busy_shop
    run(rt, records)
    assert priced(rt, lambda: run(rt, records)) == Cost(get=1)


@pytest.mark.parametrize("limit", [1, 25, 100])
def test_a_page_of_the_feed_costs_two_requests(busy_shop: tuple[BookShop, Runtime, list[Record]], limit: int) -> None:
    shop, rt, records = busy_shop
    run(rt, records)
    cursor = None
    for _ in range(5):
        page = read_feed(rt, shop.caller, limit, cursor)
        assert len(page.items) == limit
        assert priced(rt, partial(read_feed, rt, shop.caller, limit, cursor)) == Cost(batch_get=2)
        cursor = page.next_cursor


def test_nothing_new_costs_one_request() -> None:
    shop, table = opened()
    rt = on_plain_table(shop, table)
    assert priced(rt, lambda: read_feed(rt, shop.caller, 100, None)) == Cost(batch_get=1)
