"""Metrics of a shop's own, and who comes to their thresholds, as cases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.metrics.operations import get_metric, list_metrics
from chalicelib.flows.follow_entry import Told, follow_entry
from chalicelib.flows.read_metric_values import read_metric_values
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Case
from tests.faults.world import World
from tests.faults.writes import commanded
from tests.twins import metered
from tests.twins.bookshop import BookShop, fixed, keyed


@cache
def reached() -> World:
    """Ada has bought as often as a metric asks for, which gives her points; nobody has looked."""
    world = at_work().copy()
    metered.metric(world.calm, what=metered.EVER)
    metered.on_reaching(world.calm, fixed(7))
    return replace(world)


def define(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return metered.metric(shop, "other", command=command)


def follow(world: World, shop: BookShop) -> object:
    """How many were crossed by it says nothing: another may have been faster."""
    now = shop.clock.now()
    told = Told(f"M#{world.names['ada']}", 1, 1, ("order.recorded",), now, now)
    follow_entry(shop.rt, shop.caller.tenant, told, "req-1")
    return "followed"


METRIC_WRITES = (
    Case("define_metric, with a key", "write", reached, partial(commanded, define, lambda: keyed("k"))),
    Case("follow_entry, to a threshold", "write", reached, follow),
)
METRIC_READS = tuple(
    Case(name, "read", reached, looked, mends=NOTHING)
    for name, looked in {
        "list_metrics": lambda world, shop: list_metrics(shop.rt, shop.caller),
        "get_metric": lambda world, shop: get_metric(shop.rt, shop.caller, "visits"),
        "read_metric_values": lambda world, shop: read_metric_values(shop.rt, shop.caller, world.names["ada"], 1),
    }.items()
)
