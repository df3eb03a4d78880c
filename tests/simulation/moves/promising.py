"""Earnings that come later: by days, on a day, with an event or an order; activated, cancelled, by any of their names."""

from __future__ import annotations

from random import Random
from typing import Any

from chalicelib.kit.periods import local_day
from tests.simulation.moves.deeds import a_promise, by_way_of
from tests.simulation.moves.earning import AMOUNTS
from tests.simulation.policies import UNITS
from tests.simulation.policy_laws import Asked
from tests.simulation.world import Sold, World, one_of
from tests.twins import by_hand


def promise(world: World, dice: Random) -> str:
    member, unit, amount = dice.choice(world.members), dice.choice(UNITS), dice.choice(AMOUNTS)
    today = local_day(world.clock.at, world.program.zone)
    sold: Sold | None = one_of(dice, world.sold)
    waits: dict[str, Any] = dice.choice(
        (
            {"event": f"event-{world.number()}"},
            {"event": f"event-{dice.randrange(3)}"},
            {"available_after_days": dice.choice((0, 1, 3, 30))},
            {"available_on": today + dice.randrange(20)},
            {"event": "delivered"} if sold is None else {"order_id": sold.order_id, "line_no": dice.choice((None, 1))},
        )
    )
    owner = sold.member_id if sold is not None and "order_id" in waits else member
    world.journals.asked = Asked(waits=waits)
    world.ask(dice, lambda shop, command: by_hand.promise(shop, owner, amount, command, unit, **waits))
    return f"{owner} was promised {amount} {unit}: {waits}"


def activate(world: World, dice: Random) -> str:
    """A part of one earning, before its day if it has one; or all that waits for an event or an order."""
    path, choice = _choice(world, dice)
    world.ask(dice, lambda shop, command: by_hand.activate(shop, path, command, **choice))
    return f"what {path} was promised came: {choice}"


def cancel_promised(world: World, dice: Random) -> str:
    path, choice = _choice(world, dice)
    world.ask(dice, lambda shop, command: by_hand.cancel(shop, path, command, **choice))
    return f"what {path} was promised will not come: {choice}"


def _choice(world: World, dice: Random) -> tuple[str, dict[str, Any]]:
    found, pending = a_promise(world, dice)
    path = by_way_of(world, dice, found.owner)
    event: str = found.deed.fact.event
    if event and dice.random() < 0.6:
        return path, _by_event(event)
    part = dice.choice((None, None, 1, max(1, pending // 2), pending + 1))
    return path, {"earning_id": found.id, "amount": part}


def _by_event(event: str) -> dict[str, Any]:
    """An order is an event, and so is a line of it."""
    match event.split("/"):
        case ["order", order_id]:
            return {"order_id": order_id}
        case ["order", order_id, line_no]:
            return {"order_id": order_id, "line_no": int(line_no)}
    return {"event": event}
