"""Rewards: redeemed by members and for groups, given back, sent and delivered; and another stock of them."""

from __future__ import annotations

from random import Random

from chalicelib.areas.rewards.model import DeliveryStatus, Wish
from chalicelib.errors import Refused
from chalicelib.kit.ids import EntryRef, entry_id
from tests.simulation.moves.checking_out import offers_of
from tests.simulation.moves.deeds import PROGRAM, a_spender, by_way_of
from tests.simulation.offers import REWARDS, Redemption, define_reward
from tests.simulation.world import World, one_of
from tests.twins import rewarded

STATUSES: tuple[DeliveryStatus, ...] = ("shipped", "shipped", "delivered", "cancelled")


def redeem(world: World, dice: Random) -> str:
    """A cashback of some of what there is, for an order that was lately."""
    who, payer, _ = a_spender(world, dice, ("points",))
    reward_id, wish, order = dice.choice(tuple(REWARDS)), Wish(dice.choice((1, 1, 2))), ""
    if reward_id == "back":
        there = world.journals[payer].account.wallet("points").available
        sold = one_of(dice, world.sold[-6:])
        wish = Wish(1, points=max(2, there // 2 * 2 // dice.choice((1, 3))), order_value=20_00)
        order = "" if sold is None else sold.order_id
    world.ask(dice, lambda shop, command: rewarded.redeem(shop, who, reward_id, command, wish=wish, order_id=order))
    return f"{who} redeemed {wish} of {reward_id}"


def refund(world: World, dice: Random) -> str:
    """Now and then one that has been given back."""
    owner, sequence, _ = _a_redemption(world, dice, physical=False)
    path, named = by_way_of(world, dice, owner), entry_id(EntryRef(owner, PROGRAM, sequence))
    world.ask(dice, lambda shop, command: rewarded.refund(shop, path, named, command))
    return f"redemption {sequence} of {owner} was given back"


def deliver(world: World, dice: Random) -> str:
    owner, sequence, _ = _a_redemption(world, dice, physical=dice.random() < 0.9)
    path, named = by_way_of(world, dice, owner), entry_id(EntryRef(owner, PROGRAM, sequence))
    status = dice.choice(STATUSES)
    world.ask(dice, lambda shop, command: rewarded.deliver(shop, path, named, status, command))
    return f"redemption {sequence} of {owner} is {status}"


def restock(world: World, dice: Random) -> str:
    """More of it, or fewer than are gone."""
    offers, reward_id = offers_of(world), dice.choice(("mug", "prize"))
    stock = dice.choice((0, 2, 5, 9))
    define_reward(world.shop, reward_id, stock=stock)
    name = f"reward#0001#{reward_id}"
    offers.totals[name], offers.most[name] = stock, max(offers.most[name], stock)
    world.note_programs()
    world.clock.elapsed += 60.0
    return f"there are {stock} of {reward_id}"


def _a_redemption(world: World, dice: Random, *, physical: bool) -> tuple[str, int, Redemption]:
    """Mostly one that has not been given back."""
    known = offers_of(world).redemptions
    good = [key for key, one in known.items() if not one.refunded and (one.delivery or not physical)]
    if not known:
        raise Refused("nothing_there", "Nothing was redeemed yet.")
    owner, sequence = dice.choice(good if good and dice.random() < 0.9 else list(known))
    return owner, sequence, known[owner, sequence]
