"""What all members may have of a reward: its stock, and its limits for all, each a quota, so that nobody waits for anybody.

Stock and a limit for ever are one, for they count the same. It is counted where there is none of them as well, towards a total
that nobody reaches: a stock that is set later knows what was taken before. A limit of a period counts from when it was set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chalicelib.areas.quotas import store
from chalicelib.areas.quotas.model import UNLIMITED, Quota, Taken
from chalicelib.areas.quotas.operations import change_quota
from chalicelib.areas.rewards.model import STOCK, Reward
from chalicelib.areas.rewards.model.counts import names_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Table, Write

EVER = "ever"


def quotas_of(reward: Reward, program_id: int, day: Day) -> dict[str, Quota]:
    """By what they are limits of: for ever, and each period that the day is in."""
    name = f"{program_id:04}#{reward.reward_id}"
    ever = [limit.times for limit in reward.limits if limit.every == EVER]
    stock = [] if reward.stock is None else [reward.stock]
    return {EVER: Quota("reward", name, min((*ever, *stock, UNLIMITED)))} | {
        limit.every: Quota("reward_limit", name, limit.times, names_of(day)[limit.every])
        for limit in reward.limits
        if limit.every != EVER
    }


def left_of(reward: Reward, program_id: int, day: Day, has: Callable[[Quota], int]) -> dict[str, int]:
    """How many of its stock, and of each limit. `has` says what a quota has, or that it has enough."""
    quotas = quotas_of(reward, program_id, day)
    left = {every: has(quota) for every, quota in quotas.items()}
    gone = quotas[EVER].total - left.pop(EVER)
    left |= {limit.every: limit.times - gone for limit in reward.limits if limit.every == EVER}
    return left if reward.stock is None else {STOCK: reward.stock - gone} | left


def take(taking: Taking, reward: Reward, program_id: int, day: Day, quantity: int) -> tuple[Taken, ...]:
    return tuple(taking.take(quota, quantity) for quota in quotas_of(reward, program_id, day).values())


def lefts_of(
    rt: Runtime, tenant: str, program_id: int, day: Day, some: Iterable[Reward]
) -> Mapping[str, Mapping[str, int]]:
    """By reward, of those that are limited: 1 BatchGet for six quotas, or nothing where there is none."""
    limited = {one.reward_id: one for one in some if one.is_limited}
    wanted = [quota for one in limited.values() for quota in quotas_of(one, program_id, day).values()]
    stands = store.read_some(rt.table, tenant, [quota for quota in wanted if quota.total < UNLIMITED])

    def has(quota: Quota) -> int:
        stand = stands.get(quota.name)
        return quota.total if stand is None else max(0, stand.left)

    return {name: left_of(one, program_id, day, has) for name, one in limited.items()}


def changed_totals(
    table: Table, tenant: str, program_id: int, day: Day, before: Reward, after: Reward
) -> tuple[Write, ...]:
    """With another definition. 1 Query of each quota whose total is another, of periods those of today."""
    old, new = quotas_of(before, program_id, day), quotas_of(after, program_id, day)
    return tuple(write for every, quota in new.items() for write in change_quota(table, tenant, old.get(every), quota))
