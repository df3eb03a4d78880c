"""What comes in by hand: earned, granted."""

from __future__ import annotations

from random import Random

from chalicelib.flows.opened import InGroup
from chalicelib.flows.record_event import Event
from chalicelib.kit.periods import local_day
from tests.simulation.policies import UNITS
from tests.simulation.policy_laws import Asked
from tests.simulation.world import DAY, World
from tests.twins import by_hand, happenings

AMOUNTS = (1, 2, 5, 10, 25, 60)


def earn(world: World, dice: Random) -> str:
    """Whoever is in a group earns for it by their own path, or by that of the group: as the amount says, not the dice."""
    member, unit, amount = dice.choice(world.members), dice.choice(UNITS), dice.choice(AMOUNTS)
    payer = world.roll.payer(member)
    who: str | InGroup = InGroup(payer, member) if payer != member and amount % 2 else member
    world.ask(dice, lambda shop, command: shop.earn(who, amount, command, unit))
    return f"{who} earned {amount} {unit}"


def check_in(world: World, dice: Random) -> str:
    """Now, or told days later by a device that was offline."""
    member, place = dice.choice(world.members), dice.choice(("Berlin", "Hamburg"))
    when = world.clock.at - dice.choice((0, 0, dice.randint(1, 40 * DAY)))
    event = Event("check_in", when, place=place, own_id=world.number())
    world.ask(dice, lambda shop, command: happenings.record(shop, member, event, command))
    return f"{member} checked in at {place}"


def grant_points(world: World, dice: Random) -> str:
    """Kept as the policy says, or to a day of its own: now and then that of what slides, as the amount says."""
    owner, unit, amount = dice.choice(world.owners), dice.choice(UNITS), dice.choice(AMOUNTS)
    today = local_day(world.clock.at, world.program.zone)
    last = dice.choice((None, None, today + dice.randrange(40)))
    if last is not None and amount == AMOUNTS[0]:
        last = max(today, world.journals[owner].sliding.until.get(unit, last))
    world.journals.asked = Asked(last=last)
    world.ask(dice, lambda shop, command: by_hand.grant(shop, owner, amount, command, unit, expires_on=last))
    return f"{owner} was granted {amount} {unit} until {last}"
