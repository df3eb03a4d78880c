"""Checkouts: what a customer gets for a cart, while they browse; and the sessions in which they pay for one."""

from __future__ import annotations

from collections import Counter

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, buyer_of, proving
from chalicelib.api.native.purchases import (
    CancelBody,
    CartBody,
    CheckoutBody,
    CommitBody,
    PaysBody,
    cart_of,
    cart_to_pay,
    payments_of,
)
from chalicelib.areas.checkouts.model import Listed
from chalicelib.flows.cancel_checkout import CancelledLine, cancel_checkout
from chalicelib.flows.checkout_promise import CheckoutWish
from chalicelib.flows.checkout_views import CancelledCheckout, CommittedCheckout, OpenedCheckout, ShownCheckout
from chalicelib.flows.commit_checkout import Paying, commit_checkout
from chalicelib.flows.evaluate_cart import CartQuestion, EvaluatedCart, evaluate_cart
from chalicelib.flows.list_checkouts import list_checkouts
from chalicelib.flows.open_checkout import open_checkout
from chalicelib.flows.read_checkout import read_checkout
from chalicelib.flows.update_checkout import update_checkout
from chalicelib.kit.base import Wire


class Checkouts(Wire):
    items: tuple[Listed, ...]
    next_cursor: str | None


def evaluate(call: Call, body: CartBody) -> EvaluatedCart:
    cart, buyer = cart_of(body, call.rt.clock.now()), buyer_of(body.member_id, body.identifier)
    asked = CartQuestion(cart, buyer, _pays(body.pays), body.drafts, body.why, body.coupons)
    return evaluate_cart(call.rt, call.caller, call.command, asked, call.query["program_id"])


def open_one(call: Call, body: CheckoutBody) -> Answered[OpenedCheckout]:
    command = proving(call, body.proof)
    return answered(open_checkout(call.rt, call.caller, command, _wish(call, body), call.query["program_id"]))


def get_one(call: Call) -> ShownCheckout:
    return read_checkout(call.rt, call.caller, call.path["checkout_id"])


def list_some(call: Call) -> Checkouts:
    member_id, limit, cursor = call.path["member_id"], call.query["limit"], call.query["cursor"]
    page = list_checkouts(call.rt, call.caller, member_id, limit, cursor, past=call.query["past"])
    return Checkouts(items=page.items, next_cursor=page.next_cursor)


def update(call: Call, body: CheckoutBody) -> Answered[OpenedCheckout]:
    command = proving(call, body.proof)
    return answered(update_checkout(call.rt, call.caller, command, call.path["checkout_id"], _wish(call, body)))


def commit(call: Call, body: CommitBody) -> Answered[CommittedCheckout]:
    payments = None if body.payments is None else payments_of(body.payments)
    paying = Paying(body.number, payments, buyer_of(body.member_id, body.identifier))
    command = proving(call, body.proof)
    return answered(commit_checkout(call.rt, call.caller, command, call.path["checkout_id"], paying))


def cancel(call: Call, body: CancelBody) -> Answered[CancelledCheckout]:
    lines = [CancelledLine(line.line_no, line.quantity) for line in body.lines or ()]
    return answered(cancel_checkout(call.rt, call.caller, call.command, call.path["checkout_id"], lines))


def _wish(call: Call, body: CheckoutBody) -> CheckoutWish:
    return CheckoutWish(
        cart_to_pay(body, call.rt.clock.now()),
        buyer_of(body.member_id, body.identifier),
        _pays(body.pays),
        body.hold,
        body.coupons,
        body.lapses_after_seconds,
    )


def _pays(pays: tuple[PaysBody, ...]) -> Counter[str]:
    points = Counter[str]()
    for one in pays:
        points[one.unit] += one.points
    return points
