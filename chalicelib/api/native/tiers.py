"""A member's tier: pinned by hand, let go, recalculated."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.flows import pin_tier as pinning
from chalicelib.flows import recalculate_tier as recalculating
from chalicelib.flows import unpin_tier as unpinning
from chalicelib.flows.tier_moves import TierMoves
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import CalendarDay


class PinBody(Wire):
    """`until` is the last day of the pin; for good where it is left out."""

    tier_id: str
    until: CalendarDay | None = None


def pin(call: Call, body: PinBody) -> Answered[TierMoves]:
    owner, program_id = owner_of(call), call.query["program_id"]
    done = pinning.pin_tier(call.rt, call.caller, call.command, owner, body.tier_id, body.until, program_id)
    return answered(done)


def unpin(call: Call) -> Answered[TierMoves]:
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(unpinning.unpin_tier(call.rt, call.caller, call.command, owner, program_id))


def recalculate(call: Call) -> Answered[TierMoves]:
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(recalculating.recalculate_tier(call.rt, call.caller, call.command, owner, program_id))
