"""What must hold of coupons: they are what was told of them, their codes are theirs alone, and the counts count them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.areas.coupons.model import Coupon
from chalicelib.areas.coupons.store import codes, owned
from chalicelib.areas.orders.store import order_from
from chalicelib.areas.quotas.model import Held
from chalicelib.areas.quotas.store import held_from, slice_from, slice_key
from chalicelib.table.items import BodyAttribute
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import parsed

Kinds = Mapping[str, Mapping[Key, Attrs]]


class Told(NamedTuple):
    """What the facts of one coupon come to. `late`: its last use was taken back when its time was over: it is past at once."""

    orders: tuple[str, ...] = ()
    cancelled: bool = False
    expired: bool = False
    expires_at: int | None = None
    late: bool = False


def judge_coupons(kinds: Kinds, journals: Mapping[Stream, list[Entry]]) -> None:
    coupons = {key: parsed(owned.coupon_from, attrs)[0] for key, attrs in kinds["coupon"].items()}
    told = _told(journals)
    there = sorted((key.pk, one.program_id, one.series_id, one.coupon_id) for key, one in coupons.items())
    assert there == sorted(told), "coupons are not those that were told, or one lies in two places"
    for key, one in coupons.items():
        _judge_one(key, one, told[key.pk, one.program_id, one.series_id, one.coupon_id], kinds["coupon"][key])
    _judge_codes(kinds, coupons)
    _judge_counts(kinds, coupons)


def _told(journals: Mapping[Stream, list[Entry]]) -> dict[tuple[str, int, str, str], Told]:
    told: dict[tuple[str, int, str, str], Told] = {}
    for stream, entries in journals.items():
        for entry, body in ((one, body) for one in entries for body in one.facts):
            if not str(body["type"]).startswith("coupon."):
                continue
            named = stream.pk, stream.program, str(body["series"]), str(body["coupon"])
            assert (body["type"] == "coupon.issued") == (named not in told), "a coupon is issued first, and once"
            told[named] = _after(told.get(named, Told()), body, entry.recorded_at)
    return told


def _after(told: Told, body: Mapping[str, Any], at: int) -> Told:
    order = str(body.get("order", ""))
    match body["type"]:
        case "coupon.issued" | "coupon.reactivated":
            return told._replace(cancelled=False, expired=False, expires_at=body.get("expires_at"), late=False)
        case "coupon.used":
            return told._replace(orders=(*told.orders, order))
        case "coupon.unused":
            assert order in told.orders, "a use was taken back that was not told"
            last = len(told.orders) - 1 - told.orders[::-1].index(order)
            late = told.expires_at is not None and told.expires_at <= at
            return told._replace(orders=tuple(one for place, one in enumerate(told.orders) if place != last), late=late)
        case "coupon.cancelled":
            return told._replace(cancelled=True)
        case "coupon.expired":
            assert not told.expired, "a coupon has expired twice"
            return told._replace(expired=True)
    return told


def _judge_one(key: Key, one: Coupon, told: Told, attrs: Attrs) -> None:
    assert tuple(use.order or "" for use in one.uses) == told.orders, "a coupon was not used as was told"
    assert len(one.uses) <= one.most_uses, "a coupon was used too often"
    assert (one.cancelled_at is not None) == told.cancelled, "a coupon was cancelled and not told, or told and not done"
    assert one.expires_at == told.expires_at, "a coupon is good until another time than was told"
    over = told.expired or told.late or told.cancelled or len(one.uses) == one.most_uses
    assert key.sk == f"{'K#' if over else 'F#'}{one.coupon_id}", "a coupon does not lie where it belongs"
    due = not over and one.expires_at is not None
    assert ("gsi3pk" in attrs) == due, "a coupon is in the index of what is due, and is not, or the other way round"


def _judge_codes(kinds: Kinds, coupons: Mapping[Key, Coupon]) -> None:
    """A code is one coupon's, or lies free in the pool of its series; one that all share has no item."""
    theirs, given, free = set(), set(), set()
    for key, one in coupons.items():
        tenant = key.pk.split("#")[0]
        if _kind_of_codes(kinds, tenant, one) != "shared":
            theirs.add((codes.code_key(tenant, one.code), one.program_id, one.series_id, one.member_id, one.coupon_id))
    for key, attrs in kinds["code"].items():
        of = parsed(codes.code_from, attrs)
        tenant, code = key.pk.split("#CODE#")
        if of.coupon_id is None:
            free.add((f"{tenant}#CODES#{of.program_id:04}#{of.series_id}#{codes.place_of(code)[0]:02}", code))
        else:
            given.add((key, of.program_id, of.series_id, of.member_id, of.coupon_id))
    assert theirs == given, "codes are not those of coupons"
    pooled = {(key.pk, parsed(codes.free_code, attrs)) for key, attrs in kinds["free_code"].items()}
    assert free == pooled, "free codes are not those that lie in pools"


def _kind_of_codes(kinds: Kinds, tenant: str, coupon: Coupon) -> str:
    known = kinds["coupon_series"][Key(f"{tenant}#CFG", f"coupon_series#{coupon.program_id:04}#{coupon.series_id}")]
    return parsed(_kind_of, known)


def _kind_of(series: Attrs) -> str:
    kind: str = BodyAttribute().deserialize(next(iter(series["body"].values())))["codes"]["kind"]
    return kind


def _judge_counts(kinds: Kinds, coupons: Mapping[Key, Coupon]) -> None:
    """What is cancelled was not issued, what is taken back not used, and each shard of a pool has as many as it counts."""
    issued, used, live, free = Counter[Key](), Counter[Key](), Counter[Key](), Counter[Key]()
    taken = Counter[Key]()
    for key, one in coupons.items():
        tenant, named = key.pk.split("#")[0], f"{one.program_id:04}#{one.series_id}"
        issued[Key(key.pk, f"F#~{named}")] += one.cancelled_at is None
        used[Key(key.pk, f"F#~{named}")] += len(one.uses)
        live[Key(key.pk, "F#~")] += key.sk.startswith("F#")
        taken[slice_key(tenant, f"coupons_issued#{named}", one.issued_from)] += one.cancelled_at is None
        assert len(one.uses) == len(one.used_from), "a use does not say from where it was taken"
        taken += Counter(slice_key(tenant, f"coupons_used#{named}", number) for number in one.used_from)
    for key in kinds["free_code"]:
        series, shard = key.pk.rsplit("#", 1)
        tenant, named = series.split("#CODES#")
        free[slice_key(tenant, f"coupon_codes#{named}", int(shard))] += 1
    _judge_slices(kinds, taken + _for_a_time(kinds) + _of_nobody(kinds), free)
    for key, attrs in kinds["member_counts"].items():
        theirs, _ = parsed(owned.member_counts_from, attrs)
        assert (theirs.issued, theirs.used) == (issued[key], used[key]), f"{key} does not count"
    for key, attrs in kinds["live_coupons"].items():
        assert parsed(owned.live_from, attrs)[0] == live[key], f"{key} does not count"
    assert issued.keys() <= kinds["member_counts"].keys(), "something of a series is not counted"


def _for_a_time(kinds: Kinds) -> Counter[Key]:
    """By checkouts that are not over."""
    found = Counter[Key]()
    for key, attrs in kinds["quota_held"].items():
        tenant = key.pk.split("#")[0]
        taken = parsed(_held, attrs, tenant).taken
        if taken.quota.startswith("coupons_"):
            found[slice_key(tenant, taken.quota, taken.slice)] += taken.amount
    return found


def _of_nobody(kinds: Kinds) -> Counter[Key]:
    """With orders that no member has."""
    orders = ((key.pk.split("#")[0], parsed(order_from, attrs)) for key, attrs in kinds["order"].items())
    held = ((tenant, one) for tenant, order in orders for code in order.codes for one in (code.issued, code.used))
    return Counter(slice_key(tenant, one.quota, one.slice) for tenant, one in held)


def _held(attrs: Attrs, tenant: str) -> Held:
    return held_from(tenant, attrs)


def _judge_slices(kinds: Kinds, taken: Counter[Key], free: Counter[Key]) -> None:
    """Each slice has lent what coupons say they have of it; each shard of a pool has the codes that lie in it."""
    slices = {key: parsed(slice_from, attrs) for key, attrs in kinds["quota_slice"].items()}
    ours = {key: one for key, one in slices.items() if "#Q#coupons_" in key.pk}
    pools = {key: one for key, one in slices.items() if "#Q#coupon_codes" in key.pk}
    assert {key: one.taken for key, one in ours.items() if one.taken} == dict(+taken), (
        "what is issued is not what was taken"
    )
    assert all(one.left >= 0 for one in ours.values()), "more was taken than there was"
    assert {key: one.left for key, one in pools.items() if one.left} == dict(+free), "a pool does not count its codes"
