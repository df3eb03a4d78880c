"""Groups: founded, joined and left; who may spend, and who speaks for them; blocked, and no longer."""

from __future__ import annotations

from random import Random
from typing import get_args

from chalicelib.areas.groups.model import WhoMaySpend
from chalicelib.errors import Refused
from tests.simulation.world import World, one_of
from tests.twins import grouped

MOST_GROUPS = 2


def found(world: World, dice: Random) -> str:
    """Around somebody who is in none, mostly; as long as there are few."""
    if len(world.groups) == MOST_GROUPS:
        raise Refused("nothing_there", "There are groups enough.")
    primary, who = _outside(world, dice), dice.choice(get_args(WhoMaySpend))
    group = world.ask(dice, lambda shop, command: grouped.found(shop, primary, command, who_may_spend=who))
    world.found_group(group.group_id)
    return f"{primary} founded {group.group_id}, whose points {who} may spend"


def join(world: World, dice: Random) -> str:
    """One that everybody has left as well: then they are its primary member."""
    group: str | None = one_of(dice, world.groups)
    if group is None:
        raise Refused("nothing_there", "There is no group.")
    member, chosen = _outside(world, dice), dice.random() < 0.5
    world.ask(dice, lambda shop, command: grouped.join(shop, group, member, command, chosen=chosen))
    return f"{member} joined {group}"


def leave(world: World, dice: Random) -> str:
    """Now and then a group that they are not in."""
    group = _a_group(world, dice)
    member = dice.choice(world.roll.inside(group) if dice.random() < 0.9 else world.members)
    world.ask(dice, lambda shop, command: grouped.leave(shop, group, member, command))
    return f"{member} left {group}"


def say_who_may_spend(world: World, dice: Random) -> str:
    group = _a_group(world, dice)
    others = [who for who in get_args(WhoMaySpend) if who != world.roll.now.groups[group].who_may_spend]
    who = dice.choice(others)
    world.ask(dice, lambda shop, command: grouped.change(shop, group, command, who_may_spend=who))
    return f"{who} may spend for {group}"


def name_the_primary(world: World, dice: Random) -> str:
    """Another one of its members; now and then one who is not in it."""
    group = _a_group(world, dice)
    named = world.roll.inside(group) if dice.random() < 0.9 else world.members
    others = [member for member in named if member != world.roll.now.groups[group].primary_member_id]
    member = one_of(dice, others)
    if member is None:
        raise Refused("nothing_there", "There is nobody else.")
    world.ask(dice, lambda shop, command: grouped.change(shop, group, command, primary_member_id=member))
    return f"{member} speaks for {group}"


def choose(world: World, dice: Random) -> str:
    """Whoever was not chosen to spend, or no longer who was."""
    group = _a_group(world, dice)
    member, membership = dice.choice(list(world.roll.now.listed[group].items()))
    chosen = not membership.chosen
    world.ask(dice, lambda shop, command: grouped.choose(shop, group, member, command, chosen=chosen))
    return f"{member} is {'' if chosen else 'not '}chosen to spend for {group}"


def block(world: World, dice: Random) -> str:
    """One that is blocked already is mostly let go on."""
    groups = world.roll.now.groups
    blocked = [group for group in world.groups if groups[group].status == "blocked"]
    group = dice.choice(blocked) if blocked and dice.random() < 0.8 else _a_group(world, dice)
    status = "active" if groups[group].status == "blocked" else "blocked"
    world.ask(dice, lambda shop, command: grouped.change(shop, group, command, status=status))
    return f"{group} is {status}"


def _a_group(world: World, dice: Random) -> str:
    """One with somebody in it."""
    peopled = [group for group in world.groups if world.roll.inside(group)]
    group: str | None = one_of(dice, peopled)
    if group is None:
        raise Refused("nothing_there", "There is nobody in a group.")
    return group


def _outside(world: World, dice: Random) -> str:
    """Somebody in no group; now and then anybody."""
    alone = [member for member in world.members if world.roll.payer(member) == member]
    return dice.choice(alone if alone and dice.random() < 0.9 else world.members)
