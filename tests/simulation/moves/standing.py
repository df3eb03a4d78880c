"""Tiers: pinned, let go of again, recalculated. Other ladders come with other policies (moves/time.py)."""

from __future__ import annotations

from random import Random

from chalicelib.kit.periods import iso_day, local_day
from tests.simulation.policies import TIER_IDS
from tests.simulation.world import World


def pin(world: World, dice: Random) -> str:
    """To a tier for good or until a day, which may be over; now and then to one that the program does not have."""
    member, tier = dice.choice(world.members), dice.choice((*TIER_IDS, *TIER_IDS, "platinum"))
    today = local_day(world.clock.at, world.program.zone)
    until = dice.choice((None, iso_day(today + dice.randint(-1, 20))))
    world.ask(dice, lambda shop, command: shop.pin(member, tier, until, command))
    return f"{member} is pinned to {tier} until {until}"


def unpin(world: World, dice: Random) -> str:
    """Mostly somebody who is pinned."""
    pinned = [member for member in world.members if world.journals[member].account.standing.pinned]
    member = dice.choice(pinned if pinned and dice.random() < 0.9 else world.members)
    world.ask(dice, lambda shop, command: shop.unpin(member, command))
    return f"{member} is pinned no longer"


def recalculate(world: World, dice: Random) -> str:
    member = dice.choice(world.members)
    world.ask(dice, lambda shop, command: shop.recalculate(member, command))
    return f"the tier of {member} was recalculated"
