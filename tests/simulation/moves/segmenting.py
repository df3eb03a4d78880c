"""Segments: joined and left by hand, and what follows from entries: who meets criteria, who has come to a threshold."""

from __future__ import annotations

from random import Random

from tests.simulation.following import follow
from tests.simulation.moves.checking_out import offers_of
from tests.simulation.offers import BY_HAND
from tests.simulation.world import World
from tests.twins import segmented


def join(world: World, dice: Random) -> str:
    segment_id, some = dice.choice(BY_HAND), dice.sample(world.members, dice.choice((1, 1, 2)))
    world.ask(dice, lambda shop, command: segmented.add(shop, *some, segment_id=segment_id, command=command))
    return f"{some} joined {segment_id}"


def leave(world: World, dice: Random) -> str:
    segment_id, some = dice.choice(BY_HAND), dice.sample(world.members, dice.choice((1, 1, 2)))
    world.ask(dice, lambda shop, command: segmented.remove(shop, *some, segment_id=segment_id, command=command))
    return f"{some} left {segment_id}"


def what_follows(world: World, dice: Random) -> str:
    """Of some of the entries."""
    many = follow(world, offers_of(world), dice, dice.choice((0.3, 1.0)))
    return f"{many} entries were followed"
