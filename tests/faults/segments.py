"""Segments and who is in them, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.members import store as members
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.segments.operations import list_memberships, list_segments
from chalicelib.events.imports import imports
from chalicelib.flows.follow_entry import Told, follow_entry
from chalicelib.flows.follow_stays import follow_stays
from chalicelib.flows.read_analytics import measure_segment
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.start_run import Cut
from chalicelib.flows.start_segment_job import judge_everybody, start_export, start_preview
from chalicelib.kit.command import Command
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, SENDING, Case
from tests.faults.messages import queue_case
from tests.faults.perks import LAST_DAY, Asked
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import commanded, settle
from tests.twins import fresh, perked, segmented
from tests.twins.bookshop import BookShop, goods_back, keyed, member, rule, sale
from tests.twins.grouped import household
from tests.twins.judged import DAY_MS, when

NOBODY = Criteria.model_validate({"when": {"ask": "account.orders", "above": 1_000_000}})
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
def sold() -> World:
    """She has bought, and is among the buyers by it."""
    world = divided().copy()
    order = world.calm.buy(member(world.names["ada"]), sale("B8")).answer.order_id
    return replace(world, names={**world.names, "order": order})


def bring_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["order"], goods_back("B8-R", 100_00), command)


@cache
def past() -> World:
    """Her ten days are over, and nobody has looked at it since."""
    world = divided().copy()
    world.calm.clock.move_to(LAST_DAY)
    return world


@cache
def meant() -> World:
    """Ada has bought since a segment is for who has; nobody has looked. Another is for who has not, from the day after tomorrow on."""
    world = divided().copy()
    shop = world.calm
    segmented.define(shop, "loyal", **when({"ask": "account.orders", "at_least": 1}))
    segmented.define(shop, "away", **when({"ask": "account.days_since_last_order", "at_least": 2}))
    group = household(shop, world.names["carol"])
    return replace(world, names={**world.names, "household": group})


@cache
def awaited() -> World:
    """Bob was looked at when he bought, and the day has come."""
    world = meant().copy()
    shop = world.calm
    bought = shop.buy(member(world.names["bob"]), sale("B8", on=iso_day(local_day(shop.clock.now(), "UTC"))))
    settle_criteria(shop.rt, shop.caller, bought.answer.member_id)
    shop.clock.at += 3 * DAY_MS
    return world


@cache
def judging() -> World:
    """Everybody is to be judged by its criteria, at once."""
    world = meant().copy()
    world.queues.waiting.clear()
    world.queues.sent.clear()
    shop = world.calm
    judge_everybody(shop.rt, shop.caller, "loyal", 1, Cut(1, 10))
    return world


@cache
def welcomed() -> World:
    """Ada has joined a segment that brings a perk, and left another that took it with it; nobody has followed that."""
    world = divided().copy()
    shop = world.calm
    perked.offer(shop, "lounge", perked.CLUB)
    segmented.define(shop, "buyers", on_join=["lounge"])
    segmented.add(shop, world.names["ada"], segment_id="buyers")
    return world


def welcome(world: World, shop: BookShop) -> object:
    ada = world.names["ada"]
    _, head = members.read(world.calm.rt.table, shop.caller.tenant, ada)
    told = Told(f"M#{ada}", 0, head.version, ("member.joined_segment",), shop.clock.now(), shop.clock.now())
    follow_stays(shop.rt, shop.caller.tenant, told, "req-1")
    return "followed"


def preview(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return started(start_preview(shop.rt, shop.caller, command, "vip", NOBODY, Cut(1, 2)))


def export(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return started(start_export(shop.rt, shop.caller, command, "vip", Cut(1, 2)))


def started(done: Committed[Progress]) -> Committed[str]:
    return Committed(done.answer.operation.kind, done.replayed)


def followed(world: World, shop: BookShop, owner: str, *types: str, sequence: int = 1) -> object:
    """How many have moved by it says nothing: another may have been faster."""
    now = shop.clock.now()
    follow_entry(
        shop.rt,
        shop.caller.tenant,
        Told(owner, 0 if owner.startswith("CFG") else 1, sequence, types, now, now),
        "req-1",
    )
    return "followed"


def everybody(world: World, shop: BookShop) -> object:
    judge_everybody(shop.rt, shop.caller, "loyal", 1, Cut(1, 2))
    return "begun"


FOLLOWED: dict[str, Callable[[World, BookShop], object]] = {
    "follow_entry, of a member": lambda world, shop: followed(world, shop, f"M#{world.names['ada']}", "order.recorded"),
    "follow_entry, of a group": lambda world, shop: followed(
        world, shop, f"G#{world.names['household']}", "order.recorded"
    ),
    "follow_entry, of criteria": lambda world, shop: followed(world, shop, "CFG#segment#0000#loyal", "config.changed"),
    "judge_everybody": everybody,
}
MESSAGING = ("follow_entry, of a group", "follow_entry, of criteria", "judge_everybody")


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
    "start_preview": preview,
    "start_export": export,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for name, act in COMMANDS.items():
        starts = name.startswith("start_")
        with_key = partial(commanded, act, lambda: keyed("k"))
        yield Case(f"{name}, with a key", "write", divided, with_key, **(SENDING if starts else {}))
        if not starts:
            yield Case(f"{name}, without a key", "write", divided, partial(commanded, act, fresh), once=True)


SEGMENT_WRITES = (
    *commands(),
    Case("add_to_segment, of who is there", "write", divided, partial(commanded, add_nobody, lambda: keyed("k"))),
    Case("return_order, of what began a stay", "write", sold, partial(commanded, bring_back, lambda: keyed("k"))),
    Case("settle_due, of segments", "write", past, settle),
    Case("settle_due, of criteria", "write", awaited, settle),
    *(Case(name, "write", meant, act, **(SENDING if name in MESSAGING else {})) for name, act in FOLLOWED.items()),
    Case("follow_stays", "write", welcomed, welcome),
)
SEGMENT_MESSAGES = (queue_case("queue imports, criteria from chunk to report", "imports", imports, judging),)
SEGMENT_READS = tuple(
    Case(name, "read", divided, looked, mends=NOTHING)
    for name, looked in {
        "list_segments": lambda world, shop: list_segments(shop.rt, shop.caller),
        "get_segment": lambda world, shop: read_segment(shop.rt, shop.caller, "vip"),
        "read_segment_metrics": lambda world, shop: measure_segment(shop.rt, shop.caller, "vip", 1, (None, None)),
        "list_segment_members": lambda world, shop: paged(
            lambda cursor: list_memberships(shop.rt, shop.caller, "vip", 1, cursor)
        ),
        "list_segments_of_member": lambda world, shop: list_segments_of_member(
            shop.rt, shop.caller, world.names["ada"]
        ),
    }.items()
)
