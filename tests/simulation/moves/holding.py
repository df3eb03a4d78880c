"""Points set aside: held, captured, released; they lapse as time passes."""

from __future__ import annotations

from random import Random

from tests.simulation.moves.deeds import a_hold, a_spender, some_of
from tests.simulation.world import DAY, World
from tests.twins import by_hand


def hold_some(world: World, dice: Random) -> str:
    spender = a_spender(world, dice)
    who, unit = spender.who, spender.unit
    amount = some_of(world.journals, dice, spender.payer, unit)
    lapse = dice.choice(({}, {"after_seconds": 3_600}, {"at": world.clock.at + dice.randint(1, 12) * DAY}))
    world.ask(dice, lambda shop, command: by_hand.hold(shop, who, amount, command, unit, **lapse))
    return f"{who} held {amount} {unit} of {spender.payer}: {lapse}"


def capture_some(world: World, dice: Random) -> str:
    owner, known = a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount))
    number, keep_rest = (1 if known is None else known.number), dice.random() < 0.5
    world.ask(dice, lambda shop, command: by_hand.capture(shop, owner, number, part, command, keep_rest=keep_rest))
    return f"{owner} captured {part or 'all'} of hold {number}"


def release_some(world: World, dice: Random) -> str:
    owner, known = a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount + 1))
    number = 1 if known is None else known.number
    world.ask(dice, lambda shop, command: by_hand.release(shop, owner, number, part, command))
    return f"{part or 'all'} of hold {number} of {owner} was released"
