"""Segments and who is in them, as cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.segments.operations import list_memberships, list_segments
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import Case
from tests.faults.perks import LAST_DAY, Asked
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import commanded, settle
from tests.twins import fresh, segmented
from tests.twins.bookshop import BookShop, keyed, member, rule, sale

MOVES = [{"kind": "join_segment", "segment": "buyers"}, {"kind": "leave_segment", "segment": "vip"}]


@cache
def divided() -> World:
    """The shop at work has a segment that Ada is in for ten days, and one that whoever buys joins, for which they leave it."""
    world = at_work().copy()
    shop = world.calm
    segmented.define(shop, **segmented.SCHEDULED)
    segmented.define(shop, "buyers")
    segmented.add(shop, world.names["ada"])
    shop.define(rule("moves", effects=MOVES))
    return replace(world)


@cache
def past() -> World:
    """Her ten days are over, and nobody has looked at it since."""
    world = divided().copy()
    world.calm.clock.move_to(LAST_DAY)
    return world


def define(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return segmented.define(shop, "other", command)


def add(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return segmented.add(shop, world.names["ada"], world.names["bob"], segment_id="buyers", command=command)


def add_nobody(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return segmented.add(shop, world.names["ada"], command=command)


def remove(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return segmented.remove(shop, world.names["ada"], world.names["bob"], command=command)


def buy(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(member(world.names["ada"]), sale("B9"), command)


COMMANDS: dict[str, Asked] = {
    "define_segment": define,
    "add_to_segment": add,
    "remove_from_segment": remove,
    "record_order, with segments": buy,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", divided, partial(commanded, act, lambda: keyed("k")))
        yield Case(f"{name}, without a key", "write", divided, partial(commanded, act, fresh), once=True)


SEGMENT_WRITES = (
    *commands(),
    Case("add_to_segment, of who is there", "write", divided, partial(commanded, add_nobody, lambda: keyed("k"))),
    Case("settle_due, of segments", "write", past, settle),
)
SEGMENT_READS = tuple(
    Case(name, "read", divided, looked, patient=False)
    for name, looked in {
        "list_segments": lambda world, shop: list_segments(shop.rt, shop.caller),
        "get_segment": lambda world, shop: read_segment(shop.rt, shop.caller, "vip"),
        "list_segment_members": lambda world, shop: paged(
            lambda cursor: list_memberships(shop.rt, shop.caller, "vip", 1, cursor)
        ),
        "list_segments_of_member": lambda world, shop: list_segments_of_member(
            shop.rt, shop.caller, world.names["ada"]
        ),
    }.items()
)
