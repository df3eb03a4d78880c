"""What is limited for all, as cases: taken from a slice that has it and from one that has not, given back, another total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import Held, Move, Taken
from chalicelib.errors import Refused
from chalicelib.flows.look_at_rule import look_at_rule
from chalicelib.flows.rule_limits import uses_quota
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.command import Command
from chalicelib.kit.periods import local_day
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Act, Case
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import fresh, happenings
from tests.twins.bookshop import BookShop, card, goods_back, keyed, line, sale
from tests.twins.limited import a, gift, points
from tests.twins.rationed import Rationed, taken


@cache
def with_limits() -> World:
    """Of 1,000 lamps ada has all of her slice, of 100 mugs bob has all; lids are as they were cut."""
    world = at_work().copy()
    shop = rationed(world.calm)
    shop.limit(1_000)
    quota = shop.quota()
    had = taken(shop.take("ada", quota.share(quota.slice_of("ada"))))
    shop.limit(100, "mugs")
    shop.take("bob", 100, "mugs")
    shop.limit(100, "lids")
    return replace(world, names={**world.names, "had": ",".join(map(str, had.kept()))})


def rationed(shop: BookShop) -> Rationed:
    return Rationed(shop.rt, shop.caller)


def take(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rationed(shop).take("eve", 7, "lids", command)


def take_from_others(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rationed(shop).take("ada", 7, command=command)


def give_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rationed(shop).give_back("ada", ours(world).part(7), command)


def more(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rationed(shop).limit(1_500, command=command)


def less_than_is_taken(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rationed(shop).limit(40, "mugs", command)


def ours(world: World) -> Taken:
    name, number, amount = world.names["had"].split(",")
    return Taken(name, int(number), int(amount))


# --- rules with limits ------------------------------------------------------------------------------------------------


@cache
def with_limited_rules() -> World:
    """Every purchase gets a gift, ten in all and once a day, as long as its budget lasts; Bob has had one."""
    world = at_work().copy()
    shop = world.calm
    shop.define(gift(50, a("day"), in_all=10, budget=points(1_000)))
    shop.buy(card("0009"), sale("L1", line(1, 20_00), line(2, 30_00)))
    return replace(world, names={**world.names, "limited": shop.order_id("L1")})


def buy_a_gift(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(card("0001"), sale("L2"), command)


def bring_a_gift_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["limited"], goods_back("RL1", 20_00), command)


RULES: dict[str, Asked] = {
    "record_order, of a limited rule": buy_a_gift,
    "return_order, of what a limited rule gave": bring_a_gift_back,
}


@cache
def with_limited_visits() -> World:
    """Who comes by gets five points, the first ten of them."""
    world = at_work().copy()
    world.calm.define(gift(5, a("day"), in_all=10, more={"trigger": {"on": "check_in"}}))
    return world


def come_by(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return happenings.record(shop, card("0001"), happenings.check_in(), command)


@cache
def with_lapsed() -> World:
    """The gift is for one purchase, and a checkout that lapsed long ago has it."""
    world = at_work().copy()
    shop = world.calm
    shop.define(gift(50, in_all=1))
    quota = uses_quota(1, "gift", 1)
    held = quotas.held_put(shop.caller.tenant, Held(Taken(quota.name, 0, 1), "chk_00000000000", 0))
    shop.rt.table.transact([*quotas.draws(shop.caller.tenant, quota, quota.name, [Move(0, -1, 1)]), held], "held")
    return world


def settle_lapsed(world: World, shop: BookShop) -> str:
    settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC"))
    return "settled"


def take_what_is_gone(world: World, shop: BookShop) -> str:
    """Whoever finds out notes it: that is all that is written."""
    try:
        rationed(shop).take("eve", 1, "mugs")
    except Refused as refusal:
        return refusal.code
    return "taken"


def left(world: World, shop: BookShop) -> object:
    return [(rationed(shop).stand(name).left, rationed(shop).stand(name).taken) for name in ("lamps", "mugs", "lids")]


def how_far(world: World, shop: BookShop) -> object:
    rule, in_all, budget = look_at_rule(shop.rt, shop.caller, 1, "gift")
    return rule, [(one.left, one.taken) for one in (in_all, budget) if one is not None]


COMMANDS: dict[str, Asked] = {
    "take_quotas": take,
    "take_quotas, from other slices": take_from_others,
    "take_quotas, given back": give_back,
    "change_quota, more": more,
    "change_quota, less than is taken": less_than_is_taken,
}


def _writes() -> Iterator[Case]:
    for name, act in COMMANDS.items():
        asked: Act = partial(commanded, act, lambda: keyed("k"))
        yield Case(f"{name}, with a key", "write", with_limits, asked, lawful=False)
        asked = partial(commanded, act, fresh)
        yield Case(f"{name}, without a key", "write", with_limits, asked, once=True, lawful=False)
    for name, act in RULES.items():
        yield Case(name, "write", with_limited_rules, partial(commanded, act, fresh))
    come = partial(commanded, come_by, lambda: keyed("k"))
    yield Case("record_event, of a limited rule", "write", with_limited_visits, come)
    yield Case("record_order, of what has lapsed", "write", with_lapsed, partial(commanded, buy_a_gift, fresh))
    yield Case("settle_due, of what has lapsed", "write", with_lapsed, settle_lapsed)
    yield Case("take_quotas, of what is gone", "write", with_limits, take_what_is_gone, lawful=False)


LIMITED_WRITES = tuple(_writes())
LIMITED_READS = (
    Case("read_quota", "read", with_limits, left, mends=NOTHING, lawful=False),
    Case("look_at_rule", "read", with_limited_rules, how_far, mends=NOTHING),
)
