"""Members who bring others in: their codes, who came by them, and who brought a member in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import DeviceId, ReferralCode, answered, owner_of
from chalicelib.areas.members.model import MAX_IDENTIFIER, Identifier
from chalicelib.areas.referrals.model import ReferralCard
from chalicelib.flows.claim_referral import ClaimedReferral, claim_referral
from chalicelib.flows.invite_friend import InvitedFriend, invite_friend
from chalicelib.flows.read_referral import CheckedReferral, ReferralOfMember
from chalicelib.flows.read_referral import check_referral as checked
from chalicelib.flows.read_referral import list_referrals as listed
from chalicelib.flows.read_referral import read_referral as read
from chalicelib.flows.referring import Came
from chalicelib.flows.share_code import SharedCode
from chalicelib.flows.share_code import share_code as share
from chalicelib.kit.base import Wire


class SharedCodeBody(Wire):
    """The code that the member would share; one is drawn where none is named and they have none."""

    referral_code: ReferralCode | None = None


class AskedIdentifier(Wire):
    type: Literal["email", "phone"]
    value: Annotated[str, Field(min_length=1, max_length=MAX_IDENTIFIER)]


class InvitationBody(Wire):
    """Whom the member asks, by an address or a number; nobody where they send the code themselves."""

    identifier: AskedIdentifier | None = None


class ClaimBody(Wire):
    """Who brought the member in, by a code of theirs. `device_id` as where members are enrolled."""

    referral_code: ReferralCode
    device_id: DeviceId | None = None


class Referrals(Wire):
    items: tuple[ReferralCard, ...]
    next_cursor: str | None


def put_code(call: Call, body: SharedCodeBody) -> Answered[SharedCode]:
    return answered(share(call.rt, call.caller, call.command, owner_of(call), body.referral_code or ""))


def get_referral(call: Call) -> ReferralOfMember:
    return read(call.rt, call.caller, owner_of(call))


def list_referrals(call: Call) -> Referrals:
    page = listed(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    return Referrals(items=page.items, next_cursor=page.next_cursor)


def invite(call: Call, body: InvitationBody) -> Answered[InvitedFriend]:
    asked = None if body.identifier is None else Identifier(type=body.identifier.type, value=body.identifier.value)
    return answered(invite_friend(call.rt, call.caller, call.command, owner_of(call), asked))


def claim(call: Call, body: ClaimBody) -> Answered[ClaimedReferral]:
    came = Came(body.referral_code, body.device_id or "")
    return answered(claim_referral(call.rt, call.caller, call.command, owner_of(call), came))


def check_code(call: Call) -> CheckedReferral:
    return checked(call.rt, call.caller, call.path["referral_code"])
