"""Adjustments: points given and taken by operators, with a reason and maybe a comment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.flows.deduct_points import Correction, Deducted, deduct_points
from chalicelib.flows.grant_points import Gift, Granted, grant_points
from chalicelib.kit.base import Wire
from chalicelib.kit.texts import PLAIN_TEXT
from chalicelib.kit.wire import CalendarDay, PositiveAmount

Reason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Comment = Annotated[str, Field(max_length=1_000), PLAIN_TEXT]


class GrantBody(Wire):
    """`amount` in the smallest part of the unit. `reason` is a code of yours, for reports: it stays for ever; `comment`
    may name people: it can be erased. `expires_on` is the last usable day; else it lasts as long as an earning."""

    unit: str
    amount: PositiveAmount
    reason: Reason
    comment: Comment = ""
    expires_on: CalendarDay | None = None


class DeductionBody(Wire):
    """`amount`, `reason` and `comment` as of a grant. `below_zero`: more than is there, as far as the unit's policy lets
    it."""

    unit: str
    amount: PositiveAmount
    reason: Reason
    comment: Comment = ""
    below_zero: bool = False


def grant(call: Call, body: GrantBody) -> Answered[Granted]:
    gift = Gift(body.unit, body.amount, body.reason, body.comment, body.expires_on)
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(grant_points(call.rt, call.caller, call.command, owner, gift, program_id))


def deduct(call: Call, body: DeductionBody) -> Answered[Deducted]:
    correction = Correction(body.unit, body.amount, body.reason, body.comment, body.below_zero)
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(deduct_points(call.rt, call.caller, call.command, owner, correction, program_id))
