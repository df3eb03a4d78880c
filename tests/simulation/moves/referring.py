"""Members who bring others in: codes that are shared, invitations, and who comes by them; what is over the night makes so."""

from __future__ import annotations

from random import Random

from chalicelib.errors import Refused
from chalicelib.flows.referring import Came
from tests.simulation.moves.checking_out import offers_of
from tests.simulation.world import World, one_of
from tests.twins import referred

MOST_MEMBERS = 6
DEVICES = ("", "", "phone", "tablet")


def share(world: World, dice: Random) -> str:
    """Their code, or another one from now on."""
    who, wanted = dice.choice(world.members), dice.choice(("", "", "BOOKS-1", "BOOKS-2"))
    shared = world.ask(dice, lambda shop, command: referred.share(shop, who, wanted, command))
    offers_of(world).codes.append(shared.referral_code)
    return f"{who} shares {shared.referral_code}"


def invite(world: World, dice: Random) -> str:
    who, email = dice.choice(world.members), dice.choice(("", "friend@example.com", f"{world.number()}@example.com"))
    invited = world.ask(dice, lambda shop, command: referred.invite(shop, who, email, command))
    offers_of(world).codes.append(invited.referral_code)
    return f"{who} invited {email or 'somebody'}"


def come(world: World, dice: Random) -> str:
    """By a code, or by themselves."""
    if len(world.members) == MOST_MEMBERS:
        raise Refused("nothing_there", "There are members enough.")
    number, came = world.number(), Came(_a_code(world, dice), dice.choice(DEVICES))
    member = world.ask(dice, lambda shop, command: referred.bring(shop, number, came, command))
    world.welcome(member.member_id)
    return f"{member.member_id} came by {came}"


def claim(world: World, dice: Random) -> str:
    """Mostly who has bought nothing yet, and has come last."""
    who = world.members[-1] if dice.random() < 0.7 else dice.choice(world.members)
    code = _a_code(world, dice)
    world.ask(dice, lambda shop, command: referred.claim(shop, who, code, command))
    return f"{who} says that they came by {code}"


def _a_code(world: World, dice: Random) -> str:
    code = one_of(dice, offers_of(world).codes[-6:])
    return "NOBODYS" if code is None or dice.random() < 0.1 else str(code)
