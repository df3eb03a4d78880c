"""What consumers of a feed cost: exactly, and the same however far it has come."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.areas.feeds.operations import get_consumer, list_consumers
from chalicelib.flows.acknowledge_feed import acknowledge_feed, forget_consumer
from chalicelib.table.feed import FeedHead, head_put
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import keyed
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
