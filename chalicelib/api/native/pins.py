"""Members' PINs, and one-time codes for them."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.flows.issue_proof_code import IssuedProof, issue_proof_code
from chalicelib.flows.set_pin import PinSet, set_pin
from chalicelib.kit.base import Wire
from chalicelib.kit.proofs import PinText


class MemberPinBody(Wire):
    """`pin`: four to twelve digits that nobody else need know."""

    pin: PinText


def put_pin(call: Call, body: MemberPinBody) -> Answered[PinSet]:
    return answered(set_pin(call.rt, call.caller, call.command, owner_of(call), body.pin))


def issue(call: Call) -> Answered[IssuedProof]:
    return answered(issue_proof_code(call.rt, call.caller, call.command, owner_of(call)))
