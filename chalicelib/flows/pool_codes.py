"""Free codes of a pool, for somebody who gets them: as many as are wanted, wherever they lie.

reads    1 Query of a shard behind a place in it, both by chance; 1 more at its beginning, where that was not enough. Near the
         end of a pool 1 Query of what each shard has, and 1 of each that is needed, 16 at most
"""

from __future__ import annotations

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.counts import POOL_SHARDS
from chalicelib.areas.coupons.store import codes
from chalicelib.areas.quotas import store as quotas
from chalicelib.flows.coupon_quotas import pool_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Outdated


def free_codes(rt: Runtime, tenant: str, series: m.CouponSeries, wanted: int) -> tuple[str, ...]:
    """Whoever writes must meet the condition that they are still free. Refuses `no_codes_left`."""
    drawn = int(rt.ids.salt(), 16)
    shard, behind = drawn % POOL_SHARDS, f"{drawn >> 8 & (1 << 60) - 1:015x}"
    found: dict[str, None] = {}

    def look(shard: int, behind: str = "") -> bool:
        """Whether that is enough."""
        page = rt.table.query(codes.free_query(tenant, series, shard, behind, wanted))
        found.update(dict.fromkeys(map(codes.free_code, page.items)))
        return len(found) >= wanted

    if not look(shard, behind) and not look(shard):
        pool = quotas.read(rt.table, tenant, pool_of(series))
        if pool.left < wanted:
            raise m.no_codes_left(series)
        rich = [one.number for one in pool.slices.values() if one.left > 0 and one.number != shard]
        if not any(look(other) for other in rich):
            raise Outdated  # somebody was faster
    return tuple(found)[:wanted]
