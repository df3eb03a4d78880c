"""Coupons as cases: a series, codes for a pool, coupons given, used, changed and run out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.coupons.model import CouponSeries, Shown
from chalicelib.areas.coupons.operations import list_coupons, list_of_series, list_series
from chalicelib.flows.available_rewards import available_rewards
from chalicelib.flows.change_coupon import activate_coupon, cancel_coupon, reactivate_coupon, unuse_coupon
from chalicelib.flows.check_code import check_code
from chalicelib.flows.coupon_quotas import get_series
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.follow_effects import GivenEffect
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.upload_codes import AT_ONCE, upload_codes
from chalicelib.flows.use_code import Purpose, use_code
from chalicelib.kit.command import Command
from chalicelib.kit.ids import RandomIds
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, Case
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import Asked, commanded, settle
from tests.twins import coupons, fresh, rewarded
from tests.twins.bookshop import BookShop, goods_back, keyed, member, rule, sale
from tests.twins.grouped import household

OF_GOOD = {"kind": "issue_coupon", "series": "good"}
POOLED = ("P-01", "P-02", "P-03")
PAGE = tuple(f"N-{number:03}" for number in range(AT_ONCE + 2))  # two transactions of it
LAST_DAY = "2026-08-20"  # the short coupon is over, and no points are


@cache
def couponed() -> World:
    """Ada has a coupon in each state, one of them reactivable. A pool has three codes that anybody may claim; one code is all
    members'."""
    world = at_work().copy()
    shop, ada = world.calm, world.names["ada"]
    coupons.several(shop, ada)
    coupons.series(shop, "pool", codes={"kind": "pool"}, claimable=True, limits={"issued": 3})
    coupons.upload(shop, "pool", *POOLED)
    coupons.series(shop, "hello", codes={"kind": "shared", "code": "HELLO"}, limits={"used_per_member": 1})
    coupons.series(shop, "prizes", codes={"kind": "pool"})
    coupons.upload(shop, "prizes", "Z-1", "Z-2")
    rewarded.define(shop, "prize", coupon_series="prizes", stock=9)
    return replace(world, names={**world.names, "code": coupons.named(shop, ada, "good").code})


@cache
def giving() -> World:
    """Whoever buys gets a coupon of two series, and whoever is enrolled one. Carol, who is in a group, bought before."""
    world = couponed().copy()
    shop, carol = world.calm, world.names["carol"]
    household(shop, carol)
    shop.define(rule("gives", effects=[OF_GOOD, OF_GOOD | {"series": "pool"}]))
    shop.define(rule("welcome", trigger={"on": "enrolled"}, effects=[OF_GOOD]))
    order = shop.buy(member(carol), sale("C1")).answer.order_id
    return replace(world, names={**world.names, "order": order})


@cache
def over() -> World:
    """The short coupon is over, and nobody has looked at it since."""
    world = couponed().copy()
    world.calm.clock.move_to(LAST_DAY)
    return world


def codeless(done: Committed[Shown]) -> Committed[Shown]:
    """Which code it is, chance says."""
    return Committed(done.answer.model_copy(update={"code": ""}), done.replayed)


def define(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    said = {"program_id": 1, "series_id": "all", "name": "All", "codes": {"kind": "shared", "code": "WELCOME"}}
    return define_coupon_series(shop.rt, shop.caller, command, CouponSeries.model_validate(said))


def upload(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return upload_codes(shop.rt, shop.caller, command, 1, "pool", (*PAGE, POOLED[0]))


class EndsOfPools(RandomIds):
    """From the end of a pool, so that nothing lies behind the place that is drawn."""

    def salt(self) -> str:
        return "f" * 32


def issue(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return codeless(issue_coupon(shop.rt, shop.caller, command, world.names["bob"], 1, "good"))


def issue_of_pool(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    rt = replace(shop.rt, ids=EndsOfPools())
    return codeless(issue_coupon(rt, shop.caller, command, world.names["bob"], 1, "pool"))


def define_other_limits(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    said = {"program_id": 1, "series_id": "good", "name": "good", "limits": {"issued": 40}}
    return define_coupon_series(shop.rt, shop.caller, command, CouponSeries.model_validate(said))


def define_other_stock(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return rewarded.define(shop, "prize", command, coupon_series="prizes", stock=7)


def redeem_a_code(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """From the end of the pool; which code it was is not looked at."""
    shop = replace(shop, rt=replace(shop.rt, ids=EndsOfPools()))
    done = rewarded.redeem(shop, world.names["ada"], "prize", command)
    redemption = done.answer.redemption.model_copy(update={"codes": ()})
    return Committed(done.answer.model_copy(update={"redemption": redemption}), done.replayed)


def given(effects: Sequence[GivenEffect]) -> tuple[GivenEffect, ...]:
    return tuple(one.model_copy(update={"code": ""}) for one in effects)


def buy(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    shop = replace(shop, rt=replace(shop.rt, ids=EndsOfPools()))
    done = shop.buy(member(world.names["bob"]), sale("B9"), command)
    return Committed(done.answer.model_copy(update={"effects": given(done.answer.effects)}), done.replayed)


def enrol(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.enrol("0008", command)


def bring_back(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.bring_back(world.names["order"], goods_back("RC1", 100_00), command)


def used(code: str | None = None) -> Asked:
    def use(world: World, shop: BookShop, command: Command) -> Committed[Any]:
        shown = code or world.names["code"]
        return codeless(use_code(shop.rt, shop.caller, command, shown, world.names["ada"], Purpose("R-9")))

    return use


def changed(change: Callable[..., Committed[Shown]], series_id: str, *more: object) -> Asked:
    def act(world: World, shop: BookShop, command: Command) -> Committed[Any]:
        ada = world.names["ada"]
        coupon_id = coupons.named(world.calm, ada, series_id).coupon_id
        return codeless(change(shop.rt, shop.caller, command, ada, coupon_id, *more))

    return act


COMMANDS: dict[str, Asked] = {
    "define_coupon_series": define,
    "define_coupon_series, with another limit": define_other_limits,
    "define_reward, with another stock": define_other_stock,
    "redeem_reward, of a pool": redeem_a_code,
    "upload_codes": upload,
    "issue_coupon": issue,
    "issue_coupon, of a pool": issue_of_pool,
    "use_code": used(),
    "use_code, of all members": used("hello"),
    "use_code, of a pool": used(POOLED[1]),
    "activate_coupon": changed(activate_coupon, "waiting"),
    "unuse_coupon": changed(unuse_coupon, "used", None),
    "cancel_coupon": changed(cancel_coupon, "unwanted"),
    "reactivate_coupon": changed(reactivate_coupon, "cancelled"),
}


GIVEN_BY_RULES: dict[str, Asked] = {
    "record_order, giving coupons": buy,
    "enrol_member, giving a coupon": enrol,
    "return_order, taking coupons back": bring_back,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for names, world in ((COMMANDS, couponed), (GIVEN_BY_RULES, giving)):
        for name, act in names.items():
            yield Case(f"{name}, with a key", "write", world, partial(commanded, act, lambda: keyed("k")))
            yield Case(f"{name}, without a key", "write", world, partial(commanded, act, fresh), once=True)


def theirs(world: World, shop: BookShop) -> object:
    return paged(lambda cursor: list_coupons(shop.rt, shop.caller, world.names["ada"], 2, cursor))


def all_of_one(world: World, shop: BookShop) -> object:
    return paged(lambda cursor: list_of_series(shop.rt, shop.caller, 1, "good", 2, cursor))


COUPON_WRITES = (*commands(), Case("settle_due, of coupons", "write", over, settle))
COUPON_READS = tuple(
    Case(name, "read", couponed, looked, mends=NOTHING)
    for name, looked in {
        "list_series, of coupons": lambda world, shop: list_series(shop.rt, shop.caller, 1),
        "get_series, of coupons": lambda world, shop: get_series(shop.rt, shop.caller, 1, "pool"),
        "list_coupons": theirs,
        "available_rewards, of a pool": lambda world, shop: available_rewards(
            shop.rt, shop.caller, world.names["ada"], 1, 0, (), 25, None
        ),
        "list_of_series, of coupons": all_of_one,
        "check_code, of a coupon": lambda world, shop: check_code(shop.rt, shop.caller, world.names["code"]),
        "check_code, of a pool": lambda world, shop: check_code(
            shop.rt, shop.caller, POOLED[0], world.names["ada"], 10_00
        ),
    }.items()
)
