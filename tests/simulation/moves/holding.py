"""Points set aside: held, captured, released; they lapse as time passes."""

from __future__ import annotations

from random import Random

from tests.simulation.moves.deeds import a_hold, a_wallet, some_of
from tests.simulation.world import DAY, World
from tests.twins import by_hand


def hold_some(world: World, dice: Random) -> str:
    member, unit = a_wallet(world, dice)
    amount = some_of(world, dice, member, unit)
    lapse = dice.choice(({}, {"after_seconds": 3_600}, {"at": world.clock.at + dice.randint(1, 12) * DAY}))
    world.ask(dice, lambda shop, command: by_hand.hold(shop, member, amount, command, unit, **lapse))
    return f"{member} held {amount} {unit}: {lapse}"


def capture_some(world: World, dice: Random) -> str:
    member, known = a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount))
    number, keep_rest = (1 if known is None else known.number), dice.random() < 0.5
    world.ask(dice, lambda shop, command: by_hand.capture(shop, member, number, part, command, keep_rest=keep_rest))
    return f"{member} captured {part or 'all'} of hold {number}"


def release_some(world: World, dice: Random) -> str:
    member, known = a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount + 1))
    number = 1 if known is None else known.number
    world.ask(dice, lambda shop, command: by_hand.release(shop, member, number, part, command))
    return f"{part or 'all'} of hold {number} of {member} was released"
