"""A tenant is registered with its first key: in its org, and in the list from which the jobs know all tenants."""

from __future__ import annotations

from chalicelib.areas.access import store
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.errors import Conflict
from chalicelib.kit.caller import Caller, Grant
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Query
from tests.twins import runtime_on
from tests.twins.bookshop import refused

SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")


def key_for(rt: Runtime, tenant: str, org: str = "acme") -> None:
    issue_api_key(rt, SYSTEM, org=org, tenant=tenant, name="till", grants=[Grant("*", "modify")])


def test_a_tenant_is_listed_once_whatever_number_of_keys_it_has() -> None:
    rt, _ = runtime_on()
    for tenant in ("bakery", "art", "bakery"):
        key_for(rt, tenant)
    key_for(rt, "cafe", org="other")
    assert list(store.tenants(rt.table)) == ["art", "bakery", "cafe"]
    of_acme = rt.table.query(Query("o#acme#TENANTS")).items
    assert [attrs["sk"]["S"] for attrs in of_acme] == ["art", "bakery"]


def test_the_second_key_writes_one_item() -> None:
    table = MemoryTable()
    rt, _ = runtime_on(table)
    key_for(rt, "art")
    before = table.meter.cost
    key_for(rt, "art")
    assert (table.meter.cost - before).write_units == 2


def test_a_tenant_belongs_to_one_org() -> None:
    rt, _ = runtime_on()
    key_for(rt, "art")
    with refused("tenant_taken", "tenant", Conflict):
        key_for(rt, "art", org="other")
