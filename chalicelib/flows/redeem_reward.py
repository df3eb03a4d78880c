"""Redeem a reward: points, stock, limits and codes in one transaction, or nothing of it. A member in a group spends the
group's points, if it lets them; what a member may have counts for themselves.

reads    1 BatchGet of profile, account and the reward's counters, of a member in a group 1 more
writes   account (version), entry (absent), redemption (absent): 6 units; + 2 for each code (absent), for the counter of all
         and for that of the member (version) where the reward has a stock or such limits, and with an Idempotency-Key
may      who may change rewards; not for a blocked member
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.areas.accounts.model import Story, spend
from chalicelib.areas.accounts.model.facts import RewardRedeemed
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import (
    Address,
    Counted,
    Redemption,
    Reward,
    RewardWorth,
    Situation,
    Wish,
    cost_of,
    must_be_had,
    must_suit,
    worth_of,
)
from chalicelib.areas.rewards.store import Tally
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import Expired, Standing, expiries_of, standing_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Acting, InGroup, Opened, open_acting
from chalicelib.flows.proving import Proof, counting_wrong_tries
from chalicelib.flows.redemption_told import redemption_of, ref_of
from chalicelib.flows.reward_codes import CODES
from chalicelib.flows.reward_situation import Seen, beside_keys, situation_of
from chalicelib.flows.terms import Terms, after_activity, settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Write


class Redeemed(Frozen):
    redemption: Redemption
    expired: tuple[Expired, ...]
    account: Standing


@dataclass(frozen=True, slots=True)
class Taking:
    """Which reward, how many or how many points' worth of it, for which order, and where it is sent."""

    reward_id: str
    wish: Wish
    order_id: str = ""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """What one reward counts: of everybody, of the member; None where it has no such limit."""

    taken: Tally | None
    uses: Tally | None

    def one_more(self, day: Day, quantity: int) -> tuple[Write, ...]:
        return tuple(tally.put(tally.counts.plus(day, quantity)) for tally in (self.taken, self.uses) if tally)


def redeem_reward(
    rt: Runtime, caller: Caller, command: Command, who: str | InGroup, taking: Taking, program_id: int = 1
) -> Committed[Redeemed]:
    """A member, by id, or in the name of a group. NotFound: program, reward, member, group, `group_member_not_found`. Refuses
    `reward_not_active`, `reward_not_yet`, `reward_over`, `wrong_tier`, `wrong_segment`, `out_of_stock`, `limit_reached`,
    `insufficient_balance`, `too_many_pieces`, `member_blocked`, `group_blocked`, `may_not_spend`, `no_address_asked`; of
    points that are turned into money what `must_suit` says; where a proof is asked for what flows/proving does."""
    acting = Acting(who, program_id, spends=True)

    def plan() -> Plan:
        return _plan(rt, caller, command, acting, taking)

    return counting_wrong_tries(
        rt,
        caller.tenant,
        lambda: commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command)),
    )


def _plan(rt: Runtime, caller: Caller, command: Command, acting: Acting, taking: Taking) -> Plan:
    tenant, program_id = caller.tenant, acting.program_id
    terms = terms_of(rt, tenant, program_id)
    reward = rewards.reward(rt.config.load(rt.table, tenant), program_id, taking.reward_id)
    _must_suit(reward, taking)
    proof = Proof("rewards", terms, tenant, acting.owner)
    beside = (*beside_keys(tenant, acting.owner, program_id, reward), *proof.beside)
    opened = open_acting(rt, tenant, Acting(acting.who, program_id, spends=True, beside=beside))
    opened.must_be_active(acting.param)
    proven = proof.judged(command, opened.beside, rt.clock.now())
    counters = _counters(tenant, acting.owner, program_id, reward, opened)
    header = header_for(rt, caller, command, "redeem_reward", terms)
    at = header.effective_at

    def decided() -> Story:
        return _taken(terms, opened, reward, taking, counters, at, acting.owner)

    story = settle_tier(unless_lost(rt, tenant, (opened,), decided, dry_run=command.dry_run), terms)
    codes = CODES.draw(rt, tenant, reward, taking.wish.quantity) if reward.is_coded else ()
    entry = account_entry(tenant, story, opened.head, header, _private(rt, codes, taking.address))
    day = terms.day(at)
    redemption = redemption_of(entry)
    counted = Counted(day=day, by_all=counters.taken is not None, by_member=counters.uses is not None)
    also = (
        rewards.redemption_put(tenant, ref_of(entry), redemption, counted),
        *CODES.given(tenant, codes, redemption.redemption_id),
        *counters.one_more(day, taking.wish.quantity),
        *proven,
    )
    return account_plan(caller, command, story, opened.head, entry, also)


def _taken(
    terms: Terms, opened: Opened, reward: Reward, taking: Taking, counters: Counters, at: Instant, member: str
) -> Story:
    """Points go by the account's own decision, after every other reason why not."""
    story = terms.advance(Story(opened.account), at)
    must_be_had(reward, _situation(terms, story, at, opened, reward, counters), taking.wish, "reward_id")
    for cost in cost_of(reward, taking.wish):
        story = spend(story, cost.unit, cost.amount, terms.conduct(cost.unit, at), by=opened.by)
    worth = worth_of(reward, taking.wish) or RewardWorth()
    told = RewardRedeemed(
        reward=reward.reward_id,
        kind=reward.type,
        quantity=taking.wish.quantity,
        by=member,
        day=terms.day(at),
        codes=taking.wish.quantity if reward.is_coded else 0,
        amount=worth.amount or 0,
        currency=worth.currency or "",
        percent=worth.percent or "",
        order=taking.order_id,
        delivery="ordered" if reward.type == "physical" else "",
    )
    return after_activity(story.then(told), terms, "spend", at)


def _situation(
    terms: Terms, story: Story, at: Instant, opened: Opened, reward: Reward, counters: Counters
) -> Situation:
    name = reward.reward_id
    uses = {name: counters.uses.counts} if counters.uses else {}
    taken = {name: counters.taken.counts} if counters.taken else {}
    account = settle_tier(story, terms).account  # as whoever reads it sees it
    return situation_of(terms, account, at, Seen(opened, rewards.segments_in(opened.beside), uses), taken)


def _counters(tenant: str, member: str, program_id: int, reward: Reward, opened: Opened) -> Counters:
    all_of_it = rewards.taken_key(tenant, program_id, reward.reward_id)
    own = rewards.uses_key(tenant, member, program_id, reward.reward_id)
    return Counters(
        rewards.taken_from(all_of_it, opened.beside.get(all_of_it)) if reward.is_counted else None,
        rewards.uses_from(own, opened.beside.get(own)) if reward.member_limits else None,
    )


def _must_suit(reward: Reward, taking: Taking) -> None:
    must_suit(reward, taking.wish)
    if taking.address is not None and reward.type != "physical":
        raise Refused("no_address_asked", "Nothing of this reward is sent: leave the address out.", param="address")


def _private(rt: Runtime, codes: tuple[str, ...], address: Address | None) -> Mapping[str, Any] | None:
    sent = {} if address is None else {"address": address.model_dump(mode="json")}
    coded = {"codes": list(codes)} if codes else {}
    return {"salt": rt.ids.salt(), **coded, **sent} if coded or sent else None


def _answer(entry: Entry) -> Redeemed:
    return Redeemed(redemption=redemption_of(entry), expired=expiries_of(entry), account=standing_of(entry))
