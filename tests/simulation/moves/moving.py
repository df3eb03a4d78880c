"""Points that move: to another member or a group and back from there, into another unit."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model.facts import PointsSent
from chalicelib.flows.opened import InGroup
from chalicelib.flows.transfer_points import transfer_points
from tests.simulation.moves.deeds import a_deed, a_wallet, some_of
from tests.simulation.policies import LEAST, UNITS
from tests.simulation.world import World
from tests.twins.bookshop import member


def transfer(world: World, dice: Random) -> str:
    """Now and then to oneself, which is refused. A group's by an operator, or by one of its members."""
    owner, unit = a_wallet(world, dice)
    receiver = dice.choice([one for one in world.owners if one != owner or dice.random() < 0.1])
    amount = some_of(world.journals, dice, owner, unit)
    senders: list[str | InGroup] = [owner, *(InGroup(owner, one) for one in world.roll.inside(owner))]
    sender = dice.choice(senders)
    world.ask(
        dice,
        lambda shop, command: transfer_points(shop.rt, shop.caller, command, sender, member(receiver), unit, amount),
    )
    return f"{sender} sent {amount} {unit} to {receiver}"


def undo_transfer(world: World, dice: Random) -> str:
    found = a_deed(world, dice, PointsSent)
    named = dice.choice((found.id, found.entry_id))
    world.ask(dice, lambda shop, command: shop.undo_transfer(found.owner, named, command))
    return f"{found.owner} got back of {found.deed.fact}"


def convert_some(world: World, dice: Random) -> str:
    """Mostly of a unit that has a rate, and enough for it."""
    owner, unit = a_wallet(world, dice, UNITS if dice.random() < 0.1 else tuple(LEAST))
    into = "cash" if unit == "points" else "points"
    amount = some_of(world.journals, dice, owner, unit)
    if dice.random() < 0.8:
        amount = max(amount, LEAST.get(unit, 1))
    world.ask(dice, lambda shop, command: shop.convert(owner, unit, into, amount, command))
    return f"{owner} converted {amount} {unit} into {into}"
