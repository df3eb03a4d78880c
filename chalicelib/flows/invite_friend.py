"""Invite somebody in a member's name: by an address or a number, or by a link that the member sends themselves. Its code is good
once, until its last day.

Nothing is sent here: where the tenant has words for it send_invitation does. Who is asked stands in the invitation, erasable, and is
asked by one invitation at a time.

reads    1 BatchGet of the member's profile and friends, and where somebody is asked by name of whether they are a member or were
         asked; where they were 1 Get of that invitation
writes   profile (version), entry (absent), friends (version), invitation (absent): 8 units and the two places of the index; + 2 where
         somebody is asked by name, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.areas.accounts.model.facts import ReferralInvited
from chalicelib.areas.members import operations as profiles
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Asking
from chalicelib.areas.referrals.model import NOT_SENT, Channel, Friends, Invitation, Sending
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.errors import Refused
from chalicelib.flows.account_views import facts_of, owner_of
from chalicelib.flows.opened import member_blocked
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import code_digits, number_of
from chalicelib.kit.periods import DAY_MS
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.config import Config
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Header
from chalicelib.table.protocol import Attrs, Key


class InvitedFriend(Frozen):
    """`referral_code`: by which they come, and nobody else does. `sending`: whether it will be sent."""

    referral_id: str
    member_id: str
    channel: Channel
    referral_code: str
    expires_at: Time
    sending: Literal["none", "waiting"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked by name, and by which invitation they were before."""

    identifier: Identifier
    before: str | None


def invite_friend(
    rt: Runtime, caller: Caller, command: Command, member_id: str, asked: Identifier | None
) -> Committed[InvitedFriend]:
    """`asked`: by e-mail address or phone number; nobody where the member sends a link. Refuses `member_blocked`, `self_referral`,
    `member_already`, `invited_already`, `too_many_invitations`; NotFound: member; InvalidInput `invalid_identifier`."""
    number_of("member", member_id)
    who = None if asked is None else asked.normalised("identifier")

    def plan() -> Plan:
        found = rt.table.batch_get(_keys(caller.tenant, member_id, who))
        member, head = members.member_from(found.get(members.profile_key(caller.tenant, member_id)), member_id)
        if member.status == "blocked":
            raise member_blocked()
        now, config = rt.clock.now(), rt.config.load(rt.table, caller.tenant)
        known = None if who is None else _asked(rt, caller.tenant, member_id, who, found, now)
        made = _invitation(rt, config, member_id, who, now)
        header = Header("invite_friend", command.id, caller, now, now, config.revision)
        fact = ReferralInvited(made.referral_id, made.channel, made.expires_at)
        noted = profiles.noted(rt, header, member, head, (fact,), {"code": made.code, "sending": made.sending.state})
        friends = owned.friends_from(found.get(owned.friends_key(caller.tenant, member_id)))
        guards = guard_puts(caller.tenant, command, noted.entry, now)
        writes = (
            *noted.writes,
            *_kept(caller.tenant, made, known, friends.with_one_more_open(made.expires_at, now)),
            *guards,
        )
        return Plan(noted.entry, writes, frozenset(guard.key for guard in guards))

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _keys(tenant: str, member_id: str, who: Identifier | None) -> list[Key]:
    own = [members.profile_key(tenant, member_id), owned.friends_key(tenant, member_id)]
    theirs = [] if who is None else [members.identifier_key(tenant, who), codes.asked_key(tenant, who.type, who.value)]
    return [*own, *theirs]


def _asked(
    rt: Runtime, tenant: str, member_id: str, who: Identifier, found: Mapping[Key, Attrs], now: Instant
) -> _Asked:
    owned, asked = (
        found.get(members.identifier_key(tenant, who)),
        found.get(codes.asked_key(tenant, who.type, who.value)),
    )
    if owned is not None:
        if members.owner_from(owned) == member_id:
            raise Refused("self_referral", "A member does not bring in themselves.", param="identifier")
        raise Refused("member_already", f"Whoever has this {who.type} is a member already.", param="identifier")
    before = None if asked is None else codes.asked_from(asked)
    stored = None if before is None else rt.table.get(codes.code_key(tenant, before))
    known = None if stored is None else codes.owner_or_invitation(stored)
    if isinstance(known, Invitation) and known.state(now) == "invited":
        raise Refused("invited_already", f"Whoever has this {who.type} is invited already.", param="identifier")
    return _Asked(who, before)


def _invitation(rt: Runtime, config: Config, member_id: str, who: Identifier | None, now: Instant) -> Invitation:
    policy, code = programs.settings(config).referrals, code_digits(rt.ids.salt()).upper()
    until = now + policy.invitation_days * DAY_MS
    referral_id = rt.ids.entity("referral", now)
    if who is None:
        return Invitation(referral_id, code, member_id, "link", now, until)
    asking: Asking = "email" if who.type == "email" else "phone"
    sending = NOT_SENT if policy.words_for(asking) is None else Sending("waiting")
    asked = {"type": who.type, "value": who.value}
    return Invitation(referral_id, code, member_id, asking, now, until, asked=asked, sending=sending)


def _kept(tenant: str, made: Invitation, known: _Asked | None, friends: Friends) -> list[Any]:
    asked = (
        [] if known is None or made.asked is None else [codes.asked_put(tenant, made.asked, made.code, known.before)]
    )
    return [codes.invitation_put(tenant, made), owned.friends_put(tenant, made.referrer, friends), *asked]


def _answer(entry: Entry) -> InvitedFriend:
    [told] = facts_of(entry, ReferralInvited)
    after: Any = entry.header["after"]
    said = {"referral_id": told.referral, "member_id": owner_of(entry), "channel": told.channel}
    said |= {"referral_code": after["code"], "sending": after.get("sending", "none")}
    return InvitedFriend.model_validate({**said, "expires_at": told.expires_at})
