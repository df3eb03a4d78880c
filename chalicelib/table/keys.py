"""The alphabet of an owner's partition, in one place: everything below `J` is the snapshot one Query reads.

access pattern           | key                  | items | cost          | by
the snapshot of a member | {t}#M#{member} / < J | 0–n   | 1 Query, 1 RU | snapshot_query
a group and its accounts | {t}#G#{group} / < C  | 0–n   | 1 Query, 1 RU | accounts_query
all of a member          | {t}#M#{member} / *   | 0–n   | 1 Query a MB, 2 RU | partition_query

`A#PROFILE` sorts first, then the accounts `B#…`, one a program; the journals `J#…` are not part of it, and come behind it where all is read.
A group's members `H#…` lie below `J` as well, and there may be a thousand: so a group is never read as a whole snapshot.
"""

from __future__ import annotations

from chalicelib.kit.ids import owner_kind
from chalicelib.table.journal import Stream
from chalicelib.table.protocol import Below, Query

SNAPSHOT_END = "J"
_ACCOUNTS_END = "C"


def owner_pk(tenant: str, owner: str) -> str:
    """Of whoever owns an account: a group's partition has the same alphabet."""
    return f"{tenant}#{'G' if owner_kind(owner) == 'group' else 'M'}#{owner}"


def owner_stream(tenant: str, owner: str, program: int) -> Stream:
    """Program 0 is the profile's own stream."""
    return Stream(tenant, owner_pk(tenant, owner), program)


def snapshot_query(tenant: str, owner: str) -> Query:
    return Query(owner_pk(tenant, owner), Below(SNAPSHOT_END))


def accounts_query(tenant: str, owner: str) -> Query:
    """The owner's profile and accounts, and nothing behind them."""
    return Query(owner_pk(tenant, owner), Below(_ACCOUNTS_END))


def partition_query(tenant: str, owner: str) -> Query:
    return Query(owner_pk(tenant, owner))
