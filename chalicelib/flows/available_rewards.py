"""Which rewards a member can have now and why not the others; and whether they can have a basket of them at once.

reads    1 Query of the member's snapshot; of the rewards that are shown 1 BatchGet for six limits for all, of a stock, a limit
         or a series; of a member in a group 1 BatchGet more. Nothing is written, and nothing rests on it: redeeming decides anew
may      who may view rewards
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import (
    Cost,
    Judged,
    Reason,
    Reward,
    Situation,
    Wish,
    cost_of,
    is_seen,
    judged,
    must_suit,
    reasons,
)
from chalicelib.areas.rewards.operations import page_of
from chalicelib.flows.coupon_deeds import Desk
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.reward_codes import no_codes_of
from chalicelib.flows.reward_quotas import lefts_of
from chalicelib.flows.reward_situation import seen_member, situation_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime


class Available(Frozen):
    """`seen`: whether it is shown to members today. `costs` are those of one."""

    reward: Reward
    seen: bool
    available: bool
    reasons: tuple[Reason, ...]
    costs: tuple[Cost, ...]


class AvailablePage(Frozen):
    items: tuple[Available, ...]
    next_cursor: str | None


class BasketLine(Frozen):
    """`reasons` with the lines before it taken."""

    reward_id: str
    quantity: int
    available: bool
    reasons: tuple[Reason, ...]
    costs: tuple[Cost, ...]


class Basket(Frozen):
    """`available`: all of it at once. `costs`: of the lines that can be had together."""

    available: bool
    lines: tuple[BasketLine, ...]
    costs: tuple[Cost, ...]


def available_rewards(
    rt: Runtime,
    caller: Caller,
    member_id: str,
    program_id: int,
    additional: int,
    locales: Sequence[str],
    limit: int,
    cursor: str | None,
) -> AvailablePage:
    """`additional`: what if they had so much more of every unit? Of what is not offered yet or any more nothing is told.
    NotFound: member, program. InvalidInput: `invalid_cursor`."""
    number_of("member", member_id)
    terms = terms_of(rt, caller.tenant, program_id)
    catalogue = rewards.rewards(rt.config.load(rt.table, caller.tenant), program_id)
    listed = tuple(one for one in catalogue if one.state in ("active", "paused"))
    shown, following = page_of(listed, f"{caller.tenant}/{member_id}/{program_id}/rewards", limit, cursor)
    more = {unit.code: additional for unit in terms.program.units}
    it = _situation(rt, caller.tenant, member_id, terms, shown, more)
    return AvailablePage(items=tuple(_available(one, it, locales) for one in shown), next_cursor=following)


def validate_redemptions(
    rt: Runtime, caller: Caller, member_id: str, program_id: int, lines: Sequence[tuple[str, Wish]]
) -> Basket:
    """A reward that there is not cannot be had: `reward_not_found` is its line's reason. NotFound: member, program. Refuses
    what `must_suit` refuses."""
    number_of("member", member_id)
    terms = terms_of(rt, caller.tenant, program_id)
    config = rt.config.load(rt.table, caller.tenant)
    known = {reward_id: rewards.named(config, program_id, reward_id) for reward_id, _ in lines}
    wanted = [(reward, wish) for reward_id, wish in lines if (reward := known[reward_id]) is not None]
    for reward, wish in wanted:
        must_suit(reward, wish)
    it = _situation(rt, caller.tenant, member_id, terms, [reward for reward, _ in wanted], {})
    found = judged(wanted, it)
    there = iter(found)
    told = [_nothing(program_id, *line) if known[line[0]] is None else _line(next(there)) for line in lines]
    return Basket(
        available=all(line.available for line in told),
        lines=tuple(told),
        costs=_sum([line for line in found if not line.reasons]),
    )


def _situation(
    rt: Runtime, tenant: str, member_id: str, terms: Terms, some: Sequence[Reward], more: Mapping[str, int]
) -> Situation:
    now = rt.clock.now()
    program_id = terms.program.program_id
    seen = seen_member(rt, tenant, member_id, program_id)
    must_not_be_lost(rt, tenant, seen.opened)
    account = settle_tier(terms.advance(Story(seen.opened.account), now), terms).account
    left = lefts_of(rt, tenant, program_id, terms.day(now), some)
    desk = Desk(tenant, member_id, now, terms.program.zone, seen.found, Taking(rt, tenant, member_id), trial=True)
    no_codes = no_codes_of(rt, desk, program_id, some)
    return situation_of(terms, account, now, seen, left, no_codes, more)


def _available(reward: Reward, it: Situation, locales: Sequence[str]) -> Available:
    why = reasons(reward, it, Wish())
    return Available(
        reward=reward.said_in(locales),
        seen=is_seen(reward, it.day),
        available=not why,
        reasons=why,
        costs=cost_of(reward, Wish()),
    )


def _line(line: Judged) -> BasketLine:
    return BasketLine(
        reward_id=line.reward.reward_id,
        quantity=line.wish.quantity,
        available=not line.reasons,
        reasons=line.reasons,
        costs=cost_of(line.reward, line.wish),
    )


def _nothing(program_id: int, reward_id: str, wish: Wish) -> BasketLine:
    no = rewards.no_reward(program_id, reward_id)
    why = (Reason(code=no.code, message=no.message),)
    return BasketLine(reward_id=reward_id, quantity=wish.quantity, available=False, reasons=why, costs=())


def _sum(lines: Sequence[Judged]) -> tuple[Cost, ...]:
    sums: dict[str, int] = {}
    for line in lines:
        for cost in cost_of(line.reward, line.wish):
            sums[cost.unit] = sums.get(cost.unit, 0) + cost.amount
    return tuple(Cost(unit=unit, amount=amount) for unit, amount in sums.items())
