"""PINs and one-time codes as cases: set, issued, shown for a redemption, and a wrong try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import Case
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import fresh, perked, proving, rewarded, tills
from tests.twins.bookshop import BookShop, keyed


@cache
def asking() -> World:
    """Points are spent by PIN, rewards taken and awards redeemed by code. Ada has both, and has tried a wrong one."""
    world = at_work().copy()
    shop, ada = world.calm, world.names["ada"]
    perked.offer(shop, "club", perked.CLUB)
    perked.give(shop, ada, "club")
    rewarded.define(shop, "mug")
    shop.define(tills.PENNIES)
    proving.ask(shop, points="pin", rewards="code", awards="code")
    proving.pin(shop, ada)
    code = proving.code(shop, ada).answer.code
    assert proving.refused(shop, ada, "0000") == "wrong_proof"
    return replace(world, names={**world.names, "proof": code})


def set_another(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return proving.pin(shop, world.names["ada"], "31415", command)


def issue(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Which code it is, chance says; that it is the one that is kept, what is kept."""
    done = proving.code(shop, world.names["ada"], command)
    kept = proving.secrets(world.calm, world.names["ada"]).code
    return Committed(kept is not None and kept.fits(done.answer.code), done.replayed)


def spend(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return proving.spend(shop, world.names["ada"], proving.PIN, command)


def redeem(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return perked.redeem(shop, world.names["ada"], "club.1", replace(command, proof=world.names["proof"]))


def set_apart(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return tills.opened(shop, world.names["ada"], 7_00, points=3, command=replace(command, proof=proving.PIN))


def refused(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Refusals are not remembered: sent again it is another wrong try."""
    return Committed(proving.refused(shop, world.names["ada"], "0000", command))


def counted(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Once, whatever becomes of the answers."""
    told = refused(world, shop, command).answer
    return Committed((told, proving.secrets(world.calm, world.names["ada"]).wrong))


COMMANDS: dict[str, Asked] = {
    "set_pin": set_another,
    "issue_proof_code": issue,
    "spend_points, by a PIN": spend,
    "redeem_award, by a one-time code": redeem,
    "open_checkout, by a PIN": set_apart,
}


def commands() -> Iterator[Case]:
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", asking, partial(commanded, act, lambda: keyed("k")))
        if act not in (spend, set_apart):
            yield Case(f"{name}, without a key", "write", asking, partial(commanded, act, fresh), once=True)


PROVING_WRITES = (
    *commands(),
    Case("spend_points, by a wrong PIN, with a key", "write", asking, partial(commanded, refused, lambda: keyed("k"))),
    Case("spend_points, by a wrong PIN, without a key", "write", asking, partial(commanded, counted, fresh), once=True),
)
