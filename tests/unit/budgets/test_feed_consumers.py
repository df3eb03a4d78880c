"""What consumers of a feed cost, and the feeds of members and orders: exactly, and the same however much there is."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.areas.feeds.operations import get_consumer, list_consumers
from chalicelib.flows.acknowledge_feed import acknowledge_feed, forget_consumer
from chalicelib.flows.read_order_feed import read_order_feed
from chalicelib.flows.read_own_feed import read_own_feed
from chalicelib.table.feed import FeedHead, head_put
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import keyed, member, sale
from tests.unit.budgets.priced import Till, till


def asked(cost: Cost) -> tuple[int, int, int]:
    return cost.requests, cost.write_units, cost.index_units


def come_to(number: int) -> Till:
    at = till()
    at.table.transact([head_put(at.shop.caller.tenant, FeedHead(), FeedHead(next=number + 1, version=1))], "head")
    return at


@pytest.mark.parametrize("size", [9, 9_000_000])
def test_to_acknowledge_is_a_batch_get_and_one_item(size: int) -> None:
    at = come_to(size)
    rt, caller = at.shop.rt, at.shop.caller
    take = partial(acknowledge_feed, rt, caller)
    assert asked(at.price(lambda: take(fresh(), "lake", 1))) == (3, 2, 0)  # it is new
    assert asked(at.price(lambda: take(fresh(), "lake", 2))) == (2, 2, 0)
    assert asked(at.price(lambda: take(fresh(), "lake", 2))) == (1, 0, 0)
    assert asked(at.price(lambda: take(keyed("k"), "lake", 3))) == (3, 4, 0)
    assert asked(at.price(lambda: get_consumer(rt, caller, "lake"))) == (1, 0, 0)
    assert asked(at.price(lambda: list_consumers(rt, caller))) == (2, 0, 0)
    assert asked(at.price(lambda: forget_consumer(rt, caller, fresh(), "lake"))) == (2, 2, 0)


@pytest.mark.parametrize("orders", [1, 40])
def test_a_page_of_a_member_s_or_an_order_s_feed_is_two_requests(orders: int) -> None:
    at = till()
    for number in range(orders):
        at.shop.buy(member(at.ada), sale(f"more-{number}"))
    at.shop.clock.at += 60_000
    rt, caller = at.shop.rt, at.shop.caller
    for read in (partial(read_own_feed, rt, caller, at.ada), partial(read_order_feed, rt, caller, at.order_id)):
        assert asked(at.price(partial(read, 25, None))) == (2, 0, 0)
        last = read(100, None).next_cursor
        assert asked(at.price(partial(read, 25, last))) == (1, 0, 0)
