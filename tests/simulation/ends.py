"""What is asked of a shop when a seed is over: of all its items, all its entries, and of what its relay counted."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from chalicelib.areas.accounts.model.facts import OrderRecorded, OrderReturned, PointsExpired
from chalicelib.areas.feeds.model.analytics import ORDERS
from chalicelib.areas.segments.operations import list_memberships
from chalicelib.flows.read_analytics import analyse_orders, analyse_tiers
from chalicelib.flows.read_liability import read_liability
from chalicelib.flows.relay_entries import Arrival, relay_entries
from chalicelib.kit.periods import day_of
from tests.faults.laws import judge
from tests.simulation.day_ends import ask_days_at_the_end
from tests.simulation.following import follow_all
from tests.simulation.journals import Journals
from tests.simulation.law import law
from tests.simulation.offers import LOYAL, Offers
from tests.simulation.reckoned import month_of
from tests.simulation.world import World

SHARD = "shardId-1"
EVER = day_of(date(2000, 1, 1)), day_of(date(2099, 12, 31))


def ask_at_the_end(world: World, dice: Random) -> None:
    if world.offers is not None:
        ask_what_followed(world, world.offers, dice)
    judge(stored.item for stored in world.ports.memory._items.values())
    for journals in world.all:
        journals.ask_marks()
    relay_all(world)
    for journals in world.all:
        ask_liability(world, journals)
        ask_days_at_the_end(world, journals, dice)
        ask_analytics(world, journals)


def ask_what_followed(world: World, offers: Offers, dice: Random) -> None:
    """Once all is told, in whatever order, those are loyal who have bought so often, for themselves or with their group; and
    it is they who have reached that threshold, unless they are blocked."""
    follow_all(world, offers, dice)
    loyal = {one.member_id for one in list_memberships(world.shop.rt, world.shop.caller, "loyal", 25, None).items}
    orders = {who: world.journals.known[world.roll.payer(who)].reached.ever["orders"] for who in world.members}
    active = [owner for owner in set(map(world.roll.payer, world.members)) if not world.roll.is_blocked(owner)]
    for owner in active:
        known = world.journals[owner]
        law(
            ("visits" in offers.reached.get(owner, ())) == (known.reached.ever["orders"] >= LOYAL),
            f"{owner} has reached {offers.reached.get(owner)}, having ordered {known.reached.ever['orders']}",
        )
    law(loyal == {who for who, many in orders.items() if many >= LOYAL}, f"{loyal} are loyal, having ordered {orders}")


def relay_all(world: World) -> None:
    """Every entry of every account reaches the feed, in the order of no clock: counters add up in any."""
    entries = (
        journals.entry(owner, sequence)
        for journals in world.all
        for owner in world.owners
        for sequence in range(1, journals[owner].head.version + 1)
    )
    arrivals = [Arrival(f"{number:021}", entry) for number, entry in enumerate(entries, start=1)]
    law(not relay_entries(world.shop.rt, SHARD, arrivals), "not every entry came into the feed")


def ask_liability(world: World, journals: Journals) -> None:
    """What counters say is owed, by unit and month of the last day, is the sum over the accounts as they are stored; and what
    has passed, month by month, is what their journals tell."""
    told = read_liability(world.shop.rt, world.shop.caller, journals.program_id)
    lots: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    for owner in world.owners:
        for one in journals[owner].told:
            if isinstance(one.fact, PointsExpired):
                passed[one.fact.unit, month_of(one.fact.expires_on)] += one.fact.amount
        for unit, wallet in journals[owner].account.wallets.items():
            for lot in wallet.lots:
                lots[unit, month_of(lot.expires_on)] += lot.left
            for kind in ("available", "held", "pending", "owed"):
                sums[unit, kind] += getattr(wallet, kind)
    months = [(of.unit, one.month or "never", one) for of in told.units for one in of.months]
    liability = {(unit, month): one.liability for unit, month, one in months if one.liability}
    law(liability == +lots, f"counters say that {liability} can be used, and accounts hold {+lots}")
    breakage = {(unit, month): one.breakage for unit, month, one in months if one.breakage}
    law(breakage == passed, f"counters say that {breakage} passed, and journals tell of {passed}")
    for of in told.units:
        counted = {kind: getattr(of, kind) for kind in ("available", "held", "pending", "owed")}
        there = {kind: sums[of.unit, kind] for kind in counted}
        law(counted == there, f"counters say {counted} of {of.unit}, and accounts come to {there}")


def ask_analytics(world: World, journals: Journals) -> None:
    """What counters say was bought and came back, in all years, is what the journals tell; and who stands on which tier, what
    the accounts say."""
    bought: Counter[str] = Counter()
    standing: Counter[str] = Counter()
    for owner in world.owners:
        for one in journals[owner].told:
            if isinstance(one.fact, OrderRecorded | OrderReturned):
                many, much = ORDERS[one.fact.type]
                bought.update({f"{one.fact.currency}/{many}": 1, f"{one.fact.currency}/{much}": one.fact.value})
        standing.update(filter(None, [journals[owner].account.tier]))
    rt, caller, program = world.shop.rt, world.shop.caller, journals.program_id
    counted: Counter[str] = Counter()
    for of in analyse_orders(rt, caller, program, EVER, "year").currencies:
        for bar in of.items:
            sums = bar.model_dump(exclude={"period", "average"}).items()
            counted.update({f"{of.currency}/{name}": amount for name, amount in sums})
    law(+counted == +bought, f"counters say that {+counted} was bought, and journals tell of {+bought}")
    tiers = {one.tier_id: one.accounts for one in analyse_tiers(rt, caller, program, EVER, "year").tiers}
    law(+Counter(tiers) == standing, f"counters say that {tiers} stand on tiers, and of accounts {standing} do")
