"""Points that move: from a member to another, and from a unit into another."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.areas.members.model import Identifier
from chalicelib.flows.convert_points import Converted, convert_points
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.transfer_points import Transferred, transfer_points
from chalicelib.flows.undo_transfer import UndoneTransfer
from chalicelib.flows.undo_transfer import undo_transfer as undo
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import PositiveAmount


def _named_by(value: object) -> str:
    return "identifier" if isinstance(value, dict | Identifier) else "member_id"


class TransferBody(Wire):
    """`to` is the receiver: the id of a member or a group, or a member's identifier as an object of type and value.
    `amount` in the smallest part of the unit."""

    to: Annotated[
        Annotated[str, Tag("member_id")] | Annotated[Identifier, Tag("identifier")],
        Field(discriminator=Discriminator(_named_by)),
    ]
    unit: str
    amount: PositiveAmount


class ConversionBody(Wire):
    """`amount` of `unit`, in its smallest part, becomes what the program's rate gives of `into`."""

    unit: str
    into: str
    amount: PositiveAmount


def receiver_of(body: TransferBody) -> Buyer:
    return Buyer(member_id=body.to) if isinstance(body.to, str) else Buyer(identifier=body.to)


def transfer(call: Call, body: TransferBody) -> Answered[Transferred]:
    receiver = receiver_of(body)
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(
        transfer_points(call.rt, call.caller, call.command, owner, receiver, body.unit, body.amount, program_id)
    )


def undo_transfer(call: Call) -> Answered[UndoneTransfer]:
    return answered(undo(call.rt, call.caller, call.command, owner_of(call), call.path["transfer_id"]))


def convert(call: Call, body: ConversionBody) -> Answered[Converted]:
    owner, program_id = owner_of(call), call.query["program_id"]
    return answered(
        convert_points(call.rt, call.caller, call.command, owner, body.unit, body.into, body.amount, program_id)
    )
