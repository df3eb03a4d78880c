"""What goes out: spent, spent below zero where that is allowed, deducted."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model import Story, deduct, spend
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import local_day
from tests.simulation.commits import changing
from tests.simulation.policies import UNITS
from tests.simulation.world import World


def some_of(world: World, dice: Random, member: str, unit: str) -> int:
    """A part of what there is, all of it, or a little more."""
    there = world.journals[member].account.wallet(unit).available
    return max(1, dice.choice((there, there // 2, there // 3, there // 3, 1, there + 1)))


def a_wallet(world: World, dice: Random) -> tuple[str, str]:
    """Whose, and of which unit: mostly one with something in it."""
    filled = [
        (member, unit)
        for member in world.members
        for unit, wallet in world.journals[member].account.wallets.items()
        if wallet.available > 0
    ]
    if filled and dice.random() < 0.9:
        return dice.choice(filled)
    return dice.choice(world.members), dice.choice(UNITS)


def spend_some(world: World, dice: Random) -> str:
    member, unit = a_wallet(world, dice)
    amount = some_of(world, dice, member, unit)
    world.ask(dice, lambda shop, command: shop.spend(member, amount, command, unit))
    return f"{member} spent {amount} {unit}"


def spend_below_zero(world: World, dice: Random) -> str:
    """Of a unit that may go below zero today, if there is one; or to no more than what there is."""
    today = local_day(world.clock.at, world.program.zone)
    open_ended = [unit.code for unit in world.program.units if unit.policy_on(today).negative_limit]
    member, unit = dice.choice(world.members), dice.choice(open_ended or UNITS)
    amount = some_of(world, dice, member, unit) + dice.choice((0, 3, 40))

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        spent = spend(story, unit, amount, terms.conduct(unit, at), below_zero=True)
        return after_activity(spent, terms, "spend", at)

    world.ask(dice, changing(member, "spend_points", decide))
    return f"{member} spent {amount} {unit}, below zero if need be"


def deduct_some(world: World, dice: Random) -> str:
    (member, unit), below_zero = a_wallet(world, dice), dice.random() < 0.4
    amount = some_of(world, dice, member, unit)

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        return deduct(story, unit, amount, terms.conduct(unit, at), "mistake", below_zero=below_zero)

    world.ask(dice, changing(member, "deduct_points", decide))
    return f"{amount} {unit} of {member} were deducted"
