"""Checkouts: what a customer gets for a cart, while they browse."""

from __future__ import annotations

from collections import Counter

from chalicelib.api.calls import Call
from chalicelib.api.native.naming import buyer_of
from chalicelib.api.native.purchases import CartBody, cart_of
from chalicelib.flows.evaluate_cart import CartQuestion, EvaluatedCart, evaluate_cart


def evaluate(call: Call, body: CartBody) -> EvaluatedCart:
    pays = Counter[str]()
    for one in body.pays:
        pays[one.unit] += one.points
    cart, buyer = cart_of(body, call.rt.clock.now()), buyer_of(body.member_id, body.identifier)
    asked = CartQuestion(cart, buyer, pays, body.drafts, body.why)
    return evaluate_cart(call.rt, call.caller, call.command, asked, call.query["program_id"])
