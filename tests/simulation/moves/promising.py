"""Earnings that come later: by days, at an instant, with an event; activated, cancelled."""

from __future__ import annotations

from random import Random

from chalicelib.areas.accounts.model import Lifetime, Piece, Story, activated, earn
from chalicelib.areas.accounts.model.apart import Pending
from chalicelib.areas.accounts.model.decisions.apart import cancel_promise
from chalicelib.areas.programs.model import lifetime
from chalicelib.errors import Refused
from chalicelib.flows.terms import Terms, Wait, after_activity
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_starts
from tests.simulation.commits import changing
from tests.simulation.moves.earning import AMOUNTS
from tests.simulation.policies import UNITS
from tests.simulation.world import DAY, World


def promise(world: World, dice: Random) -> str:
    member, unit, amount = dice.choice(world.members), dice.choice(UNITS), dice.choice(AMOUNTS)
    wait = dice.choice(
        (
            Wait(event=f"event-{world.number()}"),
            Wait(days=dice.choice((0, 1, 3, 30))),
            Wait(until=world.clock.at + dice.randrange(20 * DAY)),
        )
    )

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        promised = earn(story, terms.credit(unit, amount, at, wait), terms.conduct(unit, story.account.advanced_to))
        return after_activity(promised, terms, "earn", at)

    world.ask(dice, changing(member, "earn_points", decide))
    return f"{member} was promised {amount} {unit}: {wait}"


def activate(world: World, dice: Random) -> str:
    """One that waits for an event, or any other before its day; all of it."""
    member, chosen = _a_promise(world, dice)

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        found = _still(story, chosen)
        lasts = _lasts(terms, found, at) if found.open else None
        return activated(story, found, lasts=lasts)

    world.ask(dice, changing(member, "activate_pending", decide))
    return f"what {member} was promised came: {chosen}"


def cancel_promised(world: World, dice: Random) -> str:
    member, chosen = _a_promise(world, dice)
    part = dice.choice((1, 3, 1_000))

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        found = _still(story, chosen)
        piece = Piece(found.lot, found.spans[0][0], found.spans[-1][1])
        return cancel_promise(story, found.unit, piece, part)[0]

    world.ask(dice, changing(member, "cancel_pending", decide))
    return f"up to {part} of what {member} was promised will not come: {chosen}"


def _a_promise(world: World, dice: Random) -> tuple[str, Pending | None]:
    pending = [(member, one) for member in world.members for one in world.journals[member].account.pendings]
    return dice.choice(pending) if pending else (world.members[0], None)


def _still(story: Story, chosen: Pending | None) -> Pending:
    for one in story.account.pendings:
        if chosen is not None and (one.unit, one.lot, one.event) == (chosen.unit, chosen.lot, chosen.event):
            return one
    raise Refused("not_pending", "Nothing of it is pending.")


def _lasts(terms: Terms, promise: Pending, at: Instant) -> Lifetime:
    """By the policy of the day of earning, counted from now."""
    assert promise.day is not None
    earned_at = day_starts(promise.day, terms.program.zone)
    lasts = lifetime(terms.program, terms.program.unit(promise.unit), earned_at, at)
    return Lifetime(lasts.expires_on, lasts.expires_at)
