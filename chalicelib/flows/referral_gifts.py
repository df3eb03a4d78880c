"""What rules give for a referral, to who came and to who brought them in: in the transaction of what set it off, of their
enrolment or their purchase. So it is given once, or not at all, and nobody sees half of it.

What the one is given is judged of that one, by their own account. Who is blocked, whose account is full, who collects for the same group as
who came is given nothing, and the other one is all the same.

reads    with a purchase of a referred member, the first, or one that some rule of its program gives the referrer something for: 1
         Query of the referrer's snapshot, of one in a group 1 BatchGet more. Nothing of whom nobody brought in
writes   account (version), entry (absent): 4 units, of each program of which a rule gives the referrer something; with the first
         purchase the referral and how many friends bought: 4 units
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import ReferralPurchased
from chalicelib.areas.members.model import Member
from chalicelib.areas.referrals.model import Referral, bought
from chalicelib.areas.referrals.store import owned
from chalicelib.areas.rules.model.triggers import of_referral
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.opened import Opened
from chalicelib.flows.referring import NOBODY, Bringing, Referrer, about, read_referrer, registered_writes
from chalicelib.flows.terms import Terms
from chalicelib.kit.command import Command
from chalicelib.table.journal import Header
from chalicelib.table.protocol import Write

REFERRED, REFERRER = "referred", "referrer"
CAME = (of_referral("registered", REFERRED),)


def moments_of_coming(bringing: Bringing) -> tuple[str, ...]:
    """Of who comes."""
    return () if bringing.referral is None else CAME


def brought_in(moments: Moments, member: Member, bringing: Bringing, own: tuple[Write, ...]) -> tuple[Write, ...]:
    """Somebody has come: what is kept of it, and what the referrer is given for it by any program. `own`: what they are given."""
    tenant, referrer = moments.caller.tenant, bringing.referrer
    kept = registered_writes(tenant, member.member_id, bringing)
    if referrer is None:
        return kept
    theirs = replace(moments, about=bringing.about, beside=(*own, *kept))
    gifts = theirs.given(referrer.member, (of_referral("registered", REFERRER),), referrer.found)
    return (*kept, *(write for gift in gifts for write in gift.writes))


@dataclass(frozen=True, slots=True)
class Friend:
    """Whoever buys, as somebody who came by another: by a referral that is kept, or one that comes about with the purchase."""

    giving: Giving
    header: Header
    terms: Terms
    member: Member
    kept: Referral | None
    came: Bringing

    @property
    def referral(self) -> Referral | None:
        return self.kept or self.came.referral

    @property
    def stages(self) -> tuple[str, ...]:
        """What the purchase is for the referral."""
        if self.referral is None:
            return ()
        first = ("first_purchase",) if self.referral.purchased_at is None else ()
        return (*(("registered",) if self.kept is None else ()), *first, "purchase")

    @property
    def moments_here(self) -> tuple[str, ...]:
        """Of who buys, in the program in which they do."""
        return tuple(of_referral(stage, REFERRED) for stage in self.stages)

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        return () if self.referral is None else about(self.referral)

    def with_first_purchase(self, story: Story, order_id: str) -> Story:
        known = self.referral
        if known is None or known.purchased_at is not None:
            return story
        return story.then(ReferralPurchased(known.referral_id, known.referrer, self.member.member_id, order_id))

    def moved_on(self, story: Story, beside: tuple[Write, ...], *, asks_now: bool) -> tuple[Write, ...]:
        """What becomes of the referral, and what the referrer is given. `beside`: what else the transaction writes."""
        known, tenant = self.referral, self.header.caller.tenant
        if known is None:
            return registered_writes(tenant, self.member.member_id, self.came)
        wanted = tuple(of_referral(stage, REFERRER) for stage in self.stages)
        if known.purchased_at is not None and self.terms.rules.occasions.isdisjoint(wanted):
            return ()
        referrer = self.came.referrer or read_referrer(self.giving.taking.rt, tenant, known.referrer)
        kept = self._purchase_kept(known, referrer)
        if referrer is None:
            return kept
        account = accounts.account_key(tenant, story.account.owner, story.account.program)
        command = Command(self.header.command, dry_run=self.giving.trial)
        moments = Moments(
            *(self.giving.taking, self.header.caller, command, self.header.operation),
            asks_now=asks_now,
            about=self.about,
            beside=(*beside, *kept),
            account=account,
        )
        return (*kept, *self._given(referrer, wanted, moments))

    def _purchase_kept(self, known: Referral, referrer: Referrer | None) -> tuple[Write, ...]:
        tenant, at = self.header.caller.tenant, self.header.effective_at
        if known.purchased_at is not None:
            return ()
        after = bought(known, at)
        if self.kept is None:
            return registered_writes(tenant, self.member.member_id, replace(self.came, referral=after))
        put = owned.referral_put(tenant, self.member.member_id, after)
        if referrer is None:
            return (put,)
        friends = replace(referrer.friends, purchased=referrer.friends.purchased + 1)
        return put, owned.friends_put(tenant, referrer.member.member_id, friends)

    def _given(self, referrer: Referrer, wanted: tuple[str, ...], moments: Moments) -> tuple[Write, ...]:
        """Here for the purchase; and by other programs, of which a member is as well, for their coming."""
        program_id = self.terms.program.program_id
        here = replace(moments, only=program_id, at=self.header.effective_at)
        gifts = list(here.given(referrer.member, wanted, referrer.found))
        if self.kept is None:
            so_far = (*moments.beside, *(write for gift in gifts for write in gift.writes))
            others = replace(moments, but=program_id, asks_now=True, beside=so_far)
            gifts += others.given(referrer.member, wanted[:1], referrer.found)
        return tuple(write for gift in gifts for write in gift.writes)


def friend_of(giving: Giving, header: Header, terms: Terms, opened: Opened, *, counts: bool) -> Friend:
    """By what was read with who buys: nothing more is. Where it does not `count`, for nobody: all of it has come back before it
    was known whose it is."""
    assert opened.member is not None  # noqa: S101 - a buyer is a member
    kept = opened.beside.get(owned.referral_key(header.caller.tenant, opened.member.member_id)) if counts else None
    known = None if kept is None else owned.referral_from(kept)
    return Friend(giving, header, terms, opened.member, known, opened.came if counts else NOBODY)
