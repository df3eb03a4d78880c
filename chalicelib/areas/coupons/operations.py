"""Reading coupons and their series. What changes one writes an entry of the member's account, and so is a flow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.areas.coupons.model import Coupon, CouponSeries, Shown, shown
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import is_id
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config
from chalicelib.table.pages import ShardPlace, page_of_shards, shard_place
from chalicelib.table.protocol import Attrs, Query, key_of


@dataclass(frozen=True, slots=True)
class CouponPage:
    items: tuple[Shown, ...]
    next_cursor: str | None


def list_series(rt: Runtime, caller: Caller, program_id: int) -> tuple[CouponSeries, ...]:
    """Every series of the program, by id."""
    return all_series.every_series(read_config(rt.table, caller.tenant), program_id)


def list_coupons(
    rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None, *, live: bool = False
) -> CouponPage:
    """A member's, the newest first, whatever they have become: 2 Queries a page, which are the two places in which a coupon
    may lie, so that nobody can tell whether the daily job ran. `live`: only what is not over, 1 Query."""
    scope = f"{caller.tenant}/coupons/{member_id}/{live}"
    after, places = _after(scope, cursor), (owned.live_query,) if live else (owned.live_query, owned.past_query)
    known: dict[str, Coupon] = {}
    more = False
    for query in places:
        page = rt.table.query(query(caller.tenant, member_id, limit, after))
        known |= {one.coupon_id: one for one, _ in map(owned.coupon_from, page.items)}
        more = more or page.next is not None
    found = sorted(known.values(), key=lambda one: one.coupon_id, reverse=True)
    some, now = found[:limit], rt.clock.now()
    rest = encode_cursor(scope, some[-1].coupon_id) if some and (more or len(found) > limit) else None
    kept = (one for one in some if not (live and one.is_past(now)))
    return CouponPage(_shown(rt, caller, kept), rest)


def list_of_series(
    rt: Runtime, caller: Caller, program_id: int, series_id: str, limit: int, cursor: str | None
) -> CouponPage:
    """The coupons of a series, shard by shard, each in the order of issue: at most one Query a shard, usually one in all, and
    1 BatchGet; 1 more for what has become past since the index was written."""
    tenant = caller.tenant
    series = all_series.series(rt.config.load(rt.table, tenant), program_id, series_id)
    scope = f"{tenant}/series/{program_id}/{series_id}"
    place = shard_place(scope, cursor, owned.LIST_SHARDS, "coupon", owned.shard_of)

    def query(shard: int, limit: int, after: str | None) -> Query:
        return owned.issued_query(tenant, series, shard, limit, after)

    found, rest = page_of_shards(rt.table, query, owned.listed_coupon, place, owned.LIST_SHARDS, limit)
    return CouponPage(_shown(rt, caller, _where_they_lie(rt, found)), _cursor(scope, rest))


def _where_they_lie(rt: Runtime, found: Iterable[Attrs]) -> list[Coupon]:
    keys = [key_of(attrs) for attrs in found]
    known = rt.table.batch_get(keys) if keys else {}
    moved = [owned.other_place(key) for key in keys if key not in known]
    known = {**known, **(rt.table.batch_get(moved) if moved else {})}
    places = (key if key in known else owned.other_place(key) for key in keys)
    return [owned.coupon_from(known[key])[0] for key in places if key in known]


def _shown(rt: Runtime, caller: Caller, coupons: Iterable[Coupon]) -> tuple[Shown, ...]:
    config, now = rt.config.load(rt.table, caller.tenant), rt.clock.now()
    return tuple(shown(one, all_series.series(config, one.program_id, one.series_id), now) for one in coupons)


def _cursor(scope: str, rest: ShardPlace | None) -> str | None:
    return None if rest is None else encode_cursor(scope, rest)


def _after(scope: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case str() as after if is_id("coupon", after):
            return after
    raise another_list()
