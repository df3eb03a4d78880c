"""The codes of a reward are coupons of a series, the member's own: a till reads them as it reads all others.

They are given with the redemption and cancelled with its refund, by flows/coupon_deeds; who has redeemed with their group's
points has them all the same, and an entry of their own account tells of it beside the group's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.deeds import Issue
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import UNLIMITED, Quota
from chalicelib.areas.rewards.model import Counted, NoCodes, Reward
from chalicelib.errors import Refused
from chalicelib.flows.coupon_commit import coupon_in
from chalicelib.flows.coupon_deeds import (
    Deed,
    Desk,
    Reason,
    counts_of,
    deed_writes,
    give_some,
    gone,
    kept,
    live_of,
    must_have_few,
)
from chalicelib.flows.coupon_quotas import pool_of, quota_of
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.config import Config
from chalicelib.table.protocol import Key, Write


@dataclass(frozen=True, slots=True)
class Given:
    """The coupons of a redemption; or why there are none."""

    deeds: tuple[Deed, ...] = ()
    why_not: Refused | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(deed.coupon.code for deed in self.deeds if deed.coupon.code)

    @property
    def coupons(self) -> tuple[str, ...]:
        return tuple(deed.coupon.coupon_id for deed in self.deeds)

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for deed in self.deeds for fact in deed.facts)


def series_of(config: Config, program_id: int, reward: Reward) -> m.CouponSeries | None:
    return None if reward.coupon_series is None else all_series.series(config, program_id, reward.coupon_series)


def code_writes(desk: Desk, codes: Given) -> tuple[Write, ...]:
    """With what is taken of quotas, also where no coupon is given."""
    return deed_writes(desk, *codes.deeds) if codes.deeds else desk.taking.writes


def given(rt: Runtime, desk: Desk, reward: Reward, series: m.CouponSeries | None, quantity: int, of: str) -> Given:
    """With the redemption `of`."""
    if series is None:
        return Given()
    try:
        deeds = give_some(rt, desk, series, quantity, Reason(reward.reward_id, of))
        must_have_few(desk, *deeds)
    except Refused as refused:
        return Given(why_not=refused)
    return Given(deeds)


def why_no_codes(desk: Desk, series: m.CouponSeries, has: Callable[[Quota], int]) -> NoCodes:
    """What `given` would be refused for, for whoever only asks: `has` says what a quota has."""
    today = local_day(desk.at, desk.zone)

    def why(wanted: int) -> Refused | None:
        try:
            series.must_be_at_work(today)
            counts = counts_of(desk, series)
            for _ in range(wanted):
                counts.must_have_room(series, "issued")
                counts = counts.plus("issued", 1)
            if has(quota_of(series, "issued")) < wanted:
                raise m.used_up(series, "issued")
            m.issued(series, Issue("", desk.member_id, "", desk.at, desk.zone))
            m.must_have_few(live_of(desk) + wanted)
        except Refused as refused:
            return refused
        return m.no_codes_left(series) if series.codes.kind == "pool" and has(pool_of(series)) < wanted else None

    return why


def no_codes_of(rt: Runtime, desk: Desk, program_id: int, some: Iterable[Reward]) -> dict[str, NoCodes]:
    """By reward, of those that are codes: 1 BatchGet for six limits and pools of their series."""
    config = rt.config.load(rt.table, desk.tenant)
    coded = {one.reward_id: series for one in some if (series := series_of(config, program_id, one)) is not None}
    wanted = [quota_of(series, "issued") for series in coded.values()]
    wanted = [quota for quota in wanted if quota.total < UNLIMITED]
    wanted += [pool_of(series) for series in coded.values() if series.codes.kind == "pool"]
    stands = quotas.read_some(rt.table, desk.tenant, wanted)

    def has(quota: Quota) -> int:
        return stands[quota.name].left if quota.name in stands else quota.total

    return {name: why_no_codes(desk, series, has) for name, series in coded.items()}


def coupon_keys_of(tenant: str, member_id: str, counted: Counted) -> tuple[Key, ...]:
    return tuple(key for coupon in counted.coupons for key in owned.coupon_keys(tenant, member_id, coupon))


def withdrawn(rt: Runtime, desk: Desk, coupons: tuple[str, ...]) -> Given:
    """With the refund of their redemption. Those that were cancelled before stay so. Refuses `code_used`, `code_held`."""
    deeds = list[Deed]()
    for coupon in coupons:
        found = coupon_in(rt, desk.tenant, desk.found, owned.coupon_keys(desk.tenant, desk.member_id, coupon))
        if found is None:  # it moves just now
            raise Outdated
        after = m.withdrawn(found.coupon, desk.at)
        if after != found.coupon:
            deed = kept(desk, found.series, found.coupon, found.place)
            deeds.append(gone(desk, replace(deed, counts=deeds[-1].counts) if deeds else deed, after))
    return Given(tuple(deeds))
