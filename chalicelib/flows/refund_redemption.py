"""Refund a redemption as a whole, once: what it cost comes back by each unit's policy, with stock, limits and codes.

reads    1 BatchGet of profile, entry and redemption, 1 of account and counters; 1 Get more for what is refused
writes   account (version), entry (absent), the redemption (version), the old entry where it cost anything (undone as it was
         read): 8 units; + 2 for each code (its own) and each counter (version), and with an Idempotency-Key
may      who may change rewards, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import VOCABULARY, Story
from chalicelib.areas.accounts.model.facts import PointsRefunded, PointsSpent, RewardRefunded
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Counted, Redemption
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import (
    Expired,
    Standing,
    expiries_of,
    facts_of,
    numbered_bodies,
    owner_of,
    standing_of,
)
from chalicelib.flows.open_redemption import OpenRedemption, open_redemption, unless_changed
from chalicelib.flows.reward_codes import CODES
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.flows.undo_commit import Named
from chalicelib.flows.undo_kinds import given_back
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, Header, all_undone_put
from chalicelib.table.protocol import Key, Write


class GivenBack(Frozen):
    unit: str
    amount: int


class RefundedRedemption(Frozen):
    """What has passed and keeps its last day came back and expired at once: it stands under `expired`."""

    redemption_id: str
    reward_id: str
    quantity: int
    refunds: tuple[GivenBack, ...]
    expired: tuple[Expired, ...]
    account: Standing


def refund_redemption(
    rt: Runtime, caller: Caller, command: Command, owner: str, redemption_id: str
) -> Committed[RefundedRedemption]:
    """NotFound: owner, `redemption_not_found`. Refuses `already_refunded`, `balance_limit`, `too_many_lots`."""

    def plan() -> Plan:
        return _plan(rt, caller, command, owner, redemption_id)

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _plan(rt: Runtime, caller: Caller, command: Command, owner: str, redemption_id: str) -> Plan:
    tenant = caller.tenant
    it = open_redemption(
        rt, tenant, owner, redemption_id, lambda one, where: _counters(tenant, redemption_id, one, where)
    )
    terms = terms_of(rt, tenant, it.ref.program)
    header = header_for(rt, caller, command, "refund_redemption", terms)
    return unless_changed(rt, tenant, it, lambda: _planned(caller, command, it, terms, header))


def _planned(caller: Caller, command: Command, it: OpenRedemption, terms: Terms, header: Header) -> Plan:
    tenant, at = caller.tenant, header.effective_at
    spent = tuple(_spent(it.entry))
    story = settle_tier(_given_back(it, terms, spent, at), terms)
    entry = account_entry(tenant, story, it.opened.head, header)
    delivery = "cancelled" if it.redemption.delivery in ("ordered", "shipped") else it.redemption.delivery
    refunded = it.redemption.model_copy(update={"state": "refunded", "refunded_at": at, "delivery": delivery})
    marks = {named.number: named.rest for named in spent if named.rest}
    also = (
        rewards.redemption_put(tenant, it.ref, refunded, it.counted, it.version),
        *((all_undone_put(it.entry, marks),) if marks else ()),
        *CODES.withdrawn(tenant, it.redemption.codes, it.redemption.redemption_id),
        *_uncounted(tenant, it),
    )
    return account_plan(caller, command, story, it.opened.head, entry, also)


def _given_back(it: OpenRedemption, terms: Terms, spent: tuple[Named, ...], at: Instant) -> Story:
    if it.redemption.state == "refunded":
        raise Refused("already_refunded", "This redemption has been refunded before.", param="redemption_id")
    story = terms.advance(Story(it.opened.account), at)
    for named in spent:
        if named.rest:
            story = given_back(story, terms, named, named.rest, at)
    told = RewardRefunded(it.redemption.reward_id, it.ref.sequence, it.redemption.quantity)
    return story.then(told)


def _spent(entry: Entry) -> list[Named]:
    found = ((number, VOCABULARY.decode(body)) for number, body in numbered_bodies(entry) if number)
    return [Named(entry, number, fact) for number, fact in found if isinstance(fact, PointsSpent)]


def _counters(tenant: str, redemption_id: str, one: Redemption, where: Counted) -> tuple[Key, ...]:
    program = entry_ref(redemption_id).program
    keys = (rewards.taken_key(tenant, program, one.reward_id),) if where.by_all else ()
    own = (rewards.uses_key(tenant, one.member_id, program, one.reward_id),) if where.by_member else ()
    return (*keys, *own)


def _uncounted(tenant: str, it: OpenRedemption) -> tuple[Write, ...]:
    """Off the counters again. One that is gone counts nothing any more."""
    day, quantity, one = it.counted.day, it.redemption.quantity, it.redemption
    all_of_it = rewards.taken_key(tenant, it.ref.program, one.reward_id)
    tallies = [
        rewards.taken_from(key, attrs) if key == all_of_it else rewards.uses_from(key, attrs)
        for key, attrs in it.beside.items()
    ]
    return tuple(tally.put(tally.counts.minus(day, quantity)) for tally in tallies)


def _answer(entry: Entry) -> RefundedRedemption:
    [told] = facts_of(entry, RewardRefunded)
    return RefundedRedemption(
        redemption_id=entry_id(EntryRef(owner_of(entry), entry.stream.program, told.entry)),
        reward_id=told.reward,
        quantity=told.quantity,
        refunds=tuple(GivenBack(unit=one.unit, amount=one.amount) for one in facts_of(entry, PointsRefunded)),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
