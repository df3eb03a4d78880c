"""Where codes are kept. What is counted of a series in all lies in quotas (flows/coupon_quotas).

access pattern               | key                                           | items | cost         | by
free codes of a pool         | {t}#CODES#{program:04}#{series}#{pool:02} / * | 0–20  | 1 Query, 1 RU | free_query
whose or what a code is      | {t}#CODE#{code} / -                           | 0–1   | 1 Get, 1 RU  | find_code
whether a page of codes came | {t}#UPLOAD#{upload} / A                       | 0–1   | 1 Get, 1 RU  | read_upload

item          | key                                                        | in index | cost
free_code     | {t}#CODES#{program:04}#{series}#{pool:02} / {place}#{code} | –        | 2 WU
code          | {t}#CODE#{code} / -                                        | –        | 2 WU
upload        | {t}#UPLOAD#{upload} / A                                    | –        | 2 WU

Free codes lie by a hash, so that whatever they have in common the next one behind any place is anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.coupons.model import Coupon, CouponSeries
from chalicelib.areas.coupons.model.counts import POOL_SHARDS
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Present, Put, Query, Table, Write


class FreeCodeItem(StampbookItem):
    kind = UnicodeAttribute(default="free_code")
    code = UnicodeAttribute()


class CodeItem(StampbookItem):
    """`batch`: the upload that it came by; `member` and `coupon` once somebody has it."""

    kind = UnicodeAttribute(default="code")
    state = UnicodeAttribute()
    program = IntegerAttribute()
    series = UnicodeAttribute()
    batch = UnicodeAttribute(null=True)
    member = UnicodeAttribute(null=True)
    coupon = UnicodeAttribute(null=True)


class UploadItem(StampbookItem):
    kind = UnicodeAttribute(default="upload")
    body = BodyAttribute()
    ttl = IntegerAttribute()


class Code(NamedTuple):
    """What is known of a code: its series; whose coupon it is, where somebody has it; the upload that brought it."""

    program_id: int
    series_id: str
    member_id: str | None = None
    coupon_id: str | None = None
    batch: str | None = None


def place_of(code: str) -> tuple[int, str]:
    """The shard of its pool, and where in it."""
    digest = blake2b(code.encode(), digest_size=8).hexdigest()
    return int(digest[0], 16) % POOL_SHARDS, digest[1:]


def free_query(tenant: str, of: CouponSeries, shard: int, behind: str = "", limit: int = 1) -> Query:
    """The first free codes of a shard, behind a place that a random number says, or at its beginning."""
    pk = f"{_codes_pk(tenant, of)}#{shard:02}"
    return Query(pk, limit=limit, start={"pk": pk, "sk": behind} if behind else None)


def free_code(attrs: Attrs) -> str:
    code: str = from_attrs(FreeCodeItem, attrs).code
    return code


def free_puts(tenant: str, of: CouponSeries, code: str, batch: str) -> tuple[Write, ...]:
    """A code that nobody has yet, and that no series has."""
    key = _free_key(tenant, of, code)
    look_up = CodeItem(
        pk=code_key(tenant, code).pk, sk="-", state="free", program=of.program_id, series=of.series_id, batch=batch
    )
    return Put(to_attrs(FreeCodeItem(pk=key.pk, sk=key.sk, code=code)), Absent()), Put(to_attrs(look_up), Absent())


def free_delete(tenant: str, of: CouponSeries, code: str) -> Delete:
    return Delete(_free_key(tenant, of, code), Present())


def code_key(tenant: str, code: str) -> Key:
    return Key(f"{tenant}#CODE#{code}", "-")


def find_code(table: Table, tenant: str, code: str) -> Code | None:
    attrs = table.get(code_key(tenant, code))
    return None if attrs is None else code_from(attrs)


def code_from(attrs: Attrs) -> Code:
    item = from_attrs(CodeItem, attrs)
    return Code(item.program, item.series, item.member, item.coupon, item.batch)


def code_put(tenant: str, coupon: Coupon, *, from_pool: bool) -> Put:
    """Whose it is from now on."""
    item = CodeItem(
        pk=code_key(tenant, coupon.code).pk,
        sk="-",
        state="issued",
        program=coupon.program_id,
        series=coupon.series_id,
        member=coupon.member_id,
        coupon=coupon.coupon_id,
    )
    return Put(to_attrs(item), Equals("state", "free") if from_pool else Absent())


def upload_key(tenant: str, upload: str) -> Key:
    return Key(f"{tenant}#UPLOAD#{upload}", "A")


def read_upload(table: Table, pk: str) -> Mapping[str, Any] | None:
    attrs = table.get(Key(pk, "A"))
    return None if attrs is None else from_attrs(UploadItem, attrs).body


def upload_put(tenant: str, upload: str, body: Mapping[str, Any], until: int) -> Put:
    key = upload_key(tenant, upload)
    return Put(to_attrs(UploadItem(pk=key.pk, sk=key.sk, body=body, ttl=until)), Absent())


def _codes_pk(tenant: str, of: CouponSeries) -> str:
    return f"{tenant}#CODES#{of.program_id:04}#{of.series_id}"


def _free_key(tenant: str, of: CouponSeries, code: str) -> Key:
    shard, place = place_of(code)
    return Key(f"{_codes_pk(tenant, of)}#{shard:02}", f"{place}#{code}")
