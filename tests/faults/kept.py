"""Orders that no member has as cases: kept, brought back and given to who made them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.flows.verify_kept_orders import verify_kept_orders
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import Case
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import coupons, fresh, kept, tills
from tests.twins.bookshop import BookShop, goods_back, keyed, sale


@cache
def keeping() -> World:
    """The shop keeps what strangers buy, and has some of it, of which a part has come back."""
    world = at_work().copy()
    shop = kept.keeping(world.calm)
    order_id = kept.kept(shop, sale("K1"))
    shop.bring_back(order_id, goods_back("RK1", 20_00, quantity="0.25"))
    limits = {"used": 40, "used_per_member": 1}
    coupons.series(shop, "hi", codes={"kind": "shared", "code": "HI-YOU"}, limits=limits)
    tills.paid(shop, tills.begun(shop, None, coupons=("HI-YOU",)), "K3")
    return replace(world, names={**world.names, "kept": order_id, "shown": shop.order_id("K3")})


def buy(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(kept.STRANGER, sale("K2"), command)


def once_more(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(kept.STRANGER, sale("K1"), command)


def bring_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["kept"], goods_back("RK2", 30_00, quantity="0.5"), command)


def assign(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return kept.assign(shop, world.names["kept"], world.names["bob"], command)


def assign_with_coupon(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return kept.assign(shop, world.names["shown"], world.names["bob"], command)


COMMANDS: dict[str, Asked] = {
    "record_order, of nobody": buy,
    "return_order, of nobody": bring_back,
    "assign_order": assign,
    "assign_order, with a coupon": assign_with_coupon,
}


def _writes() -> Iterator[Case]:
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", keeping, partial(commanded, act, lambda: keyed("k")))
    yield Case("record_order, of nobody, without a key", "write", keeping, partial(commanded, once_more, fresh))
    yield Case("assign_order, without a key", "write", keeping, partial(commanded, assign, fresh))


def verified(world: World, shop: BookShop) -> object:
    return verify_kept_orders(shop.rt, shop.caller.tenant)[0]


KEPT_WRITES = tuple(_writes())
KEPT_READS = (Case("verify_kept_orders", "read", keeping, verified),)
