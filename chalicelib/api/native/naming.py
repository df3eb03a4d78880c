"""How native requests name things: programs by number, buyers by id or identifier; and how commits are answered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, TypeVar

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.areas.members.model import Identifier
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.hold_choice import HoldId
from chalicelib.flows.purchase import Buyer
from chalicelib.kit.command import Command
from chalicelib.kit.ids import MAX_PROGRAM, Kind, entry_ref, owner_kind
from chalicelib.kit.texts import PLAIN_KEY
from chalicelib.table.commit import Committed

AnswerT = TypeVar("AnswerT")

EventKey = Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]
ReferralCode = Annotated[str, Field(min_length=1, max_length=32)]
DeviceId = Annotated[str, Field(min_length=1, max_length=256)]
LineNo = Annotated[int, Field(ge=1, le=1_000_000)]

_HOLD = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def answered(done: Committed[AnswerT]) -> Answered[AnswerT]:
    return Answered(done.answer, done.replayed)


def proving(call: Call, proof: str | None) -> Command:
    """The command with what is shown for it."""
    return replace(call.command, proof=proof)


def owner_of(call: Call) -> str:
    """Whose account a path names: a member's or a group's. The other kind's id names nothing there."""
    kind: Kind = "group" if "group_id" in call.path else "member"
    owner = call.path[f"{kind}_id"]
    if owner_kind(owner) != kind:
        raise NotFound(f"{kind}_not_found", f"There is no {kind} {owner[:64]}.", param=f"{kind}_id")
    return owner


def program_number(text: str) -> int:
    """A program's number in a path; anything else names nothing."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_PROGRAM:
        raise NotFound("program_not_found", f"There is no program {text[:64]}.", param="program_id")
    return int(text)


def hold_named(text: str) -> HoldId:
    """A hold in a path: its number, or the id of the entry that set it aside; anything else names nothing."""
    if _HOLD.fullmatch(text):
        return int(text)
    try:
        return entry_ref(text)
    except NotFound:
        raise NotFound("hold_not_found", f"There is no hold {text[:64]}.", param="hold_id") from None


def buyer_of(member_id: str | None, identifier: Identifier | None) -> Buyer | None:
    """At most one way of naming a member."""
    if member_id is not None and identifier is not None:
        raise InvalidInput(
            "two_members", "Name the member by member_id or by identifier, not both.", param="identifier"
        )
    return None if member_id is None and identifier is None else Buyer(member_id, identifier)
