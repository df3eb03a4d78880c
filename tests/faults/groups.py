"""Groups as cases: who comes and goes, and what is done for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.groups.operations import get_group, list_groups, list_memberships
from chalicelib.errors import NotFound
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.list_group_orders import list_group_orders
from chalicelib.flows.opened import InGroup
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.read_statement import read_statement
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Act, Case
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import by_hand, fresh, grouped
from tests.twins.bookshop import BookShop, card, dry, goods_back, keyed, member, sale


@cache
def with_a_group() -> World:
    """The shop at work; Bob, its primary member, and Carol are in a group, which has what Bob bought and earned, some of it
    on hold; Eve is in none."""
    world = at_work().copy()
    shop, bob = world.calm, world.names["bob"]
    group_id = grouped.household(shop, bob, world.names["carol"], who_may_spend="chosen")
    order = shop.buy(member(bob), sale("G1", 80_00)).answer.order_id
    shop.earn(bob, 20)
    shop.spend(bob, 5)
    by_hand.promise(shop, bob, 9, event="survey")
    by_hand.hold(shop, bob, 12)
    eve = shop.member("0007")
    return replace(world, names={**world.names, "group": group_id, "eve": eve, "pooled": order})


def create(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.found(shop, world.names["eve"], command)


def join(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.join(shop, world.names["group"], world.names["eve"], command, chosen=True)


def leave(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.leave(shop, world.names["group"], world.names["carol"], command)


def choose(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.choose(shop, world.names["group"], world.names["carol"], command)


def change(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.change(shop, world.names["group"], command, primary_member_id=world.names["carol"])


def buy(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(card("0009"), sale("G2", 50_00), command)


def bring_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["pooled"], goods_back("RG1", 40_00), command)


def earn(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.earn(world.names["carol"], 7, command)


def spend(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.spend_for(shop, world.names["group"], world.names["bob"], 7, command)


def earn_by_path(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.earn(InGroup(world.names["group"], world.names["carol"]), 7, command)


def earn_by_nobody(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.earn(world.names["group"], 7, command)


def hold(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return by_hand.hold(shop, InGroup(world.names["group"], world.names["bob"]), 7, command)


def send(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return grouped.send_for(shop, world.names["group"], world.names["bob"], world.names["ada"], 7, command)


def activate(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return by_hand.activate(shop, world.names["carol"], command, event="survey")


def undo(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return undo_entry(shop.rt, shop.caller, command, world.names["carol"], spent(world))


def cancel(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return cancel_earning(shop.rt, shop.caller, command, world.names["group"], earned(world))


def expire(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return expire_earning(shop.rt, shop.caller, command, world.names["group"], earned(world))


def earned(world: World) -> str:
    return entry_id(EntryRef(world.names["group"], 1, 2, 1))


def spent(world: World) -> str:
    return entry_id(EntryRef(world.names["group"], 1, 3, 1))


def capture(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return by_hand.capture(shop, world.names["carol"], 1, 8, command, keep_rest=True)


COMMANDS: dict[str, Asked] = {
    "create_group": create,
    "join_group": join,
    "leave_group": leave,
    "change_group_member": choose,
    "update_group": change,
    "record_order, for a group": buy,
    "return_order, for a group": bring_back,
    "earn_points, for a group": earn,
    "earn_points, by the path of a group": earn_by_path,
    "earn_points, by nobody for a group": earn_by_nobody,
    "hold_points, by the path of a group": hold,
    "spend_points, for a group": spend,
    "transfer_points, for a group": send,
    "activate_pending, for a group": activate,
    "undo_entry, of a group": undo,
    "cancel_earning, of a group": cancel,
    "expire_earning, of a group": expire,
    "capture_hold, of a group": capture,
}
REPEATABLE = {"change_group_member", "update_group", "record_order, for a group", "return_order, for a group"}


def _writes() -> Iterator[Case]:
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", with_a_group, partial(commanded, act, lambda: keyed("k")))
        once = name not in REPEATABLE
        yield Case(f"{name}, without a key", "write", with_a_group, partial(commanded, act, fresh), once=once)


def statement(world: World, shop: BookShop) -> object:
    of = (world.names["group"], 1)
    return paged(lambda cursor: read_statement(shop.rt, shop.caller, of, 2, cursor))


def members(world: World, shop: BookShop) -> object:
    return paged(lambda cursor: list_memberships(shop.rt, shop.caller, world.names["group"], 1, cursor))


def directory(world: World, shop: BookShop) -> object:
    return paged(lambda cursor: list_groups(shop.rt, shop.caller, 1, cursor))


def orders(world: World, shop: BookShop) -> object:
    return paged(lambda cursor: list_group_orders(shop.rt, shop.caller, world.names["group"], 1, cursor))


def trace_of_a_spend(world: World, shop: BookShop) -> object:
    return trace_spend(shop.rt, shop.caller, world.names["group"], spent(world))


def trace_of_an_earning(world: World, shop: BookShop) -> object:
    return trace_earning(shop.rt, shop.caller, world.names["group"], earned(world))


def unproven(world: World, shop: BookShop) -> str:
    """Whoever has nothing has nothing to prove."""
    try:
        prove_account(shop.rt, shop.caller, world.names["eve"])
    except NotFound as told:
        return told.code
    return "proven"


LOOKED: dict[str, Act] = {
    "list_groups": directory,
    "list_group_orders": orders,
    "get_group": lambda world, shop: get_group(shop.rt, shop.caller, world.names["group"]),
    "list_memberships": members,
    "read_account, of a group": lambda world, shop: shop.account(world.names["group"]),
    "read_statement, of a group": statement,
    "trace_spend, of a group": trace_of_a_spend,
    "trace_earning, of a group": trace_of_an_earning,
    "read_statement, of who has nothing": lambda world, shop: shop.statement(world.names["eve"]),
    "read_account, of who has nothing": lambda world, shop: shop.account(world.names["eve"]),
    "earn_points, tried for who has nothing": lambda world, shop: shop.earn(world.names["eve"], 7, dry()),
    "simulate_order, of who has nothing": lambda world, shop: shop.simulate(member(world.names["eve"]), sale("B4")),
    "transfer_points, tried to who has nothing": lambda world, shop: shop.send(
        world.names["ada"], world.names["eve"], 1, dry()
    ),
    "prove_account, of who has nothing": unproven,
    "prove_account, of a group": lambda world, shop: prove_account(shop.rt, shop.caller, world.names["group"]),
}
GROUP_WRITES = tuple(_writes())
GROUP_READS = tuple(Case(name, "read", with_a_group, looked, mends=NOTHING) for name, looked in LOOKED.items())
