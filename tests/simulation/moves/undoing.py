"""Undoing, each by its kind and never beyond itself: earnings, and whatever else an entry did."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from tests.simulation.moves.deeds import a_deed, by_way_of
from tests.simulation.tally import UNDOABLE, Deed
from tests.simulation.world import World
from tests.twins import by_hand

EARNED = (f.PointsEarned, f.PointsPromised)
SPENT = (f.PointsSpent, f.PointsCaptured)
OTHERS = tuple(kind for kind in UNDOABLE if kind not in (*EARNED, *SPENT))


def cancel_one(world: World, dice: Random) -> str:
    """By hand given, or by an order."""
    found = a_deed(world, dice, EARNED, None if dice.random() < 0.6 else _by_hand)
    path = by_way_of(world, dice, found.owner)
    world.ask(dice, lambda shop, command: cancel_earning(shop.rt, shop.caller, command, path, found.id))
    return f"{found.owner}'s {found.deed.fact} was cancelled"


def refund_some(world: World, dice: Random) -> str:
    """Whole or in part, from its end; what had been taken below zero comes first."""
    found = a_deed(world, dice, SPENT)
    path = by_way_of(world, dice, found.owner)
    part = dice.choice((None, 1, max(1, found.deed.amount // 2), found.deed.amount))
    world.ask(dice, lambda shop, command: refund_spend(shop.rt, shop.caller, command, path, found.id, part))
    return f"{part or 'all'} of {found.owner}'s {found.deed.fact} was given back"


def let_expire(world: World, dice: Random) -> str:
    """Of an order's earnings, too."""
    found = a_deed(world, dice, (*EARNED, f.PointsGranted))
    path = by_way_of(world, dice, found.owner)
    world.ask(dice, lambda shop, command: expire_earning(shop.rt, shop.caller, command, path, found.id))
    return f"what was left of {found.owner}'s {found.deed.fact} expired"


def undo_one(world: World, dice: Random) -> str:
    """Anything: what cannot be undone is refused. Named by its fact, or by its entry if that did nothing else."""
    found = a_deed(world, dice, OTHERS if dice.random() < 0.7 else UNDOABLE)
    path = by_way_of(world, dice, found.owner)
    named = found.entry_id if dice.random() < 0.2 else found.id
    world.ask(dice, lambda shop, command: undo_entry(shop.rt, shop.caller, command, path, named))
    return f"{found.owner}'s {found.deed.fact} was undone"


def undo_conversion(world: World, dice: Random) -> str:
    """Mostly when no more is there than a part of what was gained."""
    found = a_deed(world, dice, f.PointsConverted)
    owner, deed = found.owner, found.deed
    unit, part = deed.fact.into, dice.choice((1, deed.fact.gained // 2, deed.fact.gained * 2 // 3))
    beyond = world.journals[owner].account.wallet(unit).available - part
    if beyond > 0 and dice.random() < 0.8:
        world.ask(dice, lambda shop, command: by_hand.deduct(shop, owner, beyond, command, unit))
    world.ask(dice, lambda shop, command: undo_entry(shop.rt, shop.caller, command, owner, found.id))
    return f"{owner}'s {deed.fact} was turned back, when no more than {part} were there"


def _by_hand(deed: Deed) -> bool:
    return not deed.fact.order
