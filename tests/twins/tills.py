"""Checkouts in a shopkeeper's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.facts import CheckoutCommitted
from chalicelib.areas.orders.model import Line
from chalicelib.areas.orders.operations import find_order
from chalicelib.flows.account_views import facts_of
from chalicelib.flows.cancel_checkout import CancelledLine, cancel_checkout
from chalicelib.flows.checkout_promise import CheckoutWish
from chalicelib.flows.checkout_views import CancelledCheckout, CommittedCheckout, OpenedCheckout
from chalicelib.flows.commit_checkout import Paying, commit_checkout
from chalicelib.flows.open_checkout import open_checkout
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.update_checkout import update_checkout
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from chalicelib.table.journal import entry_from
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, goods_back, member, rule, sale
from tests.twins.kept import keeping

TEN_OFF = {"kind": "pay_with_points", "unit": "points", "points": 100, "value": "10.00"}
PAY = rule("pay", trigger={"on": "cart"}, effects=[TEN_OFF])
PENNIES = rule(
    "pennies",
    trigger={"on": "cart"},
    effects=[{"kind": "pay_with_points", "unit": "points", "points": 1, "value": "0.10"}],
)
TENTH = rule("tenth", trigger={"on": "cart"}, effects=[{"kind": "percent_off", "percent": "10"}])


def wish(buyer: Buyer | None, *cents: int | Line, points: int = 0, **fields: Any) -> CheckoutWish:
    """Nothing said is one book of 100.00."""
    return CheckoutWish(sale("cart", *cents), buyer, {"points": points} if points else {}, **fields)


def opened(
    shop: BookShop,
    who: str | Buyer | None,
    *cents: int | Line,
    points: int = 0,
    command: Command | None = None,
    **fields: Any,
) -> Committed[OpenedCheckout]:
    buyer = member(who) if isinstance(who, str) else who
    return open_checkout(shop.rt, shop.caller, command or fresh(), wish(buyer, *cents, points=points, **fields))


def begun(shop: BookShop, member_id: str | None, *cents: int | Line, points: int = 0, **fields: Any) -> str:
    """The id of a new checkout."""
    return opened(shop, member_id, *cents, points=points, **fields).answer.checkout.checkout_id


def updated(
    shop: BookShop, checkout_id: str, *cents: int | Line, points: int = 0, command: Command | None = None, **fields: Any
) -> Committed[OpenedCheckout]:
    buyer = fields.pop("buyer", None)
    asked = wish(buyer, *cents, points=points, **fields)
    return update_checkout(shop.rt, shop.caller, command or fresh(), checkout_id, asked)


def paid(
    shop: BookShop, checkout_id: str, number: str = "A-1", command: Command | None = None, buyer: Buyer | None = None
) -> Committed[CommittedCheckout]:
    return commit_checkout(shop.rt, shop.caller, command or fresh(), checkout_id, Paying(number, buyer=buyer))


def called_off(
    shop: BookShop, checkout_id: str, *lines: int | tuple[int, str], command: Command | None = None
) -> Committed[CancelledCheckout]:
    """All of it, or lines by their numbers, maybe with how many pieces."""
    named: Sequence[CancelledLine] = [
        CancelledLine(one) if isinstance(one, int) else CancelledLine(one[0], Decimal(one[1])) for one in lines
    ]
    return cancel_checkout(shop.rt, shop.caller, command or fresh(), checkout_id, named)


def checkout_of(shop: BookShop, number: str) -> str:
    """The checkout that an order came of."""
    order = find_order(shop.rt, shop.caller, number)
    stream = accounts.stream(shop.caller.tenant, order.owner, order.program)
    stored = shop.rt.table.get(stream.key(order.sequence))
    assert stored is not None
    [committed] = facts_of(entry_from(stream, stored), CheckoutCommitted)
    return committed.checkout


def _new_customer(shop: BookShop, _: str) -> object:
    return paid(shop, begun(shop, None), "C-2", buyer=card("new"))


def kept(shop: BookShop, number: str = "K-9") -> str:
    """A checkout that nobody is named at is paid for, where such orders are kept."""
    checkout_id = begun(keeping(shop), None)
    paid(shop, checkout_id, number)
    return checkout_id


def begun_by(shop: BookShop, number: str) -> str | None:
    """A checkout of whoever shows a card, who is enrolled by it where nobody knows it."""
    return opened(shop, card(number)).answer.checkout.member_id


VISITS: dict[str, Callable[[BookShop, str], object]] = {
    "open a checkout": lambda shop, member_id: begun(shop, member_id, points=5),
    "open a checkout, somebody new": lambda shop, _: begun_by(shop, "newest"),
    "change a checkout": lambda shop, member_id: updated(shop, begun(shop, member_id), points=5),
    "change a checkout, somebody new": lambda shop, _: updated(shop, begun(shop, None), buyer=card("newest")),
    "pay for a checkout": lambda shop, member_id: paid(shop, begun(shop, member_id, points=5, hold=False), "C-2"),
    "pay with what is set apart": lambda shop, member_id: paid(shop, begun(shop, member_id, points=5), "C-2"),
    "pay, somebody new": _new_customer,
    "pay, nobody known, and cancel": lambda shop, _: called_off(shop, kept(shop)),
    "cancel a checkout": lambda shop, _: called_off(shop, checkout_of(shop, "C-1")),
    "bring back what points paid for": lambda shop, _: shop.bring_back(
        shop.order_id("C-1"), goods_back("R-C", 100_00 - 50, on="2026-08-10")
    ),
}
"""Where there has been a checkout of one book, paid for with five points, as order C-1."""
