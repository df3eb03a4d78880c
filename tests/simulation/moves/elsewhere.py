"""The shop's second program, where it has one: the same people, other accounts, units, policies and tiers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from chalicelib.errors import Refused
from chalicelib.flows.earn_points import earn_points
from chalicelib.flows.grant_points import Gift, grant_points
from chalicelib.flows.record_order import record_order
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.transfer_points import transfer_points
from chalicelib.flows.undo_entry import undo_entry
from tests.simulation.journals import Journals
from tests.simulation.moves.deeds import a_deed, some_of
from tests.simulation.moves.earning import AMOUNTS
from tests.simulation.policies import ELSEWHERE
from tests.simulation.tally import UNDOABLE
from tests.simulation.world import World
from tests.twins.bookshop import member, sale


def something(world: World, dice: Random) -> str:
    if world.elsewhere is None:
        raise Refused("nothing_there", "The shop has one program.")
    did: Callable[[World, Random, Journals], str] = dice.choice((_earn, _earn, _grant, _spend, _buy, _send, _undo))
    return did(world, dice, world.elsewhere)


def _earn(world: World, dice: Random, there: Journals) -> str:
    who, unit, amount, program = (
        dice.choice(world.members),
        dice.choice(ELSEWHERE),
        dice.choice(AMOUNTS),
        there.program_id,
    )
    world.ask(dice, lambda shop, command: earn_points(shop.rt, shop.caller, command, who, unit, amount, program))
    return f"{who} earned {amount} {unit} elsewhere"


def _grant(world: World, dice: Random, there: Journals) -> str:
    who, gift = dice.choice(world.owners), Gift(dice.choice(ELSEWHERE), dice.choice(AMOUNTS), "goodwill")
    world.ask(dice, lambda shop, command: grant_points(shop.rt, shop.caller, command, who, gift, there.program_id))
    return f"{who} was granted {gift} elsewhere"


def _spend(world: World, dice: Random, there: Journals) -> str:
    who, unit = dice.choice(world.members), dice.choice(ELSEWHERE)
    amount = some_of(there, dice, world.roll.payer(who), unit)
    program = there.program_id
    world.ask(dice, lambda shop, command: spend_points(shop.rt, shop.caller, command, who, unit, amount, program))
    return f"{who} spent {amount} {unit} elsewhere"


def _buy(world: World, dice: Random, there: Journals) -> str:
    """Nothing is earned by it there, but it counts towards a tier."""
    who, number = dice.choice(world.members), world.number()
    document = world.sends(sale(number, dice.choice((5_00, 30_00))).model_copy(update={"purchased_at": world.clock.at}))
    world.ask(
        dice, lambda shop, command: record_order(shop.rt, shop.caller, command, member(who), document, there.program_id)
    )
    return f"{who} bought {number} elsewhere"


def _send(world: World, dice: Random, there: Journals) -> str:
    (who, to), unit = dice.sample(world.owners, 2), dice.choice(ELSEWHERE)
    amount, program, receiver = some_of(there, dice, who, unit), there.program_id, member(to)
    world.ask(
        dice,
        lambda shop, command: transfer_points(shop.rt, shop.caller, command, who, receiver, unit, amount, program),
    )
    return f"{who} sent {amount} {unit} to {to} elsewhere"


def _undo(world: World, dice: Random, there: Journals) -> str:
    found = a_deed(world, dice, UNDOABLE, journals=there)
    world.ask(dice, lambda shop, command: undo_entry(shop.rt, shop.caller, command, found.owner, found.id))
    return f"{found.owner}'s {found.deed.fact} elsewhere was undone"
