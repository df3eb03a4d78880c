"""Perks: granted, stamped, redeemed by hand or by a code, given back, revoked. What is over the night makes so (couponing.py)."""

from __future__ import annotations

from random import Random

from chalicelib.errors import Refused
from chalicelib.flows.list_awards import AwardView, list_awards
from tests.simulation.moves.checking_out import offers_of
from tests.simulation.offers import GIVEN
from tests.simulation.world import World
from tests.twins import perked


def grant(world: World, dice: Random) -> str:
    who, perk_id = dice.choice(world.members), dice.choice(GIVEN)
    points = dice.choice((None, None, 3)) if perk_id in ("coins", "card") else None
    world.ask(dice, lambda shop, command: perked.give(shop, who, perk_id, command, points))
    return f"{who} was granted {perk_id} with {points}"


def stamp(world: World, dice: Random) -> str:
    who, perk_id, amount = dice.choice(world.members), dice.choice(("card", "own")), dice.choice((1, 2, 5))
    world.ask(dice, lambda shop, command: perked.stamp(shop, who, perk_id, amount, command))
    return f"{who} got {amount} stamps on {perk_id}"


def redeem(world: World, dice: Random) -> str:
    """Some coins, or once; now and then by the code that the member shows."""
    who, award = _an_award(world, dice, "active")
    coins = award.perk_id == "coins"
    shown = "" if coins or dice.random() < 0.7 else perked.code(world.shop, who, award.award_id)
    amount = dice.choice((1, 5, 30)) if coins else None
    if shown:
        done = world.ask(dice, lambda shop, command: perked.redeem_by_code(shop, shown, command))
    else:
        done = world.ask(dice, lambda shop, command: perked.redeem(shop, who, award.award_id, command, amount))
    offers_of(world).redeemed.append((who, award.award_id, done.redemption_id))
    return f"{who} redeemed {amount or 'one'} of {award.award_id}"


def refund(world: World, dice: Random) -> str:
    done = offers_of(world).redeemed[-9:]
    if not done:
        raise Refused("nothing_there", "Nothing was redeemed yet.")
    who, award_id, redemption_id = dice.choice(done)
    world.ask(dice, lambda shop, command: perked.refund(shop, who, award_id, redemption_id, command))
    return f"what {who} had of {award_id} was given back"


def revoke(world: World, dice: Random) -> str:
    who, award = _an_award(world, dice, "active")
    world.ask(dice, lambda shop, command: perked.revoke(shop, who, award.award_id, command))
    return f"{award.award_id} was taken from {who}"


def _an_award(world: World, dice: Random, state: str) -> tuple[str, AwardView]:
    """Mostly in this state."""
    shop = world.shop
    found = [(who, one) for who in world.members for one in list_awards(shop.rt, shop.caller, who)]
    fitting = [(who, one) for who, one in found if one.state == state]
    if not found:
        raise Refused("nothing_there", "Nobody has a perk.")
    return dice.choice(fitting if fitting and dice.random() < 0.9 else found)
