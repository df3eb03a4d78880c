"""The alphabet of an owner's partition, in one place: everything below `J` is the snapshot one Query reads.

access pattern           | key                  | items | cost          | by
the snapshot of a member | {t}#M#{member} / < J | 0–n   | 1 Query, 1 RU | snapshot_query
all of a member          | {t}#M#{member} / *   | 0–n   | 1 Query a MB, 1 RU | partition_query

`A#PROFILE` sorts first, then the accounts `B#…`, one a program; the journals `J#…` are not part of it, and come behind it where all is read.
"""

from __future__ import annotations

from chalicelib.table.journal import Stream
from chalicelib.table.protocol import Below, Query

SNAPSHOT_END = "J"


def member_pk(tenant: str, member: str) -> str:
    return f"{tenant}#M#{member}"


def member_stream(tenant: str, member: str, program: int) -> Stream:
    """Program 0 is the profile's own stream."""
    return Stream(tenant, member_pk(tenant, member), program)


def snapshot_query(tenant: str, member: str) -> Query:
    return Query(member_pk(tenant, member), Below(SNAPSHOT_END))


def partition_query(tenant: str, member: str) -> Query:
    return Query(member_pk(tenant, member))
