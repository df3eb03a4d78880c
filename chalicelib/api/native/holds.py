"""Holds: points set aside, captured or released."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, hold_named, owner_of, proving
from chalicelib.flows.account_views import Hold
from chalicelib.flows.capture_hold import Captured, capture_hold
from chalicelib.flows.hold_points import LONGEST_SECONDS, Held, Lapse, hold_points
from chalicelib.flows.list_holds import list_holds as holds_of
from chalicelib.flows.release_hold import Released, release_hold
from chalicelib.kit.base import Wire
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.wire import PositiveAmount, Time


class HoldBody(Wire):
    """`amount` in the smallest part of the unit. It lapses at an instant or after so many seconds; where neither is
    named, it stands until it is captured or released. `proof`: the member's PIN or one-time code, where the program asks for
    one of points."""

    unit: str
    amount: PositiveAmount
    lapses_at: Time | None = None
    lapses_after_seconds: Annotated[int, Field(ge=1, le=LONGEST_SECONDS)] | None = None
    proof: ProofText | None = None


class CaptureBody(Wire):
    """All of the hold, or its first `amount`; the rest is released unless `keep_rest` says that it stays held."""

    amount: PositiveAmount | None = None
    keep_rest: bool = False


class ReleaseBody(Wire):
    """All of the hold, or its last `amount`."""

    amount: PositiveAmount | None = None


class Holds(Wire):
    items: tuple[Hold, ...]


def hold(call: Call, body: HoldBody) -> Answered[Held]:
    owner, program_id = owner_of(call), call.query["program_id"]
    unit, amount, lapse = body.unit, body.amount, lapse_of(body)
    command = proving(call, body.proof)
    return answered(hold_points(call.rt, call.caller, command, owner, unit, amount, program_id, lapse))


def lapse_of(body: HoldBody) -> Lapse:
    return Lapse(body.lapses_at, body.lapses_after_seconds)


def list_holds(call: Call) -> Holds:
    return Holds(items=holds_of(call.rt, call.caller, owner_of(call), call.query["program_id"]))


def capture(call: Call, body: CaptureBody) -> Answered[Captured]:
    owner, hold_id, program_id = owner_of(call), hold_named(call.path["hold_id"]), call.query["program_id"]
    amount, keep = body.amount, body.keep_rest
    return answered(capture_hold(call.rt, call.caller, call.command, owner, hold_id, amount, program_id, keep))


def release(call: Call, body: ReleaseBody) -> Answered[Released]:
    owner, hold_id, program_id = owner_of(call), hold_named(call.path["hold_id"]), call.query["program_id"]
    return answered(release_hold(call.rt, call.caller, call.command, owner, hold_id, body.amount, program_id))
