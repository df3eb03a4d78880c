"""What becomes of a coupon, as writes and facts for somebody's transaction: the one way in which flows give, use and change one.

A flow reads `keys_of` the series and the member beside its own, asks for a Deed, tells its facts in the entry of the member's
account in the series' program, and puts `deed_writes` into its transaction. Whatever changes meanwhile breaks the condition
of a write, and the flow decides anew. A pool asks for 1 Query more, 2 where nothing lies behind the place that was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.counts import POOL_SHARDS, Counted, Counts
from chalicelib.areas.coupons.model.deeds import Issue
from chalicelib.areas.coupons.store import codes, owned
from chalicelib.errors import Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated
from chalicelib.table.protocol import Attrs, Key, Write


@dataclass(frozen=True, slots=True)
class Desk:
    """A member at a time where the program is, and what was read: `found` holds whatever there is under `keys_of`."""

    tenant: str
    member_id: str
    at: Instant
    zone: str
    found: Mapping[Key, Attrs]


@dataclass(frozen=True, slots=True)
class Deed:
    """A coupon as it will be, and all that is written with it. `place`: where it was read, with its version."""

    series: m.CouponSeries
    coupon: m.Coupon
    at: Instant
    facts: tuple[Fact, ...]
    counts: Counts
    place: tuple[Key, int] | None = None
    codes: tuple[Write, ...] = ()


def keys_of(tenant: str, series: m.CouponSeries, member_id: str) -> tuple[Key, ...]:
    """What is counted of the series, and of the member in it."""
    return codes.counts_key(tenant, series), owned.member_counts_key(tenant, series, member_id)


def give(rt: Runtime, desk: Desk, series: m.CouponSeries, code: str | None = None, cause: str = "") -> Deed:
    """A new coupon; of a pool with this `code`, where one is named, which nobody has yet. Refuses `series_not_active`,
    `limit_per_member`, `series_used_up`, `no_codes_left`."""
    series.must_be_at_work(local_day(desk.at, desk.zone))
    counts = counts_of(desk, series)
    counts.must_have_room(series, "issued")
    counts = counts.plus("issued", 1)
    coupon_id = rt.ids.entity("coupon", desk.at)
    chosen = _chosen(rt, desk, series, counts) if code is None else code
    coupon = m.issued(series, Issue(coupon_id, desk.member_id, chosen, desk.at, desk.zone))
    fact = f.CouponIssued(coupon_id, series.series_id, coupon.active_from, coupon.expires_at, cause)
    if series.codes.kind == "shared":
        return Deed(series, coupon, desk.at, (fact,), counts)
    of_pool = series.codes.kind == "pool"
    writes: tuple[Write, ...] = (codes.code_put(desk.tenant, coupon, from_pool=of_pool),)
    if of_pool:
        counts = replace(counts, series=counts.series.with_free(codes.place_of(chosen)[0], -1))
        writes = (*writes, codes.free_delete(desk.tenant, series, chosen))
    return Deed(series, coupon, desk.at, (fact,), counts, codes=writes)


def kept(desk: Desk, series: m.CouponSeries, coupon: m.Coupon, place: tuple[Key, int]) -> Deed:
    """A coupon as it is, for what follows."""
    return Deed(series, coupon, desk.at, (), counts_of(desk, series), place)


def use(deed: Deed, zone: str, order: str | None, order_value: int | None) -> Deed:
    """Refuses `series_not_active`, what flows/coupons refuse of a code, `limit_per_member`, `series_used_up`."""
    m.must_be_usable(deed.coupon, deed.series, deed.at, zone, order_value)
    deed.series.must_be_at_work(local_day(deed.at, zone))
    deed.counts.must_have_room(deed.series, "used")
    after = m.used(deed.coupon, deed.at, order)
    left = after.most_uses - len(after.uses)
    fact = f.CouponUsed(after.coupon_id, after.series_id, left, order or "")
    return then(deed, after, fact, "used", 1)


def then(deed: Deed, after: m.Coupon, fact: Fact, what: Counted | None = None, more: int = 0) -> Deed:
    counts = deed.counts if what is None else deed.counts.plus(what, more)
    return replace(deed, coupon=after, facts=(*deed.facts, fact), counts=counts)


def deed_writes(desk: Desk, deed: Deed) -> tuple[Write, ...]:
    """Coupon, code and counts: of these what has changed."""
    tenant, series = desk.tenant, deed.series
    (all_before, all_version), (theirs_before, their_version) = _read(desk, series)
    past = deed.coupon.is_past(deed.at)
    writes = [*owned.coupon_writes(tenant, deed.coupon, deed.place, past=past), *deed.codes]
    if deed.counts.series != all_before:
        writes.append(codes.counts_put(tenant, series, deed.counts.series, all_version))
    if deed.counts.member != theirs_before:
        of_member = deed.counts.member
        writes.append(owned.member_counts_put(tenant, series, desk.member_id, of_member, their_version))
    return tuple(writes)


def counts_of(desk: Desk, series: m.CouponSeries) -> Counts:
    (of_all, _), (theirs, _) = _read(desk, series)
    return Counts(of_all, theirs)


def _read(desk: Desk, series: m.CouponSeries) -> tuple[tuple[m.SeriesCounts, int], tuple[m.MemberCounts, int]]:
    of_all, theirs = (desk.found.get(key) for key in keys_of(desk.tenant, series, desk.member_id))
    return codes.counts_from(of_all), owned.member_counts_from(theirs)


def _chosen(rt: Runtime, desk: Desk, series: m.CouponSeries, counts: Counts) -> str:
    """The code of a new coupon."""
    drawn = int(rt.ids.salt() + rt.ids.salt(), 16)
    if series.codes.kind == "shared" and series.codes.code is not None:
        return series.codes.code
    if series.codes.kind == "generated":
        return m.made_code(series.codes, drawn)
    shard = _shard(counts.series.free, drawn)
    if shard is None:
        raise Refused("no_codes_left", f"All codes of {series.name} have been given out.", param="series_id")
    behind = f"{drawn >> 8 & (1 << 60) - 1:015x}"
    for place in (behind, ""):
        page = rt.table.query(codes.free_query(desk.tenant, series, shard, place))
        if page.items:
            return codes.free_code(page.items[0])
    raise Outdated  # somebody was faster since the counts were read


def _shard(free: tuple[int, ...], drawn: int) -> int | None:
    """The first from a random one on that has codes."""
    order = [(drawn + step) % POOL_SHARDS for step in range(POOL_SHARDS)]
    return next((shard for shard in order if free[shard] > 0), None)
