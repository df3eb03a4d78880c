"""Carts at a till: asked about, opened as checkouts with points and coupons, changed, paid for, called off as a whole or by line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.orders.model import Return, ReturnLine, Sale
from chalicelib.errors import Refused
from chalicelib.flows.checkout_views import OpenedCheckout, ShownCheckout
from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from tests.simulation.law import law
from tests.simulation.moves.buying import lines
from tests.simulation.moves.deeds import some_of
from tests.simulation.offers import LIMITED, POOL, SHARED_CODE, Offers, Session
from tests.simulation.reckoned import rounded
from tests.simulation.sale_laws import Bought
from tests.simulation.world import Sold, World
from tests.twins import fresh, tills
from tests.twins.bookshop import member, sale

CODES_AT_MOST = 25


def offers_of(world: World) -> Offers:
    assert world.offers is not None, "this shop offers nothing"
    return world.offers


def ask_about(world: World, dice: Random) -> str:
    """Whoever opens a checkout with what was said to be taken is promised the same, but for what others have of limited rules:
    nobody who only asks is told that it is gone before somebody has found out."""
    shop, who = world.shop, _somebody(world, dice)
    cart, fields = _cart(world, dice), _wish(world, dice, who)
    asked = CartQuestion(
        cart,
        member(who) if who else None,
        {"points": fields["points"]} if fields["points"] else {},
        coupons=fields["coupons"],
    )
    told = evaluate_cart(shop.rt, shop.caller, fresh(), asked)
    taken = tuple(one.code for one in told.coupons if one.taken)
    opened = tills.opened(shop, who, *cart.lines, points=fields["points"], coupons=taken).answer
    _note(world, cart, who, opened)
    promised = {line.line_no: line.to_pay for line in opened.checkout.lines}
    as_told = {line.line_no: line.to_pay for line in told.lines} == promised
    given = {one.rule_id: one.amount for one in opened.checkout.discounts}
    gone = {one.rule_id for one in told.discounts if given.get(one.rule_id, 0) < one.amount}
    law(as_told or bool(gone & LIMITED), f"said {told}, and promised {opened}")
    return f"{who} asked about {cart.gross_value} and {fields}"


def open_one(world: World, dice: Random) -> str:
    who = _somebody(world, dice)
    cart, fields = _cart(world, dice), _wish(world, dice, who)
    fields |= {"hold": dice.random() < 0.8, "lapses_after_seconds": dice.choice((60, 900, 3_600, 86_400))}
    opened = world.ask(dice, lambda shop, command: tills.opened(shop, who, *cart.lines, command=command, **fields))
    _note(world, cart, who, opened)
    return f"{who} opened a checkout of {cart.gross_value}: {fields}"


def update(world: World, dice: Random) -> str:
    """Another cart, other points and coupons; whoever was not known may be known now."""
    checkout_id, session = _a_session(world, dice)
    who = session.who or _somebody(world, dice)
    cart, fields = _cart(world, dice), _wish(world, dice, who)
    buyer = member(who) if who else None
    updated = world.ask(
        dice,
        lambda shop, command: tills.updated(shop, checkout_id, *cart.lines, buyer=buyer, command=command, **fields),
    )
    _note(world, cart, who, updated)
    return f"{checkout_id} is of {cart.gross_value}: {fields}"


def pay(world: World, dice: Random) -> str:
    """What was shown last is what it is sold for."""
    checkout_id, session = _a_session(world, dice)
    who, number = session.who or dice.choice(world.members), world.number()
    to_pay = {line.line_no: line.to_pay for line in session.shown.lines}
    sold = [line.model_copy(update={"gross_value": to_pay[line.line_no]}) for line in session.cart.lines]
    document = sale(number, *sold).model_copy(update={"purchased_at": world.clock.at})
    world.sends(document)
    buyer = None if session.who else member(who)
    paid = world.ask(dice, lambda shop, command: tills.paid(shop, checkout_id, number, command, buyer))
    session.who, session.order, session.shown = who, paid.order.order_id, paid.checkout
    if number == paid.order.number:
        world.sold.append(Sold(paid.order.order_id, who, document))
    return f"{checkout_id} was paid for, as {number}"


def call_off(world: World, dice: Random) -> str:
    """All of it; or, of one that was paid for, now and then a line or a piece."""
    checkout_id, session = _a_session(world, dice)
    named: tuple[Any, ...] = ()
    if session.order and dice.random() < 0.5:
        line = dice.choice(session.cart.lines)
        named = ((line.line_no, dice.choice(("1", str(line.quantity)))),)
    before = _before(world, session)
    off = world.ask(dice, lambda shop, command: tills.called_off(shop, checkout_id, *named, command=command))
    if off.returned is not None and before is not None:
        world.sends(_returned(off.returned.number, before, named, world.clock.at))
    session.shown = off.checkout
    session.over = off.returned is None or off.returned.full
    return f"{named or 'all'} of {checkout_id} was called off"


def codes_of(world: World, who: str) -> list[str]:
    """Of the coupons of a member, whatever has become of them."""
    shop = world.shop
    return [one.code for one in list_coupons(shop.rt, shop.caller, who, CODES_AT_MOST, None).items]


def _somebody(world: World, dice: Random) -> str | None:
    """Now and then nobody who is known."""
    return dice.choice(world.members) if dice.random() < 0.9 else None


def _cart(world: World, dice: Random) -> Sale:
    return sale("cart", *lines(dice)).model_copy(update={"purchased_at": world.clock.at})


def _wish(world: World, dice: Random, who: str | None) -> dict[str, Any]:
    """With how many points and which coupons: their own, the shared one, one of the pool; now and then somebody else's."""
    points, codes = 0, [SHARED_CODE, dice.choice(POOL)]
    if who is not None:
        points = dice.choice((0, some_of(world.journals, dice, world.roll.payer(who), "points")))
        codes += 2 * codes_of(world, who if dice.random() < 0.9 else dice.choice(world.members))
    some = dice.sample(codes, dice.choice((0, 1, 1, 2)))
    return {"points": points, "coupons": tuple(dict.fromkeys(some))}


def _note(world: World, cart: Sale, who: str | None, opened: OpenedCheckout) -> None:
    """What comes off is never more than there is to pay."""
    shown = opened.checkout
    law(all(0 <= line.to_pay <= line.gross_value for line in shown.lines), f"{shown} pays somebody to take it")
    offs = [one.amount for one in shown.discounts] + [one.amount for one in shown.coupons]
    law(sum(offs) == shown.discount == sum(line.discount for line in shown.lines), f"{shown} does not add up")
    sessions = offers_of(world).sessions
    known = sessions.get(shown.checkout_id)
    sessions[shown.checkout_id] = Session(cart, who or (known.who if known else None), shown)


def _a_session(world: World, dice: Random) -> tuple[str, Session]:
    """Mostly one of the last that are not over."""
    sessions = offers_of(world).sessions
    going_on = [one for one, session in sessions.items() if not session.over and _may_go_on(world, session.shown)]
    some: Sequence[str] = going_on[-6:] if going_on and dice.random() < 0.9 else list(sessions)
    if not some:
        raise Refused("nothing_there", "No checkout was opened yet.")
    checkout_id = dice.choice(some)
    return checkout_id, sessions[checkout_id]


def _may_go_on(world: World, shown: ShownCheckout) -> bool:
    return shown.order_id is not None or shown.lapses_at > world.clock.at


def _before(world: World, session: Session) -> Bought | None:
    owner = world.roll.orders.get(session.order)
    return None if owner is None else world.journals[owner].sales.bought[session.order]


def _returned(number: str, before: Bought, named: Sequence[tuple[int, str]], at: int) -> Return:
    """What comes back of each line, by pieces: their share of what was paid for it."""
    pieces = {line.line_no: int(line.quantity) - before.pieces[line.line_no] for line in before.sale.lines}
    wanted = {line_no: int(many) for line_no, many in named} or pieces
    back = []
    for line in before.sale.lines:
        if line.line_no in wanted:
            so_far = before.pieces[line.line_no] + wanted[line.line_no]
            share = rounded(line.gross_value * so_far, int(line.quantity), "half_up") - before.value[line.line_no]
            value = max(0, share)
            if wanted[line.line_no] or value:
                quantity = Decimal(wanted[line.line_no])
                back.append(ReturnLine(sku=line.sku, quantity=quantity, gross_value=value, line_no=line.line_no))
    return Return(number=number, purchased_at=at, currency="EUR", lines=tuple(back))
