"""Refund a redemption as a whole, once: what it cost comes back by each unit's policy, with stock, limits and codes.

reads    1 BatchGet of profile, entry and redemption, 1 of account, coupons and counts; 1 Get more for what is refused
writes   account (version), entry (absent), the redemption (version), a slice of what there is of it (drawn), the old entry
         where it cost anything (undone as it was read): 10 units; + 2 for each other count, and with an Idempotency-Key; of
         codes their coupons (cancelled: moved), what is counted of them: 10 units for one; and 4 for the member's own
         account and entry, where the redemption is their group's
may      who may change rewards, also for a blocked member
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, Story
from chalicelib.areas.accounts.model.facts import PastCounted, PointsSpent, RewardRefunded
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.quotas.model import Taken
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Counted, Redemption
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for, own_entry
from chalicelib.flows.account_views import (
    Expired,
    PaidBack,
    Standing,
    expiries_of,
    facts_of,
    given_back_of,
    numbered_bodies,
    owner_of,
    standing_of,
)
from chalicelib.flows.coupon_deeds import Desk, keys_of
from chalicelib.flows.open_redemption import OpenRedemption, open_redemption, redemption_ref, unless_changed
from chalicelib.flows.order_paid import paid_put
from chalicelib.flows.past_counts import without
from chalicelib.flows.reward_codes import code_writes, coupon_keys_of, withdrawn
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.flows.undo_commit import Named
from chalicelib.flows.undo_kinds import given_back
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, Head, Header, all_undone_put
from chalicelib.table.protocol import Key, Write


class RefundedRedemption(Frozen):
    """What has passed and keeps its last day came back and expired at once: it stands under `expired`."""

    redemption_id: str
    reward_id: str
    quantity: int
    refunds: tuple[PaidBack, ...]
    expired: tuple[Expired, ...]
    account: Standing


def refund_redemption(
    rt: Runtime, caller: Caller, command: Command, owner: str, redemption_id: str
) -> Committed[RefundedRedemption]:
    """NotFound: owner, `redemption_not_found`. Refuses `already_refunded`, `code_used`, `code_held`, `balance_limit`,
    `too_many_lots`."""
    taking = Taking(rt, caller.tenant, owner)

    def plan() -> Plan:
        return _plan(rt, caller, command, owner, redemption_id, taking)

    done = commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))
    if not command.dry_run:
        taking.after()
    return done


def _plan(rt: Runtime, caller: Caller, command: Command, owner: str, redemption_id: str, taking: Taking) -> Plan:
    tenant = caller.tenant
    program_id = redemption_ref(owner, redemption_id).program
    it = open_redemption(
        rt, tenant, owner, redemption_id, lambda one, where: _beside(rt, tenant, program_id, one, where)
    )
    terms = terms_of(rt, tenant, it.ref.program)
    header = header_for(rt, caller, command, "refund_redemption", terms)
    found, member = it.beside, it.redemption.member_id
    desk = Desk(tenant, member, header.effective_at, terms.program.zone, found, taking, command.dry_run)
    return unless_changed(rt, tenant, it, lambda: _planned(rt, caller, command, it, terms, header, desk))


def _planned(
    rt: Runtime, caller: Caller, command: Command, it: OpenRedemption, terms: Terms, header: Header, desk: Desk
) -> Plan:
    tenant, at = caller.tenant, header.effective_at
    spent = tuple(_spent(it.entry))
    desk.taking.begin()
    story = _given_back(it, terms, spent, at)
    codes = withdrawn(rt, desk, it.counted.coupons)
    own = _own_account(tenant, it)
    story = settle_tier(story if own else story.then(*codes.facts), terms)
    entry = account_entry(tenant, story, it.opened.head, header)
    for kept in it.counted.taken:
        desk.taking.give_back(Taken.of(kept))
    delivery = "cancelled" if it.redemption.delivery in ("ordered", "shipped") else it.redemption.delivery
    refunded = it.redemption.model_copy(update={"state": "refunded", "refunded_at": at, "delivery": delivery})
    marks = {named.number: named.rest for named in spent if named.rest}
    also = (
        rewards.redemption_put(tenant, it.ref, refunded, it.counted, it.version),
        *((all_undone_put(it.entry, marks),) if marks else ()),
        *code_writes(desk, codes),
        *(own_entry(tenant, terms, header, own, codes.facts) if own and codes.facts else ()),
        *_uncounted(tenant, it),
    )
    return replace(account_plan(caller, command, story, it.opened.head, entry, also), limited=desk.taking)


def _given_back(it: OpenRedemption, terms: Terms, spent: tuple[Named, ...], at: Instant) -> Story:
    if it.redemption.state == "refunded":
        raise Refused("already_refunded", "This redemption has been refunded before.", param="redemption_id")
    story = terms.advance(Story(it.opened.account), at)
    for named in spent:
        if named.rest:
            story = given_back(story, terms, named, named.rest, at)
    told = RewardRefunded(it.redemption.reward_id, it.ref.sequence, it.redemption.quantity)
    return without(story.then(told), facts_of(it.entry, PastCounted))


def _spent(entry: Entry) -> list[Named]:
    found = ((number, VOCABULARY.decode(body)) for number, body in numbered_bodies(entry) if number)
    return [Named(entry, number, fact) for number, fact in found if isinstance(fact, PointsSpent)]


def _beside(rt: Runtime, tenant: str, program_id: int, one: Redemption, where: Counted) -> tuple[Key, ...]:
    """The member's coupons and counts; their own account, where it was their group's that paid; what is paid of the order."""
    keys = [rewards.uses_key(tenant, one.member_id, program_id, one.reward_id)] if where.by_member else []
    keys += [rewards.paid_key(tenant, program_id, one.order_id)] if where.paid and one.order_id else []
    if where.series_id is not None:
        series = all_series.series(rt.config.load(rt.table, tenant), program_id, where.series_id)
        keys += [*keys_of(tenant, series, one.member_id), *coupon_keys_of(tenant, one.member_id, where)]
        keys += [accounts.account_key(tenant, one.member_id, program_id)] if one.group_id else []
    return tuple(keys)


def _own_account(tenant: str, it: OpenRedemption) -> tuple[Account, Head] | None:
    if it.redemption.group_id is None:
        return None
    member, program_id = it.redemption.member_id, it.ref.program
    return accounts.account_from(it.beside.get(accounts.account_key(tenant, member, program_id)), member, program_id)


def _uncounted(tenant: str, it: OpenRedemption) -> Iterator[Write]:
    """Off what is counted again. What is gone counts nothing any more."""
    one, where, program_id = it.redemption, it.counted, it.ref.program
    uses = rewards.uses_key(tenant, one.member_id, program_id, one.reward_id)
    if uses in it.beside:
        tally = rewards.uses_from(uses, it.beside[uses])
        yield tally.put(tally.counts.minus(where.day, one.quantity))
    order = rewards.paid_key(tenant, program_id, one.order_id or "")
    if where.paid and order in it.beside and one.worth is not None:
        yield paid_put(order, *rewards.paid_from(it.beside[order]), one.worth.currency or "", -where.paid)


def _answer(entry: Entry) -> RefundedRedemption:
    [told] = facts_of(entry, RewardRefunded)
    return RefundedRedemption(
        redemption_id=entry_id(EntryRef(owner_of(entry), entry.stream.program, told.entry)),
        reward_id=told.reward,
        quantity=told.quantity,
        refunds=given_back_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
