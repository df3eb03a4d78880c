"""An invitation that nobody took up in time is told as expired, and who was asked is forgotten.

Nothing depends on when it runs: an invitation is over with its time for whoever comes by it, and in every list.

reads    1 Get of the invitation, 1 BatchGet of the referrer's profile and friends, and of by which they were asked last who were
writes   profile (version), entry (absent), friends (version), invitation (version): 8 units, + 2 where somebody was asked by name;
         nothing where nothing is due
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.areas.accounts.model.facts import ReferralExpired
from chalicelib.areas.members import operations as profiles
from chalicelib.areas.members import store as members
from chalicelib.areas.referrals.model import Invitation
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.flows.settle_one_due import NothingDue, settled
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan
from chalicelib.table.journal import Header
from chalicelib.table.protocol import Attrs, Key, Write


def expire_invitation(rt: Runtime, caller: Caller, day: Day, code: str) -> bool:
    """Whether it was due until the end of a day (UTC), and this run told it."""
    tenant = caller.tenant
    command = Command(f"due:{iso_day(day)}:invitation:{code}")

    def plan() -> Plan:
        now = rt.clock.now()
        known = _due(rt, tenant, code, min(passed_by(now), day_starts(day + 1, "UTC") - 1))
        keys = [members.profile_key(tenant, known.referrer), owned.friends_key(tenant, known.referrer)]
        found = rt.table.batch_get([*keys, *_asked_keys(tenant, known)])
        profile, kept = map(found.get, keys)
        member, head = members.member_from(profile, known.referrer)
        friends = owned.friends_from(kept)
        revision = rt.config.load(rt.table, tenant).revision
        header = Header("settle_due", command.id, caller, now, now, revision)
        made = profiles.noted(rt, header, member, head, (ReferralExpired(known.referral_id),))
        counted = owned.friends_put(
            tenant, known.referrer, replace(friends.without(known), expired=friends.expired + 1)
        )
        asked = _forgotten(tenant, known, found)
        return Plan(made.entry, (*made.writes, codes.invitation_put(tenant, known.over()), counted, *asked))

    return settled(rt, command, plan)


def _asked_keys(tenant: str, known: Invitation) -> tuple[Key, ...]:
    return () if known.asked is None else (codes.asked_key(tenant, known.asked["type"], known.asked["value"]),)


def _forgotten(tenant: str, known: Invitation, found: Mapping[Key, Attrs]) -> tuple[Write, ...]:
    """That they were asked, unless somebody has asked them again since it was over."""
    asked = [found[key] for key in _asked_keys(tenant, known) if key in found]
    if known.asked is None or not asked or codes.asked_from(asked[0]) != known.code:
        return ()
    return (codes.asked_delete(tenant, known.asked, known.code),)


def _due(rt: Runtime, tenant: str, code: str, by: Instant) -> Invitation:
    attrs = rt.table.get(codes.code_key(tenant, code))
    known = None if attrs is None else codes.owner_or_invitation(attrs)
    if not isinstance(known, Invitation) or known.told or known.state(by) != "expired":
        raise NothingDue("nothing_due", "This invitation is not due.")
    return known
