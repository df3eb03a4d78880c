"""Undoing: spends given back, earnings cancelled or let expire, entries undone by their kind."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import ExpiredEarning, expire_earning
from chalicelib.flows.refund_spend import Refunded, refund_spend
from chalicelib.flows.undo_entry import Undone, undo_entry
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import PositiveAmount


class RefundBody(Wire):
    """`amount` in the smallest part of the spend's unit; all that is left of the spend where it is not given."""

    spend_id: str
    amount: PositiveAmount | None = None


class UndoBody(Wire):
    """The id of an earning, a spend or the like, or that of an entry which did only one such thing."""

    entry_id: str


def refund(call: Call, body: RefundBody) -> Answered[Refunded]:
    owner = owner_of(call)
    return answered(refund_spend(call.rt, call.caller, call.command, owner, body.spend_id, body.amount))


def undo(call: Call, body: UndoBody) -> Answered[Undone]:
    return answered(undo_entry(call.rt, call.caller, call.command, owner_of(call), body.entry_id))


def cancel(call: Call) -> Answered[Undone]:
    path = call.path
    return answered(cancel_earning(call.rt, call.caller, call.command, owner_of(call), path["earning_id"]))


def expire(call: Call) -> Answered[ExpiredEarning]:
    path = call.path
    return answered(expire_earning(call.rt, call.caller, call.command, owner_of(call), path["earning_id"]))
