"""What is asked of a shop when a seed is over: of all its items, all its entries, and of what its relay counted."""

from __future__ import annotations

from collections import Counter

from chalicelib.areas.feeds.model import month_name
from chalicelib.flows.read_liability import read_liability
from chalicelib.flows.relay_entries import Arrival, relay_entries
from tests.faults.laws import judge
from tests.simulation.law import law
from tests.simulation.world import World

SHARD = "shardId-1"
PROGRAM = 1


def ask_at_the_end(world: World) -> None:
    judge(stored.item for stored in world.ports.memory._items.values())
    world.journals.ask_marks()
    relay_all(world)
    ask_liability(world)


def relay_all(world: World) -> None:
    """Every entry of every account reaches the feed, in the order of no clock: counters add up in any."""
    journals = world.journals
    entries = (
        journals.entry(owner, sequence)
        for owner in world.owners
        for sequence in range(1, journals[owner].head.version + 1)
    )
    arrivals = [Arrival(f"{number:021}", entry) for number, entry in enumerate(entries, start=1)]
    law(not relay_entries(world.shop.rt, SHARD, arrivals), "not every entry came into the feed")


def ask_liability(world: World) -> None:
    """What counters say is owed, by unit and month of the last day, is the sum over the accounts as they are stored."""
    told = read_liability(world.shop.rt, world.shop.caller, PROGRAM)
    lots: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for owner in world.owners:
        for unit, wallet in world.journals[owner].account.wallets.items():
            lots.update({(unit, month_name(lot.expires_on)): 0 for lot in wallet.lots})
            for lot in wallet.lots:
                lots[unit, month_name(lot.expires_on)] += lot.left
            for kind in ("available", "held", "pending", "owed", "expired"):
                sums[unit, kind] += getattr(wallet, kind)
    months = Counter({(of.unit, one.month or "never"): one.liability for of in told.units for one in of.months})
    law(months == lots, f"counters say that {+months} can be used, and accounts hold {+lots}")
    for of in told.units:
        counted = {kind: getattr(of, kind) for kind in ("available", "held", "pending", "owed")}
        counted["expired"] = sum(one.breakage for one in of.months)
        there = {kind: sums[of.unit, kind] for kind in counted}
        law(counted == there, f"counters say {counted} of {of.unit}, and accounts come to {there}")
