"""Where the coupons of members are kept.

access pattern                  | key                                                      | items | cost                   | by
a coupon, live or past          | {t}#M#{their_member} / F#{coupon} + K#{coupon}                 | 0–2   | 1 BatchGet, 1 RU each  | coupon_keys
what a member had of a series   | {t}#M#{their_member} / F#~{program:04}#{series}                | 0–1   | 1 Get, 1 RU            | member_counts_key
how many live ones they have    | {t}#M#{their_member} / F#~                               | 0–1   | 1 Get, 1 RU            | live_key
live coupons of a member        | {t}#M#{their_member} / F#cpn_*                                 | 0–n   | 1 Query a page, 1 RU   | live_query
past coupons of a member        | {t}#M#{their_member} / K#cpn_*                                 | 0–n   | 1 Query a page, 1 RU   | past_query
coupons of a series, by shard   | gsi1 {t}#CPN#{program:04}#{series}#{coupon_shard:02} / * | 0–n   | 1 Query a page, 0.5 RU | issued_query

item          | key                                       | in index                                                        | cost
coupon        | {t}#M#{member} / F#{coupon}               | gsi1 {t}#CPN#{program:04}#{series}#{coupon_shard:02} / {coupon} | 2 WU + 1 IU
coupon        | {t}#M#{member} / F#{coupon}               | gsi1 {t}#CPN#{program:04}#{series}#{coupon_shard:02} / {coupon}, gsi3 {t}#DUE#{shard:02} / {expiry_day}#coupon#{coupon} | 2 WU + 2 IU
coupon        | {t}#M#{member} / K#{coupon}               | gsi1 {t}#CPN#{program:04}#{series}#{coupon_shard:02} / {coupon} | 2 WU + 1 IU
member_counts | {t}#M#{member} / F#~{program:04}#{series} | –                                                               | 2 WU
live_coupons  | {t}#M#{member} / F#~                      | –                                                               | 2 WU

A live coupon is in the member's snapshot; a past one lies behind the journal, where no purchase reads it.
"""

from __future__ import annotations

from dataclasses import asdict

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.coupons.model import Coupon, CouponSeries, MemberCounts
from chalicelib.kit.ids import number_of, owner_number
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Between, Delete, Equals, Key, Prefix, Put, Query, Write

LIST_SHARDS = 16
DUE_SHARDS = 16
LIVE, PAST = "F#", "K#"


class MemberCountsItem(StampbookItem):
    kind = UnicodeAttribute(default="member_counts")
    version = IntegerAttribute()
    body = BodyAttribute()


class LiveCouponsItem(StampbookItem):
    kind = UnicodeAttribute(default="live_coupons")
    version = IntegerAttribute()
    live = IntegerAttribute()


class CouponItem(StampbookItem):
    kind = UnicodeAttribute(default="coupon")
    version = IntegerAttribute()
    body = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


def member_counts_key(tenant: str, of: CouponSeries, member: str) -> Key:
    return Key(owner_pk(tenant, member), f"{LIVE}~{of.program_id:04}#{of.series_id}")


def member_counts_from(attrs: Attrs | None) -> tuple[MemberCounts, int]:
    if attrs is None:
        return MemberCounts(), 0
    item = from_attrs(MemberCountsItem, attrs)
    return MemberCounts(**item.body), item.version


def member_counts_put(tenant: str, of: CouponSeries, member: str, counts: MemberCounts, before: int) -> Put:
    key = member_counts_key(tenant, of, member)
    item = MemberCountsItem(pk=key.pk, sk=key.sk, version=before + 1, body=asdict(counts))
    return Put(to_attrs(item), Absent() if before == 0 else Equals("version", before))


def live_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), f"{LIVE}~")


def live_from(attrs: Attrs | None) -> tuple[int, int]:
    """How many of a member's coupons are not over, and the item's version."""
    if attrs is None:
        return 0, 0
    item = from_attrs(LiveCouponsItem, attrs)
    return item.live, item.version


def live_put(tenant: str, member: str, live: int, before: int) -> Put:
    key = live_key(tenant, member)
    item = LiveCouponsItem(pk=key.pk, sk=key.sk, version=before + 1, live=live)
    return Put(to_attrs(item), Absent() if before == 0 else Equals("version", before))


def coupon_keys(tenant: str, member: str, coupon: str) -> tuple[Key, Key]:
    """Where it lies while it is live, and once it is past."""
    number_of("coupon", coupon)
    pk = owner_pk(tenant, member)
    return Key(pk, f"{LIVE}{coupon}"), Key(pk, f"{PAST}{coupon}")


def coupon_from(attrs: Attrs) -> tuple[Coupon, int]:
    item = from_attrs(CouponItem, attrs)
    return Coupon.model_validate(item.body), item.version


def coupon_writes(tenant: str, after: Coupon, before: tuple[Key, int] | None, *, past: bool) -> tuple[Write, ...]:
    """Where it belongs now, only if nobody changed it since it was read at `before`."""
    live_key, past_key = coupon_keys(tenant, after.member_id, after.coupon_id)
    key = past_key if past else live_key
    put = to_attrs(_item(tenant, after, key, 1 if before is None else before[1] + 1, past=past))
    if before is None:
        return (Put(put, Absent()),)
    unchanged = Equals("version", before[1])
    if before[0] == key:
        return (Put(put, unchanged),)
    return Delete(before[0], unchanged), Put(put, Absent())


def live_query(tenant: str, member: str, limit: int, after: str | None) -> Query:
    return _owned_query(tenant, member, LIVE, limit, after)


def past_query(tenant: str, member: str, limit: int, after: str | None) -> Query:
    return _owned_query(tenant, member, PAST, limit, after)


def issued_query(tenant: str, of: CouponSeries, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the coupon `after`."""
    pk = _issued_pk(tenant, of.program_id, of.series_id, shard)
    behind = None if after is None else Between(f"{after}0", "cpn_~")
    return Query(pk, behind, index="gsi1", limit=limit)


def listed_coupon(attrs: Attrs) -> str:
    """Which coupon an item of that list is."""
    coupon: str = attrs["gsi1sk"]["S"]
    return coupon


def other_place(key: Key) -> Key:
    """Where a coupon lies when it has become past, or live again."""
    mark, other = (LIVE, PAST) if key.sk.startswith(LIVE) else (PAST, LIVE)
    return Key(key.pk, f"{other}{key.sk.removeprefix(mark)}")


def shard_of(coupon: str) -> int:
    return number_of("coupon", coupon) % LIST_SHARDS


def _item(tenant: str, coupon: Coupon, key: Key, version: int, *, past: bool) -> CouponItem:
    item = CouponItem(
        pk=key.pk,
        sk=key.sk,
        version=version,
        body=coupon.model_dump(mode="json", exclude_defaults=True),
        gsi1pk=_issued_pk(tenant, coupon.program_id, coupon.series_id, shard_of(coupon.coupon_id)),
        gsi1sk=coupon.coupon_id,
    )
    if coupon.expires_at is not None and not past:
        day = iso_day(local_day(coupon.expires_at, "UTC"))
        item.gsi3pk = f"{tenant}#DUE#{owner_number(coupon.member_id) % DUE_SHARDS:02}"
        item.gsi3sk = f"{day}#coupon#{coupon.coupon_id}"
    return item


def _owned_query(tenant: str, member: str, place: str, limit: int, after: str | None) -> Query:
    """The newest first, behind the coupon `after`."""
    pk = owner_pk(tenant, member)
    start = None if after is None else {"pk": pk, "sk": f"{place}{after}"}
    return Query(pk, Prefix(f"{place}cpn_"), limit=limit, reverse=True, start=start)


def _issued_pk(tenant: str, program_id: int, series_id: str, shard: int) -> str:
    return f"{tenant}#CPN#{program_id:04}#{series_id}#{shard:02}"


def due_coupon(attrs: Attrs) -> tuple[str, str] | None:
    """Member and coupon, where a key from the due index is a coupon's."""
    sk: str = attrs["sk"]["S"]
    return (attrs["pk"]["S"].rsplit("#", 1)[1], sk.removeprefix(LIVE)) if sk.startswith(f"{LIVE}cpn_") else None
