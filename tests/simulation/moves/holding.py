"""Points set aside: held, captured, released; they lapse as time passes."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model import Story, capture, hold, release
from chalicelib.areas.accounts.model.apart import Hold
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.clock import Instant
from tests.simulation.commits import changing
from tests.simulation.moves.spending import a_wallet, some_of
from tests.simulation.world import DAY, World


def hold_some(world: World, dice: Random) -> str:
    member, unit = a_wallet(world, dice)
    amount = some_of(world, dice, member, unit)
    lapses_at = dice.choice((None, world.clock.at + DAY // 24, world.clock.at + dice.randint(1, 12) * DAY))

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        held = hold(story, unit, amount, terms.conduct(unit, at), lapses_at=lapses_at)
        return after_activity(held, terms, "spend", at)

    world.ask(dice, changing(member, "hold_points", decide))
    return f"{member} held {amount} {unit} until {lapses_at}"


def capture_some(world: World, dice: Random) -> str:
    member, known = _a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount))
    number, keep_rest = (1 if known is None else known.number), dice.random() < 0.5

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        conduct = terms.conduct("points" if known is None else known.unit, at)
        return capture(story, number, part, conduct, keep_rest=keep_rest)

    world.ask(dice, changing(member, "capture_hold", decide))
    return f"{member} captured {part or 'all'} of hold {number}"


def release_some(world: World, dice: Random) -> str:
    member, known = _a_hold(world, dice)
    part = None if known is None else dice.choice((None, max(1, known.amount // 2), known.amount + 1))
    number = 1 if known is None else known.number

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        return release(story, number, part, terms.conduct("points" if known is None else known.unit, at))

    world.ask(dice, changing(member, "release_hold", decide))
    return f"{part or 'all'} of hold {number} of {member} was released"


def _a_hold(world: World, dice: Random) -> tuple[str, Hold | None]:
    """An open one, of anybody; now and then one that is over, or never was."""
    held = [(member, one) for member in world.members for one in world.journals[member].account.holds]
    if not held or dice.random() < 0.1:
        return dice.choice(world.members), None
    return dice.choice(held)
