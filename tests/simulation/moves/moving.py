"""Points that move: to another member and back from there, into another unit."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model.facts import PointsSent
from tests.simulation.moves.deeds import a_deed, a_wallet, some_of
from tests.simulation.world import World


def transfer(world: World, dice: Random) -> str:
    """Now and then to oneself, which is refused."""
    sender, unit = a_wallet(world, dice)
    others = [member for member in world.members if member != sender]
    receiver = dice.choice(world.members if dice.random() < 0.1 else others)
    amount = some_of(world, dice, sender, unit)
    world.ask(dice, lambda shop, command: shop.send(sender, receiver, amount, command, unit))
    return f"{sender} sent {amount} {unit} to {receiver}"


def undo_transfer(world: World, dice: Random) -> str:
    found = a_deed(world, dice, PointsSent)
    named = dice.choice((found.id, found.entry_id))
    world.ask(dice, lambda shop, command: shop.undo_transfer(found.member, named, command))
    return f"{found.member} got back of {found.deed.fact}"


def convert_some(world: World, dice: Random) -> str:
    member, unit = a_wallet(world, dice)
    into = "cash" if unit == "points" else "points"
    amount = some_of(world, dice, member, unit)
    world.ask(dice, lambda shop, command: shop.convert(member, unit, into, amount, command))
    return f"{member} converted {amount} {unit} into {into}"
