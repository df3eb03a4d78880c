"""What flows on checkouts answer: made from the version alone, so a repeat says what the first call said."""

from __future__ import annotations

from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout, CheckoutState, Promised
from chalicelib.areas.orders.model import Sale
from chalicelib.flows.account_views import LineAmount, Standing
from chalicelib.flows.evaluate_cart import CartCredit, CartLine, Discount, PayableWithPoints
from chalicelib.flows.record_order import RecordedOrder
from chalicelib.flows.return_order import ReturnedOrder
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time
from chalicelib.table.journal import Entry


class HeldForIt(Frozen):
    """Points set apart until the checkout is over."""

    hold_id: int
    unit: str
    points: int


class CouponOff(Frozen):
    """What a coupon takes off: nothing, where it is worth no money. One of a code that all share has no id yet.
    `limit_per_member_unasked`: each member has it so often only, and nobody is known who could be asked; whoever the order is then
    of is, and nobody where the program keeps it without one."""

    code: str
    coupon_id: str | None
    series_id: str
    amount: int
    lines: tuple[LineAmount, ...]
    limit_per_member_unasked: bool


class ShownCheckout(Frozen):
    """`to_pay` of each line is what it is sold for, once the checkout is committed: then there is the order."""

    checkout_id: str
    state: CheckoutState
    program_id: int
    member_id: str | None
    group_id: str | None
    currency: str
    gross_value: int
    discount: int
    to_pay: int
    lines: tuple[CartLine, ...]
    discounts: tuple[Discount, ...]
    coupons: tuple[CouponOff, ...]
    held: tuple[HeldForIt, ...]
    opened_at: Time
    lapses_at: Time
    order_id: str | None
    number: str | None


class OpenedCheckout(Frozen):
    """`earned` is what it would earn as things stand; what is taken off is a promise, and what is set apart for it is no
    longer among the balances of the `account`."""

    checkout: ShownCheckout
    earned: tuple[CartCredit, ...]
    redeemable: tuple[PayableWithPoints, ...]
    account: Standing | None


class CommittedCheckout(Frozen):
    checkout: ShownCheckout
    order: RecordedOrder


class CancelledCheckout(Frozen):
    """`returned`: what came back of one that had been paid for. `account`: how it stands, where it was touched."""

    checkout: ShownCheckout
    returned: ReturnedOrder | None
    account: Standing | None


def cart_of(checkout: Checkout) -> Sale:
    return Sale.model_validate(checkout.cart)


def shown(checkout: Checkout, at: Instant) -> ShownCheckout:
    cart, off = cart_of(checkout), checkout.off()
    discount = sum(off.values())
    paid = checkout.paid
    is_open = checkout.state(at) == "open"
    return ShownCheckout(
        checkout_id=checkout.checkout_id,
        state=checkout.state(at),
        program_id=checkout.program_id,
        member_id=checkout.member_id,
        group_id=checkout.group_id,
        currency=cart.currency,
        gross_value=cart.gross_value,
        discount=discount,
        to_pay=cart.gross_value - discount,
        lines=tuple(_line(line.line_no, line.gross_value, off.get(line.line_no, 0)) for line in cart.lines),
        discounts=tuple(_discount(one) for one in checkout.promised if not one.code),
        coupons=tuple(_coupon(one) for one in checkout.promised if one.code),
        held=tuple(
            HeldForIt(hold_id=one.hold, unit=one.unit, points=one.points)
            for one in checkout.promised
            if one.hold is not None and is_open
        ),
        opened_at=checkout.opened_at,
        lapses_at=checkout.lapses_at,
        order_id=None if paid is None else paid.order_id,
        number=None if paid is None else paid.number,
    )


def opened_answer(version: Entry) -> OpenedCheckout:
    return OpenedCheckout.model_validate({"checkout": _shown(version), **checkouts.told_of(version)})


def committed_answer(version: Entry) -> CommittedCheckout:
    return CommittedCheckout.model_validate({"checkout": _shown(version), **checkouts.told_of(version)})


def cancelled_answer(version: Entry) -> CancelledCheckout:
    return CancelledCheckout.model_validate({"checkout": _shown(version), **checkouts.told_of(version)})


def _shown(version: Entry) -> ShownCheckout:
    return shown(checkouts.checkout_of(version), version.recorded_at)


def _line(line_no: int, gross_value: int, off: int) -> CartLine:
    return CartLine(line_no=line_no, gross_value=gross_value, discount=off, to_pay=gross_value - off)


def _discount(one: Promised) -> Discount:
    return Discount(
        rule_id=one.rule_id,
        kind=one.kind,
        amount=one.amount,
        lines=_amounts(one),
        unit=one.unit or None,
        points=one.points or None,
    )


def _coupon(one: Promised) -> CouponOff:
    return CouponOff(
        code=one.code,
        coupon_id=one.coupon_id,
        series_id=one.series_id,
        amount=one.amount,
        lines=_amounts(one),
        limit_per_member_unasked=one.unasked,
    )


def _amounts(one: Promised) -> tuple[LineAmount, ...]:
    return tuple(LineAmount(line_no=line_no, amount=amount) for line_no, amount in one.lines)
