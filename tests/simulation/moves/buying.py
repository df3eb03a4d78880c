"""Orders and returns: of now and of earlier days, a second time, and goods that come back in part or whole."""

from __future__ import annotations

from random import Random

from chalicelib.areas.orders.model import Sale
from chalicelib.errors import Refused
from tests.simulation.world import DAY, Sold, World, one_of
from tests.twins.bookshop import goods_back, line, member, sale

HALVES = 2  # a line has two pieces, so half of it can come back


def order(world: World, dice: Random) -> str:
    return _bought(world, dice, world.clock.at)


def late_order(world: World, dice: Random) -> str:
    """It arrives days after it was made, however far the account has come meanwhile."""
    return _bought(world, dice, world.clock.at - dice.randint(1, 70) * DAY)


def again(world: World, dice: Random) -> str:
    """The same document once more: it answers as the first time, whatever has happened since."""
    sold = one_of(dice, world.sold)
    if sold is None:
        raise Refused("nothing_there", "Nothing was bought yet.")
    document = _document(sold.number, sold.cents, sold.purchased_at)
    answer = world.ask(dice, lambda shop, command: shop.buy(member(sold.member_id), document, command))
    assert answer.order_id == sold.order_id
    return f"{sold.number} was sent again"


def bring_back(world: World, dice: Random) -> str:
    sold = one_of(dice, world.sold[-12:])
    if sold is None:
        raise Refused("nothing_there", "Nothing was bought yet.")
    part = dice.choice((1, HALVES))
    back = goods_back(world.number(), sold.cents // part, "pen", str(HALVES // part))
    document = back.model_copy(update={"purchased_at": world.clock.at})
    world.ask(dice, lambda shop, command: shop.bring_back(sold.order_id, document, command))
    return f"1/{part} of {sold.number} came back"


def _bought(world: World, dice: Random, when: int) -> str:
    buyer, number = dice.choice(world.members), world.number()
    cents = dice.choice((0, 99, 3_00, 20_00, 45_00))
    document = _document(number, cents, when)
    answer = world.ask(dice, lambda shop, command: shop.buy(member(buyer), document, command))
    world.sold.append(Sold(answer.order_id, number, buyer, cents, when))
    return f"{buyer} bought {number} for {cents} at {when}"


def _document(number: str, cents: int, when: int) -> Sale:
    document = sale(number, line(1, cents, "pen", str(HALVES)))
    return document.model_copy(update={"purchased_at": when})
