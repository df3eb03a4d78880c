"""A member as somebody who brings others in and was brought in; and whom a code leads to.

reads    1 BatchGet of the profile, of what became of their friends and of who brought them in; of a code 1 Get, and 1 Get of the
         profile of whose it is
"""

from __future__ import annotations

from chalicelib.areas.members import store as members
from chalicelib.areas.referrals import operations as referrals
from chalicelib.areas.referrals.model import (
    NOT_SENT,
    Channel,
    Invitation,
    SendingReason,
    SendingState,
    State,
    normal_code,
)
from chalicelib.areas.referrals.operations import ReferralPage
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime


class CameBy(Frozen):
    """Who brought the member in."""

    referral_id: str
    referrer_id: str
    channel: Channel
    state: State
    registered_at: Time
    purchased_at: Time | None


class ReferralOfMember(Frozen):
    """`referral_code`: the one that the member shares. How many they invited, how many came, by code or invitation, how many of these bought
    something; and how many invitations nobody took up."""

    member_id: str
    referral_code: str | None
    invited: int
    registered: int
    purchased: int
    expired: int
    came_by: CameBy | None


class ShownSending(Frozen):
    """What became of sending an invitation: `none`, where it is not to be sent. `reason`: why it failed. `at`: when it was sent or had
    failed; of one that waits for the end of quiet hours, when they are over."""

    state: SendingState
    reason: SendingReason | None
    at: Time | None


class CheckedReferral(Frozen):
    """`reason`: why nobody comes by it just now, as a code. An invitation is good once, until it expires. `sending`: whether it was
    sent to whoever was asked."""

    referral_code: str
    good: bool
    reason: str | None
    referrer_id: str
    referral_id: str | None
    expires_at: Time | None
    sending: ShownSending


def read_referral(rt: Runtime, caller: Caller, member_id: str) -> ReferralOfMember:
    """NotFound: member."""
    number_of("member", member_id)
    tenant = caller.tenant
    keys = [
        members.profile_key(tenant, member_id),
        owned.friends_key(tenant, member_id),
        owned.referral_key(tenant, member_id),
    ]
    profile, friends, came = map(rt.table.batch_get(keys).get, keys)
    member, _ = members.member_from(profile, member_id)
    known, by = owned.friends_from(friends), None if came is None else owned.referral_from(came)
    return ReferralOfMember(
        member_id=member_id,
        referral_code=member.shared_code,
        invited=known.invited,
        registered=known.registered,
        purchased=known.purchased,
        expired=known.expired,
        came_by=None
        if by is None
        else CameBy(
            referral_id=by.referral_id,
            referrer_id=by.referrer,
            channel=by.channel,
            state=by.state,
            registered_at=by.registered_at,
            purchased_at=by.purchased_at,
        ),
    )


def list_referrals(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> ReferralPage:
    """Whom a member asked or brought in; of a stranger there is no list: 1 Query, on an empty first page 1 Get more. NotFound:
    member."""
    page = referrals.list_referrals(rt, caller, member_id, limit, cursor)
    if not page.items and cursor is None:
        members.read(rt.table, caller.tenant, member_id)
    return page


def check_referral(rt: Runtime, caller: Caller, code: str) -> CheckedReferral:
    """NotFound `referral_code_not_found`, also of what cannot be one."""
    missing = NotFound("referral_code_not_found", "Nobody shares this referral code.", param="referral_code")
    try:
        spelled = normal_code(code)
    except InvalidInput:
        raise missing from None
    attrs = rt.table.get(codes.code_key(caller.tenant, spelled))
    if attrs is None:
        raise missing
    known = codes.owner_or_invitation(attrs)
    invitation = known if isinstance(known, Invitation) else None
    referrer, _ = members.read(rt.table, caller.tenant, known.referrer if isinstance(known, Invitation) else known)
    reason = "referrer_blocked" if referrer.status == "blocked" else _why_not(invitation, rt.clock.now())
    return CheckedReferral(
        referral_code=spelled,
        good=reason is None,
        reason=reason,
        referrer_id=referrer.member_id,
        referral_id=None if invitation is None else invitation.referral_id,
        expires_at=None if invitation is None else invitation.expires_at,
        sending=_shown(invitation, rt.clock.now()),
    )


def _shown(invitation: Invitation | None, now: Instant) -> ShownSending:
    """One that is over by now is not sent any more, whether or not somebody has found out."""
    known = NOT_SENT if invitation is None else invitation.sending
    if invitation is not None and invitation.state(now) == "expired":
        known = known.too_late(invitation.expires_at)
    return ShownSending(state=known.state, reason=known.reason, at=known.at)


def _why_not(invitation: Invitation | None, now: Instant) -> str | None:
    state = "invited" if invitation is None else invitation.state(now)
    return {"registered": "invitation_used", "expired": "invitation_expired"}.get(state)
