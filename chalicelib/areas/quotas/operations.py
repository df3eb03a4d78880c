"""Quotas, looked at and changed."""

from __future__ import annotations

from chalicelib.areas.quotas import store
from chalicelib.areas.quotas.model import Quota, Slice, Stand, recut
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.protocol import Table, Write


def read_quota(rt: Runtime, caller: Caller, quota: Quota) -> Stand:
    """What is left of it and what is taken. 1 Query."""
    return read_patiently(rt, lambda: store.read(rt.table, caller.tenant, quota))


def change_quota(table: Table, tenant: str, before: Quota | None, after: Quota) -> tuple[Write, ...]:
    """What a change of the configuration writes beside itself (table/config_commit.py, `also`) where a total is another: from
    then on no slice rests on a share, so whoever still knows the old total takes what is right. 1 Query, 16 writes at most."""
    if before is not None and before.total == after.total:
        return ()
    stand = store.read(table, tenant, before, after.name)
    changed = recut(stand, after)
    slices = [one for one in changed if isinstance(one, Slice)]
    moves = [one for one in changed if not isinstance(one, Slice)]
    as_before = before or Quota(after.kind, after.id, 0, after.period)
    return (*store.anew(tenant, after.name, stand, slices), *store.draws(tenant, as_before, after.name, moves))
