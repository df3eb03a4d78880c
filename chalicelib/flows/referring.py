"""How somebody comes by a member: what is read of a code and of who shares it, and what is written when somebody has come.

reads    of a code 1 Get, 1 Query of the referrer's snapshot; of what is known again (a device, and with a code the identifiers of
         who comes) 1 BatchGet
writes   the referral, how many friends the referrer has, what is known again: 4 units, + 2 for each of the last; of an
         invitation 2 more, or 4 where somebody was asked by name
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model.facts import ReferralRegistered
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier, Member
from chalicelib.areas.programs import store as programs
from chalicelib.areas.referrals.model import (
    Friends,
    Invitation,
    Referral,
    Seen,
    normal_code,
    seen_name,
)
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.errors import NotFound, Refused, StampbookError
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, Write, key_of


@dataclass(frozen=True, slots=True)
class Came:
    """How somebody comes: by which code, on which device. Where nothing is said, by themselves."""

    code: str = ""
    device: str = ""


BY_THEMSELVES = Came()


@dataclass(frozen=True, slots=True)
class Referrer:
    """As they were read: `found` is their snapshot."""

    member: Member
    found: Mapping[Key, Attrs]
    friends: Friends


@dataclass(frozen=True, slots=True)
class Bringing:
    """The referral as it will be, by whom, and what is known again of who comes. `refused`: why nobody brings them in, as a code."""

    referral: Referral | None = None
    referrer: Referrer | None = None
    invitation: Invitation | None = None
    seen: tuple[Seen, ...] = ()
    refused: str = ""

    @property
    def facts(self) -> tuple[Fact, ...]:
        of = self.referral
        return () if of is None else (ReferralRegistered(of.referral_id, of.referrer, of.channel),)

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        return () if self.referral is None else about(self.referral)


NOBODY = Bringing()


def about(referral: Referral) -> tuple[tuple[str, str], ...]:
    """What what is given for it says of it."""
    return (("referral", referral.referral_id),)


@dataclass(slots=True, eq=False, repr=False)
class Newcomer:
    """Somebody who is being enrolled, looked at anew with each attempt."""

    rt: Runtime
    tenant: str
    came: Came
    identifiers: Sequence[Identifier]
    bringing: Bringing = field(default=NOBODY)

    def met(self, now: Instant) -> tuple[Fact, ...]:
        """What is told of them. Refuses as `brought` does."""
        self.bringing = brought(self.rt, self.tenant, self.came, self.identifiers, now)
        return self.bringing.facts


def brought(
    rt: Runtime, tenant: str, came: Came, identifiers: Sequence[Identifier], now: Instant, member_id: str = ""
) -> Bringing:
    """`member_id`: who they are, of a member already. Refuses `unknown_referral_code`, `invitation_used`, `invitation_expired`, `referrer_blocked`, `referred_before`,
    `device_used`; InvalidInput `invalid_referral_code`."""
    if not came.code:
        return Bringing(seen=_seen(rt, tenant, _names(came, ())))
    known = _read_code(rt, tenant, normal_code(came.code))
    invitation = known if isinstance(known, Invitation) else None
    if invitation is not None:
        invitation.must_be_good(now)
    referrer = read_referrer(rt, tenant, known.referrer if isinstance(known, Invitation) else known)
    if referrer is None:
        raise _unknown()
    if referrer.member.status == "blocked":
        raise Refused("referrer_blocked", "Whose code this is may bring in nobody just now.", param="referral_code")
    seen = _seen(rt, tenant, _names(came, identifiers))
    _must_be_new(seen, came, programs.settings(rt.config.load(rt.table, tenant)).referrals.per_device, member_id)
    return Bringing(_new(rt, referrer.member.member_id, invitation, now), referrer, invitation, seen)


def brought_or_not(rt: Runtime, tenant: str, came: Came, identifiers: Sequence[Identifier], now: Instant) -> Bringing:
    """At a till nobody is refused a purchase for it: that nobody brings them in is told."""
    try:
        return brought(rt, tenant, came, identifiers, now)
    except StampbookError as refusal:
        if refusal.param not in _OF_WHO_COMES:
            raise
        return Bringing(refused=refusal.code)


_OF_WHO_COMES = ("referral_code", "device_id")
_OF_A_PERSON = ("email", "phone")


def read_referrer(rt: Runtime, tenant: str, member_id: str) -> Referrer | None:
    """1 Query of their snapshot. None of whom there is no more."""
    found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, member_id))}
    try:
        member, _ = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    except NotFound:
        return None
    return Referrer(member, found, owned.friends_from(found.get(owned.friends_key(tenant, member_id))))


def registered_writes(tenant: str, member_id: str, bringing: Bringing) -> tuple[Write, ...]:
    """Somebody has come; or has been enrolled on a device, by themselves."""
    writes: list[Write] = [codes.seen_put(tenant, one, member_id) for one in bringing.seen if one.member != member_id]
    referral, referrer, invitation = bringing.referral, bringing.referrer, bringing.invitation
    if referral is not None and referrer is not None:
        writes.append(owned.referral_put(tenant, member_id, referral))
        known = referrer.friends if invitation is None else referrer.friends.without(invitation)
        friends = replace(
            known,
            registered=referrer.friends.registered + 1,
            purchased=referrer.friends.purchased + (referral.purchased_at is not None),
        )
        writes.append(owned.friends_put(tenant, referrer.member.member_id, friends))
    if invitation is not None:
        writes.append(codes.invitation_put(tenant, invitation.taken_up()))
        if invitation.asked is not None:
            writes.append(codes.asked_delete(tenant, invitation.asked, invitation.code))
    return tuple(writes)


def given_up_writes(tenant: str, member_id: str, identifiers: Sequence[Identifier]) -> tuple[Write, ...]:
    """By an address or a number that a member gives up they are known again, however they had come: nobody leaves it to come once
    more, by a friend's code. A card is the shop's, and may be somebody else's later. Written whether or not it is known: nobody
    asks of an identifier how often it came."""
    names = (seen_name(one.type, one.value) for one in identifiers if one.type in _OF_A_PERSON)
    return tuple(replace(codes.seen_put(tenant, Seen(name), member_id), condition=None) for name in names)


def _read_code(rt: Runtime, tenant: str, code: str) -> str | Invitation:
    attrs = rt.table.get(codes.code_key(tenant, code))
    if attrs is None:
        raise _unknown()
    return codes.owner_or_invitation(attrs)


def _unknown() -> Refused:
    return Refused("unknown_referral_code", "Nobody shares this referral code.", param="referral_code")


def _new(rt: Runtime, referrer: str, invitation: Invitation | None, now: Instant) -> Referral:
    if invitation is None:
        return Referral(rt.ids.entity("referral", now), referrer, "code", now, now)
    return Referral(invitation.referral_id, referrer, invitation.channel, invitation.created_at, now)


def _names(came: Came, identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    devices = [seen_name("device", came.device)] if came.device else []
    normal = [one.normalised() for one in identifiers]
    return tuple(dict.fromkeys((*devices, *(seen_name(one.type, one.value) for one in normal))))


def _seen(rt: Runtime, tenant: str, names: Sequence[str]) -> tuple[Seen, ...]:
    found = rt.table.batch_get([codes.seen_key(tenant, name) for name in names]) if names else {}
    return tuple(codes.seen_from(found.get(codes.seen_key(tenant, name)), name) for name in names)


def _must_be_new(seen: Sequence[Seen], came: Came, per_device: int, member_id: str) -> None:
    device = seen_name("device", came.device) if came.device else ""
    for one in seen:
        times = one.times_with_others(member_id)
        if one.name == device and times >= per_device:
            text = "On this device as many members were enrolled as may be: it brings in nobody more."
            raise Refused("device_used", text, param="device_id")
        if one.name != device and times:
            text = "Somebody with one of these identifiers was a member before: they come by nobody's code any more."
            raise Refused("referred_before", text, param="referral_code")
