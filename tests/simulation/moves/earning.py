"""What comes in by hand: earned, granted."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model import Story, grant
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from tests.simulation.commits import changing
from tests.simulation.policies import UNITS
from tests.simulation.world import World

AMOUNTS = (1, 2, 5, 10, 25, 60)


def earn(world: World, dice: Random) -> str:
    member, unit, amount = dice.choice(world.members), dice.choice(UNITS), dice.choice(AMOUNTS)
    world.ask(dice, lambda shop, command: shop.earn(member, amount, command, unit))
    return f"{member} earned {amount} {unit}"


def grant_points(world: World, dice: Random) -> str:
    member, unit, amount = dice.choice(world.members), dice.choice(UNITS), dice.choice(AMOUNTS)

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        return grant(story, terms.credit(unit, amount, at), terms.conduct(unit, at), "goodwill")

    world.ask(dice, changing(member, "grant_points", decide))
    return f"{member} was granted {amount} {unit}"
