"""Perks and awards, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.perks.operations import get_perk, list_perks
from chalicelib.flows.issue_code import issue_code
from chalicelib.flows.list_awards import get_award, list_awards
from chalicelib.flows.update_member import update_member
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Case
from tests.faults.world import World
from tests.faults.writes import commanded, settle
from tests.twins import fresh, perked
from tests.twins.bookshop import BookShop, card, fixed, goods_back, keyed, rule, sale

Asked = Callable[[World, BookShop, Command], Committed[Any]]
BIRTHDAY = "2026-06-20"
LAST_DAY = "2026-07-01"  # a month's membership that begins on bookshop.TODAY is over long before points expire


@cache
def rewarding() -> World:
    """The shop at work has a card of two stamps that gives a treat, and a membership of ten days. Ada has both, has redeemed a card, and shows the code
    of the next."""
    world = at_work().copy()
    shop, ada = world.calm, world.names["ada"]
    perked.offer(shop, "treat", perked.TREAT)
    perked.offer(shop, "card", perked.CARD | {"gives": "treat"})
    perked.offer(shop, "club", perked.CLUB, valid_days=10)
    effects = [{"kind": "grant_perk", "perk": "treat"}, fixed(5)]
    shop.define(rule("letter", trigger={"on": "newsletter"}, effects=effects))
    shop.define(rule("bought", audience={"places": ["treats"]}, effects=effects))
    order = shop.buy(card("0001"), sale("P-1", 10_00, place="treats")).answer.order_id
    for perk_id in ("card", "club"):
        perked.give(shop, ada, perk_id)
    redemption = perked.redeem(shop, ada, "card.1").answer.redemption_id
    shown = perked.code(shop, ada, "card.1")
    return replace(world, names={**world.names, "redemption": redemption, "code": shown, "order": order})


@cache
def over() -> World:
    """Her membership is over, and nobody has looked at it since."""
    world = rewarding().copy()
    world.calm.clock.move_to(LAST_DAY)
    return world


@cache
def celebrating() -> World:
    """It is the birthday of somebody whom rules give points and a treat for it."""
    world = rewarding().copy()
    shop = world.calm
    effects = [{"kind": "grant_perk", "perk": "treat"}, fixed(5)]
    shop.define(rule("cake", trigger={"on": "birthday"}, effects=effects))
    shop.enrol("cleo", birth_date=f"1990{BIRTHDAY[4:]}")
    shop.clock.move_to(BIRTHDAY)
    return world


def define(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.offer(shop, "other", perked.TREAT, command)


def grant(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.give(shop, world.names["ada"], "treat", command)


def stamp(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.stamp(shop, world.names["ada"], "card", 2, command)


def redeem(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.redeem(shop, world.names["ada"], "card.1", command)


def redeem_by_code(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.redeem_by_code(shop, world.names["code"], command)


def refund(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.refund(shop, world.names["ada"], "card.1", world.names["redemption"], command)


def revoke(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.revoke(shop, world.names["ada"], "club.1", command)


def take_newsletter(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Which gives points and a treat beside the profile."""
    update = MemberUpdate(newsletter=True)
    return update_member(shop.rt, shop.caller, command, world.names["ada"], update)


def show(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """What it is called, chance says."""
    done = issue_code(shop.rt, shop.caller, command, world.names["ada"], "club.1")
    return Committed((done.answer.award_id, done.answer.method), done.replayed)


def bring_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["order"], goods_back("P-R", 10_00), command)


COMMANDS: dict[str, Asked] = {
    "define_perk": define,
    "grant_perk": grant,
    "give_stamps": stamp,
    "redeem_award": redeem,
    "redeem_code": redeem_by_code,
    "refund_award": refund,
    "revoke_award": revoke,
    "update_member, with a gift": take_newsletter,
    "issue_code": show,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", rewarding, partial(commanded, act, lambda: keyed("k")))
        yield Case(f"{name}, without a key", "write", rewarding, partial(commanded, act, fresh), once=True)


PERK_WRITES = (
    *commands(),
    Case("return_order, of what a rule gave", "write", rewarding, partial(commanded, bring_back, fresh)),
    Case("settle_due, of awards", "write", over, settle),
    Case("settle_due, of a birthday", "write", celebrating, settle),
)
PERK_READS = tuple(
    Case(name, "read", rewarding, looked, mends=NOTHING)
    for name, looked in {
        "list_perks": lambda world, shop: list_perks(shop.rt, shop.caller, 1),
        "get_perk": lambda world, shop: get_perk(shop.rt, shop.caller, 1, "card"),
        "list_awards": lambda world, shop: list_awards(shop.rt, shop.caller, world.names["ada"]),
        "get_award": lambda world, shop: get_award(shop.rt, shop.caller, world.names["ada"], "card.1"),
    }.items()
)
