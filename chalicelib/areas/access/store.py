"""API keys in the table.

    what                 key                     cost
    one key by its id    pk KEY#{key id}  sk A   1 Get

A key is looked up before its tenant is known, so its item is the one kind that does not begin with a tenant.
"""

from __future__ import annotations

from typing import Any, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.areas.access.model import ApiKey, KeyState
from chalicelib.kit.caller import Access, Grant
from chalicelib.table.items import BodyAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Equals, Key, Put, Table


class ApiKeyItem(StampbookItem):
    org = UnicodeAttribute()
    tenant = UnicodeAttribute()
    name = UnicodeAttribute()
    hash = UnicodeAttribute()
    grants = BodyAttribute()
    state = UnicodeAttribute()
    created_at = NumberAttribute()


def key_of(key_id: str) -> Key:
    return Key(f"KEY#{key_id}", "A")


def read_api_key(table: Table, key_id: str) -> ApiKey | None:
    attrs = table.get(key_of(key_id))
    if attrs is None:
        return None
    item = from_attrs(ApiKeyItem, attrs)
    grants: Any = item.grants
    return ApiKey(
        id=key_id,
        org=item.org,
        tenant=item.tenant,
        name=item.name,
        hash=item.hash,
        grants=tuple(Grant(resource, cast(Access, access)) for resource, access in grants),
        state=cast(KeyState, item.state),
        created_at=int(item.created_at),
    )


def new_api_key(key: ApiKey) -> Put:
    return Put(to_attrs(_item(key)), Absent())


def changed_api_key(key: ApiKey, before: KeyState) -> Put:
    return Put(to_attrs(_item(key)), Equals("state", before))


def _item(key: ApiKey) -> ApiKeyItem:
    pk, sk = key_of(key.id)
    return ApiKeyItem(
        pk=pk,
        sk=sk,
        kind="api_key",
        org=key.org,
        tenant=key.tenant,
        name=key.name,
        hash=key.hash,
        grants=[[grant.resource, grant.access] for grant in key.grants],
        state=key.state,
        created_at=key.created_at,
    )
