"""Points that move: to another member, into another unit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from chalicelib.areas.accounts.model import Story, convert
from chalicelib.flows.terms import Terms
from chalicelib.kit.amounts import rounded
from chalicelib.kit.clock import Instant
from tests.simulation.commits import changing, transferring
from tests.simulation.moves.spending import a_wallet, some_of
from tests.simulation.world import World


def transfer(world: World, dice: Random) -> str:
    sender, unit = a_wallet(world, dice)
    receiver = dice.choice([member for member in world.members if member != sender])
    amount = some_of(world, dice, sender, unit)
    world.ask(dice, transferring(sender, receiver, unit, amount))
    return f"{sender} sent {amount} {unit} to {receiver}"


def convert_some(world: World, dice: Random) -> str:
    member, unit = a_wallet(world, dice)
    into = "cash" if unit == "points" else "points"
    amount = some_of(world, dice, member, unit)

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        rate = terms.program.rate(unit, into)
        gained = rounded(Fraction(amount * rate.give, rate.take), "down")
        credit = replace(terms.credit(into, max(gained, 1), at), amount=gained, releases_at=None)
        return convert(story, unit, amount, credit, terms.conduct(unit, at), terms.conduct(into, at))

    world.ask(dice, changing(member, "convert_points", decide))
    return f"{member} converted {amount} {unit} into {into}"
