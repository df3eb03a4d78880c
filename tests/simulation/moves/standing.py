"""Tiers: pinned, let go of again, recalculated. Other ladders come with other policies (moves/time.py)."""

from __future__ import annotations

from random import Random

from chalicelib.kit.periods import iso_day, local_day
from tests.simulation.policies import TIER_IDS
from tests.simulation.world import World


def pin(world: World, dice: Random) -> str:
    """To a tier for good or until a day, which may be over; now and then to one that the program does not have."""
    owner, tier = dice.choice(world.owners), dice.choice((*TIER_IDS, *TIER_IDS, "platinum"))
    today = local_day(world.clock.at, world.program.zone)
    until = dice.choice((None, iso_day(today + dice.randint(-1, 20))))
    world.ask(dice, lambda shop, command: shop.pin(owner, tier, until, command))
    return f"{owner} is pinned to {tier} until {until}"


def unpin(world: World, dice: Random) -> str:
    """Mostly somebody who is pinned."""
    pinned = [owner for owner in world.owners if world.journals[owner].account.standing.pinned]
    owner = dice.choice(pinned if pinned and dice.random() < 0.9 else world.owners)
    world.ask(dice, lambda shop, command: shop.unpin(owner, command))
    return f"{owner} is pinned no longer"


def recalculate(world: World, dice: Random) -> str:
    owner = dice.choice(world.owners)
    world.ask(dice, lambda shop, command: shop.recalculate(owner, command))
    return f"the tier of {owner} was recalculated"
