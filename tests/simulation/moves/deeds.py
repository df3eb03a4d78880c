"""What there is to choose from: wallets with something in them, who may ask for it, holds, promises, and what can be undone,
by its id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from chalicelib.areas.accounts.model.apart import Hold, pieces_sum
from chalicelib.areas.accounts.model.decisions.apart import pending_of
from chalicelib.areas.accounts.model.facts import PointsPromised
from chalicelib.areas.accounts.model.lots import Piece
from chalicelib.errors import Refused
from chalicelib.flows.opened import InGroup
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import EntryRef, entry_id
from tests.simulation.journals import Journals
from tests.simulation.policies import UNITS
from tests.simulation.tally import Deed
from tests.simulation.world import World

PROGRAM = 1
NEWEST = 40  # of an owner's deeds: most wishes are about what was lately


class Found(NamedTuple):
    owner: str
    deed: Deed
    program_id: int = PROGRAM

    @property
    def id(self) -> str:
        return entry_id(EntryRef(self.owner, self.program_id, *self.deed.key))

    @property
    def entry_id(self) -> str:
        """Of the entry as a whole."""
        return entry_id(EntryRef(self.owner, self.program_id, self.deed.sequence))


class Spender(NamedTuple):
    """Who asks to spend, for themselves or in a group, whose points these are, and of which unit."""

    who: str | InGroup
    payer: str
    unit: str

    @property
    def member(self) -> str:
        return self.who if isinstance(self.who, str) else self.who.by


def some_of(journals: Journals, dice: Random, owner: str, unit: str) -> int:
    """A part of what there is, all of it, or a little more."""
    there = journals[owner].account.wallet(unit).available
    return max(1, dice.choice((there, there // 2, there // 3, there // 3, 1, there + 1)))


def a_wallet(world: World, dice: Random, units: Sequence[str] = UNITS) -> tuple[str, str]:
    """Whose, and of which unit: mostly one with something in it."""
    filled = [
        (owner, unit)
        for owner in world.owners
        for unit, wallet in world.journals[owner].account.wallets.items()
        if wallet.available > 0 and unit in units
    ]
    if filled and dice.random() < 0.9:
        return dice.choice(filled)
    return dice.choice(world.owners), dice.choice(units)


def a_spender(world: World, dice: Random, units: Sequence[str] = UNITS) -> Spender:
    """Mostly one who has something, or whose group does: asked for by the member's path, or by that of the group."""
    filled = [
        (member, unit)
        for member in world.members
        for unit in units
        if world.journals[world.roll.payer(member)].account.wallet(unit).available > 0
    ]
    usual = filled and dice.random() < 0.9
    member, unit = dice.choice(filled) if usual else (dice.choice(world.members), dice.choice(units))
    payer = world.roll.payer(member)
    who: str | InGroup = InGroup(payer, member) if payer != member and dice.random() < 0.3 else member
    return Spender(who, payer, unit)


def by_way_of(world: World, dice: Random, owner: str) -> str:
    """By whose path a request names what is an owner's: its own, or that of a member of the group."""
    return dice.choice((owner, *world.roll.inside(owner)))


def a_hold(world: World, dice: Random) -> tuple[str, Hold | None]:
    """An open one, of anybody; now and then one that is over, or never was."""
    held = [(owner, one) for owner in world.owners for one in world.journals[owner].account.holds]
    if not held or dice.random() < 0.1:
        return dice.choice(world.owners), None
    owner, hold = dice.choice(held)
    return by_way_of(world, dice, owner), hold


def a_deed(
    world: World,
    dice: Random,
    kinds: type[Fact] | tuple[type[Fact], ...],
    fits: Callable[[Deed], bool] | None = None,
    journals: Journals | None = None,
) -> Found:
    """One of the last of these kinds; now and then one of which nothing is left to undo. Of the first program, or of that
    with these journals."""
    of = journals or world.journals
    again = dice.random() < 0.1
    found = [
        Found(owner, deed, of.program_id)
        for owner in world.owners
        for deed in list(of[owner].deeds.values())[-NEWEST:]
        if isinstance(deed.fact, kinds) and (again or deed.left) and (fits is None or fits(deed))
    ]
    if not found:
        raise Refused("nothing_there", "There is nothing of that kind.")
    return dice.choice(found)


def a_promise(world: World, dice: Random) -> tuple[Found, int]:
    """An earning of which something is pending, and how much; now and then one that has come or is gone."""

    def pending(owner: str, deed: Deed) -> int:
        return pieces_sum(pending_of(world.journals[owner].account, deed.fact.unit, Piece(*deed.fact.piece)))

    found = [
        (Found(owner, deed), pending(owner, deed))
        for owner in world.owners
        for deed in world.journals[owner].deeds.values()
        if isinstance(deed.fact, PointsPromised)
    ]
    open_ones = [(one, amount) for one, amount in found if amount]
    chosen = found if not open_ones or dice.random() < 0.1 else open_ones
    if not chosen:
        raise Refused("nothing_there", "Nothing was promised yet.")
    return dice.choice(chosen)
