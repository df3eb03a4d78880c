"""Redeem a reward: points, stock, limits and codes in one transaction, or nothing of it. A member in a group spends the
group's points, if it lets them; what a member may have counts for themselves.

reads    1 BatchGet of profile, account and the member's counts, of a member in a group 1 more; of a pool of codes 1 Query, or
         as flows/pool_codes says
writes   account (version), entry (absent), redemption (absent), a slice of what there is of it (drawn): 8 units; + 2 for a slice
         of each limit of a period, for the member's own limits (version), for what is paid of an order (version), and with an
         Idempotency-Key; of codes what flows/issue_coupon says, less account and entry: 8 units for one, 12 from a pool;
         and 4 for the member's own account and entry, where they redeem with their group's points
may      who may change rewards; not for a blocked member
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import Story, spend
from chalicelib.areas.accounts.model.facts import RewardRedeemed
from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.quotas.model import Taken
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
from chalicelib.areas.rules.model.times import REDEMPTIONS
from chalicelib.errors import Refused
from chalicelib.flows import take_quotas
from chalicelib.flows.account_commit import account_entry, account_plan, header_for, own_entry
from chalicelib.flows.account_views import Expired, Standing, expiries_of, standing_of
from chalicelib.flows.coupon_deeds import Desk, keys_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Acting, InGroup, Opened, open_acting
from chalicelib.flows.order_paid import OrderPaid, paid_keys, paid_of
from chalicelib.flows.past_counts import with_deed
from chalicelib.flows.proving import Proof, counting_wrong_tries
from chalicelib.flows.redemption_told import redemption_of, ref_of
from chalicelib.flows.reward_codes import Given, code_writes, given, series_of
from chalicelib.flows.reward_quotas import left_of, take
from chalicelib.flows.reward_situation import Seen, beside_keys, situation_of
from chalicelib.flows.terms import Terms, after_activity, settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
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


class _Work(NamedTuple):
    """What was opened, and what it is decided by."""

    terms: Terms
    reward: Reward
    series: CouponSeries | None
    taking: Taking
    opened: Opened
    desk: Desk
    own_uses: Tally | None
    paid: OrderPaid | None
    proven: tuple[Write, ...]


class _Decided(NamedTuple):
    story: Story
    codes: Given
    taken: tuple[Taken, ...]


def redeem_reward(
    rt: Runtime, caller: Caller, command: Command, who: str | InGroup, taking: Taking, program_id: int = 1
) -> Committed[Redeemed]:
    """A member, by id, or in the name of a group. NotFound: program, reward, member, group, `group_member_not_found`. Refuses
    `reward_not_active`, `reward_not_yet`, `reward_over`, `wrong_tier`, `wrong_segment`, `out_of_stock`, `limit_reached`,
    `insufficient_balance`, `too_many_pieces`, `member_blocked`, `group_blocked`, `may_not_spend`, `address_needed`, `no_address_asked`; of
    points that are turned into money what `must_suit` says and `order_not_said`; of codes `series_not_active`,
    `limit_per_member`, `series_used_up`, `no_codes_left`, `too_many_coupons`; where a proof is asked for what flows/proving does."""
    acting = Acting(who, program_id, spends=True)
    quotas = take_quotas.Taking(rt, caller.tenant, acting.owner)

    def plan() -> Plan:
        return _plan(rt, caller, command, _opened(rt, caller, command, acting, taking, quotas))

    def carry_out() -> Committed[Redeemed]:
        return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))

    done = counting_wrong_tries(rt, caller.tenant, carry_out)
    if not command.dry_run:
        quotas.after()
    return done


def _opened(
    rt: Runtime, caller: Caller, command: Command, acting: Acting, taking: Taking, quotas: take_quotas.Taking
) -> _Work:
    tenant, program_id, member = caller.tenant, acting.program_id, acting.owner
    terms, config = terms_of(rt, tenant, program_id), rt.config.load(rt.table, tenant)
    reward = rewards.reward(config, program_id, taking.reward_id)
    _must_suit(reward, taking)
    series = series_of(config, program_id, reward)
    coupons = () if series is None else keys_of(tenant, series, member)
    order = paid_keys(tenant, program_id, reward, taking.order_id)
    proof = Proof("rewards", terms, tenant, member)
    beside = (*beside_keys(tenant, member, program_id, reward), *coupons, *order, *proof.beside)
    opened = open_acting(rt, tenant, Acting(acting.who, program_id, spends=True, beside=beside))
    opened.must_be_active(acting.param)
    proven = proof.judged(command, opened.beside, rt.clock.now())
    desk = Desk(tenant, member, rt.clock.now(), terms.program.zone, opened.beside, quotas, command.dry_run)
    own = rewards.uses_key(tenant, member, program_id, reward.reward_id)
    uses = rewards.uses_from(own, opened.beside.get(own)) if reward.member_limits else None
    return _Work(terms, reward, series, taking, opened, desk, uses, paid_of(opened.beside, reward, order), proven)


def _plan(rt: Runtime, caller: Caller, command: Command, it: _Work) -> Plan:
    tenant, terms, quantity = caller.tenant, it.terms, it.taking.wish.quantity
    header = header_for(rt, caller, command, "redeem_reward", terms, it.desk.at)
    done = unless_lost(rt, tenant, (it.opened,), lambda: _decided(rt, it), dry_run=command.dry_run)
    story = settle_tier(done.story, terms)
    entry = account_entry(tenant, story, it.opened.head, header, _private(rt, done.codes.codes, it.taking.address))
    redemption, day = redemption_of(entry), terms.day(it.desk.at)
    counted = Counted(
        day=day,
        by_member=it.own_uses is not None,
        taken=tuple((one.quota, one.slice, one.amount) for one in done.taken),
        series_id=it.reward.coupon_series,
        coupons=done.codes.coupons,
        paid=0 if it.paid is None else it.paid.more(it.taking.wish),
    )
    also = [rewards.redemption_put(tenant, ref_of(entry), redemption, counted), *code_writes(it.desk, done.codes)]
    if it.opened.own is not None and done.codes.facts:
        also += own_entry(tenant, terms, header, it.opened.own, done.codes.facts)
    if it.own_uses is not None:
        also.append(it.own_uses.put(it.own_uses.counts.plus(day, quantity)))
    if it.paid is not None:
        also.append(it.paid.put(counted.paid))
    plan = account_plan(caller, command, story, it.opened.head, entry, (*also, *it.proven))
    return replace(plan, limited=it.desk.taking)


def _decided(rt: Runtime, it: _Work) -> _Decided:
    """Points go by the account's own decision, after every other reason why not."""
    terms, opened, reward, desk, wish = it.terms, it.opened, it.reward, it.desk, it.taking.wish
    at, program_id = desk.at, it.terms.program.program_id
    desk.taking.begin()
    story = terms.advance(Story(opened.account), at)
    redemption = entry_id(EntryRef(opened.account.owner, program_id, opened.head.version + 1))
    codes = given(rt, desk, reward, it.series, wish.quantity, redemption)
    must_be_had(reward, _situation(it, story, codes), wish, "reward_id")
    if it.paid is not None:
        it.paid.must_allow(wish)
    for cost in cost_of(reward, wish):
        story = spend(story, cost.unit, cost.amount, terms.conduct(cost.unit, at), by=opened.by)
    own = () if opened.own is not None else codes.facts
    story = with_deed(story.then(_told(it), *own), terms, REDEMPTIONS, terms.day(at))
    story = after_activity(story, terms, "spend", at)
    return _Decided(story, codes, take(desk.taking, reward, program_id, terms.day(at), wish.quantity))


def _told(it: _Work) -> RewardRedeemed:
    reward, taking = it.reward, it.taking
    worth = worth_of(reward, taking.wish) or RewardWorth()
    return RewardRedeemed(
        reward=reward.reward_id,
        kind=reward.type,
        quantity=taking.wish.quantity,
        by=it.desk.member_id,
        day=it.terms.day(it.desk.at),
        codes=taking.wish.quantity if reward.is_coded else 0,
        amount=worth.amount or 0,
        currency=worth.currency or "",
        percent=worth.percent or "",
        order=taking.order_id,
        delivery="ordered" if reward.type == "physical" else "",
    )


def _situation(it: _Work, story: Story, codes: Given) -> Situation:
    name, quantity, desk = it.reward.reward_id, it.taking.wish.quantity, it.desk
    uses = {name: it.own_uses.counts} if it.own_uses else {}
    account = settle_tier(story, it.terms).account  # as whoever reads it sees it
    seen = Seen(it.opened, uses, found=it.opened.beside)
    program_id, day = it.terms.program.program_id, it.terms.day(desk.at)
    left = left_of(it.reward, program_id, day, lambda quota: desk.taking.can_have(quota, quantity))
    return situation_of(it.terms, account, desk.at, seen, {name: left}, {name: lambda _: codes.why_not})


def _must_suit(reward: Reward, taking: Taking) -> None:
    must_suit(reward, taking.wish)
    if reward.type == "physical" and taking.address is None:
        raise Refused("address_needed", "This reward is sent to the member: say where, by `address`.", param="address")
    if taking.address is not None and reward.type != "physical":
        raise Refused("no_address_asked", "Nothing of this reward is sent: leave the address out.", param="address")
    if reward.cashback is not None and reward.cashback.maximum_percent is not None and not taking.order_id:
        text = "Say which order it is: points pay a part of each, however often they are redeemed for it."
        raise Refused("order_not_said", text, param="order_id")


def _private(rt: Runtime, codes: tuple[str, ...], address: Address | None) -> Mapping[str, Any] | None:
    sent = {} if address is None else {"address": address.model_dump(mode="json")}
    coded = {"codes": list(codes)} if codes else {}
    return {"salt": rt.ids.salt(), **coded, **sent} if coded or sent else None


def _answer(entry: Entry) -> Redeemed:
    return Redeemed(redemption=redemption_of(entry), expired=expiries_of(entry), account=standing_of(entry))
