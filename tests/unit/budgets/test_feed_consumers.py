"""What consumers of a feed cost, and the feeds of members and orders: exactly, and the same however much there is."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.feeds.operations import get_consumer, list_consumers
from chalicelib.flows.acknowledge_feed import acknowledge_feed, forget_consumer
from chalicelib.flows.read_order_feed import read_order_feed
from chalicelib.flows.read_own_feed import read_own_feed
from chalicelib.table.feed import FeedHead, head_put
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import goods_back, keyed, line, member, sale
from tests.unit.budgets.priced import Till, till
from tests.unit.relay.test_repair import hushed


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


@pytest.mark.parametrize(("quiet", "reads"), [(10, 1), (250, 3), (1_050, 10)])
def test_what_is_in_no_feed_is_passed_over_a_hundred_a_read_and_a_thousand_a_page(quiet: int, reads: int) -> None:
    at = till()
    at.shop.clock.at += 60_000
    rt, caller = at.shop.rt, at.shop.caller
    before = read_own_feed(rt, caller, at.ada, 100, None)
    assert (len(before.items), before.more) == (len({one.entry_id for one in before.items}), False)
    first = at.shop.account(at.ada).version
    for _ in range(quiet + 1):
        at.shop.earn(at.ada, 1)
    hush(at, range(first + 1, first + quiet + 1))
    at.shop.clock.at += 60_000
    read = partial(read_own_feed, rt, caller, at.ada, 25)
    assert asked(at.price(partial(read, before.next_cursor))) == (1 + reads, 0, 0)
    page = read(before.next_cursor)
    if quiet > 1_000:
        assert (page.items, page.more) == ((), True)
        page = read(page.next_cursor)
    assert [one.number for one in page.items] == [len(before.items) + 1]
    assert (page.more, read(page.next_cursor)) == (False, page.model_copy(update={"items": ()}))


def test_entries_of_an_order_that_are_in_no_feed_are_passed_over() -> None:
    at = till()
    bought = at.shop.buy(member(at.ada), sale("five", line(1, 50_00, quantity="5"))).answer.order_id
    for number in range(3):
        at.shop.bring_back(bought, goods_back(f"R{number}", 10_00))
    read = partial(read_order_feed, at.shop.rt, at.shop.caller, bought)
    last = at.shop.account(at.ada).version
    hush(at, range(last - 2, last))
    first = read(1, None)
    assert (len(first.items), first.more) == (1, True)
    assert asked(at.price(partial(read, 1, first.next_cursor))) == (4, 0, 0)
    rest = read(1, first.next_cursor)
    assert ([one.number for one in rest.items], rest.more) == ([2], False)


def hush(at: Till, sequences: range) -> None:
    """These of Ada's account are in no feed."""
    stream = accounts.stream(at.shop.caller.tenant, at.ada, 1)
    for key in map(stream.key, sequences):
        stored = at.table.get(key)
        assert stored is not None
        at.table.batch_put([hushed(stored)])
