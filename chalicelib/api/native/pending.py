"""Pending points: what is promised, activated or cancelled."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import EventKey, LineNo, answered, owner_of
from chalicelib.flows.activate_pending import Activated, activate_pending
from chalicelib.flows.cancel_pending import CancelledPending, cancel_pending
from chalicelib.flows.list_pending import PendingPoints
from chalicelib.flows.list_pending import list_pending as pending_of
from chalicelib.flows.pending_choice import Choice
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import PositiveAmount


class ChoiceBody(Wire):
    """One of these: an earning by its id, and of it maybe only an `amount`; all that waits for an event, by its key; all
    that waits for an order and its lines, or for one line of it."""

    earning_id: str | None = None
    event: EventKey | None = None
    order_id: str | None = None
    line_no: LineNo | None = None
    amount: PositiveAmount | None = None


class AllPending(Wire):
    items: tuple[PendingPoints, ...]


def list_pending(call: Call) -> AllPending:
    return AllPending(items=pending_of(call.rt, call.caller, owner_of(call), call.query["program_id"]))


def activate(call: Call, body: ChoiceBody) -> Answered[Activated]:
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(activate_pending(call.rt, call.caller, call.command, owner, _choice(body), program_id))


def cancel(call: Call, body: ChoiceBody) -> Answered[CancelledPending]:
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(cancel_pending(call.rt, call.caller, call.command, owner, _choice(body), program_id))


def _choice(body: ChoiceBody) -> Choice:
    return Choice(body.earning_id, body.event, body.order_id, body.line_no, body.amount)
