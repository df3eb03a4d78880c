"""Coupons by hand: issued, used, marked as unused, activated, cancelled, made good again; and what the night makes past."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from chalicelib.areas.coupons.model import Shown
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.errors import Refused
from chalicelib.flows.change_coupon import activate_coupon, cancel_coupon, reactivate_coupon, unuse_coupon
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.use_code import Purpose, use_code
from chalicelib.kit.periods import local_day
from tests.simulation.moves.checking_out import CODES_AT_MOST, codes_of
from tests.simulation.offers import GIVEN_BY_HAND, POOL, SHARED_CODE
from tests.simulation.world import World


def issue(world: World, dice: Random) -> str:
    who, series_id = dice.choice(world.members), dice.choice(GIVEN_BY_HAND)
    world.ask(dice, lambda shop, command: issue_coupon(shop.rt, shop.caller, command, who, 1, series_id))
    return f"{who} got a coupon of {series_id}"


def use(world: World, dice: Random) -> str:
    """Their own, the one that all share, one of the pool; now and then another's, or one that nobody knows."""
    who = dice.choice(world.members)
    theirs = codes_of(world, who if dice.random() < 0.9 else dice.choice(world.members))
    code = dice.choice((*theirs, *theirs, *theirs, SHARED_CODE, dice.choice(POOL), "NOBODYS-1"))
    purpose = Purpose(dice.choice((None, world.number())), dice.choice((None, 20_00)))
    world.ask(dice, lambda shop, command: use_code(shop.rt, shop.caller, command, code, who, purpose))
    return f"{who} used {code}: {purpose}"


def unuse(world: World, dice: Random) -> str:
    """Its last use, or that of an order; now and then of one that was not used."""
    coupon = _a_coupon(world, dice, lambda one: bool(one.uses))
    order = dice.choice((None, *(use.order for use in coupon.uses)))
    world.ask(
        dice,
        lambda shop, command: unuse_coupon(shop.rt, shop.caller, command, coupon.member_id, coupon.coupon_id, order),
    )
    return f"{coupon.coupon_id} was not used for {order}"


def change(world: World, dice: Random) -> str:
    name, act, fits = dice.choice(
        (
            ("activated", activate_coupon, lambda one: one.needs_activation),
            ("cancelled", cancel_coupon, lambda one: one.state == "active"),
            ("made good again", reactivate_coupon, lambda one: one.state in ("cancelled", "expired")),
        )
    )
    coupon = _a_coupon(world, dice, fits)
    world.ask(dice, lambda shop, command: act(shop.rt, shop.caller, command, coupon.member_id, coupon.coupon_id))
    return f"{coupon.coupon_id} was {name}"


def a_night(world: World, dice: Random) -> str:
    """The job of a whole day, for whatever has come due: of today, or of a day that is over."""
    shop = world.shop
    day = local_day(world.clock.at, "UTC") - dice.choice((0, 0, 1))
    settled = settle_due(shop.rt, shop.caller, day)
    return f"the job settled {settled}"


def _a_coupon(world: World, dice: Random, fits: Callable[[Shown], bool]) -> Shown:
    """Mostly one of the kind."""
    shop = world.shop
    some = [one for who in world.members for one in list_coupons(shop.rt, shop.caller, who, CODES_AT_MOST, None).items]
    fitting = [one for one in some if fits(one)]
    if not some:
        raise Refused("nothing_there", "Nobody has a coupon.")
    return dice.choice(fitting if fitting and dice.random() < 0.9 else some)
