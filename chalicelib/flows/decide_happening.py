"""What something that a member did comes to, beside buying: the decision that operations on it commit."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Story
from chalicelib.errors import NotFound
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.follow_effects import Followed, followed
from chalicelib.flows.full_cards import full_cards
from chalicelib.flows.happening import What, happened
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.past_counts import with_deed
from chalicelib.flows.purchase import Buyer, member_of
from chalicelib.flows.rule_limits import Gave, credits_since, with_uses
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier
from chalicelib.table.journal import Header


@dataclass(frozen=True, slots=True)
class Decided:
    """The story of the account, the member's or their group's, with what rules gave."""

    opened: Opened
    story: Story
    followed: Followed


def decide_happening(
    taking: Taking,
    header: Header,
    terms: Terms,
    who: Buyer,
    what: What,
    *,
    dry_run: bool = False,
) -> Decided:
    """Pure but for its one Query, as flows/purchase is. What is limited for all is taken by `taking`. Refuses `member_blocked`, `group_blocked` and what earning does;
    NotFound: `member_not_found`."""
    rt, tenant, program_id = taking.rt, header.caller.tenant, terms.program.program_id
    member_id = member_of(rt, header.caller, who)
    if member_id is None:
        raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
    opened = of_their_group(rt, tenant, open_snapshot(rt, tenant, member_id, program_id), program_id)
    opened.must_be_active()

    def decided() -> Decided:
        taking.begin()
        before, at = terms.meets(opened.account, header, asks_now=True), header.effective_at
        story, follows = happened(taking, before, terms, opened, what, at, header.place)
        own = credits_since(before, story)
        story = with_deed(story, terms, what.counted, terms.day(at), header.place)
        follows = (*full_cards(terms, story, own), *follows)
        done = followed(Giving(taking, dry_run), story, terms, opened, follows, header)
        counted = with_uses(done.story, terms, taking, Gave(own, beside=done.gave()), at, order="")
        return Decided(opened, settle_tier(counted.story, terms, at), done)

    return unless_lost(rt, tenant, (opened,), decided, dry_run=dry_run)
