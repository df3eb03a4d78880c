"""Checkouts as cases: opened, changed, paid for and cancelled, with points that are set apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from chalicelib.flows.list_checkouts import list_checkouts
from chalicelib.flows.open_checkout import open_checkout
from chalicelib.flows.read_checkout import read_checkout
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Case
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import coupons, fresh, kept, tills
from tests.twins.bookshop import BookShop, card, keyed, rule, sale

HUNDREDTH = rule(
    "hundredth",
    trigger={"on": "cart"},
    effects=[{"kind": "percent_off", "percent": "1"}],
    limits={"in_all": 40, "per_member": [{"per": "month", "amount": 5_00, "currency": "EUR"}]},
)


@cache
def at_tills() -> World:
    """In the shop at work points pay, and a hundredth comes off as long as there is some of it. Bob has a checkout that waits, with points and a coupon set apart, and one that was paid for; nobody known has another, with a code that all share."""
    world = at_work().copy()
    shop, bob = world.calm, world.names["bob"]
    shop.define(tills.PENNIES)
    shop.define(HUNDREDTH)
    coupons.series(shop, "five", worth={"kind": "amount", "amount": 5_00, "currency": "EUR"})
    said = {"codes": {"kind": "shared", "code": "HI-YOU"}, "limits": {"used": 40, "used_per_member": 2}}
    coupons.series(shop, "hi", worth={"kind": "amount", "amount": 1_00, "currency": "EUR"}, **said)
    first, second, third = (coupons.issue(shop, bob, "five").code for _ in range(3))
    paid = tills.begun(shop, bob, 8_00, points=4, coupons=(first,))
    tills.paid(shop, paid, "C-1")
    waiting, nobodys = (
        tills.begun(shop, bob, 9_00, points=5, coupons=(second,)),
        tills.begun(shop, None, coupons=("HI-YOU",)),
    )
    names = {"paid": paid, "waiting": waiting, "nobodys": nobodys, "code": third}
    return replace(world, names={**world.names, **names})


@cache
def keeping_tills() -> World:
    """The same where orders of nobody are kept."""
    world = at_tills().copy()
    kept.keeping(world.calm)
    return world


@cache
def kept_at_tills() -> World:
    """And somebody has paid for the one of nobody, and is known since."""
    world = keeping_tills().copy()
    shop = world.calm
    paid = tills.paid(shop, world.names["nobodys"], "C-4").answer.order
    kept.assign(shop, paid.order_id, world.names["ada"])
    return world


def strangers_checkout(world: World, shop: BookShop) -> object:
    return read_checkout(shop.rt, shop.caller, world.names["nobodys"])


def open_one(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return open_checkout(
        shop.rt, shop.caller, command, tills.wish(card("0009"), 7_00, points=3, coupons=(world.names["code"],))
    )


def open_for_nobody(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.opened(shop, None, 7_00, command=command)


def change(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.updated(shop, world.names["waiting"], 7_00, points=3, coupons=(world.names["code"],), command=command)


def pay(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.paid(shop, world.names["waiting"], "C-2", command)


def pay_by_card(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.paid(shop, world.names["nobodys"], "C-3", command, card("0009"))


def pay_by_unknown_card(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.paid(shop, world.names["nobodys"], "C-4", command, card("nobody's"))


def update_by_card(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.updated(shop, world.names["nobodys"], 7_00, buyer=card("4712"), command=command)


def call_off(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.called_off(shop, world.names["waiting"], command=command)


def take_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.called_off(shop, world.names["paid"], command=command)


COMMANDS: dict[str, Asked] = {
    "open_checkout": open_one,
    "open_checkout, nobody known": open_for_nobody,
    "update_checkout, by unknown card": update_by_card,
    "open_checkout, by unknown card": lambda world, shop, command: tills.opened(shop, card("4711"), command=command),
    "update_checkout": change,
    "commit_checkout": pay,
    "commit_checkout, by card": pay_by_card,
    "cancel_checkout": call_off,
    "cancel_checkout, paid for": take_back,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key; and one without that must not be done twice."""
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", at_tills, partial(commanded, act, lambda: keyed("k")))
    strangers = partial(commanded, pay_by_unknown_card, lambda: keyed("k"))
    yield Case("commit_checkout, of nobody, with a key", "write", keeping_tills, strangers)
    yield Case("commit_checkout, without a key", "write", at_tills, partial(commanded, pay, fresh))


def all_lists(world: World, shop: BookShop) -> object:
    def one(who: str, *, past: bool) -> object:
        member_id = world.names[who]
        return paged(lambda cursor: list_checkouts(shop.rt, shop.caller, member_id, 1, cursor, past=past))

    return one("bob", past=False), one("bob", past=True), one("ada", past=False)


def asked_about(world: World, shop: BookShop) -> object:
    cart = CartQuestion(sale("cart", 9_00), card("0009"), coupons=("HI-YOU", world.names["code"]))
    return evaluate_cart(shop.rt, shop.caller, fresh(), cart)


CHECKOUT_WRITES = tuple(commands())
CHECKOUT_READS = (
    Case(
        "get_checkout",
        "read",
        at_tills,
        lambda world, shop: read_checkout(shop.rt, shop.caller, world.names["waiting"]),
        mends=NOTHING,
    ),
    Case("get_checkout, of nobody", "read", kept_at_tills, strangers_checkout, mends=NOTHING),
    Case("evaluate_cart, with coupons", "read", at_tills, asked_about, mends=NOTHING),
    Case(
        "list_checkouts",
        "read",
        at_tills,
        all_lists,
        mends=NOTHING,
    ),
)
