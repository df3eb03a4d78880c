"""What is counted of a coupon series in all: how many were issued and used, each a quota, so that nobody waits for anybody.

Without a limit it is counted towards a total that nobody reaches: a limit that is set later knows what was before. How many
codes are free lies in slices as well, one for each shard of the pool: they are moved where a code moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.counts import Counted
from chalicelib.areas.coupons.store import codes
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import UNLIMITED, Move, Quota, Taken
from chalicelib.areas.quotas.operations import change_quota
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config
from chalicelib.table.protocol import Table, Write

_KINDS: dict[Counted, str] = {"issued": "coupons_issued", "used": "coupons_used"}


def quota_of(series: m.CouponSeries, what: Counted) -> Quota:
    limit = series.limits.issued if what == "issued" else series.limits.used
    return Quota(_KINDS[what], _name(series), UNLIMITED if limit is None else limit)


def pool_of(series: m.CouponSeries) -> Quota:
    """Its total is in no definition: it is what has been uploaded."""
    return Quota("coupon_codes", _name(series), 0)


NOTHING_HELD: Mapping[str, int] = {}


def take(taking: Taking, series: m.CouponSeries, what: Counted, held: Mapping[str, int] = NOTHING_HELD) -> int:
    """The slice that one more is taken from, or was before: `held`, by quota. Refuses `series_used_up`."""
    quota = quota_of(series, what)
    if quota.name in held:
        return held[quota.name]
    if taking.can_have(quota, 1) < 1:
        raise m.used_up(series, what)
    return taking.take(quota, 1).slice


def give_back(taking: Taking, series: m.CouponSeries, what: Counted, number: int) -> None:
    taking.give_back(Taken(quota_of(series, what).name, number, 1))


def come_and_gone(
    tenant: str, series: m.CouponSeries, come: Iterable[str] = (), gone: Iterable[str] = ()
) -> tuple[Write, ...]:
    """Codes that are free from now on, and such that are not any more: 1 write for each shard of them."""
    more, less = Counter(codes.place_of(code)[0] for code in come), Counter(codes.place_of(code)[0] for code in gone)
    moves = [Move(shard, more[shard] - less[shard], less[shard]) for shard in sorted(more.keys() | less.keys())]
    pool = pool_of(series)
    return quotas.draws(tenant, pool, pool.name, moves)


def changed_limits(table: Table, tenant: str, before: m.CouponSeries, after: m.CouponSeries) -> tuple[Write, ...]:
    """With another definition: what is left of what may be issued and used. 1 Query of each that has changed."""
    kinds: tuple[Counted, ...] = ("issued", "used")
    pairs = [(quota_of(before, what), quota_of(after, what)) for what in kinds]
    return tuple(write for old, new in pairs for write in change_quota(table, tenant, old, new))


def get_series(rt: Runtime, caller: Caller, program_id: int, series_id: str) -> tuple[m.CouponSeries, m.SeriesCounts]:
    """With what is counted of it. 1 Query and 1 BatchGet."""
    series = all_series.series(read_config(rt.table, caller.tenant), program_id, series_id)
    return series, counts_of_all(rt, caller.tenant, series)


def counts_of_all(rt: Runtime, tenant: str, series: m.CouponSeries) -> m.SeriesCounts:
    """1 BatchGet."""
    issued, used, pool = quota_of(series, "issued"), quota_of(series, "used"), pool_of(series)
    stands = quotas.read_some(rt.table, tenant, (issued, used, pool))
    return m.SeriesCounts(stands[issued.name].taken, stands[used.name].taken, stands[pool.name].left)


def _name(series: m.CouponSeries) -> str:
    return f"{series.program_id:04}#{series.series_id}"
