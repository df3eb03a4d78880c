"""Orders and returns: of now and of earlier days, a second time, and goods that come back in part or whole."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from chalicelib.areas.orders.model import Line, Return, ReturnLine
from chalicelib.errors import Refused
from tests.simulation.policies import CARDS
from tests.simulation.world import DAY, Sold, World, one_of
from tests.twins.bookshop import line, member, sale

PEN = "pen"
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
    answer = world.ask(dice, lambda shop, command: shop.buy(member(sold.member_id), sold.document, command))
    assert answer.order_id == sold.order_id
    return f"{sold.document.number} was sent again"


def bring_back(world: World, dice: Random) -> str:
    """Today, or some time ago: a till that was offline sends it now."""
    sold = one_of(dice, world.sold[-12:])
    if sold is None:
        raise Refused("nothing_there", "Nothing was bought yet.")
    part = dice.choice((1, HALVES, HALVES, 0))
    lines = [_back(one, part or 1) for one in sold.document.lines if not part or one.sku == PEN]
    when = world.clock.at - dice.choice((0, 0, dice.randint(1, 40 * DAY)))
    sent = Return(number=world.number(), purchased_at=when, currency="EUR", lines=tuple(lines))
    document = world.sends(sent)
    world.ask(dice, lambda shop, command: shop.bring_back(sold.order_id, document, command))
    return f"{'all' if not part else f'1/{part} of the pens'} of {sold.document.number} came back"


def _back(one: Line, part: int) -> ReturnLine:
    return ReturnLine(sku=one.sku, quantity=one.quantity / part, gross_value=one.gross_value // part)


def _bought(world: World, dice: Random, when: int) -> str:
    buyer = dice.choice(world.members)
    bought = sale(world.number(), *lines(dice)).model_copy(update={"purchased_at": when})
    document = world.sends(bought)
    answer = world.ask(dice, lambda shop, command: shop.buy(member(buyer), document, command))
    world.sold.append(Sold(answer.order_id, buyer, document))
    return f"{buyer} bought {document.number} for {document.gross_value} at {when}"


def lines(dice: Random) -> Iterator[Line]:
    """Pens, now and then sent by post or with a card: what earns and what counts towards a tier is not always all of it."""
    yield line(1, dice.choice((0, 99, 3_00, 20_00, 45_00)), PEN, str(HALVES))
    if dice.random() < 0.3:
        yield line(2, 4_90, "post", delivery=True)
    if dice.random() < 0.3:
        yield line(3, 10_00, "card", category=("Gifts", CARDS))
