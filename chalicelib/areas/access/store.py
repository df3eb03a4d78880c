"""API keys and the lists of tenants in the table.

access pattern            | key           | items | cost               | by
a key, by its id          | KEY#{key} / A | 0–1   | 1 Get, 1 RU        | read_api_key
whose a tenant is         | TENANTS / {t} | 0–1   | 1 Get, 1 RU        | org_of
all tenants, for the jobs | TENANTS / *   | 0–n   | 1 Query a MB, 1 RU | tenants

item              | key                   | in index | cost
api_key           | KEY#{key} / A         | –        | 2 WU
registered_tenant | TENANTS / {t}         | –        | 2 WU
registered_tenant | o#{org}#TENANTS / {t} | –        | 2 WU

A key is looked up before its tenant is known, and the jobs begin with no tenant at all: these items are the only kinds
that do not begin with one. A tenant is registered with its first key, in the same transaction. A MB lists some 10,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.access.model import ApiKey, KeyState
from chalicelib.kit.caller import Access, Grant
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Absent, Equals, Key, Put, Query, Table

_TENANTS = "TENANTS"


class ApiKeyItem(StampbookItem):
    kind = UnicodeAttribute(default="api_key")
    org = UnicodeAttribute()
    tenant = UnicodeAttribute()
    name = UnicodeAttribute()
    hash = UnicodeAttribute()
    grants = BodyAttribute()
    state = UnicodeAttribute()
    created_at = IntegerAttribute()


class TenantItem(StampbookItem):
    kind = UnicodeAttribute(default="registered_tenant")
    org = UnicodeAttribute()


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
        created_at=item.created_at,
    )


def new_api_key(key: ApiKey) -> Put:
    return Put(to_attrs(_item(key)), Absent())


def changed_api_key(key: ApiKey, before: KeyState) -> Put:
    return Put(to_attrs(_item(key)), Equals("state", before))


def org_of(table: Table, tenant: str) -> str | None:
    """Whose the tenant is; None for one that is not registered."""
    attrs = table.get(Key(_TENANTS, tenant))
    return None if attrs is None else from_attrs(TenantItem, attrs).org


def new_tenant(org: str, tenant: str) -> tuple[Put, ...]:
    """In the list of all tenants, and in its org's."""
    partitions = (_TENANTS, f"o#{org}#TENANTS")
    return tuple(Put(to_attrs(TenantItem(pk=partition, sk=tenant, org=org)), Absent()) for partition in partitions)


def tenants(table: Table) -> Iterator[str]:
    """All tenants of the platform, by name."""
    return (attrs["sk"]["S"] for attrs in every_item(table, Query(_TENANTS)))


def _item(key: ApiKey) -> ApiKeyItem:
    pk, sk = key_of(key.id)
    return ApiKeyItem(
        pk=pk,
        sk=sk,
        org=key.org,
        tenant=key.tenant,
        name=key.name,
        hash=key.hash,
        grants=[[grant.resource, grant.access] for grant in key.grants],
        state=key.state,
        created_at=key.created_at,
    )
