"""A member says after their enrolment who brought them in: by a code, some days long, and before they buy anything.

reads    1 Query of the member's snapshot, of one in a group 1 Query of what they bought; what flows/referring reads of the code
writes   profile (version), entry (absent), and that nobody came by the member meanwhile: 6 units, + 2 with an Idempotency-Key; what
         flows/referring writes; and what flows/member_moments does of each of the two to whom a rule gives something
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.facts import ReferralRegistered
from chalicelib.areas.members import operations as profiles
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.orders import store as orders
from chalicelib.areas.programs import store as programs
from chalicelib.areas.referrals.model import Channel, Friends
from chalicelib.areas.referrals.store import owned
from chalicelib.errors import Refused
from chalicelib.flows.account_views import facts_of, owner_of
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.opened import member_blocked
from chalicelib.flows.referral_gifts import CAME, brought_in
from chalicelib.flows.referring import Came, Referrer, brought
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import DAY_MS
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.drawn import together
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Header
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, key_of

_ACCOUNTS = "B#"


class ClaimedReferral(Frozen):
    referral_id: str
    member_id: str
    referrer_id: str
    channel: Channel


def claim_referral(
    rt: Runtime, caller: Caller, command: Command, member_id: str, came: Came
) -> Committed[ClaimedReferral]:
    """Refuses `member_blocked`, `referred_already`, `not_new`, `self_referral`, `referral_loop`, and what flows/referring does;
    NotFound: member; InvalidInput `invalid_referral_code`."""
    number_of("member", member_id)
    taking = Taking(rt, caller.tenant, member_id)

    def plan() -> Plan:
        tenant, now = caller.tenant, rt.clock.now()
        found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, member_id))}
        member, head = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
        friends = owned.friends_from(found.get(owned.friends_key(tenant, member_id)))
        if member.status == "blocked":
            raise member_blocked()
        if owned.referral_key(tenant, member_id) in found:
            raise Refused("referred_already", "Somebody brought this member in already.", param="member_id")
        _must_be_new(rt, tenant, member, found, now)
        bringing = brought(rt, tenant, came, member.identifiers, now, member_id)
        _must_not_go_round(member_id, bringing.referrer, friends)
        revision = rt.config.load(rt.table, tenant).revision
        header = Header("claim_referral", command.id, caller, now, now, revision)
        made = profiles.noted(rt, header, member, head, bringing.facts)
        giving = Moments(taking, caller, command, "claim_referral", about=bringing.about)
        own = tuple(write for gift in giving.given(member, CAME, found) for write in gift.writes)
        gifts = brought_in(giving, member, bringing, own)
        guards = guard_puts(tenant, command, made.entry, now)
        unchanged = owned.friends_check(tenant, member_id, friends)
        writes = together((*made.writes, *own, *gifts, unchanged, *guards))
        return Plan(made.entry, writes, frozenset(guard.key for guard in guards), taking)

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _must_be_new(rt: Runtime, tenant: str, member: Member, found: Mapping[Key, Attrs], now: Instant) -> None:
    days = programs.settings(rt.config.load(rt.table, tenant)).referrals.claim_days
    if now >= member.enrolled_at + days * DAY_MS:
        raise Refused("not_new", f"Who brought a member in is said in the first {days} days.", param="member_id")
    own = (
        accounts.account_from(attrs, member.member_id, int(key.sk.removeprefix(_ACCOUNTS)))[0]
        for key, attrs in found.items()
        if key.sk.startswith(_ACCOUNTS)
    )
    bought = any(account.orders for account in own)
    if not bought and member.group_id is not None:
        query = orders.member_orders_query(tenant, member.member_id, 1, None)
        bought = bool(rt.table.query(query).items)
    if bought:
        raise Refused("not_new", "The member has bought something already.", param="member_id")


def _must_not_go_round(member_id: str, referrer: Referrer | None, friends: Friends) -> None:
    """Whoever has brought in nobody is nobody's referrer, and not theirs either who bring them in, at however many removes."""
    if referrer is not None and referrer.member.member_id == member_id:
        raise Refused("self_referral", "A member does not bring in themselves.", param="referral_code")
    if friends.registered:
        text = "The member has brought others in: nobody brings them in any more, since it might go round in a circle."
        raise Refused("referral_loop", text, param="member_id")


def _answer(entry: Entry) -> ClaimedReferral:
    [told] = facts_of(entry, ReferralRegistered)
    said = {"referral_id": told.referral, "member_id": owner_of(entry), "referrer_id": told.referrer}
    return ClaimedReferral.model_validate({**said, "channel": told.channel})
