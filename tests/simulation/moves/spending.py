"""What goes out: spent, spent below zero where that is allowed, deducted."""

from __future__ import annotations

from random import Random

from chalicelib.flows.spend_points import spend_points
from chalicelib.kit.periods import local_day
from tests.simulation.moves.deeds import a_spender, a_wallet, some_of
from tests.simulation.policies import UNITS
from tests.simulation.world import World
from tests.twins import by_hand


def spend_some(world: World, dice: Random) -> str:
    who, payer, unit = a_spender(world, dice)
    amount = some_of(world.journals, dice, payer, unit)
    world.ask(dice, lambda shop, command: spend_points(shop.rt, shop.caller, command, who, unit, amount))
    return f"{who} spent {amount} {unit} of {payer}"


def spend_below_zero(world: World, dice: Random) -> str:
    """Of a unit that may go below zero today, if there is one; or to no more than what there is."""
    today = local_day(world.clock.at, world.program.zone)
    open_ended = [unit.code for unit in world.program.units if unit.policy_on(today).negative_limit]
    who, payer, unit = a_spender(world, dice, open_ended or UNITS)
    amount = some_of(world.journals, dice, payer, unit) + dice.choice((0, 3, 40))
    world.ask(
        dice, lambda shop, command: spend_points(shop.rt, shop.caller, command, who, unit, amount, below_zero=True)
    )
    return f"{who} spent {amount} {unit} of {payer}, below zero if need be"


def deduct_some(world: World, dice: Random) -> str:
    (owner, unit), below_zero = a_wallet(world, dice), dice.random() < 0.4
    amount = some_of(world.journals, dice, owner, unit)
    world.ask(dice, lambda shop, command: by_hand.deduct(shop, owner, amount, command, unit, below_zero=below_zero))
    return f"{amount} {unit} of {owner} were deducted"
